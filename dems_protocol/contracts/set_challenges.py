"""Challenges of the set of orders (docs/market.md, section 8).

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
class NotAbsentError(RevertReason):
    """The neighbours do not show that the order is absent."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f8fe2f23")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = "The neighbours do not show that the order is absent."
    order: bytes

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
class UnfoundedError(RevertReason):
    """The set is right in this."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6171f166")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The set is right in this."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class ChallengeOmittedOrder(Call[None]):
    """Voids if the operator gave a receipt for a sealed order that is not in the set and was not placed directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("aac0714b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(bytes32,uint64,uint64)",
        "(bytes32,bytes32,(bytes32,bytes32,uint8))",
        "uint64",
        "(bytes32,bytes32,uint8)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet
    stamp: structs.ClearingStamp
    sealed_order: structs.SetLeaf
    received_at: int
    receipt: structs.Signature
    neighbours: tuple[structs.SetDescent, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.CommittedSet.of(values[0]),
            structs.ClearingStamp.of(values[1]),
            structs.SetLeaf.of(values[2]),
            values[3],
            structs.Signature.of(values[4]),
            tuple(structs.SetDescent.of(item) for item in values[5]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeSetLeaf(Call[None]):
    """Voids if a leaf is not signed by the household that trades for its meter."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("652b3ea4")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(bytes32,uint64,uint64)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet
    stamp: structs.ClearingStamp
    descent: structs.SetDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.CommittedSet.of(values[0]),
            structs.ClearingStamp.of(values[1]),
            structs.SetDescent.of(values[2]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeSetOrder(Call[None]):
    """Voids if two neighbouring leaves are not strictly ascending by order."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("506b1673")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(bytes32,uint64,uint64)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet
    stamp: structs.ClearingStamp
    first: structs.SetDescent
    second: structs.SetDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.CommittedSet.of(values[0]),
            structs.ClearingStamp.of(values[1]),
            structs.SetDescent.of(values[2]),
            structs.SetDescent.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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


EVENTS: tuple[type[Event], ...] = ()
ERRORS: tuple[type[RevertReason], ...] = (
    NoSuchNodeError,
    NoSuchZoneError,
    NotAbsentError,
    NotItsPartError,
    NotTheLeafError,
    UnfoundedError,
    WrongPathLengthError,
    WrongStepError,
)
