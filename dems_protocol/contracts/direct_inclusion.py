"""Direct inclusion: the way into a slot that the operator cannot close (docs/protocol.md, sections 9 and 10).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, ledger: bytes, inclusion_deposit: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "uint256"], ledger, inclusion_deposit)


@dataclass(frozen=True, slots=True)
class AlreadyIncludedError(RevertReason):
    """``error AlreadyIncluded``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2858483d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    NOTICE: ClassVar[str] = ""
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class ContestOpenError(RevertReason):
    """``error ContestOpen``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d1be6d3b")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class ContestOverError(RevertReason):
    """``error ContestOver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5a7c7df2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    NOTICE: ClassVar[str] = ""
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


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
class DepositAlreadyReturnedError(RevertReason):
    """``error DepositAlreadyReturned``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3bd0949b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    NOTICE: ClassVar[str] = ""
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class HonestSealError(RevertReason):
    """What was sealed does open the reading's commitments."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("001936e9")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "What was sealed does open the reading's commitments."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class MalformedSealError(RevertReason):
    """Not sealed to the operator's key of the slot, or not to a usable point."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7b7749aa")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "Not sealed to the operator's key of the slot, or not to a usable point."

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
class NotDirectlyIncludedError(RevertReason):
    """No such reading is included directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bb796808")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    NOTICE: ClassVar[str] = "No such reading is included directly."
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class NotIncludedError(RevertReason):
    """The siblings lead to another root, or to other sums than stated, or are no points."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f70d0911")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = (
        "The siblings lead to another root, or to other sums than stated, or are no points."
    )
    index: int

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
class NotThePreviousError(RevertReason):
    """``error NotThePrevious``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3f2ef671")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    previous: bytes

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
class SlotNotOverError(RevertReason):
    """``error SlotNotOver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("01ee78ec")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    slot: int
    ends_at: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class SoundRegistersError(RevertReason):
    """The running registers do continue those of the previous reading."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a1cc8231")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The running registers do continue those of the previous reading."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class TooEarlyError(RevertReason):
    """Before the statement is due, and none is published: the operator may still include it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("839aae0b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint256",
    )
    NOTICE: ClassVar[str] = (
        "Before the statement is due, and none is published: the operator may still include it."
    )
    slot: int
    due_at: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class TooLateError(RevertReason):
    """``error TooLate``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4d673a06")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class UnsoundReadingError(RevertReason):
    """Points, key, signature or start of the running registers are not what registry, curve and protocol ask for."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5c87eea7")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    NOTICE: ClassVar[str] = (
        "Points, key, signature or start of the running registers are not what registry, curve and protocol ask for."
    )
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongDisclosureError(RevertReason):
    """``error WrongDisclosure``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d3cd302d")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

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
class WrongSealError(RevertReason):
    """``error WrongSeal``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("821aade9")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class WrongSlotError(RevertReason):
    """The reading is of another slot than the statement."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("372eacf0")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "The reading is of another slot than the statement."
    slot: int
    expected: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class DepositReturnedEvent(Event):
    """``event DepositReturned``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("23339680b60b6013b7ff28fc34be2ffda69d8e2abfbe229ebaa6fbc93a15210c")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = ("address",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    meter: bytes
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], address(values[2]))


@dataclass(frozen=True, slots=True)
class ReadingExcludedEvent(Event):
    """``event ReadingExcluded``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("09477c7f728ddb8d0d443810da37fcae521b016980976d67cebfcb53dc798acc")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = ("address",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    meter: bytes
    deposit_to: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], address(values[2]))


@dataclass(frozen=True, slots=True)
class ReadingIncludedEvent(Event):
    """``event ReadingIncluded``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("f85eb604b46544796e38e2ae4d13e41af91763c1a566447d72fd804be4f6e1e6")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,bytes32,uint8)",
        "(uint256[2],uint256[2],bytes32[10])",
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
    slot: int
    meter: bytes
    reading: structs.Reading
    signature: structs.Signature
    openings: structs.SealedOpenings
    included_at: int
    included_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            values[1],
            structs.Reading.of(values[2]),
            structs.Signature.of(values[3]),
            structs.SealedOpenings.of(values[4]),
            values[5],
            values[6],
        )


@dataclass(frozen=True, slots=True)
class Accumulators(Call[tuple[int, ...]]):
    """The two points A_w, A_f that direct inclusions add to a slot's sums."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f3d1a32c")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256[4]",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, ...]:
        result: tuple[int, ...] = tuple(values[0])
        return result


