"""What changed, and what is urgent."""

from hypothesis import given
from hypothesis import strategies as st

from dems_node.json_types import StateDocument
from openems_bridge.api.changes import changes, is_urgent, merged
from openems_bridge.api.websocket import Coalescer

_VALUES = st.one_of(st.none(), st.integers(-9, 9), st.sampled_from(["on", "off"]))
# Sections always have the same keys while they are there: that is the contract.
_SECTION = st.fixed_dictionaries({"power": _VALUES, "mode": _VALUES})
_DOCUMENT = st.fixed_dictionaries(
    {"home": _SECTION, "reading": st.one_of(st.none(), _SECTION)},
    optional={"grid": _SECTION, "solar": _SECTION},
)


@given(_DOCUMENT, _DOCUMENT)
def test_a_client_that_merges_the_changes_has_the_new_state(old: StateDocument, new: StateDocument) -> None:
    assert merged(old, changes(old, new)) == new


@given(_DOCUMENT)
def test_nothing_changed_is_no_change(state: StateDocument) -> None:
    assert changes(state, state) == {}


def test_only_changed_keys_travel() -> None:
    old: StateDocument = {"grid": {"power": 1, "mode": "on_grid"}, "home": {"power": 1}}
    new: StateDocument = {"grid": {"power": 2, "mode": "on_grid"}, "home": {"power": 1}}
    assert changes(old, new) == {"grid": {"power": 2}}
    assert not is_urgent(old, changes(old, new))


def test_a_section_that_goes_is_null_and_urgent() -> None:
    old: StateDocument = {"solar": {"power": 2}, "reading": None}
    change = changes(old, {"reading": None})
    assert change == {"solar": None}
    assert is_urgent(old, change)


def test_grid_mode_is_urgent() -> None:
    old: StateDocument = {"grid": {"power": 2, "mode": "on_grid"}}
    assert is_urgent(old, {"grid": {"mode": "off_grid"}})


def test_a_set_point_is_urgent_when_it_begins_but_not_when_the_loop_moves_it() -> None:
    old: StateDocument = {"dispatch": {"setpoint": None, "status": "following", "clamps": []}}
    assert is_urgent(old, {"dispatch": {"setpoint": 100}})
    moving: StateDocument = {"dispatch": {"setpoint": 90, "status": "following", "clamps": []}}
    assert not is_urgent(moving, {"dispatch": {"setpoint": 100}})
    assert is_urgent(moving, {"dispatch": {"setpoint": 100, "status": "limited"}})


def test_a_clamp_is_urgent_when_another_limit_holds_but_not_when_its_numbers_move() -> None:
    old: StateDocument = {"dispatch": {"clamps": [{"code": "reserve_soc", "params": {"soc": 10}}]}}
    assert not is_urgent(old, {"dispatch": {"clamps": [{"code": "reserve_soc", "params": {"soc": 9}}]}})
    assert is_urgent(old, {"dispatch": {"clamps": []}})


def _state(power: int, mode: str = "off") -> StateDocument:
    return {"grid": {"power": power}, "dispatch": {"mode": mode}}


def test_measurements_wait_for_the_interval() -> None:
    coalescer = Coalescer(_state(0), 10, now=0)
    assert coalescer.offer(_state(1), 1) == ({}, 9.5)
    assert coalescer.offer(_state(2), 10) == ({"grid": {"power": 2}}, None)
    assert coalescer.offer(_state(2), 11) == ({}, None)
    assert coalescer.offer(_state(3), 15) == ({}, 5.5)


def test_what_is_urgent_takes_waiting_measurements_along() -> None:
    coalescer = Coalescer(_state(0), 10, now=0)
    coalescer.offer(_state(1), 1)
    assert coalescer.offer(_state(2, "manual"), 2) == (
        {"grid": {"power": 2}, "dispatch": {"mode": "manual"}},
        None,
    )
    assert coalescer.offer(_state(3, "manual"), 3)[1] == 9.5


def test_a_measurement_that_went_back_is_not_sent() -> None:
    coalescer = Coalescer(_state(0), 10, now=0)
    coalescer.offer(_state(1), 1)
    assert coalescer.offer(_state(0), 10) == ({}, None)


def test_a_cycle_a_little_early_does_not_wait_for_the_next() -> None:
    coalescer = Coalescer(_state(0), 1, now=0)
    assert coalescer.offer(_state(1), 0.95) == ({"grid": {"power": 1}}, None)
