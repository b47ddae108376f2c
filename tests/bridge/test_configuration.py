"""The configuration: what is wrong is named with its path, what was expected and what was found."""

import logging
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dems_node.configuration.values import ConfigurationError
from openems_bridge.configuration.example import EXAMPLE
from openems_bridge.configuration.loading import load_configuration, parse_configuration
from openems_bridge.configuration.model import BridgeConfiguration, PushedOptions
from openems_bridge.diagnostics import plain
from openems_bridge.edge.modbus.options import ModbusOptions
from openems_bridge.edge.openems.options import ChosenComponents, OpenEmsOptions
from openems_bridge.edge.simulation.options import SimulationOptions

BASE = Path("/etc/dems")
OPENEMS: dict[str, Any] = {
    "type": "openems",
    "host": "edge",
    "username": "owner",
    "password": "pass-of-owner",
}


def _document(**changed: Any) -> dict[str, Any]:
    return {"household": "Musterhaus", "data_dir": "data", "edge": {"type": "pushed"}, **changed}


def _parse(document: Any) -> BridgeConfiguration:
    return parse_configuration(yaml.safe_dump(document, allow_unicode=True), base=BASE)


def _mistakes(document: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        _parse(document)
    return refused.value.mistakes


def test_the_example_is_valid_and_its_defaults_are_the_programs() -> None:
    example = parse_configuration(EXAMPLE, base=BASE)
    assert example.data_dir == BASE / "data"
    assert isinstance(example.edge, OpenEmsOptions)
    needed = {"household": "My home", "data_dir": "data"}
    edge = {"type": "openems", "host": "192.168.1.50", "username": "owner", "password": "owner"}
    assert example == _parse({**needed, "edge": edge}), (
        "what the example says is what holds without saying it"
    )


def _uncommented(first: str) -> dict[str, Any]:
    lines = EXAMPLE.splitlines()
    start = next(number for number, line in enumerate(lines) if first in line)
    begin = next(number for number in range(start, len(lines)) if lines[number] == "# edge:")
    block = []
    for line in lines[begin:]:
        if not line.startswith("# "):
            break
        block.append(line.removeprefix("# "))
    document: dict[str, Any] = yaml.safe_load("\n".join(block))
    return document


def test_the_commented_alternatives_are_valid_too() -> None:
    modbus = _parse(_document(**_uncommented("For Modbus/TCP instead"))).edge
    assert modbus == ModbusOptions(host="192.168.1.50", battery="ess0")
    simulation = _parse(_document(**_uncommented("For a simulated house instead"))).edge
    assert simulation == SimulationOptions()


def test_the_commented_options_of_openems_exist() -> None:
    edge = {
        **OPENEMS,
        "websocket_path": "/",
        "tls": False,
        "request_timeout": 5,
        "silence_timeout": 5,
        "components": {"battery": "ess0", "grid_meter": "meter0", "plants": ["pvInverter0", "charger0"]},
    }
    for key in edge.keys() - {"type"}:
        assert f"{key}:" in EXAMPLE
    options = _parse(_document(edge=edge)).edge
    assert isinstance(options, OpenEmsOptions)
    assert options.components == ChosenComponents(
        battery="ess0", grid_meter="meter0", plants=("pvInverter0", "charger0")
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"household": 3}, "household: expected text of 1 to 60 characters, found 3"),
        ({"household": "a\nb"}, "household: expected text of 1 to 60 characters, found 'a\\nb'"),
        ({"slot_seconds": 7}, "slot_seconds: expected at least 60 s that divide an hour (900), found 7"),
        ({"slot_seconds": "900"}, "slot_seconds: expected a whole number of seconds, found '900'"),
        ({"edge": None}, "edge: expected a mapping with a type, found nothing"),
        ({"edge": {}}, "edge.type: expected one of openems, modbus, pushed, simulation, found nothing"),
        (
            {"edge": {"type": "opnems"}},
            "edge.type: expected one of openems, modbus, pushed, simulation, found 'opnems' "
            "(did you mean 'openems'?)",
        ),
        (
            {"edge": {**OPENEMS, "rest_port": "8084"}},
            "edge.rest_port: expected a whole number from 1 to 65535, found '8084'",
        ),
        (
            {"edge": {**OPENEMS, "rest_port": 99999}},
            "edge.rest_port: expected a whole number from 1 to 65535, found 99999",
        ),
        ({"edge": {**OPENEMS, "rest_prt": 1}}, "edge.rest_prt: unknown key (did you mean 'rest_port'?)"),
        ({"edge": {**OPENEMS, "tls": "yes"}}, "edge.tls: expected true or false, found 'yes'"),
        (
            {"edge": {**OPENEMS, "components": {"batery": "ess0"}}},
            "edge.components.batery: unknown key (did you mean 'battery'?)",
        ),
        ({"edge": {"type": "pushed", "host": "x"}}, "edge.host: unknown key (known here: )"),
        (
            {"edge": {"type": "simulation", "household": "familiy"}},
            "edge.household: expected one of family, retired_couple, home_office, commuters, heat_pump, "
            "found 'familiy' (did you mean 'family'?)",
        ),
        ({"api": {"port": True}}, "api.port: expected a whole number from 0 to 65535, found True"),
        ({"api": []}, "api: expected a mapping with host, port, zeroconf, found a list"),
        (
            {"log": {"level": "inf"}},
            "log.level: expected one of debug, info, warning, error, found 'inf' (did you mean 'info'?)",
        ),
        ({"househould": "x"}, "househould: unknown key (did you mean 'household'?)"),
        (
            {"data_dir": "x" * 100},
            "data_dir: expected a path of at most 90 bytes (it holds a Unix socket), found /etc/dems/"
            + "x" * 100,
        ),
    ],
)
def test_a_mistake_is_named(changed: dict[str, Any], expected: str) -> None:
    assert _mistakes(_document(**changed)) == [expected]


