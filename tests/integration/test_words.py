"""Every word that a person reads: complete in English and German, the same placeholders, no code without a sentence."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from custom_components.dems.binary_sensor import BINARY_SENSORS
from custom_components.dems.button import RELEASE
from custom_components.dems.commands import REFUSALS
from custom_components.dems.number import LIMITS, SETPOINT
from custom_components.dems.reasons import OTHER, REASONS
from custom_components.dems.select import MODE
from custom_components.dems.sensor import SENSORS
from custom_components.dems.services import REMOVABLE_LIMITS
from custom_components.dems.switch import SWITCHES
from openems_bridge.dispatcher.reasons import ReasonCode

FOLDER = Path(__file__).parents[2] / "custom_components" / "dems"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
DESCRIPTIONS: dict[str, tuple[Any, ...]] = {
    "binary_sensor": BINARY_SENSORS,
    "button": (RELEASE,),
    "number": (*LIMITS, SETPOINT),
    "select": (MODE,),
    "sensor": SENSORS,
    "switch": SWITCHES,
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
    options = described["remove_limits"]["fields"]["limits"]["selector"]["select"]["options"]
    assert set(options) == set(REMOVABLE_LIMITS) == ENGLISH["selector"]["limits"]["options"].keys()


def test_every_exception_and_issue_key_in_the_code_has_words() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    for key in re.findall(r'translation_key="([a-z_]+)"', code):
        assert f'"{key}"' in json.dumps(ENGLISH), key
    for step in re.findall(r"async def async_step_([a-z_]+)", code):
        if step not in ("zeroconf", "reauth", "init"):
            assert step in ENGLISH["config"]["step"], step


def test_every_error_of_the_flow_has_words() -> None:
    code = (FOLDER / "config_flow.py").read_text()
    errors = set(re.findall(r'errors\[[^\]]+\] = "([a-z_]+)"', code))
    errors |= set(re.findall(r'return "([a-z_]+)"', code)) | set(re.findall(r': "([a-z]+_[a-z_]+)",', code))
    assert errors <= ENGLISH["config"]["error"].keys()
    aborts = set(re.findall(r'reason="([a-z_]+)"', code)) | {"cannot_connect", "not_a_bridge"}
    assert aborts <= ENGLISH["config"]["abort"].keys()
