"""The contract AccessManager.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, initial_admin: bytes) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address"], initial_admin)


@dataclass(frozen=True, slots=True)
class AccessManagerAlreadyScheduledError(RevertReason):
    """``error AccessManagerAlreadyScheduled``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("813e9459")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    operation_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerBadConfirmationError(RevertReason):
    """``error AccessManagerBadConfirmation``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5f159e63")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class AccessManagerExpiredError(RevertReason):
    """``error AccessManagerExpired``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("78a5d6e4")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    operation_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerInvalidInitialAdminError(RevertReason):
    """``error AccessManagerInvalidInitialAdmin``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0813ada2")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    initial_admin: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class AccessManagerLockedFunctionError(RevertReason):
    """``error AccessManagerLockedFunction``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f4744e4a")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes4",)
    NOTICE: ClassVar[str] = ""
    selector: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerLockedRoleError(RevertReason):
    """``error AccessManagerLockedRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1871a90c")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerNotReadyError(RevertReason):
    """``error AccessManagerNotReady``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("18cb6b7a")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    operation_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerNotScheduledError(RevertReason):
    """``error AccessManagerNotScheduled``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("60a299b0")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    operation_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AccessManagerUnauthorizedAccountError(RevertReason):
    """``error AccessManagerUnauthorizedAccount``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f07e038f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint64",
    )
    NOTICE: ClassVar[str] = ""
    msgsender: bytes
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


@dataclass(frozen=True, slots=True)
class AccessManagerUnauthorizedCallError(RevertReason):
    """``error AccessManagerUnauthorizedCall``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("81c6f24b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "bytes4",
    )
    NOTICE: ClassVar[str] = ""
    caller: bytes
    target: bytes
    selector: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class AccessManagerUnauthorizedCancelError(RevertReason):
    """``error AccessManagerUnauthorizedCancel``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3fe2751c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "address",
        "bytes4",
    )
    NOTICE: ClassVar[str] = ""
    msgsender: bytes
    caller: bytes
    target: bytes
    selector: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), address(values[2]), values[3])


@dataclass(frozen=True, slots=True)
class AccessManagerUnauthorizedConsumeError(RevertReason):
    """``error AccessManagerUnauthorizedConsume``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("320ff748")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    target: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class AddressEmptyCodeError(RevertReason):
    """``error AddressEmptyCode``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9996b315")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    target: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


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
class OperationCanceledEvent(Event):
    """``event OperationCanceled``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("bd9ac67a6e2f6463b80927326310338bcbb4bdb7936ce1365ea3e01067e7b9f7")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint32",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    operation_id: bytes
    nonce: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class OperationExecutedEvent(Event):
    """``event OperationExecuted``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("76a2a46953689d4861a5d3f6ed883ad7e6af674a21f8e162707159fc9dde614d")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint32",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    operation_id: bytes
    nonce: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class OperationScheduledEvent(Event):
    """``event OperationScheduled``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("82a2da5dee54ea8021c6545b4444620291e07ee83be6dd57edb175062715f3b4")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint32",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint48",
        "address",
        "address",
        "bytes",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
        5,
    )
    operation_id: bytes
    nonce: int
    schedule: int
    caller: bytes
    target: bytes
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], address(values[3]), address(values[4]), values[5])


@dataclass(frozen=True, slots=True)
class RoleAdminChangedEvent(Event):
    """``event RoleAdminChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("1fd6dd7631312dfac2205b52913f99de03b4d7e381d5d27d3dbfe0713e6e6340")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    role_id: int
    admin: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class RoleGrantDelayChangedEvent(Event):
    """``event RoleGrantDelayChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("feb69018ee8b8fd50ea86348f1267d07673379f72cffdeccec63853ee8ce8b48")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint48",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    role_id: int
    delay: int
    since: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class RoleGrantedEvent(Event):
    """``event RoleGranted``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("f98448b987f1428e0e230e1f3c6e2ce15b5693eaf31827fbd0b1ec4b424ae7cf")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint48",
        "bool",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    role_id: int
    account: bytes
    delay: int
    since: int
    new_member: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2], values[3], values[4])