def test_what_is_missing_is_named() -> None:
    document = _document()
    del document["household"]
    assert _mistakes(document) == ["household: expected a value, found nothing"]
    assert _mistakes(None)[0].startswith("expected a mapping with household, data_dir")


def test_all_mistakes_come_at_once() -> None:
    assert len(_mistakes(_document(household=1, slot_seconds=1, api={"port": -1}, nonsense=1))) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "not YAML: line 1, column 5"),
        ("a: 1\na: 2", "not YAML: line 2, column 1: 'a' is given twice"),
        ("a: \x00", "not YAML: it holds characters"),
        ("a: !!python/object/apply:os.system [ls]", "not YAML: line 1, column 4"),
        ("[" * 5000, "not YAML: line 1, column 20: nested too deep"),
    ],
)
def test_what_is_no_yaml(text: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_configuration(text, base=BASE)
    assert refused.value.mistakes[0].startswith(expected)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["household", "data_dir", "edge", "type", "api", "port", "log", "host"]) | st.text(max_size=5), inner, max_size=4), max_leaves=8))  # fmt: skip
def test_any_document_is_taken_or_explained(document: Any) -> None:
    try:
        mistakes = [] if isinstance(_parse(document), BridgeConfiguration) else ["something else"]
    except ConfigurationError as error:
        mistakes = error.mistakes or [""]
    assert "something else" not in mistakes
    assert all(mistakes)


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from a file\n")
    edge = {key: value for key, value in OPENEMS.items() if key != "password"}
    options = _parse(_document(edge={**edge, "password_file": str(file)})).edge
    assert isinstance(options, OpenEmsOptions)
    assert options.password.reveal() == "from a file"
    assert _mistakes(_document(edge=edge)) == [
        "edge.password: expected either password or password_file, found neither"
    ]
    assert _mistakes(_document(edge={**OPENEMS, "password_file": str(file)})) == [
        "edge.password: expected either password or password_file, found both"
    ]
    file.write_text("two\nlines\n")
    assert "one line" in _mistakes(_document(edge={**edge, "password_file": str(file)}))[0]
    missing = _mistakes(_document(edge={**edge, "password_file": str(tmp_path / "none")}))
    assert missing[0].startswith("edge.password_file: expected a file that can be read")
    assert "from the root" in _mistakes(_document(edge={**edge, "password_file": "password"}))[0]


def test_the_password_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    configuration = _parse(_document(edge=OPENEMS))
    logging.getLogger().warning("%s", configuration)
    assert "pass-of-owner" not in repr(configuration)
    assert "pass-of-owner" not in str(plain(configuration))
    assert "pass-of-owner" not in caplog.text
    mistakes = _mistakes(_document(edge={**OPENEMS, "password": 12345678}))
    assert mistakes == ['edge.password: expected text (put a password of digits in "quotes")']


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="openems-bridge init"):
        load_configuration(tmp_path / "bridge.yaml")


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_bytes("household: Grüße".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_configuration(tmp_path / "bridge.yaml")


def test_pushed_has_nothing_to_configure() -> None:
    assert _parse(_document()).edge == PushedOptions()
