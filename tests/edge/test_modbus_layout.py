"""Finding an Edge's registers by their headers."""

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.edge.interface import BatteryKind
from openems_bridge.edge.modbus.house import ModbusHouse, find_house, read_house
from openems_bridge.edge.modbus.layout import (
    MANAGED_SET_ACTIVE_POWER,
    SUM_CAPACITY,
    Layout,
    LayoutError,
    Nature,
    Span,
    discover,
    plan_reads,
)
from openems_bridge.edge.modbus.options import ModbusOptions
from openems_bridge.telemetry import EdgeState, GridMode, Register

ESS = (
    (Nature.OPENEMS_COMPONENT, 80),
    (Nature.SYMMETRIC_ESS, 100),
    (Nature.MANAGED_SYMMETRIC_ESS, 100),
)
SUM = ((Nature.OPENEMS_COMPONENT, 80), (Nature.SUM, 200))
HYBRID = ((Nature.OPENEMS_COMPONENT, 80), (Nature.HYBRID_ESS, 100), *ESS[1:])
METER = ((Nature.OPENEMS_COMPONENT, 80), (Nature.ELECTRICITY_METER, 100))

type Parts = tuple[tuple[str, tuple[tuple[int, int], ...]], ...]


def image(parts: Parts) -> dict[int, int]:
    """Return the headers of an Edge that serves these components."""
    registers = {0: 0x6201, 1: 199}
    start = 200
    for component_id, natures in parts:
        raw = component_id.encode().ljust(32, b"\x00")
        registers.update(enumerate(struct.unpack(">16H", raw), start=start))
        length = 20 + sum(size for _, size in natures)
        registers[start + 16] = length
        position = start + 20
        for nature, size in natures:
            registers |= {position: nature, position + 1: size}
            position += size
        start += length
    return registers


def put(registers: dict[int, int], address: int, raw: bytes) -> None:
    registers.update(enumerate(struct.unpack(f">{len(raw) // 2}H", raw), start=address))


def walk(registers: Mapping[int, int]) -> Layout:
    generator = discover()
    span = next(generator)
    while True:
        answer = [registers.get(address, 0xFFFF) for address in range(span.address, span.end)]
        try:
            span = generator.send(answer)
        except StopIteration as done:
            layout: Layout = done.value
            return layout


def house(parts: Parts, **options: str) -> ModbusHouse:
    return find_house(walk(image(parts)), ModbusOptions(host="edge", **options))  # type: ignore[arg-type]


def test_the_addresses_of_the_facts() -> None:
    layout = walk(image((("_sum", SUM), ("ess0", ESS))))
    totals, ess = layout.components
    assert (totals.id, totals.start, ess.id, ess.start) == ("_sum", 200, "ess0", 500)
    assert ess.span(Nature.MANAGED_SYMMETRIC_ESS, MANAGED_SET_ACTIVE_POWER) == Span(706, 2)
    assert totals.span(Nature.SUM, SUM_CAPACITY) == Span(420, 2)


def test_addresses_shift_with_the_components() -> None:
    found = house((("meter0", METER), ("ess0", ESS), ("_sum", SUM)))
    assert found.setpoint == Span(706 - 500 + 400, 2)
    assert [component.start for component in found.chain] == [200, 400, 700]


def test_reads_never_end_inside_a_record_and_stay_short() -> None:
    found = house((("_sum", SUM), ("ess0", ESS)))
    ends = {place.span.end for place in found.places.values()}
    starts = {place.span.address for place in found.places.values()}
    assert {read.end for read in found.reads} <= ends
    assert {read.address for read in found.reads} <= starts
    assert all(read.count <= 125 for read in found.reads)
    assert len(found.reads) <= 3


