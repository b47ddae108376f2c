"""The renewable-energy account: what a meter's running registers gained between two readings that the ledger vouches for becomes certificates (docs/protocol.md, section 13).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, ledger: bytes, maximum_period_seconds: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "uint64"], ledger, maximum_period_seconds)


@dataclass(frozen=True, slots=True)
class CreditedAlreadyError(RevertReason):
    """The period begins before what is credited already ends."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("17038721")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "The period begins before what is credited already ends."
    meter: bytes
    watermark: int
    begins_after: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


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
class HouseholdChangedError(RevertReason):
    """The meter belonged to the household for a part of the period only; claim up to that slot first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8520d5d2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    NOTICE: ClassVar[str] = (
        "The meter belonged to the household for a part of the period only; claim up to that slot first."
    )
    meter: bytes
    since: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class NoRenewablePlantError(RevertReason):
    """``error NoRenewablePlant``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("42a0c278")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotTheHouseholdError(RevertReason):
    """``error NotTheHousehold``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8b997d8e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    sender: bytes
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class NothingToCreditError(RevertReason):
    """``error NothingToCredit``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("65638f04")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class OtherMeterError(RevertReason):
    """``error OtherMeter``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("34f072de")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
    )
    NOTICE: ClassVar[str] = ""
    first: bytes
    last: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class PeriodTooLongError(RevertReason):
    """``error PeriodTooLong``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8476fbc7")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = ""
    from_: int
    to: int
    maximum: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class PlantChangedError(RevertReason):
    """The plant was another for a part of the period; claim up to that slot first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ff17bef0")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    NOTICE: ClassVar[str] = "The plant was another for a part of the period; claim up to that slot first."
    meter: bytes
    since: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


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
class WrongOpeningError(RevertReason):
    """``error WrongOpening``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("015d45a6")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = ""
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongPeriodError(RevertReason):
    """The first reading must come before the last; without one the last must be its meter's first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("45b7436b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = (
        "The first reading must come before the last; without one the last must be its meter's first."
    )
    first_slot: int
    last_slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class EnergyCreditedEvent(Event):
    """`feedIn` and `generation` in Wh; credited is the lesser."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("6ce96aab999b9a5cc905683ef4ebf26e05ccd28cbff4b6b432e56d548286a9a7")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "address",
        "uint256",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "uint64",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
        5,
        6,
    )
    meter: bytes
    household: bytes
    certificate: int
    first_slot: int
    last_slot: int
    feed_in: int
    generation: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2], values[3], values[4], values[5], values[6])


@dataclass(frozen=True, slots=True)
class Certificates(Call[bytes]):
    """Call ``certificates``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9b00b81f")
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
class Claim(Call[int]):
    """Credits what a meter fed in, and generated, after reading `first` up to and with reading `last`, to its household as certificates. Only the household that the meter belongs to in both."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d38efa91")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
        "(uint256,uint256)",
        "(uint256,uint256)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    first: structs.Anchor
    last: structs.Anchor
    feed_in: structs.Opening
    generation: structs.Opening

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Anchor.of(values[0]),
            structs.Anchor.of(values[1]),
            structs.Opening.of(values[2]),
            structs.Opening.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class ClaimFirst(Call[int]):
    """As `claim`, from the beginning of a meter's registers: `last` is its first reading."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bc90631d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
        "(uint256,uint256)",
        "(uint256,uint256)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    last: structs.Anchor
    feed_in: structs.Opening
    generation: structs.Opening

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Anchor.of(values[0]), structs.Opening.of(values[1]), structs.Opening.of(values[2]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Credited(Call[int]):
    """The Wh that were credited to a meter so far."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d6621244")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
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
class MaximumPeriodSeconds(Call[int]):
    """The longest period of one certificate in seconds, where the scheme asks for one; 0 if not."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("07bbbe93")
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
class Registry(Call[bytes]):
    """Call ``registry``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7b103999")
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
class SlotSeconds(Call[int]):
    """Call ``slotSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6738bc6a")
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


@dataclass(frozen=True, slots=True)
class Watermarks(Call[int]):
    """The first slot of a meter that is not credited yet."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1a1c3fb0")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (EnergyCreditedEvent,)
ERRORS: tuple[type[RevertReason], ...] = (
    CreditedAlreadyError,
    CurveOperationFailedError,
    HouseholdChangedError,
    NoRenewablePlantError,
    NotTheHouseholdError,
    NothingToCreditError,
    OtherMeterError,
    PeriodTooLongError,
    PlantChangedError,
    SafeCastOverflowedUintDowncastError,
    WrongOpeningError,
    WrongPeriodError,
)
