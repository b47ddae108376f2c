"""The community's market: one set of orders and one clearing a slot, which everybody can bring down if it is wrong.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(
    *,
    terms: bytes,
    currency: bytes,
    pool: bytes,
    forwarder: bytes,
    parts: structs.MarketParts,
    parameters: structs.MarketParameters,
) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(
        [
            "address",
            "address",
            "address",
            "address",
            "(address,address,address,address)",
            "(uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint256,uint256,uint256)",
        ],
        terms,
        currency,
        pool,
        forwarder,
        parts,
        parameters,
    )


@dataclass(frozen=True, slots=True)
class AlreadyCommittedError(RevertReason):
    """``error AlreadyCommitted``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e685805d")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
class AlreadyPublishedError(RevertReason):
    """``error AlreadyPublished``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9aaf7ff2")
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
class NotTheClearingError(RevertReason):
    """What was supplied is not the slot's clearing, or that fell."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8b81064f")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = "What was supplied is not the slot's clearing, or that fell."
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
class NotTheSetError(RevertReason):
    """What was supplied is not the slot's set, or that fell."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7ab52ef8")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = "What was supplied is not the slot's set, or that fell."
    slot: int

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
class TooManyOrdersError(RevertReason):
    """``error TooManyOrders``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f507012a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    count: int
    most: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class UnbalancedError(RevertReason):
    """What comes into the zone is not what goes out."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("104d14a3")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "What comes into the zone is not what goes out."
    zone: int
    outgoing: int
    incoming: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class UtilityOffItsPriceError(RevertReason):
    """Off its own price the utility takes part with more than rounding explains."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7bf6413e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint256",
    )
    NOTICE: ClassVar[str] = "Off its own price the utility takes part with more than rounding explains."
    zone: int
    allowed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongFlowError(RevertReason):
    """Flows must be strictly ascending by (from, to), between two zones of the terms, and not empty."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2794eb6c")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = (
        "Flows must be strictly ascending by (from, to), between two zones of the terms, and not empty."
    )
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongPriceError(RevertReason):
    """Prices are out of order, the price is not the middle, or a ratio is above one."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("21af7a59")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    NOTICE: ClassVar[str] = "Prices are out of order, the price is not the middle, or a ratio is above one."
    zone: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongSpreadError(RevertReason):
    """The price in `to` exceeds that in `from` by more than the charge, or by less where energy flows."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("dea8637e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint32",
    )
    NOTICE: ClassVar[str] = (
        "The price in `to` exceeds that in `from` by more than the charge, or by less where energy flows."
    )
    from_: int
    to: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongTotalsError(RevertReason):
    """The totals do not open the tree's sums, or are out of range."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e176726d")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    NOTICE: ClassVar[str] = "The totals do not open the tree's sums, or are out of range."
    zone: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongZonesError(RevertReason):
    """The zones are not exactly those of the terms."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7b1479a4")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The zones are not exactly those of the terms."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class ClearingPublishedEvent(Event):
    """``event ClearingPublished``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("6507299d912b4bcf491278fe93af9d410ab278f2c7b2e37ccd6a54f578a9bbb1")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "(uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[])",
        "uint64",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    clearing: structs.Clearing
    published_at: int
    published_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Clearing.of(values[1]), values[2], values[3])


@dataclass(frozen=True, slots=True)
class DepositForfeitedEvent(Event):
    """A household's deposit for an order that it did not reveal went to the pool."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7325f371ec29013227037fafa83b92eb1ab20ea735357a6197564c056f892446")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    household: bytes
    amount: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


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
class MarketVoidedEvent(Event):
    """A slot's market fell. `proof` is the challenger's call, from which everybody can check the finding."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("80f27d436e25cfb032448f0845d86dc09b3378c2c5f89091fd5ff375436b60f5")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("bytes",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    finding: structs.MarketFinding
    challenger: bytes
    proof: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.MarketFinding(values[1]), address(values[2]), values[3])


@dataclass(frozen=True, slots=True)
class MarketWindowExtendedEvent(Event):
    """``event MarketWindowExtended``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("1e1b7c8ce7f58c165f7590d5871a9742126efa3ffe717c5fa4ab3898c6c7a4dd")
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
class OrderSetCommittedEvent(Event):
    """``event OrderSetCommitted``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("d5120df338aea6d205549439e07b24fb98f623382073e495601e94a0d74215b3")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint32",
        "uint64",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        2,
        3,
        1,
        4,
        5,
    )
    slot: int
    root: bytes
    count: int
    operator: bytes
    committed_at: int
    committed_block: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], address(values[3]), values[4], values[5])


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
class Voided(Call[bytes]):
    """What stands in `setRecords` after a void."""

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
class ChainRevealUntil(Call[int]):
    """Until when an order can be revealed on chain, unix seconds; the clearing comes after that."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d277c41e")
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
class ClearingRecords(Call[bytes]):
    """The record of a slot's clearing; 0 before it is published."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a05b05cd")
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
class CommitSet(Call[None]):
    """Commits the set of a slot's sealed orders, once, from the gate on. Only the market operator of the slot with its full bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9b800efd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes32",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    root: bytes
    count: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])

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
class DirectSeconds(Call[int]):
    """Call ``directSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("cf19850f")
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
class DirectUntil(Call[int]):
    """Until when an order goes in directly and the set is committed, unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9fa55055")
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
class Disputes(Call[tuple[int, int, int]]):
    """What demands left of a slot. Returns extended_until, extended_until_block, open_demands."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fc1a61d0")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "uint64",
    )
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, int]:
        result: tuple[int, int, int] = values[0], values[1], values[2]
        return result


