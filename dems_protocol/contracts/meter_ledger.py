"""The community's meter ledger: one statement a slot, which every member can bring down if it is wrong.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(
    *,
    registry: bytes,
    currency: bytes,
    pool: bytes,
    forwarder: bytes,
    parts: structs.Parts,
    parameters: structs.Parameters,
) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(
        [
            "address",
            "address",
            "address",
            "address",
            "(address,address,address)",
            "(uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint256,uint256)",
        ],
        registry,
        currency,
        pool,
        forwarder,
        parts,
        parameters,
    )


@dataclass(frozen=True, slots=True)
class AlreadyFinalError(RevertReason):
    """``error AlreadyFinal``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("afb09421")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class BondStillLockedError(RevertReason):
    """``error BondStillLocked``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ffe81a71")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    operator: bytes
    leaves_at: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


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
class InsufficientBalanceError(RevertReason):
    """``error InsufficientBalance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("db42144d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    account: bytes
    balance: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class InsufficientBondError(RevertReason):
    """``error InsufficientBond``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fbc2ab43")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    operator: bytes
    bond: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


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
class InvalidShortStringError(RevertReason):
    """``error InvalidShortString``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b3512b0c")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class MalformedStatementError(RevertReason):
    """Too many leaves, more owners than leaves, or sums that are no points."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("688bd86b")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "Too many leaves, more owners than leaves, or sums that are no points."

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
class NotAPartError(RevertReason):
    """``error NotAPart``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7923f8d3")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    sender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class NotFinalError(RevertReason):
    """``error NotFinal``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bb3c27bd")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
class NotPublishedError(RevertReason):
    """What was supplied is not what is published for the slot now."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("cc187299")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = "What was supplied is not what is published for the slot now."
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotTheOperatorError(RevertReason):
    """``error NotTheOperator``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("84619e24")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    sender: bytes
    operator: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class P256PrecompileMissingError(RevertReason):
    """P256VERIFY (EIP-7951) is missing at 0x100: every P-256 signature would look forged."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("52496001")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = (
        "P256VERIFY (EIP-7951) is missing at 0x100: every P-256 signature would look forged."
    )

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class ReentrancyGuardReentrantCallError(RevertReason):
    """``error ReentrancyGuardReentrantCall``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3ee5aeb5")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class SafeERC20FailedOperationError(RevertReason):
    """``error SafeERC20FailedOperation``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5274afe7")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    token: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


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
class StringTooLongError(RevertReason):
    """``error StringTooLong``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("305a27a9")
    INPUTS: ClassVar[tuple[str, ...]] = ("string",)
    NOTICE: ClassVar[str] = ""
    str: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
class WrongAttemptError(RevertReason):
    """Another attempt is due, or a statement is published already."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a4e56e73")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
    )
    NOTICE: ClassVar[str] = "Another attempt is due, or a statement is published already."
    slot: int
    attempt: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


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
class BondChangedEvent(Event):
    """``event BondChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("5e85d2a1d3525d3055671668fc9a2fbffc75e22a6deda5cb7b11120888af34fd")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    operator: bytes
    amount: int
    leaving: int
    leaves_at: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2], values[3])


@dataclass(frozen=True, slots=True)
class DepositedEvent(Event):
    """``event Deposited``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2da466a7b24304f47e87fa2e1e5a81b9831ce54fec19055ce277ca2f39ba42c4")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    account: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


@dataclass(frozen=True, slots=True)
class EIP712DomainChangedEvent(Event):
    """``event EIP712DomainChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("0a6387c9ea3628b88a633bb4f3b151770f70085117a15f9bf3787cda53f13d31")
    INDEXED: ClassVar[tuple[str, ...]] = ()
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = ()

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class HeldEvent(Event):
    """A bond or deposit moved from an account into the keeping of a part of the ledger."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("b25fff082b438d27ccd55e5fd697f5fe1a50afee578c9cc92c7fbad9f64471a3")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    part: bytes
    account: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class ReleasedEvent(Event):
    """A bond or deposit moved out of the keeping of a part of the ledger to an account."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2d87480f50083e2b2759522a8fdda59802650a8055e609a7772cf70c07748f52")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    part: bytes
    account: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class SlashedEvent(Event):
    """``event Slashed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2ad67d4a3e40fbdc9faeef32237ae01635b2ec4451e4e61d0bafed3606cfa421")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    operator: bytes
    challenger: bytes
    to_challenger: int
    to_pool: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2], values[3])