@dataclass(frozen=True, slots=True)
class ExcludeDiscontinuous(Call[None]):
    """Takes a reading out again that does not continue the reading that it names as its previous. Anybody who has that one. The deposit goes to the operator."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2e9069f5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,uint64,uint64)",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    current: structs.Published
    reading: structs.Reading
    inclusion: structs.Inclusion
    previous: structs.Reading

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.Reading.of(values[1]),
            structs.Inclusion.of(values[2]),
            structs.Reading.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ExcludeDuplicate(Call[None]):
    """Takes a reading out again whose meter has a leaf in the statement. Anybody. The deposit goes to the operator if the statement was there first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("47712c99")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    leaf: structs.Leaf
    proof: structs.InclusionProof
    reading: structs.Reading
    inclusion: structs.Inclusion

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.Leaf.of(values[1]),
            structs.InclusionProof.of(values[2]),
            structs.Reading.of(values[3]),
            structs.Inclusion.of(values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ExcludeFalse(Call[None]):
    """Takes a reading out again whose sealed openings are false, which the disclosure of the key agreement proves. Anybody who can. The deposit goes to the operator."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("23021074")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,uint64,uint64)",
        "(uint256[2],uint256[2],bytes32[10])",
        "(uint256[2],uint256,uint256)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    current: structs.Published
    reading: structs.Reading
    inclusion: structs.Inclusion
    openings: structs.SealedOpenings
    disclosure: structs.Disclosure

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.Reading.of(values[1]),
            structs.Inclusion.of(values[2]),
            structs.SealedOpenings.of(values[3]),
            structs.Disclosure.of(values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Include(Call[None]):
    """Includes a reading beside the root. Only the household of the meter, with the deposit in its account, from publication or the due time on until the challenge window is over."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7d8d77d1")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,bytes32,uint8)",
        "(uint256[2],uint256[2],bytes32[10])",
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    reading: structs.Reading
    signature: structs.Signature
    openings: structs.SealedOpenings
    current: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Reading.of(values[0]),
            structs.Signature.of(values[1]),
            structs.SealedOpenings.of(values[2]),
            structs.Published.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class InclusionDeposit(Call[int]):
    """The deposit of a direct inclusion."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("646589cf")
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
class Inclusions(Call[bytes]):
    """The hash of the reading that a meter has included directly for a slot, 0 if none."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("dfa82b58")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    slot: int
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
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
class RequireIncluded(Call[None]):
    """Reverts unless exactly this reading stands beside the root of its slot."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c71d49b2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    reading: structs.Reading
    inclusion: structs.Inclusion

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Reading.of(values[0]), structs.Inclusion.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ReturnDeposit(Call[None]):
    """Returns the deposit of an inclusion that nobody can contest any more. Anybody; it goes to the household."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("88e04d78")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    current: structs.Published
    reading: structs.Reading
    inclusion: structs.Inclusion

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.Reading.of(values[1]), structs.Inclusion.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
    DepositReturnedEvent,
    ReadingExcludedEvent,
    ReadingIncludedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyIncludedError,
    ContestOpenError,
    ContestOverError,
    CurveOperationFailedError,
    DepositAlreadyReturnedError,
    HonestSealError,
    MalformedSealError,
    NoSuchNodeError,
    NotDirectlyIncludedError,
    NotIncludedError,
    NotItsPartError,
    NotTheHouseholdError,
    NotThePreviousError,
    SafeCastOverflowedUintDowncastError,
    SlotNotOverError,
    SoundRegistersError,
    TooEarlyError,
    TooLateError,
    UnsoundReadingError,
    WrongDisclosureError,
    WrongPathLengthError,
    WrongSealError,
    WrongSlotError,
)
