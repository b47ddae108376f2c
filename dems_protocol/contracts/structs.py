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


class MarketFinding(IntEnum):
    """``MarketFinding`` of the contracts."""

    OMITTED_ORDER = 0
    WRONG_SET_LEAF = 1
    WRONG_SET_ORDER = 2
    WRONG_RESULT = 3
    WRONG_STATUS = 4
    MISSING_RESULT = 5
    UNKNOWN_RESULT = 6
    WRONG_RESULT_ORDER = 7
    WRONG_RESULT_NODE = 8
    WRONG_RESULT_PADDING = 9
    WRONG_PRICE = 10
    UNANSWERED = 11


class MarketTree(IntEnum):
    """``MarketTree`` of the contracts."""

    ORDER_SET = 0
    RESULTS = 1


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
class ZoneClearing(Struct):
    """``struct ZoneClearing``."""

    zone: int
    price: int
    lower: int
    upper: int
    lower_order: bytes
    upper_order: bytes
    bid_ratio: int
    offer_ratio: int
    bought: int
    sold: int
    bought_blinding: int
    sold_blinding: int
    utility_sold: int
    utility_bought: int
    root: bytes
    sums: tuple[int, ...]
    count: int

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
            values[11],
            values[12],
            values[13],
            values[14],
            tuple(values[15]),
            values[16],
        )


@dataclass(frozen=True, slots=True)
class Flow(Struct):
    """``struct Flow``."""

    from_: int
    to: int
    energy: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class Clearing(Struct):
    """``struct Clearing``."""

    slot: int
    zones: tuple[ZoneClearing, ...]
    flows: tuple[Flow, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            tuple(ZoneClearing.of(item) for item in values[1]),
            tuple(Flow.of(item) for item in values[2]),
        )


@dataclass(frozen=True, slots=True)
class ClearingStamp(Struct):
    """``struct ClearingStamp``."""

    clearing_hash: bytes
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class CommittedSet(Struct):
    """``struct CommittedSet``."""

    slot: int
    root: bytes
    count: int
    committed_at: int
    committed_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3], values[4])


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
class MarketParameters(Struct):
    """``struct MarketParameters``."""

    direct_seconds: int
    set_challenge_seconds: int
    reveal_seconds: int
    publish_seconds: int
    result_challenge_seconds: int
    result_challenge_blocks: int
    answer_seconds: int
    answer_blocks: int
    bond_release_seconds: int
    bond_amount: int
    slash_amount: int
    order_deposit: int

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
            values[11],
        )


@dataclass(frozen=True, slots=True)
class MarketParts(Struct):
    """``struct MarketParts``."""

    orders: bytes
    set_challenges: bytes
    result_challenges: bytes
    demands: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), address(values[2]), address(values[3]))


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
class Order(Struct):
    """``struct Order``."""

    meter: bytes
    slot: int
    number: int
    side: int
    quantity: int
    battery: int
    limit: int
    zone: int
    salt: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], values[8]
        )


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
class PublishedClearing(Struct):
    """``struct PublishedClearing``."""

    clearing: Clearing
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(Clearing.of(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class ResultLeaf(Struct):
    """``struct ResultLeaf``."""

    order: bytes
    status: int
    points: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], tuple(values[2]))


@dataclass(frozen=True, slots=True)
class ResultDescent(Struct):
    """``struct ResultDescent``."""

    index: int
    leaf: ResultLeaf
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], ResultLeaf.of(values[1]), tuple(Step.of(item) for item in values[2]))


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


@dataclass(frozen=True, slots=True)
class SetLeaf(Struct):
    """``struct SetLeaf``."""

    order: bytes
    meter: bytes
    signature: Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], Signature.of(values[2]))


@dataclass(frozen=True, slots=True)
class SetDescent(Struct):
    """``struct SetDescent``."""

    index: int
    leaf: SetLeaf
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], SetLeaf.of(values[1]), tuple(Step.of(item) for item in values[2]))


@dataclass(frozen=True, slots=True)
class ZoneTerms(Struct):
    """``struct ZoneTerms``."""

    zone: int
    sell: int
    buy: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class Terms(Struct):
    """``struct Terms``."""

    zones: tuple[ZoneTerms, ...]
    charges: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(ZoneTerms.of(item) for item in values[0]), tuple(values[1]))
