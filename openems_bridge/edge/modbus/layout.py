"""The Edge's register map, found through its headers. Pure: a generator asks for reads and is sent the registers.

Source: facts/openems.md, "Modbus/TCP". Register 0 says that this is OpenEMS; the block of ``_meta`` begins at 1 with
its own length, and the components follow it. A component that begins at S has its id at S..S+15, its length L at S+16, and its natures from S+20; the next
one begins at S+L. A nature that begins at N has its hash at N, its length at N+1 and its records from N+2.
The record tables below count from N: the facts' addresses minus the N they imply (``_sum`` at 200: OpenemsComponent
220, Sum 300; ``ess0`` at 500: OpenemsComponent 520, SymmetricEss 600, ManagedSymmetricEss 700).
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from openems_bridge.edge.modbus.codec import UNDEFINED_U16, RegisterType, decode_text

SIGNATURE = 0x6201
META_BLOCK = 1
COMPONENT_HEADER = 17
NATURES_OFFSET = 20
NATURE_HEADER = 2
LONGEST_READ = 125
"""Registers in one read: the Edge allows 126, the Modbus standard (and pymodbus) 125."""
MOST_COMPONENTS = 200


class Nature(IntEnum):
    """What a component is, by the hash that its nature's header carries."""

    OPENEMS_COMPONENT = 0xB3DC
    SUM = 0x462B
    SYMMETRIC_ESS = 0x42EE
    MANAGED_SYMMETRIC_ESS = 0xA3ED
    HYBRID_ESS = 0xBDC9
    START_STOPPABLE = 0x7CE6
    ELECTRICITY_METER = 0xEBB8
    ASYMMETRIC_ESS = 0x958F


class LayoutError(Exception):
    """The registers are not those of an OpenEMS Edge."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of registers: the first address and how many."""

    address: int
    count: int

    @property
    def end(self) -> int:
        """The first address after the run."""
        return self.address + self.count


@dataclass(frozen=True, slots=True)
class Record:
    """A value inside a nature: its distance from the nature's start, and its type."""

    offset: int
    kind: RegisterType


STATE = Record(2, RegisterType.U16)
"""Of OpenemsComponent."""

SUM_SOC = Record(2, RegisterType.U16)
SUM_ESS_POWER = Record(3, RegisterType.F32)
SUM_GRID_POWER = Record(15, RegisterType.F32)
SUM_PRODUCTION_POWER = Record(27, RegisterType.F32)
SUM_CONSUMPTION_POWER = Record(43, RegisterType.F32)
SUM_ESS_CHARGE = Record(51, RegisterType.F64)
SUM_ESS_DISCHARGE = Record(55, RegisterType.F64)
SUM_GRID_BUY = Record(59, RegisterType.F64)
SUM_GRID_SELL = Record(63, RegisterType.F64)
SUM_PRODUCTION = Record(67, RegisterType.F64)
SUM_CONSUMPTION = Record(79, RegisterType.F64)
SUM_DISCHARGE_POWER = Record(115, RegisterType.F32)
SUM_GRID_MODE = Record(117, RegisterType.U16)
SUM_CAPACITY = Record(120, RegisterType.F32)

ESS_SOC = Record(2, RegisterType.U16)
ESS_ACTIVE_POWER = Record(4, RegisterType.F32)
ESS_CAPACITY = Record(16, RegisterType.F32)
ESS_MAX_APPARENT_POWER = Record(18, RegisterType.F32)

MANAGED_LEAST_POWER = Record(2, RegisterType.F32)
MANAGED_MOST_POWER = Record(4, RegisterType.F32)
MANAGED_SET_ACTIVE_POWER = Record(6, RegisterType.F32)


@dataclass(frozen=True, slots=True)
class ModbusComponent:
    """A component's place: its id, first register and length, and where each of its natures begins, by hash."""

    id: str
    start: int
    length: int
    natures: Mapping[int, int]

    def span(self, nature: Nature, record: Record) -> Span:
        """Return where a record is. Raises KeyError where the component lacks the nature."""
        return Span(self.natures[nature] + record.offset, record.kind.length)

    @property
    def header(self) -> Span:
        """Id and length: what must still be there before anything is believed or written."""
        return Span(self.start, COMPONENT_HEADER)

    def is_at(self, header: Sequence[int]) -> bool:
        """Return whether these registers are this component's header."""
        return read_header(header) == (self.id, self.length)


@dataclass(frozen=True, slots=True)
class Layout:
    """All components in the order of their registers."""

    components: tuple[ModbusComponent, ...]

    def with_nature(self, nature: Nature) -> tuple[ModbusComponent, ...]:
        """Return the components of a nature."""
        return tuple(component for component in self.components if nature in component.natures)


def discover() -> Generator[Span, Sequence[int], Layout]:
    """Walk the headers: yields what to read next, is sent the registers, returns the layout. Raises LayoutError."""
    signature, meta_length = yield Span(0, 2)
    if signature != SIGNATURE:
        raise LayoutError(f"Register 0 is 0x{signature:04X}, not 0x{SIGNATURE:04X}: this is no OpenEMS Edge.")
    components: list[ModbusComponent] = []
    start = META_BLOCK + meta_length
    while len(components) < MOST_COMPONENTS and start + COMPONENT_HEADER <= 0x10000:
        header = yield Span(start, COMPONENT_HEADER)
        found = read_header(header)
        if found is None:
            break
        component_id, length = found
        if length < NATURES_OFFSET:
            raise LayoutError(f"Component {component_id!r} at {start} has the impossible length {length}.")
        natures = yield from _walk_natures(start, length)
        components.append(ModbusComponent(component_id, start, length, natures))
        start += length
    return Layout(tuple(components))


def read_header(registers: Sequence[int]) -> tuple[str, int] | None:
    """Return a component's id and length from its header, None where no component begins."""
    component_id = decode_text(registers[:16])
    length = registers[16]
    return None if component_id is None or length == UNDEFINED_U16 else (component_id, length)


def _walk_natures(start: int, length: int) -> Generator[Span, Sequence[int], dict[int, int]]:
    natures: dict[int, int] = {}
    position, end = start + NATURES_OFFSET, start + length
    while position + NATURE_HEADER <= end:
        nature, size = yield Span(position, NATURE_HEADER)
        if nature == UNDEFINED_U16 or size == UNDEFINED_U16 or size < NATURE_HEADER:
            break
        natures.setdefault(nature, position)
        position += size
    return natures


def plan_reads(spans: Iterable[Span], longest: int = LONGEST_READ) -> tuple[Span, ...]:
    """Return few reads that cover the spans; each begins and ends where a span does, never inside a record."""
    ordered = sorted(set(spans), key=lambda span: (span.address, span.end))
    if any(a.end > b.address for a, b in pairwise(ordered)):
        raise ValueError("spans overlap: one of the record tables is wrong")
    reads: list[Span] = []
    for span in ordered:
        if reads and span.end - reads[-1].address <= longest:
            reads[-1] = Span(reads[-1].address, span.end - reads[-1].address)
        else:
            reads.append(span)
    return tuple(reads)
