"""Where the Modbus/TCP API puts which record: headers, natures and their tables, from ``component.ids`` in order.

Addresses follow facts/openems.md: 0 the hash of "OpenEMS", 1 the block of ``_meta`` (length 199), components from 200:
id as 16 registers of text, length at S+16, natures from S+20, each with hash, length and records. A component's length
is the sum of its natures' (the 20 registers of its header do not count, so the last nature's tail is overlapped).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from openems_bridge.fake_edge.channels import Value
from openems_bridge.fake_edge.configuration import ComponentConfig
from openems_bridge.fake_edge.cycle import EdgeCore


class RecordType(Enum):
    """A record's format and its length in registers."""

    UINT16 = 1
    FLOAT32 = 2
    FLOAT64 = 4
    STRING16 = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the register map. ``channel`` is the address that a write goes to, None where there is none."""

    address: int
    type: RecordType
    read: Callable[[], Value]
    channel: str | None = None
    writable: bool = False

    @property
    def words(self) -> int:
        """How many registers it takes."""
        return self.type.value


FIRST_COMPONENT = 200
META_LENGTH = 199
_HEADER = 20

_U, _F, _D = RecordType.UINT16, RecordType.FLOAT32, RecordType.FLOAT64
type _Row = tuple[RecordType, str | None]

_RESERVED: _Row = (_F, None)

_OPENEMS_COMPONENT: Sequence[_Row] = ((_U, "State"),)
_SUM: Sequence[_Row] = (
    (_U, "EssSoc"),
    (_F, "EssActivePower"),
    _RESERVED,
    _RESERVED,
    (_F, "EssReactivePower"),
    _RESERVED,
    _RESERVED,
    (_F, "GridActivePower"),
    (_F, "GridMinActivePower"),
    (_F, "GridMaxActivePower"),
    _RESERVED,
    _RESERVED,
    _RESERVED,
    (_F, "ProductionActivePower"),
    (_F, "ProductionMaxActivePower"),
    (_F, "ProductionAcActivePower"),
    _RESERVED,
    _RESERVED,
    _RESERVED,
    (_F, "ProductionDcActualPower"),
    _RESERVED,
    (_F, "ConsumptionActivePower"),
    (_F, "ConsumptionMaxActivePower"),
    _RESERVED,
    _RESERVED,
    (_D, "EssActiveChargeEnergy"),
    (_D, "EssActiveDischargeEnergy"),
    (_D, "GridBuyActiveEnergy"),
    (_D, "GridSellActiveEnergy"),
    (_D, "ProductionActiveEnergy"),
    (_D, "ProductionAcActiveEnergy"),
    (_D, "ProductionDcActiveEnergy"),
    (_D, "ConsumptionActiveEnergy"),
    (_D, "EssDcChargeEnergy"),
    (_D, "EssDcDischargeEnergy"),
    *((_F, f"{name}L{phase}") for name in ("EssActivePower", "GridActivePower") for phase in (1, 2, 3)),
    *(
        (_F, f"{name}L{phase}")
        for name in ("ProductionAcActivePower", "ConsumptionActivePower")
        for phase in (1, 2, 3)
    ),
    (_F, "EssDischargePower"),
    (_U, "GridMode"),
    _RESERVED,
    (_F, "EssCapacity"),
)
_SYMMETRIC_ESS: Sequence[_Row] = (
    (_U, "Soc"),
    (_U, "GridMode"),
    (_F, "ActivePower"),
    (_F, "ReactivePower"),
    _RESERVED,
    _RESERVED,
    _RESERVED,
    _RESERVED,
    (_F, "Capacity"),
    (_F, "MaxApparentPower"),
)
_LEAST_POWER, _MOST_POWER = "least set-point", "most set-point"
_MANAGED_ESS: Sequence[_Row] = (
    (_F, _LEAST_POWER),
    (_F, _MOST_POWER),
    (_F, "SetActivePowerEquals"),
    (_F, "SetReactivePowerEquals"),
    (_F, "SetActivePowerLessOrEquals"),
    (_F, "SetReactivePowerLessOrEquals"),
    (_F, "SetActivePowerGreaterOrEquals"),
    (_F, "SetReactivePowerGreaterOrEquals"),
)
_HYBRID_ESS: Sequence[_Row] = ((_U, "DcDischargePower"),)
"""One unsigned register, as the source has it (believed): a charging battery reads as two's complement."""
_METER: Sequence[_Row] = (
    (_F, "Frequency"),
    _RESERVED,
    _RESERVED,
    (_F, "ActivePower"),
    _RESERVED,
    (_F, "ActiveProductionEnergy"),
    (_F, "ActiveConsumptionEnergy"),
    (_F, "Voltage"),
    (_F, "Current"),
)

