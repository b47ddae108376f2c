"""The battery model: losses, derating, ramp, delay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.edge.simulation.battery import Battery, BatterySettings


def battery(**changes: int | None) -> Battery:
    values: dict[str, int | None] = {"capacity_wh": 10_000, "max_power_w": 5_000, **changes}
    return Battery(BatterySettings(**values))  # type: ignore[arg-type]


@given(
    targets=st.lists(st.tuples(st.integers(-9000, 9000), st.integers(1, 400)), max_size=12),
    capacity=st.integers(1, 20_000),
    efficiency=st.integers(1, 100),
    soc=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_energy_is_conserved_exactly_and_the_limits_hold(
    targets: list[tuple[int, int]], capacity: int, efficiency: int, soc: int
) -> None:
    cell = battery(capacity_wh=capacity, efficiency_percent=efficiency, initial_soc=soc)
    began, stored, taken = cell.content, 0, 0
    for target, seconds in targets:
        for _ in range(seconds):
            may_charge, may_discharge = cell.allowed_charge(), cell.allowed_discharge()
            power = cell.advance(target)
            assert -may_charge <= power <= may_discharge
            stored += max(0, -power)
            taken += max(0, power)
            assert 0 <= cell.soc <= 100
    # In J: content changes by charged · e - discharged / e, with e = efficiency / 100.
    unit = cell.units_per_joule
    assert (cell.content - began) * 100 * efficiency == unit * (stored * efficiency**2 - taken * 100**2)


def test_a_round_trip_loses_95_percent_each_way() -> None:
    cell = battery(capacity_wh=100_000, initial_soc=50)
    began = cell.content
    charged = sum(-cell.advance(-4000) for _ in range(3600))
    assert (cell.content - began) / cell.units_per_joule == pytest.approx(charged * 0.95)
    discharged = 0
    while cell.content > began:
        discharged += max(0, cell.advance(4000))
    assert discharged / charged == pytest.approx(0.95**2, rel=2e-3)


@pytest.mark.parametrize(
    ("soc", "allowed"), [(50, 5000), (95, 5000), (96, 4000), (98, 2000), (99, 1000), (100, 0)]
)
def test_allowed_charge_falls_linearly_from_95_percent(soc: int, allowed: int) -> None:
    assert battery(initial_soc=soc).allowed_charge() == allowed


@pytest.mark.parametrize(("soc", "allowed"), [(50, 5000), (5, 5000), (4, 4000), (2, 2000), (1, 1000), (0, 0)])
def test_allowed_discharge_falls_linearly_below_5_percent(soc: int, allowed: int) -> None:
    assert battery(initial_soc=soc).allowed_discharge() == allowed


def test_a_set_point_shows_after_about_two_seconds() -> None:
    cell = battery()
    assert [cell.advance(2000) for _ in range(3)] == [0, 2000, 2000]
    cell = battery()
    assert [cell.advance(-5000) for _ in range(4)] == [0, -2500, -5000, -5000]


def test_the_ramp_can_be_chosen() -> None:
    cell = battery(ramp_w_per_second=100)
    assert [cell.advance(250) for _ in range(5)] == [0, 100, 200, 250, 250]


def test_a_snapshot_goes_on_where_it_was() -> None:
    one, other = battery(), battery()
    for _ in range(500):
        one.advance(-3000)
    other.restore(one.snapshot())
    assert [one.advance(1000) for _ in range(5)] == [other.advance(1000) for _ in range(5)]
    assert one.content == other.content


def test_a_snapshot_of_a_larger_battery_is_refused() -> None:
    large = battery(capacity_wh=50_000, initial_soc=90)
    small = battery()
    with pytest.raises(ValueError, match="does not fit a battery of 10000 Wh"):
        small.restore(large.snapshot())
    assert small.soc == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity_wh": 0},
        {"max_power_w": -1},
        {"efficiency_percent": 0},
        {"initial_soc": 101},
        {"ramp_w_per_second": 0},
    ],
)
def test_what_makes_no_battery_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        battery(**wrong)