@dataclass(frozen=True, slots=True)
class DomainSeparator(Call[bytes]):
    """The EIP-712 domain separator of the market's messages."""

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
class Finality(Call[tuple[int, int]]):
    """The earliest time and block at which a clearing is final, if no demand is open then. Returns time, block_number."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("319b36eb")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int]:
        result: tuple[int, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class ForfeitDeposit(Call[None]):
    """Moves `orderDeposit` from what a household has locked to the pool. Only orders."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("66ba8b0a")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class HasSet(Call[bool]):
    """Whether a set is committed for the slot that did not fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e0dc9108")
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
    """Moves a bond from an account into the sender's keeping. Only demands."""

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
class IsExtendedWindowOver(Call[bool]):
    """Whether the challenge window of a clearing is over with what extended it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("35121dcf")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsFinal(Call[bool]):
    """Whether this is the slot's clearing, and can no longer fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("76a96f00")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

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
class IsVoid(Call[bool]):
    """Whether the slot has no market, and can have none any more."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e930dad1")
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
class OrderDeposit(Call[int]):
    """What a household must have locked to trade, and forfeits for an order that it does not reveal."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("56069b8c")
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
class Orders(Call[bytes]):
    """Call ``orders``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4fb764c9")
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
class PublishClearing(Call[None]):
    """Publishes the clearing of a slot, once, when nothing can be revealed any more and before the slot begins. Only the market operator of the slot with its full bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b663e513")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[])",
        "((uint32,int64,int64)[],int64[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    clearing: structs.Clearing
    given: structs.Terms

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Clearing.of(values[0]), structs.Terms.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class PublishUntil(Call[int]):
    """Until when the clearing can be published, unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d67259a9")
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
    """Moves a bond from the sender's keeping to an account. Only demands."""

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
class RequireChallengeable(Call[None]):
    """Reverts unless this is the slot's clearing, or zeros where none is published yet, and the slot can still fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fb22f63a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireClearing(Call[None]):
    """Reverts unless this is the slot's clearing."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("58e72d98")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireFinal(Call[None]):
    """Reverts unless this is the slot's clearing, and can no longer fall."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("229c999c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    stamp: structs.ClearingStamp

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.ClearingStamp.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RequireLocked(Call[None]):
    """Reverts unless an account has locked `amount` that is not about to leave."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3198adb5")
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
class RequireSet(Call[None]):
    """Reverts unless this is the set of its slot."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9a0c5262")
    INPUTS: ClassVar[tuple[str, ...]] = ("(uint64,bytes32,uint32,uint64,uint64)",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.CommittedSet.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ResultChallengeBlocks(Call[int]):
    """Call ``resultChallengeBlocks``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d350236a")
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
class ResultChallengeSeconds(Call[int]):
    """Call ``resultChallengeSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c6c71bca")
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
class ResultChallenges(Call[bytes]):
    """Call ``resultChallenges``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5addf8f8")
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
class RevealFrom(Call[int]):
    """When orders begin to be revealed, unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("07ebcde8")
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
class RevealSeconds(Call[int]):
    """Call ``revealSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6a96064f")
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
class SetChallengeSeconds(Call[int]):
    """Call ``setChallengeSeconds``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("44b1d3b8")
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
class SetChallenges(Call[bytes]):
    """Call ``setChallenges``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4bacf0ec")
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
class SetRecords(Call[bytes]):
    """The record of a slot's set; 0 before it is committed, `VOIDED` for good after a void."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("63fa9741")
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


@dataclass(frozen=True, slots=True)
class VoidSlot(Call[None]):
    """Voids a slot's market for good and slashes its operator. Only challenges and demands."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("456bef71")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
        "uint8",
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    stamp: structs.ClearingStamp
    finding: structs.MarketFinding
    challenger: bytes
    proof: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            structs.ClearingStamp.of(values[1]),
            structs.MarketFinding(values[2]),
            address(values[3]),
            values[4],
        )

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
    ClearingPublishedEvent,
    DepositForfeitedEvent,
    DepositedEvent,
    EIP712DomainChangedEvent,
    HeldEvent,
    MarketVoidedEvent,
    MarketWindowExtendedEvent,
    OrderSetCommittedEvent,
    ReleasedEvent,
    SlashedEvent,
    WithdrawnEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyCommittedError,
    AlreadyFinalError,
    AlreadyPublishedError,
    BondStillLockedError,
    CurveOperationFailedError,
    InsufficientBalanceError,
    InsufficientBondError,
    InvalidParameterError,
    InvalidShortStringError,
    NotAPartError,
    NotFinalError,
    NotTheClearingError,
    NotTheOperatorError,
    NotTheSetError,
    NotTheTimeError,
    ReentrancyGuardReentrantCallError,
    SafeCastOverflowedUintDowncastError,
    SafeERC20FailedOperationError,
    StringTooLongError,
    TooManyOrdersError,
    UnbalancedError,
    UtilityOffItsPriceError,
    WrongFlowError,
    WrongPriceError,
    WrongSpreadError,
    WrongTotalsError,
    WrongZonesError,
)
