"""Orders that the operator ignores go in here and are revealed here; those never revealed cost a deposit (docs/market.md, sections 5 and 8).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, market: bytes) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address"], market)


@dataclass(frozen=True, slots=True)
class AlreadyPlacedError(RevertReason):
    """``error AlreadyPlaced``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4ecbd9fa")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AlreadyRevealedError(RevertReason):
    """``error AlreadyRevealed``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8822d026")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NoMarketError(RevertReason):
    """``error NoMarket``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3d4e0d26")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NoSuchNodeError(RevertReason):
    """The index does not exist at this level of a tree with so many leaves."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("65f7fb26")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "The index does not exist at this level of a tree with so many leaves."
    level: int
    index: int
    count: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class NoSuchZoneError(RevertReason):
    """``error NoSuchZone``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2efaf456")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = ""
    zone_index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotItsPartError(RevertReason):
    """``error NotItsPart``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("32f8199c")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class NotPlacedError(RevertReason):
    """``error NotPlaced``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("902fe05e")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotSealedError(RevertReason):
    """The household that the meter belongs to did not sign the sealed order."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("73c02e1c")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = "The household that the meter belongs to did not sign the sealed order."
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotTheLeafError(RevertReason):
    """The leaf is not what the tree binds at the index."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bb6faf8d")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = "The leaf is not what the tree binds at the index."
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotTheTimeError(RevertReason):
    """It is done between `from` and `until`, unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8190e1c6")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "It is done between `from` and `until`, unix seconds."
    from_: int
    until: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class NothingForfeitedError(RevertReason):
    """The order was revealed, or has another result, or has forfeited already."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e827b8fe")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = "The order was revealed, or has another result, or has forfeited already."
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongPathLengthError(RevertReason):
    """A path through this tree needs another number of siblings or steps."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("01d850da")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "A path through this tree needs another number of siblings or steps."
    given: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongStepError(RevertReason):
    """The step is not the preimage of the node at this level."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e02174d4")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = "The step is not the preimage of the node at this level."
    level: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class OrderForfeitedEvent(Event):
    """``event OrderForfeited``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("b1c79edbb4c30f4f6e74c04c207fd360cdd1af397d471ff931efaca771fb000c")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    order: bytes
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], address(values[2]))


@dataclass(frozen=True, slots=True)
class OrderPlacedEvent(Event):
    """``event OrderPlaced``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("86bf54fd00d498511336de113aefbf29f959eca196821b3b23c992f3de2fd3ea")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    slot: int
    order: bytes
    meter: bytes
    household: bytes
    placed_at: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], address(values[3]), values[4])


@dataclass(frozen=True, slots=True)
class OrderRevealedEvent(Event):
    """``event OrderRevealed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("889efeb62850144a2339950aa52ffefee3e3ae915470c2c9ee6bb7a921d591e8")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = ("(bytes32,uint64,uint8,uint8,uint32,uint32,int64,uint32,bytes32)",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    order_hash: bytes
    order: structs.Order

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Order.of(values[2]))


@dataclass(frozen=True, slots=True)
class Counts(Call[bool]):
    """Whether an order was placed directly for the slot by the household that trades for the meter. Before the slot of the gate begins, it is so only as things stand."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("35af7a09")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    order: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Forfeit(Call[None]):
    """Moves the deposit of a household whose order of the set was never revealed to the pool, when the clearing is final; once an order."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1e60c6c1")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    result: structs.ResultDescent
    committed: structs.CommittedSet
    sealed_order: structs.SetDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            structs.CommittedSet.of(values[3]),
            structs.SetDescent.of(values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ForfeitPlaced(Call[None]):
    """As `forfeit`, for an order that was placed directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b19a0a11")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    result: structs.ResultDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.PublishedClearing.of(values[0]), values[1], structs.ResultDescent.of(values[2]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class IsForfeited(Call[bool]):
    """Whether an order has cost its deposit."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0228b0de")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsRevealed(Call[bool]):
    """Whether an order was revealed on chain."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d321c77a")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsTrustedForwarder(Call[bool]):
    """Call ``isTrustedForwarder``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("572b6c05")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    forwarder: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Market(Call[bytes]):
    """Call ``market``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("80f55605")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class PlaceOrder(Call[None]):
    """Places a sealed order on chain, until `directSeconds` after its gate. It counts by itself, if the meter is the household's still in the slot of the gate. The household must have the deposit locked."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6e68cb85")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(bytes32,bytes32,(bytes32,bytes32,uint8))",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    leaf: structs.SetLeaf
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.SetLeaf.of(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Placed(Call[tuple[bytes, int, bytes]]):
    """The orders that were placed directly. Returns meter, slot, household."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c8401d6c")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
        "address",
    )
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bytes, int, bytes]:
        result: tuple[bytes, int, bytes] = values[0], values[1], address(values[2])
        return result


@dataclass(frozen=True, slots=True)
class Reveal(Call[None]):
    """Reveals an order, from finality of the set until `directSeconds` after the operator's time for reveals. Everybody can read it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5af6afcb")
    INPUTS: ClassVar[tuple[str, ...]] = ("(bytes32,uint64,uint8,uint8,uint32,uint32,int64,uint32,bytes32)",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    order: structs.Order

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Order.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Terms(Call[bytes]):
    """Call ``terms``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d5025625")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class TrustedForwarder(Call[bytes]):
    """Call ``trustedForwarder``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7da0a877")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


EVENTS: tuple[type[Event], ...] = (
    OrderForfeitedEvent,
    OrderPlacedEvent,
    OrderRevealedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyPlacedError,
    AlreadyRevealedError,
    NoMarketError,
    NoSuchNodeError,
    NoSuchZoneError,
    NotItsPartError,
    NotPlacedError,
    NotSealedError,
    NotTheLeafError,
    NotTheTimeError,
    NothingForfeitedError,
    WrongPathLengthError,
    WrongStepError,
)