@dataclass(frozen=True, slots=True)
class RoleGuardianChangedEvent(Event):
    """``event RoleGuardianChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7a8059630b897b5de4c08ade69f8b90c3ead1f8596d62d10b6c4d14a0afb4ae2")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    role_id: int
    guardian: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class RoleLabelEvent(Event):
    """``event RoleLabel``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("1256f5b5ecb89caec12db449738f2fbcd1ba5806cf38f35413f4e5c15bf6a450")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = ("string",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    role_id: int
    label: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class RoleRevokedEvent(Event):
    """``event RoleRevoked``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("f229baa593af28c41b1d16b748cd7688f0c83aaf92d4be41c44005defe84c166")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    role_id: int
    account: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))


@dataclass(frozen=True, slots=True)
class TargetAdminDelayUpdatedEvent(Event):
    """``event TargetAdminDelayUpdated``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("a56b76017453f399ec2327ba00375dbfb1fd070ff854341ad6191e6a2e2de19c")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint48",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    target: bytes
    delay: int
    since: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class TargetClosedEvent(Event):
    """``event TargetClosed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("90d4e7bb7e5d933792b3562e1741306f8be94837e1348dacef9b6f1df56eb138")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ("bool",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    target: bytes
    closed: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


@dataclass(frozen=True, slots=True)
class TargetFunctionRoleUpdatedEvent(Event):
    """``event TargetFunctionRoleUpdated``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("9ea6790c7dadfd01c9f8b9762b3682607af2c7e79e05a9f9fdf5580dde949151")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "address",
        "uint64",
    )
    DATA: ClassVar[tuple[str, ...]] = ("bytes4",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        2,
        1,
    )
    target: bytes
    selector: bytes
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])


@dataclass(frozen=True, slots=True)
class AdminRole(Call[int]):
    """Call ``ADMIN_ROLE``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("75b238fc")
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
class PublicRole(Call[int]):
    """Call ``PUBLIC_ROLE``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3ca7c02a")
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
class CanCall(Call[tuple[bool, int]]):
    """Returns immediate, delay."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b7009613")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "bytes4",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "bool",
        "uint32",
    )
    caller: bytes
    target: bytes
    selector: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bool, int]:
        result: tuple[bool, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class Cancel(Call[int]):
    """Call ``cancel``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d6bb62c6")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    caller: bytes
    target: bytes
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class ConsumeScheduledOp(Call[None]):
    """Call ``consumeScheduledOp``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("94c7d7ee")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    caller: bytes
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Execute(Call[int]):
    """Call ``execute``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1cff79cd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    target: bytes
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Expiration(Call[int]):
    """Call ``expiration``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4665096d")
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
class GetAccess(Call[tuple[int, int, int, int]]):
    """Returns since, current_delay, pending_delay, effect."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3078f114")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "uint48",
        "uint32",
        "uint32",
        "uint48",
    )
    role_id: int
    account: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[int, int, int, int]:
        result: tuple[int, int, int, int] = values[0], values[1], values[2], values[3]
        return result


