"""A settlement currency for tests and demonstrations: six decimals, and whoever asks gets some.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments() -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments([])


@dataclass(frozen=True, slots=True)
class ERC20InsufficientAllowanceError(RevertReason):
    """``error ERC20InsufficientAllowance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fb8f41b2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    spender: bytes
    allowance: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class ERC20InsufficientBalanceError(RevertReason):
    """``error ERC20InsufficientBalance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e450d38c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    sender: bytes
    balance: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class ERC20InvalidApproverError(RevertReason):
    """``error ERC20InvalidApprover``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e602df05")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    approver: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC20InvalidReceiverError(RevertReason):
    """``error ERC20InvalidReceiver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ec442f05")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    receiver: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC20InvalidSenderError(RevertReason):
    """``error ERC20InvalidSender``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("96c6fd1e")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    sender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC20InvalidSpenderError(RevertReason):
    """``error ERC20InvalidSpender``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("94280d62")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    spender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ApprovalEvent(Event):
    """``event Approval``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925")
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
    owner: bytes
    spender: bytes
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class TransferEvent(Event):
    """``event Transfer``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
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
    from_: bytes
    to: bytes
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class Allowance(Call[int]):
    """Call ``allowance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("dd62ed3e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    owner: bytes
    spender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Approve(Call[bool]):
    """Call ``approve``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("095ea7b3")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    spender: bytes
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class BalanceOf(Call[int]):
    """Call ``balanceOf``."""

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
class Decimals(Call[int]):
    """Call ``decimals``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("313ce567")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint8",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Mint(Call[None]):
    """Creates `amount` micro-units for `account`. Anybody may call it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("40c10f19")
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
class Name(Call[str]):
    """Call ``name``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("06fdde03")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("string",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> str:
        result: str = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Symbol(Call[str]):
    """Call ``symbol``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("95d89b41")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("string",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> str:
        result: str = values[0]
        return result


@dataclass(frozen=True, slots=True)
class TotalSupply(Call[int]):
    """Call ``totalSupply``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("18160ddd")
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
class Transfer(Call[bool]):
    """Call ``transfer``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a9059cbb")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    to: bytes
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class TransferFrom(Call[bool]):
    """Call ``transferFrom``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("23b872dd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    from_: bytes
    to: bytes
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (
    ApprovalEvent,
    TransferEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    ERC20InsufficientAllowanceError,
    ERC20InsufficientBalanceError,
    ERC20InvalidApproverError,
    ERC20InvalidReceiverError,
    ERC20InvalidSenderError,
    ERC20InvalidSpenderError,
)
