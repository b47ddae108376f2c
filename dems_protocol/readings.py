"""A meter's reading of one slot: what it commits to, how it follows its predecessor, how it is hashed.

Source: docs/protocol.md sections 3 and 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dems_protocol.commitments import (
    REGISTER_BITS,
    ZERO_OPENING,
    CommitmentContext,
    MeterSecret,
    Opening,
    Pedersen,
    Register,
    sum_openings,
)
from dems_protocol.curve import IDENTITY, Point, is_valid, total
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import (
    decode_uint,
    decode_words,
    encode_words,
    hash_words,
    require_bytes32,
    require_uint,
    tag,
)

READING_TYPE = (
    "Reading(bytes32 meter,bytes32 key,uint64 slot,uint32 revision,uint64 previousSlot,bytes32 previous,"
    "uint256[16] points)"
)
NO_READING = bytes(32)
READING_WORDS = 22

WITHDRAWAL = (Register.WITHDRAWAL_DELIVERED, Register.WITHDRAWAL_REST)
FEED_IN = (Register.FEED_IN_DELIVERED, Register.FEED_IN_REST)
GENERATION = (Register.GENERATION,)
RUNNING = (WITHDRAWAL, FEED_IN, GENERATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotEnergy:
    """What a meter measured in a slot, in Wh: withdrawal and feed-in split into ``delivered`` (d, under a contract
    of the market) and ``rest`` (x, what netting shares out), and the plant's generation.

    Raises ValueError for a value outside 0 … 2^32 - 1, of a part or of a whole d + x.
    """

    withdrawal_rest: int
    feed_in_rest: int
    generation: int = 0
    withdrawal_delivered: int = 0
    feed_in_delivered: int = 0

    def __post_init__(self) -> None:
        for register in Register:
            require_uint(f"{register.name.lower()} in Wh", self.of(register), REGISTER_BITS)
        require_uint("withdrawal in Wh", self.withdrawal, REGISTER_BITS)
        require_uint("feed-in in Wh", self.feed_in, REGISTER_BITS)

    @property
    def withdrawal(self) -> int:
        """All energy taken from the grid, d + x."""
        return self.withdrawal_delivered + self.withdrawal_rest

    @property
    def feed_in(self) -> int:
        """All energy fed into the grid, d + x."""
        return self.feed_in_delivered + self.feed_in_rest

    def of(self, register: Register) -> int:
        """Return one register's Wh."""
        match register:
            case Register.WITHDRAWAL_DELIVERED:
                return self.withdrawal_delivered
            case Register.WITHDRAWAL_REST:
                return self.withdrawal_rest
            case Register.FEED_IN_DELIVERED:
                return self.feed_in_delivered
            case Register.FEED_IN_REST:
                return self.feed_in_rest
            case Register.GENERATION:
                return self.generation