@dataclass(frozen=True, slots=True)
class StatementPublishedEvent(Event):
    """``event StatementPublished``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("9c6a3fc389b13f83b03826975220dfd0fc59f9ad98dd5bc283f6c6f185856f1b")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
        "uint64",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    slot: int
    attempt: int
    statement: structs.Statement
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Statement.of(values[2]), values[3], values[4])


@dataclass(frozen=True, slots=True)
class StatementVoidedEvent(Event):
    """A statement fell. `proof` is the challenger's call, from which everybody can check the finding."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("16d505d1b9977187ad103e382942b0f21853db8a1cbfae57e3e9e000e8e0bf3e")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "bytes",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        3,
        1,
        2,
        4,
    )
    slot: int
    attempt: int
    finding: structs.Finding
    challenger: bytes
    proof: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Finding(values[2]), address(values[3]), values[4])


@dataclass(frozen=True, slots=True)
class WindowExtendedEvent(Event):
    """``event WindowExtended``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("4c3390432780e787db4168792d36523d64fcfd3cd957aea3e8f46a32b6619e43")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    until_time: int
    until_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class WithdrawnEvent(Event):
    """``event Withdrawn``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("d1c19fbcd4551a5edfb66d43d2e337c04837afda3482b42bdf569a8fccdae5fb")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    account: bytes
    to: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class MaxCount(Call[int]):
    """Call ``MAX_COUNT``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("77163c1d")
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
class Voided(Call[bytes]):
    """What stands in `records` after a void, until the replacement is published."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("31809c97")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class AnnounceBondRelease(Call[None]):
    """Announces that `amount` of the sender's bond leaves after the delay; replaces an earlier announcement."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3c527df2")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AnswerBlocks(Call[int]):
    """Call ``answerBlocks``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("91e14b31")
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
class AnswerSeconds(Call[int]):
    """Call ``answerSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3fe32e89")
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
class AttemptOf(Call[int]):
    """Which attempt of a slot is published or due: 0, 1, or 2 where nothing can be published any more."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8c1cff68")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint8",)
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
class BalanceOf(Call[int]):
    """What an account has at its disposal."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("70a08231")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    account: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class BondAmount(Call[int]):
    """What an operator needs to publish."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("80f323a7")
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
class BondReleaseSeconds(Call[int]):
    """How long a bond stays liable after its withdrawal was announced."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("362acdf3")
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
class Bonds(Call[tuple[int, int, int]]):
    """The bonds of the operators. Returns amount, leaving, leaves_at."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fe10d774")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint128",
        "uint128",
        "uint64",
    )
    operator: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, int]:
        result: tuple[int, int, int] = values[0], values[1], values[2]
        return result


