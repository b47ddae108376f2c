"""Which channels are subscribed, and what their values mean."""

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.edge.openems.channels import (
    EDGE_CLOCK,
    edge_clock,
    map_channels,
    number,
    read_values,
    total,
)
from openems_bridge.telemetry import EdgeState, GridMode, Register, Telemetry

from . import documents
from .documents import Components
from .test_components import look

VALUES: dict[str, object] = {
    "_meta/SystemTimeUtc": 1_790_000_000,
    "_sum/State": 1,
    "_sum/GridMode": 1,
    "_sum/GridActivePower": 9999,
    "_sum/ProductionActivePower": 3000,
    "_sum/ConsumptionActivePower": 800,
    "_sum/ProductionActiveEnergy": 70_000,
    "_sum/ConsumptionActiveEnergy": 60_000,
    "_sum/EssDcChargeEnergy": 111,
    "_sum/EssDcDischargeEnergy": 222,
    "_sum/EssDischargePower": -777,
    "_sum/EssActivePower": -700,
    "_sum/EssSoc": 51,
    "_sum/EssCapacity": 20_000,
    "meter0/ActivePower": -1200,
    "meter0/ActiveProductionEnergy": 5000,
    "meter0/ActiveConsumptionEnergy": 4000,
    "ess0/Soc": 50,
    "ess0/Capacity": 10_000,
    "ess0/ActivePower": 1500,
    "ess0/DcDischargePower": -1500,
    "ess0/MaxApparentPower": 5000,
    "ess0/AllowedChargePower": -4000,
    "ess0/AllowedDischargePower": 4500,
    "ess0/DebugSetActivePower": 1400,
    "ess0/ActiveChargeEnergy": 333,
    "ess0/ActiveDischargeEnergy": 444,
    "ess1/DcDischargePower": 100,
    "ess1/DebugSetActivePower": 40,
    "ess2/ActivePower": 20,
    "ess2/DebugSetActivePower": 2,
}


def read(components: Components, changes: dict[str, object] | None = None, **chosen: object) -> Telemetry:
    channels = map_channels(look(components, **chosen))
    values = {address: {**VALUES, **(changes or {})}.get(address) for address in channels.addresses()}
    return read_values(channels, values, measured_at=1_790_000_000.0, received_at=5.0)


def test_ac_coupled_values() -> None:
    telemetry = read(documents.AC_COUPLED)
    assert telemetry.measured_at == 1_790_000_000.0
    assert telemetry.received_at == 5.0
    assert telemetry.grid_power == -1200, "the grid meter's own"
    assert telemetry.battery_power == telemetry.ess_power == 1500
    assert (telemetry.solar_power, telemetry.consumption_power) == (3000, 800)
    assert (telemetry.soc, telemetry.capacity, telemetry.max_apparent_power) == (50, 10_000, 5000)
    assert (telemetry.allowed_charge_power, telemetry.allowed_discharge_power) == (-4000, 4500)
    assert telemetry.applied_setpoint == 1400
    assert telemetry.grid_mode is GridMode.ON_GRID
    assert telemetry.edge_state is EdgeState.INFO
    assert telemetry.counters == {
        Register.WITHDRAWAL: 5000,
        Register.FEED_IN: 4000,
        Register.GENERATION: 70_000,
        Register.BATTERY_CHARGE: 333,
        Register.BATTERY_DISCHARGE: 444,
        Register.CONSUMPTION: 60_000,
    }


def test_a_hybrids_battery_is_its_dc_side() -> None:
    telemetry = read(documents.HYBRID)
    assert telemetry.battery_power == -1500
    assert telemetry.ess_power == 1500
    assert telemetry.counters[Register.BATTERY_CHARGE] == 111
    assert telemetry.counters[Register.BATTERY_DISCHARGE] == 222


def test_a_cluster_is_the_sum_of_its_members() -> None:
    telemetry = read(documents.CLUSTER)
    assert telemetry.battery_power == 120
    assert telemetry.ess_power == 1500
    assert telemetry.applied_setpoint == 42
    assert telemetry.counters[Register.BATTERY_CHARGE] == 111


def test_several_batteries_without_a_choice_are_read_as_their_sum() -> None:
    telemetry = read(documents.SEVERAL)
    assert (telemetry.battery_power, telemetry.ess_power) == (-777, -700)
    assert (telemetry.soc, telemetry.capacity) == (51, 20_000)
    assert telemetry.allowed_charge_power is None
    assert telemetry.counters[Register.BATTERY_DISCHARGE] == 222


def test_house_without_battery_knows_none_of_it() -> None:
    telemetry = read(documents.NO_ESS)
    assert telemetry.battery_power is None
    assert telemetry.soc is None
    assert telemetry.counters[Register.BATTERY_CHARGE] is None
    assert telemetry.grid_power == -1200


def test_chosen_plants_are_added_up() -> None:
    components = {**documents.HYBRID, "pv1": ("SolarEdge.PV-Inverter", {})}
    chosen = ("charger0", "pv1")
    values: dict[str, object] = {
        "charger0/ActualPower": 100,
        "charger0/ActualEnergy": 1000,
        "pv1/ActivePower": 20,
        "pv1/ActiveProductionEnergy": 200,
    }
    telemetry = read(components, values, plants=chosen)
    assert telemetry.solar_power == 120
    assert telemetry.counters[Register.GENERATION] == 1200
    half = read(components, {**values, "pv1/ActivePower": None}, plants=chosen)
    assert half.solar_power is None, "half of the plants is not the plants"


def test_undefined_is_none_and_never_zero() -> None:
    telemetry = read(documents.AC_COUPLED, dict.fromkeys(VALUES))
    assert telemetry.grid_power is None
    assert telemetry.battery_power is None
    assert telemetry.soc is None
    assert telemetry.edge_state is None
    assert telemetry.grid_mode is GridMode.UNDEFINED
    assert set(telemetry.counters.values()) == {None}


def test_impossible_enums_and_soc_are_undefined() -> None:
    changes: dict[str, object] = {"_sum/State": 9, "_sum/GridMode": 7, "ess0/Soc": 255}
    telemetry = read(documents.AC_COUPLED, changes)
    assert telemetry.edge_state is None
    assert telemetry.grid_mode is GridMode.UNDEFINED
    assert telemetry.soc is None


def test_edge_clock_in_seconds_or_milliseconds() -> None:
    assert edge_clock({EDGE_CLOCK: 1_790_000_000}) == 1_790_000_000
    assert edge_clock({EDGE_CLOCK: 1_790_000_000_500}) == 1_790_000_000.5
    assert edge_clock({EDGE_CLOCK: None}) is None
    assert EDGE_CLOCK in map_channels(look(documents.NO_ESS)).addresses()


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.lists(st.integers())))
def test_any_value_becomes_an_integer_or_none(value: object) -> None:
    result = number(value)
    assert result is None or type(result) is int
    if isinstance(value, int):
        assert result == value


@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), max_size=5))
def test_total_is_the_sum_or_unknown(values: list[int | None]) -> None:
    data = {f"c{i}/P": value for i, value in enumerate(values)}
    result = total(data, tuple(data))
    known = [value for value in values if value is not None]
    assert result == (sum(known) if values and len(known) == len(values) else None)
