"""The contract ERC2771Forwarder.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, name: str) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["string"], name)


@dataclass(frozen=True, slots=True)
class ERC2771ForwarderExpiredRequestError(RevertReason):
    """``error ERC2771ForwarderExpiredRequest``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("94eef58a")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint48",)
    NOTICE: ClassVar[str] = ""
    deadline: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class ERC2771ForwarderInvalidSignerError(RevertReason):
    """``error ERC2771ForwarderInvalidSigner``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c845a056")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    signer: bytes
    from_: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class ERC2771ForwarderMismatchedValueError(RevertReason):
    """``error ERC2771ForwarderMismatchedValue``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("70647f79")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    requested_value: int
    msg_value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class ERC2771ForwarderNoRefundReceiverError(RevertReason):
    """``error ERC2771ForwarderNoRefundReceiver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("39c6e3b7")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class ERC2771UntrustfulTargetError(RevertReason):
    """``error ERC2771UntrustfulTarget``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d2650cd1")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    target: bytes
    forwarder: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class FailedCallError(RevertReason):
    """``error FailedCall``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d6bda275")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class InsufficientBalanceError(RevertReason):
    """``error InsufficientBalance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("cf479181")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    balance: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class InvalidAccountNonceError(RevertReason):
    """``error InvalidAccountNonce``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("752d88c0")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    account: bytes
    current_nonce: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


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
class ExecutedForwardRequestEvent(Event):
    """``event ExecutedForwardRequest``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("842fb24a83793558587a3dab2be7674da4a51d09c5542d6dd354e5d0ea70813c")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "bool",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    signer: bytes
    nonce: int
    success: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


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
class Execute(Call[None]):
    """Call ``execute``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("df905caf")
    INPUTS: ClassVar[tuple[str, ...]] = ("(address,address,uint256,uint256,uint48,bytes,bytes)",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    request: structs.ForwardRequestData

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.ForwardRequestData.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ExecuteBatch(Call[None]):
    """Call ``executeBatch``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ccf96b4a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(address,address,uint256,uint256,uint48,bytes,bytes)[]",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    requests: tuple[structs.ForwardRequestData, ...]
    refund_receiver: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(structs.ForwardRequestData.of(item) for item in values[0]), address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Nonces(Call[int]):
    """Call ``nonces``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7ecebe00")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    owner: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Verify(Call[bool]):
    """Call ``verify``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("19d8d38c")
    INPUTS: ClassVar[tuple[str, ...]] = ("(address,address,uint256,uint256,uint48,bytes,bytes)",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    request: structs.ForwardRequestData

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.ForwardRequestData.of(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (
    EIP712DomainChangedEvent,
    ExecutedForwardRequestEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    ERC2771ForwarderExpiredRequestError,
    ERC2771ForwarderInvalidSignerError,
    ERC2771ForwarderMismatchedValueError,
    ERC2771ForwarderNoRefundReceiverError,
    ERC2771UntrustfulTargetError,
    FailedCallError,
    InsufficientBalanceError,
    InvalidAccountNonceError,
    InvalidShortStringError,
    StringTooLongError,
)