@dataclass(frozen=True, slots=True)
class ChallengeBlocks(Call[int]):
    """Call ``challengeBlocks``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("91774928")
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
class ChallengeSeconds(Call[int]):
    """Call ``challengeSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("348b733d")
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
class Challenges(Call[bytes]):
    """Call ``challenges``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("09af4fe6")
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
class CloseDemand(Call[None]):
    """Counts a demand of a slot as answered and keeps the slot open for what the answer shows. Only demands."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("18b1189c")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Currency(Call[bytes]):
    """The settlement currency (ERC-20 without fees on transfer; amounts in its smallest unit)."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e5a6b10f")
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
class Demands(Call[bytes]):
    """Call ``demands``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ee2ab4d9")
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
class Deposit(Call[None]):
    """Moves `amount` of the sender's currency, which it has approved, to its account. Anybody."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b6b55f25")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class DirectInclusion(Call[bytes]):
    """Call ``directInclusion``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a25c87ae")
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
class Disputes(Call[tuple[int, int, int, int, int, int, int]]):
    """What disputes and direct inclusions left of a slot. Returns extended_until, extended_until_block, voided_at, voided_block, open_demands, inclusions, attempt."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fc1a61d0")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint48",
        "uint48",
        "uint48",
        "uint48",
        "uint32",
        "uint24",
        "uint8",
    )
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, int, int, int, int, int]:
        result: tuple[int, int, int, int, int, int, int] = (
            values[0],
            values[1],
            values[2],
            values[3],
            values[4],
            values[5],
            values[6],
        )
        return result


@dataclass(frozen=True, slots=True)
class DomainSeparator(Call[bytes]):
    """The EIP-712 domain separator of the protocol's messages."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f698da25")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Eip712Domain(Call[tuple[bytes, str, str, int, bytes, bytes, tuple[int, ...]]]):
    """Returns fields, name, version, chain_id, verifying_contract, salt, extensions."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("84b0196e")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "bytes1",
        "string",
        "string",
        "uint256",
        "address",
        "bytes32",
        "uint256[]",
    )

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bytes, str, str, int, bytes, bytes, tuple[int, ...]]:
        result: tuple[bytes, str, str, int, bytes, bytes, tuple[int, ...]] = (
            values[0],
            values[1],
            values[2],
            values[3],
            address(values[4]),
            values[5],
            tuple(values[6]),
        )
        return result


@dataclass(frozen=True, slots=True)
class EndOf(Call[int]):
    """When a slot ends, in unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7d896c50")
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
class FinalSums(Call[tuple[int, ...]]):
    """The sums X_w + A_w and X_f + A_f of a final statement with what was included directly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("49656d47")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256[4]",)
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, ...]:
        result: tuple[int, ...] = tuple(values[0])
        return result


@dataclass(frozen=True, slots=True)
class Finality(Call[tuple[int, int]]):
    """The earliest time and block at which the statement is final, if no demand is open then. Returns time, block_number."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("dc063eaf")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int]:
        result: tuple[int, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class HasStatement(Call[bool]):
    """Whether a statement is published for the slot that did not fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("eb3564d1")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class HeldBy(Call[int]):
    """What a part of the ledger keeps of bonds and deposits."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("03ba3d3b")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    part: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Hold(Call[None]):
    """Moves a bond or deposit from an account into the sender's keeping. Only demands and direct inclusion."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("977a5ec5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    account: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class IsChallengeWindowOver(Call[bool]):
    """Whether the challenge window is over as it was at publication: direct inclusions come within it, whatever extends it for challenges."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d54d52dd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsExtendedWindowOver(Call[bool]):
    """Whether the challenge window is over with what extended it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6d6eeb60")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsFinal(Call[bool]):
    """Whether the statement is its slot's and can no longer fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("444e444b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsOver(Call[bool]):
    """Whether a window of so many seconds and blocks is over that began at `time` and `blockNumber`: both have to be, so a halted chain ends nothing."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b7e4bf22")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    time: int
    block_number: int
    lasts_seconds: int
    lasts_blocks: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsPublished(Call[bool]):
    """Whether the statement, with time and block of its publication, is what is published for its slot now."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c141d1a5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

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
class IsUnnetted(Call[bool]):
    """Whether the slot has no statement and none can come any more: utility prices apply."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9f10c132")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class JoinInclusion(Call[None]):
    """Counts a reading as standing beside the root, and keeps the slot open for as long as an answer may take. Only direct inclusion."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1a827a60")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class LeaveInclusion(Call[None]):
    """Counts a reading as taken out again. Only direct inclusion."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b4dd4788")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class LockBond(Call[None]):
    """Adds `amount` of the sender's account to its bond. Anybody; it counts for operators."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5d232ded")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class OpenDemand(Call[None]):
    """Counts a demand of a slot as open. Only demands."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3efe2101")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Pool(Call[bytes]):
    """The community's pool, which gets half of what is slashed."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("16f0115b")
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
class Publish(Call[None]):
    """Publishes the statement of a slot: the first, or the one replacement after a void. Only the operator of the slot with its full bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("78b3be33")
    INPUTS: ClassVar[tuple[str, ...]] = ("(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    statement: structs.Statement

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Statement.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class PublishLimitSeconds(Call[int]):
    """Call ``publishLimitSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6e1eb494")
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
class PublishSeconds(Call[int]):
    """Call ``publishSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("83446914")
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
class Records(Call[bytes]):
    """The record of a slot's current statement; 0 before the first, `VOIDED` after one fell."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2baf9b78")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
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
class Release(Call[None]):
    """Moves a bond or deposit from the sender's keeping to an account. Only demands and direct inclusion."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0357371d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    account: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ReleaseBond(Call[None]):
    """Moves what was announced, and was not slashed meanwhile, from the sender's bond to its account."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("03e026b3")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ReplaceBlocks(Call[int]):
    """Call ``replaceBlocks``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bb181d98")
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
class ReplaceSeconds(Call[int]):
    """Call ``replaceSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("db2612f0")
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
class RequireAnchored(Call[None]):
    """Reverts unless the reading is a leaf of a final statement, or a direct inclusion that stands: in a slot that is final, or that is closed without a statement, when nobody can contest it any more."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("524f326e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    anchor: structs.Anchor

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Anchor.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireChallengeable(Call[None]):
    """Reverts unless the statement is its slot's and can still fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("35d7833c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireFinal(Call[None]):
    """Reverts unless the statement is its slot's and can no longer fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("eaf3f71d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireFinalHash(Call[tuple[int, int, int]]):
    """Reverts unless the statement with this hash, published then, is the slot's final one. Returns since when it is final and how many readings stand beside its root. Returns final_at, final_block, inclusions."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ea292fed")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
        "uint64",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
    )
    slot: int
    statement_hash: bytes
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, int]:
        result: tuple[int, int, int] = values[0], values[1], values[2]
        return result


