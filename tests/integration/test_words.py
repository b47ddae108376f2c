"""Every word that a person reads: complete in English and German, the same placeholders, no code without a sentence."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from custom_components.dems.binary_sensor import BINARY_SENSORS
from custom_components.dems.button import RELEASE
from custom_components.dems.commands import LEDGER_REFUSALS, MARKET_REFUSALS, REFUSALS
from custom_components.dems.errors import (
    BridgeError,
    BridgeProblem,
    CannotConnect,
    CertificateChanged,
    InvalidAnswer,
    Unauthorized,
    WrongVersion,
)
from custom_components.dems.event import CHAIN_EVENTS, EVENTS, snake_case
from custom_components.dems.flow_errors import error_key, joining_error_key
from custom_components.dems.foresight import PlanMode
from custom_components.dems.image import PLAN_PLOT
from custom_components.dems.ledger import AnchorStatus, Membership
from custom_components.dems.market import Action, Answer, OrderState, Side, SuggestionState
from custom_components.dems.models import CommandSource
from custom_components.dems.number import LIMITS, SETPOINT, TRADING
from custom_components.dems.plant_form import PlantKind
from custom_components.dems.prices import PRICES
from custom_components.dems.reasons import (
    LEDGER_REASONS,
    LIVE_REASONS,
    MARKET_REASONS,
    NONE,
    OTHER,
    PLAN_PROBLEMS,
    PLAN_REASONS,
    REASONS,
    SUGGESTION_REASONS,
)
from custom_components.dems.select import ANSWER, MODE
from custom_components.dems.sensor import SENSORS
from custom_components.dems.services import REMOVABLE_LIMITS
from custom_components.dems.settlement import MONEY
from custom_components.dems.switch import AUTO_BID, FOLLOW_LIVE, SWITCHES
from custom_components.dems.tariff import Source
from custom_components.dems.time import QUIET_HOURS
from dems_node.chain import errors as chain_errors
from dems_protocol.contracts import (
    certificates,
    community_registry,
    demands,
    direct_inclusion,
    meter_ledger,
    netting,
    renewable_energy_account,
)
from openems_bridge.dispatcher.commands import CommandSource as BridgeCommandSource
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.foresight.plan import PlanMode as BridgePlanMode
from openems_bridge.ledger.anchoring import AnchorStatus as BridgeAnchorStatus
from openems_bridge.ledger.membership_state import MembershipStatus
from openems_bridge.ledger.single_writer import ReadOnlyReason
from openems_bridge.ledger.verification import FindingCode
from openems_bridge.planner.plan import Because, Relaxed
from openems_bridge.trader.findings import MarketFaultCode
from openems_bridge.trader.own_orders import OrderState as BridgeOrderState
from openems_bridge.trader.settings import DispatchChoice
from openems_bridge.trader.steps import VoidReason
from openems_bridge.trader.suggestions import Action as BridgeAction
from openems_bridge.trader.suggestions import SuggestionState as BridgeSuggestionState

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "dems"
_TRADING = ("market_audit", "slot_worker")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
DESCRIPTIONS: dict[str, tuple[Any, ...]] = {
    "binary_sensor": BINARY_SENSORS,
    "button": (RELEASE,),
    "event": EVENTS,
    "image": (PLAN_PLOT,),
    "number": (*LIMITS, SETPOINT, *TRADING),
    "select": (MODE, ANSWER),
    "sensor": SENSORS,
    "switch": (*SWITCHES, AUTO_BID, FOLLOW_LIVE),
    "time": QUIET_HOURS,
}


def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def _leaves(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _leaves(value, f"{path}.{key}")
    else:
        yield path, document


ENGLISH = _load("translations/en.json")
GERMAN = _load("translations/de.json")


def test_strings_are_the_english_translation() -> None:
    assert _load("strings.json") == ENGLISH


def test_german_is_complete() -> None:
    english, german = dict(_leaves(ENGLISH)), dict(_leaves(GERMAN))
    assert english.keys() == german.keys()
    for path, text in english.items():
        assert text.strip()
        assert german[path].strip()
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(german[path])), path


def test_german_is_german() -> None:
    same = {path for path, text in _leaves(GERMAN) if dict(_leaves(ENGLISH))[path] == text and " " in text}
    assert same == set()


@pytest.mark.parametrize("language", [ENGLISH, GERMAN])
def test_every_reason_of_the_bridge_has_a_sentence(language: Any) -> None:
    sentences = language["entity"]["sensor"]["dispatch_reason"]["state"]
    codes = {code.value for code in ReasonCode}
    assert codes == REASONS
    assert sentences.keys() == codes | {OTHER}
    assert all(len(sentence) <= 255 for sentence in sentences.values())


@pytest.mark.parametrize("language", [ENGLISH, GERMAN])
@pytest.mark.parametrize("sensor", ["anchor_reason", "community_problem"])
def test_every_reason_of_the_ledger_has_a_sentence(language: Any, sensor: str) -> None:
    sentences = language["entity"]["sensor"][sensor]["state"]
    assert sentences.keys() == LEDGER_REASONS | {NONE, OTHER}
    assert all(len(sentence) <= 255 for sentence in sentences.values())


@pytest.mark.parametrize("language", [ENGLISH, GERMAN])
@pytest.mark.parametrize(
    ("sensor", "codes"),
    [
        ("plan_reason", PLAN_REASONS),
        ("plan_problem", PLAN_PROBLEMS),
        ("market_problem", MARKET_REASONS),
        ("suggestion_reason", SUGGESTION_REASONS),
        ("live_reason", LIVE_REASONS),
    ],
)
def test_every_reason_of_plan_and_market_has_a_sentence(
    language: Any, sensor: str, codes: frozenset[str]
) -> None:
    sentences = language["entity"]["sensor"][sensor]["state"]
    assert sentences.keys() == codes | {NONE, OTHER}
    assert all(len(sentence) <= 255 for sentence in sentences.values())


def test_reasons_of_plan_and_market_are_the_bridges() -> None:
    contracted = {"sold_from_battery", "bought_for_battery"}
    assert {code.value for code in Because} | contracted == PLAN_REASONS
    assert {code.value for code in Relaxed} == PLAN_PROBLEMS
    written = "\n".join((ROOT / "openems_bridge" / "trader" / f"{name}.py").read_text() for name in _TRADING)
    of_orders = set(re.findall(r'OrderReason\("([a-z_]+)"', written))
    assert len(of_orders) >= 3
    operator = "\n".join(
        (ROOT / "community" / "market" / f"{name}.py").read_text() for name in ("desk", "plausibility")
    )
    told = {code.replace("-", "_") for code in re.findall(r'Refusal\(\s*"([a-z-]+)"', operator)}
    implausible = set(re.findall(r'\("(above_[a-z_]+)"', operator))
    assert len(told) >= 5
    assert len(implausible) >= 4
    verdicts = {code.value for code in (*MarketFaultCode, *VoidReason)}
    assert (of_orders | told | implausible | verdicts) - MARKET_REASONS == set()
    suggested = (ROOT / "openems_bridge" / "trader" / "suggestions.py").read_text()
    of_suggestions = set(re.findall(r'SuggestionReason\("([a-z_]+)"', suggested))
    assert len(of_suggestions) >= 10
    assert of_suggestions - SUGGESTION_REASONS == set()
    followed = "".join(path.read_text() for path in (ROOT / "openems_bridge" / "trader").glob("live*.py"))
    assert set(re.findall(r'"(live_[a-z_]+)"', followed)) == LIVE_REASONS


def test_refusals_of_plan_and_market_have_sentences() -> None:
    sources = [*(ROOT / "openems_bridge" / "trader").glob("*.py"), ROOT / "openems_bridge/foresight/desk.py"]
    codes = {
        code
        for path in sources
        for code in re.findall(r'(?:Refused\(|code =)\s*"([a-z_]+)"', path.read_text())
    }
    assert len(codes) >= 10
    assert codes - MARKET_REFUSALS - LEDGER_REFUSALS == set()
    for code in MARKET_REFUSALS:
        assert f"refused_{code}" in ENGLISH["exceptions"]


def test_what_operator_bridge_and_chain_complain_about_is_known() -> None:
    documented = (FOLDER.parents[1] / "docs" / "operator-api.md").read_text()
    refusals = documented.split("Refusals of a reading", 1)[1].split("## Invitations", 1)[0]
    operator = {code.replace("-", "_") for code in re.findall(r"`([a-z]+-[a-z-]+)`", refusals)}
    assert len(operator) >= 10
    chain = {
        error.problem
        for error in vars(chain_errors).values()
        if isinstance(error, type) and issubclass(error, chain_errors.ChainError)
    }
    bridge = {code.value for code in (*ReadOnlyReason, *FindingCode)}
    assert (operator | chain | bridge) - LEDGER_REASONS == set()


def test_words_of_the_bridge_are_ours() -> None:
    assert [*AnchorStatus] == [*BridgeAnchorStatus]
    assert [*Membership] == [*MembershipStatus]
    assert {*PlanMode} == {*BridgePlanMode}
    assert {*Action} == {*BridgeAction} - {"none"}
    assert {*OrderState} == {*BridgeOrderState}
    assert {*SuggestionState} == {*BridgeSuggestionState}
    assert {*Answer} == {*DispatchChoice}
    assert {*CommandSource} == {*BridgeCommandSource}
    assert ENGLISH["selector"]["source"]["options"].keys() == {*CommandSource}


def test_every_event_of_the_watched_contracts_has_a_type() -> None:
    contracts = (
        certificates,
        community_registry,
        demands,
        direct_inclusion,
        meter_ledger,
        netting,
        renewable_energy_account,
    )
    names = {
        name.removesuffix("Event")
        for contract in contracts
        for name, kind in vars(contract).items()
        if name.endswith("Event") and name != "Event" and isinstance(kind, type)
    }
    administration = {"ApprovalForAll", "AuthorityUpdated", "EIP712DomainChanged", "Uri"}
    assert {snake_case(name) for name in names - administration} == set(CHAIN_EVENTS)


def test_every_event_type_has_a_word() -> None:
    for event in EVENTS:
        assert event.event_types is not None
        words = ENGLISH["entity"]["event"][event.translation_key]["state_attributes"]["event_type"]["state"]
        assert words.keys() == set(event.event_types)


def test_every_statistic_has_a_name() -> None:
    named = ENGLISH["selector"]["statistics"]["options"].keys()
    assert named == {*PRICES, *MONEY.values()}
    assert {*PRICES.values(), "interval"} == ENGLISH["options"]["step"]["settings"]["data"].keys()


def test_refusals_name_parameters_that_the_bridge_sends() -> None:
    params = {code.value: set(code.params) for code in ReasonCode}
    for code in REFUSALS:
        message = ENGLISH["exceptions"][f"refused_{code}"]["message"]
        assert set(PLACEHOLDER.findall(message)) <= params[code], code


@pytest.mark.parametrize("platform", DESCRIPTIONS)
def test_every_entity_has_a_name_and_every_option_a_word(platform: str) -> None:
    words, icons = ENGLISH["entity"][platform], _load("icons.json")["entity"].get(platform, {})
    keys = {description.translation_key for description in DESCRIPTIONS[platform]}
    assert words.keys() == keys
    assert icons.keys() <= keys
    for description in DESCRIPTIONS[platform]:
        options = getattr(description, "options", None) or []
        assert words[description.translation_key].get("state", {}).keys() == {str(one) for one in options}
        states = icons.get(description.translation_key, {}).get("state", {})
        assert states.keys() <= {"on", "off", *map(str, options)}
        assert getattr(description, "device_class", None) or description.translation_key in icons


def test_actions_are_described() -> None:
    described = yaml.safe_load((FOLDER / "services.yaml").read_text())
    assert described.keys() == ENGLISH["services"].keys() == _load("icons.json")["services"].keys()
    for name, action in described.items():
        assert action["fields"].keys() == ENGLISH["services"][name]["fields"].keys()
    for key, choices in (("tariff_source", Source), ("plant_kind", PlantKind), ("side", Side)):
        assert ENGLISH["selector"][key]["options"].keys() == {str(one) for one in choices}
    options = described["remove_limits"]["fields"]["limits"]["selector"]["select"]["options"]
    assert set(options) == set(REMOVABLE_LIMITS) == ENGLISH["selector"]["limits"]["options"].keys()


def test_every_exception_and_issue_key_in_the_code_has_words() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    for key in re.findall(r'translation_key="([a-z_]+)"', code):
        assert f'"{key}"' in json.dumps(ENGLISH), key
    for flow, module in (("config", "config_flow.py"), ("options", "options_flow.py")):
        for step in re.findall(r"async def async_step_([a-z_]+)", (FOLDER / module).read_text()):
            if step not in ("zeroconf", "reauth", "hassio"):
                assert step in ENGLISH[flow]["step"], step


@pytest.mark.parametrize(
    ("flow", "module", "explain"),
    [("config", "config_flow.py", error_key), ("options", "options_flow.py", joining_error_key)],
)
def test_every_error_of_the_flows_has_words(
    flow: str, module: str, explain: Callable[[BridgeError], str]
) -> None:
    code = (FOLDER / module).read_text()
    errors = set(re.findall(r'errors\[[^\]]+\] = "([a-z_]+)"', code))
    kinds = ("wrong-code", "no-pairing-open", "too-many-attempts", "refused", "not-found", "unauthorized")
    errors |= {explain(error) for error in _errors(kinds)}
    assert errors <= ENGLISH[flow]["error"].keys()
    aborts = set(re.findall(r'reason="([a-z_]+)"', code))
    if flow == "config":
        aborts |= {"cannot_connect", "not_a_bridge"}
    assert aborts <= ENGLISH[flow]["abort"].keys()


def test_errors_of_the_options_flow_are_what_the_bridge_can_refuse() -> None:
    """Every error can be shown, and every code that the ledger refuses with has one."""
    ledger = FOLDER.parents[1] / "openems_bridge" / "ledger"
    raising = "\n".join(
        (ledger / module).read_text() for module in ("desk.py", "contract_reading.py", "membership.py")
    )
    codes = set(re.findall(r'(?:LedgerRefused|NotThisCommunity)\(\s*"([a-z_]+)"', raising))
    assert len(codes) > 10
    of_actions = {"not_held", "nothing_to_claim", "too_many_slots"}
    of_the_command_line = {"nothing_to_withdraw", "transactions_pending"}
    codes -= of_actions | of_the_command_line
    keys = {code: joining_error_key(_problem("refused", code)) for code in codes}
    assert [code for code, key in keys.items() if key == "bridge_refused"] == []
    others = ("chain_wrong_chain", "operator_silent", "moon_phase")
    shown = {*keys.values(), *(joining_error_key(_problem("refused", code)) for code in others)}
    shown |= {joining_error_key(error) for error in _errors(("not-found",))}
    own = {
        "consent_needed",
        "integration_missing",
        "meter_needed",
        "no_price",
        "price_entity_needed",
        "price_needed",
        "unit_number_invalid",
        "unit_unknown",
    }
    own |= {
        "battery_needed",
        "confirmation_needed",
        "power_needed",
        "same_script",
        "script_missing",
        "script_needed",
    }
    assert ENGLISH["options"]["error"].keys() == shown | own
    for code in of_actions | {"no_community", "chain_unreachable"}:
        assert code in LEDGER_REFUSALS
        assert f"refused_{code}" in ENGLISH["exceptions"]


def _problem(kind: str, code: str | None = None) -> BridgeProblem:
    return BridgeProblem(status=409, kind=kind, detail="", code=code, params={})


def _errors(kinds: Iterable[str]) -> list[BridgeError]:
    return [
        *(_problem(kind) for kind in kinds),
        CannotConnect(),
        CertificateChanged("00" * 32),
        InvalidAnswer(),
        Unauthorized(),
        WrongVersion(bridge_is_older=True),
        WrongVersion(bridge_is_older=False),
    ]