@dataclass(frozen=True, slots=True)
class RunningRegisters:
    """The openings of a meter's running registers: all that it ever withdrew, fed in and generated."""

    withdrawal: Opening = ZERO_OPENING
    feed_in: Opening = ZERO_OPENING
    generation: Opening = ZERO_OPENING

    def advanced(self, openings: tuple[Opening, ...]) -> RunningRegisters:
        """Return the registers after a reading whose five openings these are."""
        before = (self.withdrawal, self.feed_in, self.generation)
        return RunningRegisters(
            *(z + sum_openings(openings[r] for r in parts) for z, parts in zip(before, RUNNING, strict=True))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a meter signs: five commitments of a slot, three running registers, and which reading came before.

    ``key`` is the id of the meter key, ``previous`` the hash of the previous reading (zero in a meter's first).
    The points may be anything that fits into words: a reading can come from a liar, and `find_reading_faults`
    says what is wrong with it. Raises ValueError for values that do not fit the types.
    """

    meter: bytes
    key: bytes
    slot: int
    revision: int = 0
    previous_slot: int = 0
    previous: bytes = NO_READING
    commitments: tuple[Point, ...]
    running: tuple[Point, ...]

    def __post_init__(self) -> None:
        require_bytes32("meter id", self.meter)
        require_bytes32("key id", self.key)
        require_bytes32("hash of the previous reading", self.previous)
        require_uint("slot", self.slot, 64)
        require_uint("revision", self.revision, 32)
        require_uint("previous slot", self.previous_slot, 64)
        if len(self.commitments) != len(Register) or len(self.running) != len(RUNNING):
            raise ValueError("a reading has five commitments and three running registers")
        for coordinate in self.coordinates:
            require_uint("coordinate", coordinate, 256)

    @property
    def points(self) -> tuple[Point, ...]:
        """The eight points in the order of the message."""
        return (*self.commitments, *self.running)

    @property
    def coordinates(self) -> list[int]:
        """``uint256[16] points`` of the message."""
        return [coordinate for point in self.points for coordinate in point]

    def struct_hash(self) -> bytes:
        """Return the reading's hash: EIP-712 ``hashStruct(Reading)``."""
        return hash_words(
            tag(READING_TYPE),
            self.meter,
            self.key,
            self.slot,
            self.revision,
            self.previous_slot,
            self.previous,
            hash_words(*self.coordinates),
        )

    def encode(self) -> bytes:
        """Return the Solidity struct's ``abi.encode``: 22 words, the one encoding."""
        return encode_words(
            self.meter,
            self.key,
            self.slot,
            self.revision,
            self.previous_slot,
            self.previous,
            *self.coordinates,
        )

    @classmethod
    def decode(cls, data: bytes) -> Reading:
        """Read `encode`'s output; raises ValueError for anything else."""
        meter, key, slot, revision, previous_slot, previous, *words = decode_words(data, READING_WORDS)
        numbers = [int.from_bytes(word) for word in words]
        points = [Point(*numbers[at : at + 2]) for at in range(0, len(numbers), 2)]
        return cls(
            meter=meter,
            key=key,
            slot=decode_uint(slot, 64),
            revision=decode_uint(revision, 32),
            previous_slot=decode_uint(previous_slot, 64),
            previous=previous,
            commitments=tuple(points[: len(Register)]),
            running=tuple(points[len(Register) :]),
        )


@dataclass(frozen=True, slots=True)
class OpenedReading:
    """A reading with what only its household and the operator know: the openings of its registers.

    ``openings`` are in the order of `Register`; ``running`` opens the running registers and is the household's alone.
    """

    reading: Reading
    openings: tuple[Opening, ...]
    running: RunningRegisters = field(repr=False)


class ReadingFactory:
    """Builds a meter's readings, one after the other; holds no state but the meter's identity and secret."""

    __slots__ = ("_domain", "_key", "_meter", "_pedersen", "_secret")

    def __init__(
        self, *, pedersen: Pedersen, domain: LedgerDomain, meter: bytes, key: bytes, secret: MeterSecret
    ) -> None:
        self._pedersen = pedersen
        self._domain = domain
        self._meter = meter
        self._key = key
        self._secret = secret

    def build(
        self, slot: int, energy: SlotEnergy, previous: OpenedReading | None = None, *, revision: int = 0
    ) -> OpenedReading:
        """Return the reading of a slot that follows ``previous`` (None for a meter's first).

        Raises ValueError if the previous reading belongs to another meter or to no earlier slot.
        """
        if previous is not None:
            self._require_predecessor(previous.reading, slot)
        context = CommitmentContext(self._domain, self._meter, slot, revision)
        openings = tuple(self._secret.opening(context, r, energy.of(r)) for r in Register)
        commitments = tuple(map(self._pedersen.commit, openings))
        reading = Reading(
            meter=self._meter,
            key=self._key,
            slot=slot,
            revision=revision,
            previous_slot=previous.reading.slot if previous else 0,
            previous=previous.reading.struct_hash() if previous else NO_READING,
            commitments=commitments,
            running=advance_registers(previous.reading if previous else None, commitments),
        )
        before = previous.running if previous else RunningRegisters()
        return OpenedReading(reading, openings, before.advanced(openings))

    def _require_predecessor(self, reading: Reading, slot: int) -> None:
        if reading.meter != self._meter:
            raise ValueError(
                f"the previous reading is of meter {reading.meter.hex()}, not {self._meter.hex()}"
            )
        if reading.slot >= slot:
            raise ValueError(f"the previous reading is of slot {reading.slot}, not before slot {slot}")


def advance_registers(previous: Reading | None, commitments: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the running registers after a reading with these five commitments: ``Z = Z_previous + C``."""
    before = previous.running if previous else (IDENTITY,) * len(RUNNING)
    return tuple(
        total((z, *(commitments[register] for register in parts)))
        for z, parts in zip(before, RUNNING, strict=True)
    )


def find_reading_faults(reading: Reading) -> list[str]:
    """Return what is wrong with a reading by itself, whoever signed it; empty if it can stand in a statement.

    These are findings that `challengeLeaf` of the meter ledger decides by (docs/protocol.md section 9).
    """
    faults = [
        f"point {i} is not on the curve" for i, point in enumerate(reading.points) if not is_valid(point)
    ]
    if reading.previous == NO_READING:
        if reading.previous_slot:
            faults.append("names a previous slot without a previous reading")
        if not faults and reading.running != advance_registers(None, reading.commitments):
            faults.append("is a meter's first but its running registers are not its own commitments")
    elif reading.previous_slot >= reading.slot:
        faults.append(
            f"follows slot {reading.previous_slot}, which is not before its own slot {reading.slot}"
        )
    return faults


def find_opening_faults(pedersen: Pedersen, reading: Reading, openings: Sequence[Opening]) -> list[str]:
    """Return which registers the openings do not open, or open beyond 32 bits; what the operator asks on arrival.

    Raises ValueError unless there are five.
    """
    faults = []
    for register, opening, commitment in zip(Register, openings, reading.commitments, strict=True):
        name = register.name.lower()
        if opening.value >> REGISTER_BITS:
            faults.append(f"opens {name} to {opening.value} Wh, which 32 bits do not hold")
        elif not pedersen.opens(commitment, opening):
            faults.append(f"has an opening of {name} that does not open its commitment")
    return faults


def find_chain_faults(reading: Reading, previous: Reading) -> list[str]:
    """Return in what a reading does not follow the previous one that it names (what `challengeRegister` decides).

    Raises ValueError if it does not name that reading: then nothing follows from comparing the two.
    """
    if reading.previous != previous.struct_hash():
        raise ValueError("the reading does not name this one as its previous")
    faults = []
    if previous.meter != reading.meter:
        faults.append("follows a reading of another meter")
    if previous.slot != reading.previous_slot:
        faults.append(f"names slot {reading.previous_slot} as its previous, which was {previous.slot}")
    if not all(map(is_valid, (*previous.running, *reading.commitments))):
        faults.append("or its previous reading has a point that is not on the curve")
    elif reading.running != advance_registers(previous, reading.commitments):
        faults.append("has running registers that are not the previous ones plus its commitments")
    return faults