@dataclass(frozen=True, slots=True)
class RequirePublished(Call[None]):
    """Reverts unless the statement is what is published for `slot` now."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f8fad62e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    published: structs.Published

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Published.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Slash(Call[None]):
    """Slashes the operator of a slot. Only challenges."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("22ab4f38")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    challenger: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SlashAmount(Call[int]):
    """What a void costs the operator."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8802834e")
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
class VoidStatement(Call[None]):
    """Voids a statement that can still fall and slashes its operator. Only challenges and demands."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f6c0ac8e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "uint8",
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    finding: structs.Finding
    challenger: bytes
    proof: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]), structs.Finding(values[1]), address(values[2]), values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Withdraw(Call[None]):
    """Pays `amount` of the sender's account out to `to`. Anybody, at any time."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("00f714ce")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    amount: int
    to: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class WithdrawPool(Call[None]):
    """Pays the pool's account out to the pool. Anybody."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5c42c733")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


EVENTS: tuple[type[Event], ...] = (
    BondChangedEvent,
    DepositedEvent,
    EIP712DomainChangedEvent,
    HeldEvent,
    ReleasedEvent,
    SlashedEvent,
    StatementPublishedEvent,
    StatementVoidedEvent,
    WindowExtendedEvent,
    WithdrawnEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyFinalError,
    BondStillLockedError,
    CurveOperationFailedError,
    InsufficientBalanceError,
    InsufficientBondError,
    InvalidParameterError,
    InvalidShortStringError,
    MalformedStatementError,
    NoSuchNodeError,
    NotAPartError,
    NotFinalError,
    NotIncludedError,
    NotPublishedError,
    NotTheOperatorError,
    P256PrecompileMissingError,
    ReentrancyGuardReentrantCallError,
    SafeCastOverflowedUintDowncastError,
    SafeERC20FailedOperationError,
    SlotNotOverError,
    StringTooLongError,
    TooLateError,
    WrongAttemptError,
    WrongPathLengthError,
    WrongSlotError,
)
