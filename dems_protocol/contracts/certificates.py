"""Granular certificates of renewable energy: one kind for each claim, one unit for each Wh.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, forwarder: bytes) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address"], forwarder)


@dataclass(frozen=True, slots=True)
class AlreadyIssuedError(RevertReason):
    """``error AlreadyIssued``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("986a64d8")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = ""
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class ERC1155InsufficientBalanceError(RevertReason):
    """``error ERC1155InsufficientBalance``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("03dee4c5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    sender: bytes
    balance: int
    needed: int
    token_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2], values[3])


@dataclass(frozen=True, slots=True)
class ERC1155InvalidApproverError(RevertReason):
    """``error ERC1155InvalidApprover``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3e31884e")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    approver: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC1155InvalidArrayLengthError(RevertReason):
    """``error ERC1155InvalidArrayLength``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5b059991")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    ids_length: int
    values_length: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class ERC1155InvalidOperatorError(RevertReason):
    """``error ERC1155InvalidOperator``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ced3e100")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    operator: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC1155InvalidReceiverError(RevertReason):
    """``error ERC1155InvalidReceiver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("57f447ce")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    receiver: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC1155InvalidSenderError(RevertReason):
    """``error ERC1155InvalidSender``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("01a83514")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    sender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class ERC1155MissingApprovalForAllError(RevertReason):
    """``error ERC1155MissingApprovalForAll``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e237d922")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    operator: bytes
    owner: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class NotAllowedError(RevertReason):
    """``error NotAllowed``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9cb40a40")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    NOTICE: ClassVar[str] = ""
    sender: bytes
    owner: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))


@dataclass(frozen=True, slots=True)
class NotTheIssuerError(RevertReason):
    """``error NotTheIssuer``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b1707b03")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    sender: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class NothingToRedeemError(RevertReason):
    """``error NothingToRedeem``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9890af60")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class ApprovalForAllEvent(Event):
    """``event ApprovalForAll``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("bool",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    account: bytes
    operator: bytes
    approved: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class CertificatesIssuedEvent(Event):
    """``event CertificatesIssued``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("b71e0724eb1f523751761c6dd220b2ca9c24d0ba7d9ff81ffdc2ad0c89cb8d32")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256",)
    DATA: ClassVar[tuple[str, ...]] = (
        "(bytes32,address,uint64,uint64,uint64,uint64,uint32,uint8,bool)",
        "uint256",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    id: int
    certificate: structs.Certificate
    watt_hours: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Certificate.of(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class CertificatesRedeemedEvent(Event):
    """`beneficiary` is whose consumption the energy is for, `purpose` a text for the report."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7915499fa0d52ba01f6da208c405847f5b06ca3d70f9a6c989b6145cfb1a46ac")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint256",
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "string",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    id: int
    owner: bytes
    beneficiary: bytes
    watt_hours: int
    purpose: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), address(values[2]), values[3], values[4])


@dataclass(frozen=True, slots=True)
class TransferBatchEvent(Event):
    """``event TransferBatch``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256[]",
        "uint256[]",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    operator: bytes
    from_: bytes
    to: bytes
    ids: tuple[int, ...]
    values: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            address(values[0]), address(values[1]), address(values[2]), tuple(values[3]), tuple(values[4])
        )


@dataclass(frozen=True, slots=True)
class TransferSingleEvent(Event):
    """``event TransferSingle``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
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
        4,
    )
    operator: bytes
    from_: bytes
    to: bytes
    id: int
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), address(values[2]), values[3], values[4])


@dataclass(frozen=True, slots=True)
class UriEvent(Event):
    """``event URI``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("6bb7ff708619ba0610cba295a58592e0451dee2622938c8755667688daf3529b")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256",)
    DATA: ClassVar[tuple[str, ...]] = ("string",)
    ORDER: ClassVar[tuple[int, ...]] = (
        1,
        0,
    )
    value: str
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class BalanceOf(Call[int]):
    """Call ``balanceOf``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("00fdd58e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    account: bytes
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class BalanceOfBatch(Call[tuple[int, ...]]):
    """Call ``balanceOfBatch``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4e1273f4")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address[]",
        "uint256[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256[]",)
    accounts: tuple[bytes, ...]
    ids: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(address(item) for item in values[0]), tuple(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, ...]:
        result: tuple[int, ...] = tuple(values[0])
        return result


@dataclass(frozen=True, slots=True)
class CertificateOf(Call[structs.Certificate]):
    """What a kind of certificate certifies; zeros for an unknown one."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f8cc41b0")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("(bytes32,address,uint64,uint64,uint64,uint64,uint32,uint8,bool)",)
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> structs.Certificate:
        result: structs.Certificate = structs.Certificate.of(values[0])
        return result


@dataclass(frozen=True, slots=True)
class IdOf(Call[int]):
    """The kind of certificate of a meter and period."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("73058ef3")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    meter: bytes
    from_: int
    to: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsApprovedForAll(Call[bool]):
    """Call ``isApprovedForAll``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e985e9c5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    account: bytes
    operator: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))

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
class Issue(Call[int]):
    """Issues the certificates of a claim to its household. Only the renewable-energy account."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2e01732f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(bytes32,address,uint64,uint64,uint64,uint64,uint32,uint8,bool)",
        "uint256",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    certificate: structs.Certificate
    watt_hours: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Certificate.of(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Issued(Call[int]):
    """The Wh of a kind that were ever issued."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("647dfbed")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Issuer(Call[bytes]):
    """The renewable-energy account, which alone issues."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1d143848")
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
class Redeem(Call[None]):
    """Redeems certificates for a beneficiary: they exist no longer. Only their owner or whom it has approved."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("493cbffe")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256",
        "uint256",
        "address",
        "string",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    owner: bytes
    id: int
    watt_hours: int
    beneficiary: bytes
    purpose: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2], address(values[3]), values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Redeemed(Call[int]):
    """The Wh of a kind that are redeemed already."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7ed0f1c1")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class RedeemedFor(Call[int]):
    """The Wh of a kind that were redeemed for a beneficiary."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ac8f48a8")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    id: int
    beneficiary: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class SafeBatchTransferFrom(Call[None]):
    """Call ``safeBatchTransferFrom``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2eb2c2d6")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "uint256[]",
        "uint256[]",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    from_: bytes
    to: bytes
    ids: tuple[int, ...]
    values: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), tuple(values[2]), tuple(values[3]), values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SafeTransferFrom(Call[None]):
    """Call ``safeTransferFrom``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f242432a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "uint256",
        "uint256",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    from_: bytes
    to: bytes
    id: int
    value: int
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2], values[3], values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetApprovalForAll(Call[None]):
    """Call ``setApprovalForAll``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a22cb465")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bool",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    operator: bytes
    approved: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SupportsInterface(Call[bool]):
    """Call ``supportsInterface``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("01ffc9a7")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes4",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    interface_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
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
class Uri(Call[str]):
    """Call ``uri``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0e89341c")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("string",)
    value_0: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> str:
        result: str = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (
    ApprovalForAllEvent,
    CertificatesIssuedEvent,
    CertificatesRedeemedEvent,
    TransferBatchEvent,
    TransferSingleEvent,
    UriEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyIssuedError,
    ERC1155InsufficientBalanceError,
    ERC1155InvalidApproverError,
    ERC1155InvalidArrayLengthError,
    ERC1155InvalidOperatorError,
    ERC1155InvalidReceiverError,
    ERC1155InvalidSenderError,
    ERC1155MissingApprovalForAllError,
    NotAllowedError,
    NotTheIssuerError,
    NothingToRedeemError,
)
