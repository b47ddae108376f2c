"""The community in Home Assistant: entities that come with it, why something is not anchored, and what to repair."""

from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir

from custom_components.dems.community_sensors import COMMUNITY_SENSORS
from custom_components.dems.const import DOMAIN
from custom_components.dems.devices import Part
from custom_components.dems.errors import InvalidAnswer
from custom_components.dems.models import House

from .bridge import FakeBridge, until
from .conftest import SetUp
from .samples import ANCHOR, BRIDGE_ID, CERTIFICATE, COMMUNITY, HOUSEHOLD, MARKET, NETTING, member, state

STATUS = "sensor.musterstrasse_last_reading"
REASON = "sensor.musterstrasse_last_reading_reason"
MEMBERSHIP = "sensor.musterstrasse_membership"


def _value(hass: HomeAssistant, entity_id: str) -> str | None:
    found = hass.states.get(entity_id)
    return None if found is None else found.state


def _attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return dict(found.attributes)


def _community_entities(hass: HomeAssistant, entry_id: str) -> set[str]:
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, f"{BRIDGE_ID}_community"), entry_id)
    if device is None:
        return set()
    return {one.entity_id for one in er.async_entries_for_device(er.async_get(hass), device.id)}


async def test_house_without_a_community(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    assert _community_entities(hass, entry.entry_id) == set()
    assert not [one for one in hass.states.async_entity_ids("event") if "musterstrasse" in one]


async def test_from_the_invitation_to_the_end(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Who waits sees that he waits; what a member has comes with the membership, and goes with the community."""
    entry = await set_up()
    await until(lambda: bridge.sockets)
    await bridge.change(community={**COMMUNITY, "status": "waiting"})
    await until(lambda: _value(hass, MEMBERSHIP) == "waiting")
    await hass.async_block_till_done()
    assert _community_entities(hass, entry.entry_id) == {
        MEMBERSHIP,
        "sensor.musterstrasse_obstacle",
        "binary_sensor.musterstrasse_operator_connection",
        "binary_sensor.musterstrasse_chain_connection",
    }
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{BRIDGE_ID}_community"), entry.entry_id
    )
    assert device is not None
    assert (device.name, device.entry_type) == ("Musterstraße", dr.DeviceEntryType.SERVICE)

    await bridge.change(community={"status": "member"}, anchor=ANCHOR, netting=NETTING)
    await until(lambda: _value(hass, STATUS) == "verified")
    await hass.async_block_till_done()
    everything = _community_entities(hass, entry.entry_id)
    assert len(everything) == len(COMMUNITY_SENSORS) + 4 + 3

    await bridge.change(community={"status": "left"}, anchor=None, netting=None)
    await until(lambda: _value(hass, STATUS) == STATE_UNAVAILABLE)
    assert _value(hass, MEMBERSHIP) == "left"
    await bridge.change(community={"status": "member"}, anchor=ANCHOR, netting=NETTING)
    await until(lambda: _value(hass, STATUS) == "verified")

    await bridge.change(community=None, anchor=None, netting=None)
    await until(lambda: not _community_entities(hass, entry.entry_id))
    assert hass.states.get(MEMBERSHIP) is None


async def test_community_goes_although_the_edge_is_away(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = member(bridge={"edge": "lost"}, battery=None)
    entry = await set_up()
    await until(lambda: bridge.sockets)
    assert _community_entities(hass, entry.entry_id)
    await bridge.change(community=None, anchor=None, netting=None)
    await until(lambda: not _community_entities(hass, entry.entry_id))


async def test_refused_membership_says_why(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state()
    bridge.document["community"] = {**COMMUNITY, "status": "refused", "reason": "not of this street"}
    await set_up()
    assert _value(hass, MEMBERSHIP) == "refused"
    assert _attributes(hass, MEMBERSHIP)["parameters"] == {"detail": "not of this street"}
    assert _value(hass, "sensor.musterstrasse_obstacle") == "refused"
    assert hass.states.get(STATUS) is None


async def test_values_of_a_member(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member(community={"balance": 10**22})
    await set_up()
    assert _value(hass, STATUS) == "verified"
    assert _value(hass, REASON) == "none"
    assert _value(hass, "sensor.musterstrasse_verified_until") == "2026-09-21T14:15:00+00:00"
    assert _value(hass, "sensor.musterstrasse_withdrawal_inside_in_last_slot") == "40"
    assert _value(hass, "sensor.musterstrasse_withdrawal_outside_in_last_slot") == "60"
    assert _value(hass, "sensor.musterstrasse_share_in_last_slot") == "40.0"
    assert _value(hass, "sensor.musterstrasse_renewable_energy_account") == "12.345"
    (held,) = _attributes(hass, "sensor.musterstrasse_certificates")["certificates"]
    assert (held["id"], held["amount_wh"]) == (CERTIFICATE, 12000)
    assert held["origin"]["plant_unit"] == "SEE900000000001"
    assert held["origin"]["issued_at"] == "2026-09-21T14:13:20+00:00"
    assert "commissioned_at" not in held["origin"], "what is not known is left out"
    balance = _value(hass, "sensor.musterstrasse_wallet_balance")
    assert balance is not None
    assert float(balance) == 10_000, "more wei than fit into 64 bits"
    assert _attributes(hass, MEMBERSHIP)["household"] == HOUSEHOLD


async def test_nothing_is_opened_yet(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    bridge.document["anchor"] = dict.fromkeys(ANCHOR)
    bridge.document["netting"] = dict.fromkeys(NETTING)
    await set_up()
    for key in ("last_reading", "readings_waiting", "share_in_last_slot", "certificates", "verified_until"):
        assert _value(hass, f"sensor.musterstrasse_{key}") == STATE_UNKNOWN, key
    assert _value(hass, "binary_sensor.musterstrasse_anchoring") == STATE_UNKNOWN


async def test_why_not_anchored(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    await set_up()
    await until(lambda: bridge.sockets)
    params = {"register": "generation", "wh": 9000, "limit": 2500}
    await bridge.change(anchor={"status": "refused", "reason": {"code": "above-plant", "params": params}})
    await until(lambda: _value(hass, REASON) == "above_plant")
    assert _attributes(hass, REASON)["parameters"] == params
    assert _value(hass, "binary_sensor.musterstrasse_anchoring") == "on"
    await bridge.change(anchor={"status": "verified", "reason": {"code": "moon_phase", "params": {}}})
    await until(lambda: _value(hass, REASON) == "other")
    assert _attributes(hass, REASON)["code"] == "moon_phase"
    assert _value(hass, "binary_sensor.musterstrasse_anchoring") == "off"


async def test_lost_chain_and_operator(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    problem = {"code": "stuck", "params": {"nonce": 3}}
    bridge.document = member(community={"chain": "wrong_chain", "operator": "lost", "problem": problem})
    await set_up()
    assert _value(hass, "binary_sensor.musterstrasse_chain_connection") == "off"
    chain = _attributes(hass, "binary_sensor.musterstrasse_chain_connection")
    assert chain["connection"] == "wrong_chain"
    assert _value(hass, "binary_sensor.musterstrasse_operator_connection") == "off"
    assert _value(hass, "sensor.musterstrasse_obstacle") == "stuck"


@pytest.mark.parametrize(
    ("issue", "wrong", "right"),
    [
        (
            "key_not_backed_up",
            {"community": {"key_backed_up": False}},
            {"community": {"key_backed_up": True}},
        ),
        ("wallet_empty", {"community": {"balance": 0}}, {"community": {"balance": 1}}),
        (
            "wallet_empty",
            {"community": {"problem": {"code": "balance_low", "params": {}}}},
            {"community": {"problem": None}},
        ),
        ("reading_refused", {"anchor": {"status": "refused"}}, {"anchor": {"status": "verified"}}),
        ("reading_refused", {"anchor": {"status": "excluded"}}, {"anchor": {"status": "included"}}),
        (
            "statement_not_verified",
            {"anchor": {"status": "not_verified"}},
            {"anchor": {"status": "verified"}},
        ),
        ("second_bridge", {"community": {"read_only": True}}, {"community": {"read_only": False}}),
        ("wrong_chain", {"community": {"chain": "wrong_chain"}}, {"community": {"chain": "connected"}}),
    ],
)
async def test_repairs(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    issue: str,
    wrong: dict[str, Any],
    right: dict[str, Any],
) -> None:
    bridge.document = member()
    entry = await set_up()
    await until(lambda: bridge.sockets)
    issue_id = f"{issue}_{entry.entry_id}"

    def raised() -> set[str]:
        return {key for domain, key in ir.async_get(hass).issues if domain == DOMAIN}

    assert raised() == set()
    await bridge.change(**wrong)
    await until(lambda: raised() == {issue_id})
    if "anchor" in wrong:
        await bridge.change(anchor={"status": "waiting"}, grid={"power": 1})
        await until(lambda: _value(hass, "sensor.grid_meter_power") == "1")
        assert raised() == {issue_id}, "the next slot's reading has mended nothing yet"
    await bridge.change(**right)
    await until(lambda: raised() == set())


async def test_no_repairs_for_a_household_that_only_waits(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = state()
    bridge.document["community"] = {**COMMUNITY, "status": "waiting", "balance": 0, "read_only": True}
    await set_up()
    assert [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN] == []


def test_energies_of_a_slot_are_in_no_statistics() -> None:
    """They are dated to an old slot: as live states they would be counted in the wrong hour, and twice."""
    energies = [one for one in COMMUNITY_SENSORS if one.device_class == "energy"]
    assert len(energies) == 6
    assert {one.state_class for one in energies} == {None}


def test_only_membership_comes_before_the_membership() -> None:
    assert {one.key for one in COMMUNITY_SENSORS if one.part is Part.COMMUNITY} == {
        "membership",
        "community_problem",
    }


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("community", {"balance": "much"}),
        ("community", {"reason": 5}),
        ("community", {"problem": {"params": {}}}),
        ("anchor", {"slot": 10**30}),
        ("anchor", {"last_verified_slot": 1.5}),
        ("netting", {"certificates": [{"id": CERTIFICATE}]}),
        ("netting", {"certificates": {}}),
        ("netting", {"share": "half"}),
    ],
)
def test_nonsense_is_named_by_its_path(section: str, keys: dict[str, Any]) -> None:
    with pytest.raises(InvalidAnswer, match=rf"^{section}\.{next(iter(keys))}"):
        House.read(member(**{section: keys}))


def test_slots_of_unknown_length_have_no_times() -> None:
    house = House.read(member(bridge={"slot_seconds": None}))
    assert house.anchor is not None
    assert house.netting is not None
    assert (house.anchor.start, house.anchor.last_verified_end, house.netting.start) == (None, None, None)


async def test_settlement_in_another_currency_is_a_repair(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    hass.config.currency = "CHF"
    bridge.document = {**member(), "market": MARKET}
    await set_up()
    await until(lambda: bridge.sockets)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "currency_differs_01DEMS")
    assert issue is not None
    assert issue.translation_placeholders == {"bridge": "Musterhaus", "settled": "EUR", "ours": "CHF"}
    hass.config.currency = "EUR"
    await bridge.change(market={"gate": 1790000200.0})
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, "currency_differs_01DEMS") is None)
