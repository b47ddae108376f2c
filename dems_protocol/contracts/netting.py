"""Netting: the two sums of a slot, opened once, and what follows for every leaf (docs/protocol.md, section 12).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(
    *, ledger: bytes, open_seconds: int, open_blocks: int, minimum_owners: int
) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(
        ["address", "uint64", "uint64", "uint32"], ledger, open_seconds, open_blocks, minimum_owners
    )


@dataclass(frozen=True, slots=True)
class AlreadyOpenedError(RevertReason):
    """``error AlreadyOpened``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("00fe5f5f")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
class InvalidParameterError(RevertReason):
    """``error InvalidParameter``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("aa33ade0")
    INPUTS: ClassVar[tuple[str, ...]] = ("string",)
    NOTICE: ClassVar[str] = ""
    name: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotOpenedError(RevertReason):
    """``error NotOpened``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f4f84842")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class OpeningWindowOverError(RevertReason):
    """``error OpeningWindowOver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4612733b")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class SafeCastOverflowedUintDowncastError(RevertReason):
    """``error SafeCastOverflowedUintDowncast``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6dfcc650")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    bits: int
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class TooFewOwnersError(RevertReason):
    """Fewer distinct owners on a side than `minimum`: the sums stay closed, utility prices apply."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0ba04691")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint32",
        "uint32",
        "uint32",
    )
    NOTICE: ClassVar[str] = (
        "Fewer distinct owners on a side than `minimum`: the sums stay closed, utility prices apply."
    )
    slot: int
    withdrawal_owners: int
    feed_in_owners: int
    minimum: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3])


@dataclass(frozen=True, slots=True)
class WrongOpeningError(RevertReason):
    """The value or blinding is out of range, or does not open the commitment."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7826f08a")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint8",)
    NOTICE: ClassVar[str] = "The value or blinding is out of range, or does not open the commitment."
    side: structs.Side

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Side(values[0]))


@dataclass(frozen=True, slots=True)
class WrongOpeningsError(RevertReason):
    """One of the two does not open its sum; which, the contract does not look at apart."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("03bb7c68")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = (
        "One of the two does not open its sum; which, the contract does not look at apart."
    )

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class SlotNettedEvent(Event):
    """The slot is netted: withdrawal and feed-in in Wh, and the weight of either side in units of 2^-32."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("386e3aad06d6d3b0278f0e76114e1fa9aa401ef68f6b25eab6da238142c3993e")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "uint256",
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
    withdrawal: int
    feed_in: int
    withdrawal_weight: int
    feed_in_weight: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3], values[4])


@dataclass(frozen=True, slots=True)
class LeastMinimumOwners(Call[int]):
    """Call ``LEAST_MINIMUM_OWNERS``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("644ca0ae")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class One(Call[int]):
    """The weight 1: energy inside the community counts in units of 1 / ONE Wh."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c2ee3a08")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Ledger(Call[bytes]):
    """Call ``ledger``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("56397c35")
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
class MinimumOwners(Call[int]):
    """How many distinct owners either side must have."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("03a67988")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Open(Call[None]):
    """Opens the two sums of a final slot, once, within the window. Anybody who knows the openings."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("798a4859")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint256,uint256)",
        "(uint256,uint256)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    withdrawal: structs.Opening
    feed_in: structs.Opening

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.Opening.of(values[1]), structs.Opening.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class OpenBlocks(Call[int]):
    """Call ``openBlocks``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("dcd9efdd")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class OpenSeconds(Call[int]):
    """Call ``openSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("641d5bf7")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class RemainderOf(Call[int]):
    """What is left over on the larger side by rounding the weight down, in units of 2^-32 Wh: the utility takes it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ac896e40")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class ShareOf(Call[tuple[int, int]]):
    """What `energy` Wh of a side count inside and outside the community, both in units of 2^-32 Wh. Returns inside, outside."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e52380f9")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    slot: int
    side: structs.Side
    energy: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Side(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int]:
        result: tuple[int, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class Sums(Call[tuple[int, int, bool]]):
    """The opened sums of the slots. Returns withdrawal, feed_in, opened."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("daee1636")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "bool",
    )
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, bool]:
        result: tuple[int, int, bool] = values[0], values[1], values[2]
        return result


@dataclass(frozen=True, slots=True)
class VerifyShare(Call[tuple[int, int]]):
    """What a household gets inside and outside the community, in units of 2^-32 Wh, for an outsider who is shown the reading in the ledger and an opening of its C_1 or C_3. Reverts unless all of it is true. Returns inside, outside."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ee821c06")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
        "uint8",
        "(uint256,uint256)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    anchor: structs.Anchor
    side: structs.Side
    opening: structs.Opening

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Anchor.of(values[0]), structs.Side(values[1]), structs.Opening.of(values[2]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int]:
        result: tuple[int, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class WeightOf(Call[int]):
    """The share of a side's energy that stays inside the community, in units of 2^-32."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c4ed564c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    slot: int
    side: structs.Side

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Side(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (SlotNettedEvent,)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyOpenedError,
    CurveOperationFailedError,
    InvalidParameterError,
    NotOpenedError,
    OpeningWindowOverError,
    SafeCastOverflowedUintDowncastError,
    TooFewOwnersError,
    WrongOpeningError,
    WrongOpeningsError,
)