def test_values_of_an_ac_coupled_house() -> None:
    found = house((("_sum", SUM), ("ess0", ESS)))
    registers = image((("_sum", SUM), ("ess0", ESS)))
    registers |= {222: 2, 602: 64, 417: 1}
    for address, power in (
        (315, 250.0),
        (327, 3000.0),
        (343, 900.0),
        (604, -1500.0),
        (618, 5000.0),
        (702, -4000.0),
    ):
        put(registers, address, struct.pack(">f", power))
    for address, energy in ((351, 11.0), (355, 22.0), (359, 33.0), (363, 44.0), (367, 55.0), (379, 66.0)):
        put(registers, address, struct.pack(">d", energy))
    full = {address: registers.get(address, 0xFFFF) for address in range(1000)}
    telemetry = read_house(found, full, measured_at=1.0, received_at=2.0)
    assert telemetry.grid_power == 250
    assert telemetry.battery_power == telemetry.ess_power == -1500
    assert (telemetry.solar_power, telemetry.consumption_power, telemetry.soc) == (3000, 900, 64)
    assert (telemetry.allowed_charge_power, telemetry.allowed_discharge_power) == (-4000, None)
    assert telemetry.max_apparent_power == 5000
    assert telemetry.capacity is None
    assert telemetry.edge_state is EdgeState.WARNING
    assert telemetry.grid_mode is GridMode.ON_GRID
    assert telemetry.counters == {
        Register.BATTERY_CHARGE: 11,
        Register.BATTERY_DISCHARGE: 22,
        Register.WITHDRAWAL: 33,
        Register.FEED_IN: 44,
        Register.GENERATION: 55,
        Register.CONSUMPTION: 66,
    }


def test_a_hybrids_battery_is_the_totals_discharge_power() -> None:
    found = house((("_sum", SUM), ("ess0", HYBRID)))
    assert found.topology.battery is not None
    assert found.topology.battery.kind is BatteryKind.HYBRID
    assert found.places["battery_power"].span.address == 415
    assert Register.BATTERY_CHARGE.value not in found.places


def test_a_component_knows_its_header() -> None:
    (totals, ess) = house((("_sum", SUM), ("ess0", ESS))).chain
    registers = image((("_sum", SUM), ("ess0", ESS)))
    header = [registers[address] for address in range(ess.header.address, ess.header.end)]
    assert ess.is_at(header)
    assert not totals.is_at(header)
    assert not ess.is_at([*header[:16], header[16] + 1])
    assert not ess.is_at([0xFFFF] * 17)


def test_only_what_is_needed_is_checked() -> None:
    found = house((("_sum", SUM), ("meter0", METER), ("ess0", ESS), ("meter1", METER)))
    assert [component.id for component in found.chain] == ["_sum", "meter0", "ess0"]


def test_several_batteries_need_a_choice() -> None:
    parts: Parts = (("_sum", SUM), ("ess0", ESS), ("ess1", ESS))
    assert house(parts).topology.battery is None
    assert "ess0, ess1" in house(parts).topology.notes[0]
    chosen = house(parts, battery="ess1")
    assert chosen.topology.battery is not None
    assert chosen.topology.battery.id == "ess1"
    assert Register.BATTERY_CHARGE.value not in chosen.places, "the totals count both batteries"
    assert "no battery 'ess7'" in house(parts, battery="ess7").topology.notes[0]


def test_control_needs_confirmation_and_cannot_release() -> None:
    control = house((("_sum", SUM), ("ess0", ESS))).topology.control
    assert control is not None
    assert (control.releasable, control.confirmed, control.timeout_seconds) == (False, False, 60)
    assert house((("_sum", SUM), ("ess0", ESS[:2]))).topology.control is None


def test_other_devices_are_refused() -> None:
    with pytest.raises(LayoutError, match="no OpenEMS"):
        walk({0: 1, 1: 2})
    with pytest.raises(LayoutError, match=r"component\.ids"):
        house((("ess0", ESS),))


@given(
    st.lists(st.tuples(st.integers(1, 120), st.sampled_from([1, 2, 4, 16])), min_size=1, max_size=40),
    st.integers(16, 125),
)
def test_plans_cover_everything_within_the_limit(steps: list[tuple[int, int]], longest: int) -> None:
    spans: list[Span] = []
    address = 0
    for gap, count in steps:
        spans.append(Span(address + gap, count))
        address = spans[-1].end
    reads = plan_reads(reversed(spans), longest)
    assert all(read.count <= longest for read in reads)
    assert all(any(r.address <= s.address and s.end <= r.end for r in reads) for s in spans)
    assert {read.end for read in reads} <= {span.end for span in spans}
    assert sum(read.count for read in reads) <= address


def test_overlapping_records_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="overlap"):
        plan_reads([Span(0, 4), Span(2, 2)])
