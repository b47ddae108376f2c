"""Challenges of a published clearing and its results (docs/market.md, section 8).

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
class CurveOperationFailedError(RevertReason):
    """The chain lacks a precompile of EIP-196, or a point was not checked before."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("acbfa5de")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The chain lacks a precompile of EIP-196, or a point was not checked before."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class NotTheOrderError(RevertReason):
    """The order is not the one of the result."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2d213b58")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = "The order is not the one of the result."
    order: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class UnfoundedError(RevertReason):
    """The clearing is right in this."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6171f166")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The clearing is right in this."

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
class ChallengeMarginalOrder(Call[None]):
    """Voids if an order that is named as one that sets a bound of the price was not cleared in this zone."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f7dddfdf")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "bytes32",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    order: bytes
    results: tuple[structs.ResultDescent, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            values[2],
            tuple(structs.ResultDescent.of(item) for item in values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeMissingPlaced(Call[None]):
    """As `challengeMissingResult`, for an order that was placed directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a860572b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "bytes32",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    order: bytes
    neighbours: tuple[structs.ResultDescent, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            values[2],
            tuple(structs.ResultDescent.of(item) for item in values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeMissingResult(Call[None]):
    """Voids if an order of the set has no result in the zone of its meter."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("86258c1c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    committed: structs.CommittedSet
    sealed_order: structs.SetDescent
    neighbours: tuple[structs.ResultDescent, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.CommittedSet.of(values[2]),
            structs.SetDescent.of(values[3]),
            tuple(structs.ResultDescent.of(item) for item in values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengePrice(Call[None]):
    """Voids if the limit of a cleared order lies strictly between its zone's bounds of the price, or the order is named as the one that sets a bound and has another limit."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e03e4d86")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(bytes32,uint64,uint8,uint8,uint32,uint32,int64,uint32,bytes32)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    descent: structs.ResultDescent
    order: structs.Order

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            structs.Order.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeResult(Call[None]):
    """Voids if a cleared result is not what its order gets at the published price and ratio, or the order is not valid, or not of this zone."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5ec90974")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(bytes32,uint64,uint8,uint8,uint32,uint32,int64,uint32,bytes32)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    descent: structs.ResultDescent
    order: structs.Order

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            structs.Order.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeResultLeaf(Call[None]):
    """Voids if a result states other sums than its own, has an invalid point or an unknown status, or commits to anything though it was not cleared."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("460ed78f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    descent: structs.ResultDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.PublishedClearing.of(values[0]), values[1], structs.ResultDescent.of(values[2]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeResultNode(Call[None]):
    """Voids if a point below node (`level`, `index`) is invalid, or the sums of its children do not add up to what is stated of it. `steps` are the preimages from the root down to and with that node's own."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1c2be837")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "uint256",
        "uint256",
        "((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    level: int
    index: int
    steps: tuple[structs.Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            values[2],
            values[3],
            tuple(structs.Step.of(item) for item in values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeResultOrder(Call[None]):
    """Voids if two neighbouring results are not strictly ascending by order."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d81f728e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    first: structs.ResultDescent
    second: structs.ResultDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            structs.ResultDescent.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeResultPadding(Call[None]):
    """Voids if an index beyond the results is not the empty leaf, or one of a result is."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b4f89868")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "uint256",
        "((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    index: int
    steps: tuple[structs.Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            values[2],
            tuple(structs.Step.of(item) for item in values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeStatus(Call[None]):
    """Voids if an order counts as unrevealed or withdrawn though it was revealed on chain, or the operator gave a receipt for its reveal (zeros where there is none)."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("70c12d0e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "uint64",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    descent: structs.ResultDescent
    received_at: int
    receipt: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            values[3],
            structs.Signature.of(values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeUnknownResult(Call[None]):
    """Voids if a result is of an order that is neither in the set nor placed directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("61ba6cf8")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint8,uint256[4]),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(uint32,(bytes32,bytes32,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    descent: structs.ResultDescent
    committed: structs.CommittedSet
    neighbours: tuple[structs.SetDescent, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultDescent.of(values[2]),
            structs.CommittedSet.of(values[3]),
            tuple(structs.SetDescent.of(item) for item in values[4]),
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
    CurveOperationFailedError,
    NoSuchNodeError,
    NoSuchZoneError,
    NotAbsentError,
    NotItsPartError,
    NotTheLeafError,
    NotTheOrderError,
    UnfoundedError,
    WrongPathLengthError,
    WrongStepError,
)