@dataclass(frozen=True, slots=True)
class GetNonce(Call[int]):
    """Call ``getNonce``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4136a33c")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetRoleAdmin(Call[int]):
    """Call ``getRoleAdmin``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("530dd456")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetRoleGrantDelay(Call[int]):
    """Call ``getRoleGrantDelay``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("12be8727")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetRoleGuardian(Call[int]):
    """Call ``getRoleGuardian``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0b0a93ba")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetSchedule(Call[int]):
    """Call ``getSchedule``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3adc277a")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint48",)
    id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetTargetAdminDelay(Call[int]):
    """Call ``getTargetAdminDelay``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4c1da1e2")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    target: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GetTargetFunctionRole(Call[int]):
    """Call ``getTargetFunctionRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6d5115bd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bytes4",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    target: bytes
    selector: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class GrantRole(Call[None]):
    """Call ``grantRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("25c471a0")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    account: bytes
    execution_delay: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class HasRole(Call[tuple[bool, int]]):
    """Returns is_member, execution_delay."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d1f856ee")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "bool",
        "uint32",
    )
    role_id: int
    account: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bool, int]:
        result: tuple[bool, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class HashOperation(Call[bytes]):
    """Call ``hashOperation``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("abd9bd2a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    caller: bytes
    target: bytes
    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsTargetClosed(Call[bool]):
    """Call ``isTargetClosed``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a166aa89")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    target: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class LabelRole(Call[None]):
    """Call ``labelRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("853551b8")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "string",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    label: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class MinSetback(Call[int]):
    """Call ``minSetback``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("cc1b6c81")
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
class Multicall(Call[tuple[bytes, ...]]):
    """Call ``multicall``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ac9650d8")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes[]",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes[]",)
    data: tuple[bytes, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bytes, ...]:
        result: tuple[bytes, ...] = tuple(values[0])
        return result


@dataclass(frozen=True, slots=True)
class RenounceRole(Call[None]):
    """Call ``renounceRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("fe0776f5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    caller_confirmation: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RevokeRole(Call[None]):
    """Call ``revokeRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b7d2b162")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    account: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Schedule(Call[tuple[bytes, int]]):
    """Returns operation_id, nonce."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f801a698")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bytes",
        "uint48",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint32",
    )
    target: bytes
    data: bytes
    when: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bytes, int]:
        result: tuple[bytes, int] = values[0], values[1]
        return result


@dataclass(frozen=True, slots=True)
class SetGrantDelay(Call[None]):
    """Call ``setGrantDelay``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a64d95ce")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    new_delay: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetRoleAdmin(Call[None]):
    """Call ``setRoleAdmin``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("30cae187")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    admin: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetRoleGuardian(Call[None]):
    """Call ``setRoleGuardian``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("52962952")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    role_id: int
    guardian: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetTargetAdminDelay(Call[None]):
    """Call ``setTargetAdminDelay``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d22b5989")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    target: bytes
    new_delay: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetTargetClosed(Call[None]):
    """Call ``setTargetClosed``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("167bd395")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bool",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    target: bytes
    closed: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetTargetFunctionRole(Call[None]):
    """Call ``setTargetFunctionRole``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("08d6122d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "bytes4[]",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    target: bytes
    selectors: tuple[bytes, ...]
    role_id: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), tuple(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class UpdateAuthority(Call[None]):
    """Call ``updateAuthority``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("18ff183c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "address",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    target: bytes
    new_authority: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), address(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


EVENTS: tuple[type[Event], ...] = (
    OperationCanceledEvent,
    OperationExecutedEvent,
    OperationScheduledEvent,
    RoleAdminChangedEvent,
    RoleGrantDelayChangedEvent,
    RoleGrantedEvent,
    RoleGuardianChangedEvent,
    RoleLabelEvent,
    RoleRevokedEvent,
    TargetAdminDelayUpdatedEvent,
    TargetClosedEvent,
    TargetFunctionRoleUpdatedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AccessManagerAlreadyScheduledError,
    AccessManagerBadConfirmationError,
    AccessManagerExpiredError,
    AccessManagerInvalidInitialAdminError,
    AccessManagerLockedFunctionError,
    AccessManagerLockedRoleError,
    AccessManagerNotReadyError,
    AccessManagerNotScheduledError,
    AccessManagerUnauthorizedAccountError,
    AccessManagerUnauthorizedCallError,
    AccessManagerUnauthorizedCancelError,
    AccessManagerUnauthorizedConsumeError,
    AddressEmptyCodeError,
    FailedCallError,
    InsufficientBalanceError,
    SafeCastOverflowedUintDowncastError,
)
