"""The structs and enums that the contracts share.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from dems_protocol.contracts.abi import Struct, address


class Finding(IntEnum):
    """``Finding`` of the contracts."""

    WRONG_NODE = 0
    WRONG_PADDING = 1
    WRONG_LEAF = 2
    WRONG_ORDER = 3
    DOUBLED_OWNER = 4
    WRONG_REGISTER = 5
    RESTARTED = 6
    TWO_STATEMENTS = 7
    UNANSWERED = 8


class Kind(IntEnum):
    """``Kind`` of the contracts."""

    LEAF = 0
    RANGE = 1


class Side(IntEnum):
    """``Side`` of the contracts."""

    WITHDRAWAL = 0
    FEED_IN = 1


class Source(IntEnum):
    """``Source`` of the contracts."""

    NONE = 0
    SOLAR = 1
    WIND = 2
    HYDRO = 3
    BIOMASS = 4
    NOT_RENEWABLE = 5


@dataclass(frozen=True, slots=True)
class Statement(Struct):
    """``struct Statement``."""

    slot: int
    attempt: int
    root: bytes
    sums: tuple[int, ...]
    withdrawal_owners: int
    feed_in_owners: int
    count: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], tuple(values[3]), values[4], values[5], values[6])


@dataclass(frozen=True, slots=True)
class Published(Struct):
    """``struct Published``."""

    statement: Statement
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(Statement.of(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class Reading(Struct):
    """``struct Reading``."""

    meter: bytes
    key: bytes
    slot: int
    revision: int
    previous_slot: int
    previous: bytes
    points: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3], values[4], values[5], tuple(values[6]))


@dataclass(frozen=True, slots=True)
class Signature(Struct):
    """``struct Signature``."""

    r: bytes
    s: bytes
    v: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class Leaf(Struct):
    """``struct Leaf``."""

    reading: Reading
    owners: int
    signature: Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(Reading.of(values[0]), values[1], Signature.of(values[2]))


@dataclass(frozen=True, slots=True)
class Node(Struct):
    """``struct Node``."""

    hash: bytes
    sums: tuple[int, ...]
    withdrawal_owners: int
    feed_in_owners: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], tuple(values[1]), values[2], values[3])


@dataclass(frozen=True, slots=True)
class InclusionProof(Struct):
    """``struct InclusionProof``."""

    index: int
    siblings: tuple[Node, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], tuple(Node.of(item) for item in values[1]))


@dataclass(frozen=True, slots=True)
class Inclusion(Struct):
    """``struct Inclusion``."""

    sealed_hash: bytes
    included_at: int
    included_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class Anchor(Struct):
    """``struct Anchor``."""

    published: Published
    leaf: Leaf
    proof: InclusionProof
    inclusion: Inclusion

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            Published.of(values[0]), Leaf.of(values[1]), InclusionProof.of(values[2]), Inclusion.of(values[3])
        )


@dataclass(frozen=True, slots=True)
class Certificate(Struct):
    """``struct Certificate``."""

    meter: bytes
    household: bytes
    from_: int
    to: int
    issued_at: int
    commissioned_at: int
    plant_power_watts: int
    source: int
    with_storage: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            address(values[1]),
            values[2],
            values[3],
            values[4],
            values[5],
            values[6],
            values[7],
            values[8],
        )


@dataclass(frozen=True, slots=True)
class Disclosure(Struct):
    """``struct Disclosure``."""

    shared: tuple[int, ...]
    challenge: int
    response: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class ForwardRequestData(Struct):
    """``struct ForwardRequestData``."""

    from_: bytes
    to: bytes
    value: int
    gas: int
    deadline: int
    data: bytes
    signature: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            address(values[0]), address(values[1]), values[2], values[3], values[4], values[5], values[6]
        )


@dataclass(frozen=True, slots=True)
class Step(Struct):
    """``struct Step``."""

    left: Node
    right: Node

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(Node.of(values[0]), Node.of(values[1]))


@dataclass(frozen=True, slots=True)
class LeafDescent(Struct):
    """``struct LeafDescent``."""

    index: int
    leaf: Leaf
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], Leaf.of(values[1]), tuple(Step.of(item) for item in values[2]))


@dataclass(frozen=True, slots=True)
class PublicKey(Struct):
    """``struct PublicKey``."""

    scheme: int
    x: int
    y: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class MeterAtSlot(Struct):
    """``struct MeterAtSlot``."""

    household: bytes
    household_since: int
    key_id: bytes
    key: PublicKey
    plant_power_watts: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2], PublicKey.of(values[3]), values[4])


@dataclass(frozen=True, slots=True)
class Opening(Struct):
    """``struct Opening``."""

    value: int
    blinding: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class Parameters(Struct):
    """``struct Parameters``."""

    publish_seconds: int
    publish_limit_seconds: int
    challenge_seconds: int
    challenge_blocks: int
    answer_seconds: int
    answer_blocks: int
    replace_seconds: int
    replace_blocks: int
    bond_release_seconds: int
    bond_amount: int
    slash_amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            values[1],
            values[2],
            values[3],
            values[4],
            values[5],
            values[6],
            values[7],
            values[8],
            values[9],
            values[10],
        )


@dataclass(frozen=True, slots=True)
class Parts(Struct):
    """``struct Parts``."""

    challenges: bytes
    demands: bytes
    direct_inclusion: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), address(values[2]))


@dataclass(frozen=True, slots=True)
class Plant(Struct):
    """``struct Plant``."""

    power_watts: int
    storage_watt_hours: int
    commissioned_at: int
    source: Source

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], Source(values[3]))


@dataclass(frozen=True, slots=True)
class SealedOpenings(Struct):
    """``struct SealedOpenings``."""

    operator_key: tuple[int, ...]
    ephemeral: tuple[int, ...]
    words: tuple[bytes, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(values[0]), tuple(values[1]), tuple(values[2]))
