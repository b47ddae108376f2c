"""Documents that a bridge may send, and those that it never should: read rightly, or refused by name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.dems.counters import HighWater
from custom_components.dems.document import merge
from custom_components.dems.errors import InvalidAnswer
from custom_components.dems.models import BridgeInfo, EdgeConnection, House, Mode, Quality, Status

from .samples import COMMANDED, state

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SECTIONS = sorted(state())
KEYS = sorted({key for section in state().values() for key in section})


def test_whole_house() -> None:
    house = House.read(merge({}, state(dispatch=COMMANDED)))
    assert house.bridge.edge is EdgeConnection.CONNECTED
    assert house.grid is not None
    assert house.grid.power == -1200
    assert house.reading is not None
    assert house.reading.quality is Quality.COMPLETE
    assert (house.reading.end - house.reading.start).total_seconds() == 900
    assert house.dispatch is not None
    assert (house.dispatch.mode, house.dispatch.status) == (Mode.MANUAL, Status.LIMITED)
    assert house.dispatch.clamps[0].params == {"limit_w": 1500, "requested_w": 2000}
    assert house.limits is not None
    assert house.limits.max_feed_in is None


def test_absent_and_null_sections_are_absent() -> None:
    house = House.read(merge({}, {**state(battery=None), "reading": None}))
    assert house.battery is None
    assert house.reading is None


def test_unknown_sections_keys_and_words_are_no_error() -> None:
    reason = {"code": "mode_off"}
    document: dict[str, Any] = state(grid={"mode": "island", "frequency": 50.0}, dispatch={"reason": reason})
    document["market"] = {"price": 1}
    house = House.read(merge({}, document))
    assert house.grid is not None
    assert house.grid.mode is None


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("grid", "power", "1"),
        ("grid", "power", True),
        ("grid", "power", 1.5),
        ("grid", "name", 5),
        ("battery", "soc", "full"),
        ("battery", "steerable", 1),
        ("bridge", "id", ""),
        ("bridge", "id", None),
        ("reading", "start", None),
        ("reading", "end", 10**18),
        ("dispatch", "reason", []),
        ("dispatch", "reason", {"code": None}),
        ("dispatch", "reason", {"code": "x", "params": []}),
        ("dispatch", "reason", 5),
        ("dispatch", "clamps", {}),
        ("dispatch", "clamps", [5]),
        ("dispatch", "target", {"type": "battery_power", "power_w": "1"}),
        ("limits", "grid_charging", "yes"),
    ],
)
def test_wrong_types_are_named(section: str, key: str, value: Any) -> None:
    with pytest.raises(InvalidAnswer, match=f"{section}.{key}"):
        House.read(merge({}, state(**{section: {key: value}})))


@given(document=JSON | st.dictionaries(st.sampled_from(SECTIONS), JSON))
def test_garbage_is_refused_and_nothing_else(document: Any) -> None:
    try:
        House.read(merge({}, document if isinstance(document, dict) else {"bridge": document}))
    except InvalidAnswer:
        return
    assert isinstance(document, dict)
    assert document["bridge"]["id"]


@given(section=st.sampled_from(SECTIONS), key=st.sampled_from(KEYS), value=JSON)
def test_one_wrong_value_is_refused_and_nothing_else(section: str, key: str, value: Any) -> None:
    document = state()
    document[section][key] = value
    message = None
    try:
        House.read(document)
    except InvalidAnswer as error:
        message = str(error)
    assert message is None or section in message


@given(document=JSON.filter(lambda one: isinstance(one, dict)))
def test_garbage_instead_of_information(document: Any) -> None:
    with pytest.raises(InvalidAnswer):
        BridgeInfo.read(document)


PLAIN = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.none() | st.dictionaries(st.sampled_from(["x", "y"]), st.integers(), max_size=2),
)


@given(changes=st.lists(PLAIN, max_size=6))
def test_merging_keeps_what_was_said_last(changes: list[dict[str, Any]]) -> None:
    merged: dict[str, dict[str, Any]] = {}
    expected: dict[tuple[str, str], int] = {}
    sections: set[str] = set()
    for change in changes:
        before = {section: dict(keys) for section, keys in merged.items()}
        result = merge(merged, change)
        assert merged == before, "the arguments are left as they are"
        merged = result
        for section, keys in change.items():
            if keys is None:
                expected = {at: value for at, value in expected.items() if at[0] != section}
                sections.discard(section)
            else:
                sections.add(section)
                expected.update({(section, key): value for key, value in keys.items()})
    assert merged.keys() == sections
    assert {(s, k): v for s, keys in merged.items() for k, v in keys.items()} == expected


@given(values=st.lists(st.none() | st.integers(min_value=0, max_value=1000), min_size=1, max_size=20))
def test_a_counter_never_dips_within_a_run(values: list[int | None]) -> None:
    marks, highest = HighWater(), 0
    for value in values:
        grid = marks.hold(House.read(state(grid={"energy_import": value}))).grid
        assert grid is not None
        if value is None:
            assert grid.energy_import is None
        else:
            highest = max(highest, value)
            assert grid.energy_import == highest


def test_a_counter_begins_again_with_a_new_run_or_another_meter() -> None:
    marks = HighWater()

    def shown(imported: int, started_at: float, component: str) -> int | None:
        document = state(
            bridge={"started_at": started_at}, grid={"energy_import": imported, "component": component}
        )
        grid = marks.hold(House.read(document)).grid
        assert grid is not None
        return grid.energy_import

    assert shown(500, 1.0, "meter0") == 500
    assert shown(400, 1.0, "meter0") == 500
    assert shown(100, 1.0, "meter1") == 100
    assert shown(90, 2.0, "meter0") == 90
