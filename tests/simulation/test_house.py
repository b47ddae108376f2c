"""The simulated house: energy in equals energy out, whatever is asked of it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.edge.interface import BatteryKind
from openems_bridge.edge.simulation.battery import BatterySettings
from openems_bridge.edge.simulation.house import Balancing, Control, FixedPower, HouseSettings, SimulatedHouse
from openems_bridge.edge.simulation.profile import HouseProfile, shipped_profile
from openems_bridge.telemetry import GridMode, Register

BATTERY = BatterySettings(capacity_wh=10_000, max_power_w=5_000)


def flat(load: int, pv: int, step_seconds: int = 900) -> HouseProfile:
    return HouseProfile(name="flat", step_seconds=step_seconds, load_w=(load,) * 4, pv_w=(pv,) * 4)


def house(
    profile: HouseProfile | None = None,
    *,
    battery: BatterySettings | None = BATTERY,
    kind: BatteryKind = BatteryKind.AC_COUPLED,
    start: float = 10 * 3600,
    speed: float = 1.0,
    seed: str = "test",
) -> SimulatedHouse:
    return SimulatedHouse(
        HouseSettings(
            profile=profile or shipped_profile("family"),
            battery=battery,
            kind=kind,
            start=start,
            speed=speed,
            seed=seed,
        )
    )


controls = st.lists(
    st.tuples(
        st.one_of(
            st.builds(FixedPower, st.integers(-9000, 9000)), st.builds(Balancing, st.integers(-3000, 3000))
        ),
        st.integers(1, 1000),
        st.booleans(),
    ),
    max_size=8,
)


@given(
    asked=controls,
    kind=st.sampled_from(BatteryKind),
    start=st.integers(0, 7 * 86_400),
    speed=st.sampled_from([1, 7, 60]),
)
@settings(max_examples=40, deadline=None)
def test_every_joule_is_accounted_for(
    asked: list[tuple[Control, int, bool]], kind: BatteryKind, start: int, speed: int
) -> None:
    home = house(kind=kind, start=start, speed=speed)
    for control, seconds, island in asked:
        home.grid_mode = GridMode.OFF_GRID if island else GridMode.ON_GRID
        home.advance(seconds, control)
        direct = 0 if home.hybrid else home.solar
        assert home.grid == home.load - direct - home.ess
        assert home.ess - home.battery_power == (home.solar if home.hybrid else 0)
        assert min(home.load, home.solar) >= 0
        if island:
            assert home.grid == 0
    energy = home.energy
    assert energy.grid_buy + energy.production_ac + energy.ess_discharge == (
        energy.consumption + energy.grid_sell + energy.ess_charge
    )
    assert energy.battery_discharge - energy.battery_charge + energy.production_dc == (
        energy.ess_discharge - energy.ess_charge
    )


@given(chunks=st.lists(st.integers(1, 700), max_size=10))
@settings(max_examples=30, deadline=None)
def test_counters_are_whole_wh_and_never_fall(chunks: list[int]) -> None:
    home = house()
    before = home.counters()
    for seconds in chunks:
        home.advance(seconds, Balancing())
        after = home.counters()
        assert all(after[register] >= before[register] for register in before)
        before = after
    assert before[Register.WITHDRAWAL] == home.energy.grid_buy // 3600


@given(split=st.integers(1, 4999))
@settings(max_examples=10, deadline=None)
def test_in_one_go_or_in_two_makes_no_difference(split: int) -> None:
    whole, parts = house(), house()
    whole.advance(5000, Balancing())
    parts.advance(split, Balancing())
    parts.advance(5000 - split, Balancing())
    assert whole.snapshot() == parts.snapshot()


def test_a_profile_step_has_exactly_its_energy_whatever_the_speed() -> None:
    profile = shipped_profile("family")
    for speed in (1, 2, 60):
        home = house(profile, battery=None, start=0, speed=speed)
        steps = 12 * 20
        home.advance(steps * profile.step_seconds // speed, FixedPower(0))
        assert home.energy.consumption * speed == sum(profile.load_w[:steps]) * profile.step_seconds
        assert home.energy.production_ac * speed == sum(profile.pv_w[:steps]) * profile.step_seconds


def test_watts_and_watt_hours_keep_their_relation_at_any_speed() -> None:
    home = house(speed=60)
    total = 0
    for _ in range(500):
        home.advance(1, Balancing())
        total += max(0, home.grid)
    assert home.energy.grid_buy == total


def test_the_speed_chooses_the_moment_of_the_day() -> None:
    home = house(start=3600.0, speed=60)
    home.advance(120, Balancing())
    assert home.moment == 3600 + 7200
    home.advance(7 * 86_400 // 60, Balancing())
    assert home.moment == 3600 + 7200


def test_balancing_keeps_the_grid_near_its_target() -> None:
    home = house(flat(1500, 0))
    home.advance(30, Balancing())
    grids = []
    for _ in range(600):
        home.advance(1, Balancing())
        grids.append(home.grid)
    assert abs(sum(grids) / len(grids)) < 30
    home.advance(30, Balancing(-500))
    home.advance(1, Balancing(-500))
    assert home.grid == pytest.approx(-500, abs=600)


def test_a_set_point_shows_on_the_grid_meter_after_two_seconds() -> None:
    home = house(flat(1000, 0))
    home.advance(10, FixedPower(0))
    home.advance(3, FixedPower(-3000))
    assert home.ess == home.battery_power == -3000
    assert home.asked == -3000
    assert home.grid == home.load + 3000


def test_the_inverter_of_a_hybrid_carries_battery_and_roof() -> None:
    home = house(flat(1000, 3000), kind=BatteryKind.HYBRID)
    home.advance(10, FixedPower(1000))
    assert home.ess == pytest.approx(1000, abs=60)
    assert home.battery_power == home.ess - home.solar < 0
    assert home.counters()[Register.BATTERY_CHARGE] > 0
    assert home.energy.production_ac == 0


def test_a_hybrid_feeds_in_what_its_full_battery_cannot_take() -> None:
    full = BatterySettings(capacity_wh=10_000, max_power_w=5_000, initial_soc=100)
    home = house(flat(500, 3000), battery=full, kind=BatteryKind.HYBRID)
    home.advance(30, Balancing())
    assert home.battery_power == 0
    assert home.grid == home.load - home.solar < 0
    assert home.allowed_charge_power == 0


def test_the_inverter_limits_a_hybrid() -> None:
    home = SimulatedHouse(
        HouseSettings(
            profile=flat(500, 4000),
            battery=BATTERY,
            kind=BatteryKind.HYBRID,
            max_apparent_power=5000,
            seed="x",
        )
    )
    for _ in range(300):
        home.advance(1, FixedPower(9000))
        assert home.ess <= 5000


def test_allowed_powers_are_those_of_the_ac_side() -> None:
    home = house(flat(500, 2000), kind=BatteryKind.HYBRID)
    home.advance(5, Balancing())
    assert home.allowed_discharge_power == min(5000 + home.solar, home.max_apparent_power)
    assert home.allowed_charge_power == home.solar - 5000


def test_off_grid_the_battery_carries_the_house() -> None:
    home = house(flat(1200, 300))
    home.grid_mode = GridMode.OFF_GRID
    home.advance(60, FixedPower(-5000))
    assert home.grid == 0
    assert home.battery_power == pytest.approx(900, abs=600)
    assert home.energy.grid_buy == home.energy.grid_sell == 0


def test_off_grid_an_empty_battery_sheds_the_load() -> None:
    empty = BatterySettings(capacity_wh=10_000, max_power_w=5_000, initial_soc=0)
    home = house(flat(1200, 300), battery=empty)
    home.grid_mode = GridMode.OFF_GRID
    home.advance(60, Balancing())
    assert home.load == home.solar


def test_a_stuck_battery_ignores_what_it_is_asked() -> None:
    home = house(flat(1000, 0))
    home.stuck = True
    home.advance(20, FixedPower(3000))
    assert home.battery_power == 0
    assert home.grid == home.load


def test_a_household_without_battery_or_roof_counts_neither() -> None:
    home = house(shipped_profile("commuters"), battery=None)
    home.advance(3600, Balancing())
    assert set(home.counters()) == {Register.WITHDRAWAL, Register.FEED_IN, Register.CONSUMPTION}
    assert (home.allowed_charge_power, home.allowed_discharge_power) == (0, 0)


def test_a_restored_house_goes_on_exactly() -> None:
    one, other = house(), house()
    one.advance(4321, Balancing())
    other.restore(one.snapshot())
    one.advance(777, FixedPower(-2000))
    other.advance(777, FixedPower(-2000))
    assert one.snapshot() == other.snapshot()


def test_the_snapshot_of_another_house_is_refused_and_changes_nothing() -> None:
    home, other = house(), house(battery=None)
    home.advance(100, Balancing())
    untouched = other.snapshot()
    with pytest.raises(ValueError, match="another house"):
        other.restore(home.snapshot())
    assert other.snapshot() == untouched


def test_the_seed_decides_the_seconds() -> None:
    def grids(seed: str) -> list[int]:
        home = house(battery=None, seed=seed)
        result = []
        for _ in range(100):
            home.advance(1, Balancing())
            result.append(home.grid)
        return result

    assert grids("a") == grids("a") != grids("b")
    assert any(before != after for before, after in pairwise(grids("a")))


def test_a_speed_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="speed must be > 0"):
        house(speed=0)


@pytest.mark.parametrize("kind", list(BatteryKind))
def test_a_battery_that_charges_when_the_grid_goes_takes_no_more_than_the_roof_gives(
    kind: BatteryKind,
) -> None:
    home = house(kind=kind, start=0)
    home.advance(60, FixedPower(-4000))
    assert home.battery_power < -3000
    home.grid_mode = GridMode.OFF_GRID
    for _ in range(5):
        home.advance(1, FixedPower(-4000))
        assert home.load >= 0
        assert home.battery_power >= -home.solar