_NATURES: Sequence[tuple[str, int, Sequence[_Row]]] = (
    ("Sum", 220, _SUM),
    ("SymmetricEss", 100, _SYMMETRIC_ESS),
    ("ManagedSymmetricEss", 100, _MANAGED_ESS),
    ("HybridEss", 100, _HYBRID_ESS),
    ("ElectricityMeter", 200, _METER),
)


def nature_hash(name: str) -> int:
    """Return the low 16 bits of Java's hash of a text: OpenEMS' mark of a nature."""
    value = 0
    for character in name:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value & 0xFFFF


def records(core: EdgeCore, component_ids: Sequence[str], *, read_only: bool = False) -> dict[int, Record]:
    """Return the whole register map by start address. Components that do not exist are left out."""
    found: dict[int, Record] = {}

    def add(record: Record) -> int:
        found[record.address] = record
        return record.address + record.words

    def constant(address: int, kind: RecordType, value: Value) -> int:
        return add(Record(address=address, type=kind, read=lambda: value))

    constant(0, _U, nature_hash("OpenEMS"))
    _add_meta(constant)
    start = FIRST_COMPONENT
    for component_id in component_ids:
        component = core.configuration.components.get(component_id)
        if component is None:
            continue
        constant(start, RecordType.STRING16, component_id)
        length, at = 0, start + _HEADER
        for name, size, table in _natures(component):
            constant(at, _U, nature_hash(name))
            constant(at + 1, _U, size)
            for record in _rows(core, component_id, at + 2, table, read_only=read_only):
                add(record)
            length, at = length + size, at + size
        constant(start + 16, _U, length)
        start += length
    return found


def _add_meta(constant: Callable[[int, RecordType, Value], int]) -> None:
    at = constant(1, _U, META_LENGTH)
    for number in (2026, 5, 0):
        at = constant(at, _U, number)
    for text in ("OpenEMS Association e.V.", "OpenEMS", "", "2026.5.0", "", ""):
        at = constant(at, RecordType.STRING16, text)


def _natures(component: ComponentConfig) -> Iterator[tuple[str, int, Sequence[_Row]]]:
    yield "OpenemsComponent", 80, _OPENEMS_COMPONENT
    for nature in _NATURES:
        if component.has_nature(nature[0]):
            yield nature


def _rows(
    core: EdgeCore, component_id: str, address: int, table: Sequence[_Row], *, read_only: bool
) -> Iterator[Record]:
    for kind, channel_id in table:
        yield _record(core, component_id, address, kind, channel_id, read_only=read_only)
        address += kind.value


def _record(
    core: EdgeCore,
    component_id: str,
    address: int,
    kind: RecordType,
    channel_id: str | None,
    *,
    read_only: bool,
) -> Record:
    if channel_id is None:
        return Record(address=address, type=kind, read=lambda: None)
    if channel_id in (_LEAST_POWER, _MOST_POWER):
        index = 0 if channel_id == _LEAST_POWER else 1
        return Record(address=address, type=kind, read=lambda: core.possible_power(component_id)[index])
    channel = core.channel(component_id, channel_id)
    full = f"{component_id}/{channel_id}"
    if not channel.readable and read_only:
        return Record(address=address, type=kind, read=lambda: None)
    return Record(
        address=address,
        type=kind,
        read=lambda: core.value(full) if channel.readable else None,
        channel=full,
        writable=channel.writable and not read_only,
    )
