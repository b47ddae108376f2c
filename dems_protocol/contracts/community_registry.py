"""Who belongs to the community: households, meters with their keys and plants, and the meter operator.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, authority: bytes, slot_seconds: int, change_delay_seconds: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "uint64", "uint64"], authority, slot_seconds, change_delay_seconds)


@dataclass(frozen=True, slots=True)
class AccessManagedInvalidAuthorityError(RevertReason):
    """``error AccessManagedInvalidAuthority``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c2f31e5e")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    authority: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class AccessManagedRequiredDelayError(RevertReason):
    """``error AccessManagedRequiredDelay``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("af77169d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint32",
    )
    NOTICE: ClassVar[str] = ""
    caller: bytes
    delay: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


@dataclass(frozen=True, slots=True)
class AccessManagedUnauthorizedError(RevertReason):
    """``error AccessManagedUnauthorized``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("068ca9d8")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
    caller: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


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
class KeyTakenError(RevertReason):
    """Another meter has, or had, this key."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f99a326c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
    )
    NOTICE: ClassVar[str] = "Another meter has, or had, this key."
    key_id: bytes
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class MeterIdTakenError(RevertReason):
    """Meter ids are given once, for the life of the device, and are not zero."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f7d2fb4d")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = "Meter ids are given once, for the life of the device, and are not zero."
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotAPlantError(RevertReason):
    """The plant's data contradict themselves."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2cd34cfa")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint32",
        "uint8",
    )
    NOTICE: ClassVar[str] = "The plant's data contradict themselves."
    power_watts: int
    source: structs.Source

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Source(values[1]))


@dataclass(frozen=True, slots=True)
class NotAPublicKeyError(RevertReason):
    """The coordinates are not a point of the scheme's curve, or the scheme is unknown."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("78725fc8")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "The coordinates are not a point of the scheme's curve, or the scheme is unknown."
    scheme: int
    x: int
    y: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class NotAnOperatorError(RevertReason):
    """The operator needs an account and a sealing key that is a point other than the identity."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c0ae66ad")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = (
        "The operator needs an account and a sealing key that is a point other than the identity."
    )
    operator: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class NotInTheFutureError(RevertReason):
    """Slots that have begun keep what they have."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6a4541be")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "Slots that have begun keep what they have."
    from_: int
    current_slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class NotSignedByHouseholdError(RevertReason):
    """The household that the meter belongs to at the slot of the change did not sign it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("62673b06")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = (
        "The household that the meter belongs to at the slot of the change did not sign it."
    )
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


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
class TooSoonError(RevertReason):
    """A change without the household's signature has to wait longer."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f2c5850e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "A change without the household's signature has to wait longer."
    from_: int
    earliest: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class UnknownMeterError(RevertReason):
    """``error UnknownMeter``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e80e40b9")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongMembershipError(RevertReason):
    """The household is admitted already, or was never."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("68db8094")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = "The household is admitted already, or was never."
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class AuthorityUpdatedEvent(Event):
    """``event AuthorityUpdated``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad")
    INDEXED: ClassVar[tuple[str, ...]] = ()
    DATA: ClassVar[tuple[str, ...]] = ("address",)
    ORDER: ClassVar[tuple[int, ...]] = (0,)
    authority: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


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
class HouseholdAdmittedEvent(Event):
    """``event HouseholdAdmitted``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7da552d037147bf701dccbe142b39a8f4d4046dbfc95c54b25f25cef47cf3c51")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (0,)
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class HouseholdChangedEvent(Event):
    """From slot `from` on the meter belongs to `household`; to nobody if that is 0."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("21040c0bb1cac447cfc2671be7f9dcbb7924ce006f721655b6beb13274ff5680")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = ("uint64",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    meter: bytes
    household: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class HouseholdDismissedEvent(Event):
    """``event HouseholdDismissed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("43617179a82481bfe0700ef9c9c153297d22b13f383dfdb36619552ba0e4d201")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (0,)
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))


@dataclass(frozen=True, slots=True)
class KeyChangedEvent(Event):
    """``event KeyChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("83ab30bb0568e11f55d0288c1d07283ddf6f1c6b6c1d309f6a58ff0430b3edc3")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint256",
        "uint256",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
        5,
    )
    meter: bytes
    key_id: bytes
    from_: int
    scheme: int
    x: int
    y: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3], values[4], values[5])


@dataclass(frozen=True, slots=True)
class MeterRegisteredEvent(Event):
    """``event MeterRegistered``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("9e16137c30618fe5d07ba87d16f6c3894aa232cad0f783c2dfde4015953d9a13")
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32",)
    DATA: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[int, ...]] = (0,)
    meter: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class OperatorChangedEvent(Event):
    """``event OperatorChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("50fc43d6796504260b0e5292b3fcf9dfea0b0e37c9698b9663545a4ba248d19b")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = ("uint64",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    operator: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])


@dataclass(frozen=True, slots=True)
class PlantChangedEvent(Event):
    """``event PlantChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("74136703ce70a75cb8dcbaebfaeb36a4b70edaaece3e72fadbcaa222ce936413")
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(uint32,uint32,uint64,uint8)",
        "bytes32",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    meter: bytes
    from_: int
    plant: structs.Plant
    mastr_number: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Plant.of(values[2]), values[3])


@dataclass(frozen=True, slots=True)
class ReliefAskedEvent(Event):
    """The grid asks the households of a zone to draw no more than `maximumWatts` each, between two moments (unix seconds). A request: what a household does about it is its own affair."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2ab216fc4abc5bfc00e6373983647a59e183fcd3550b16b400f1f77e52e1f0e6")
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
        "uint32",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    zone: bytes
    from_: int
    until: int
    maximum_watts: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3])


@dataclass(frozen=True, slots=True)
class SealingKeyChangedEvent(Event):
    """``event SealingKeyChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("2bfcda6714ce9ea2783655766e3c5a3ac744aa381904fe0d09e47960e6d61708")
    INDEXED: ClassVar[tuple[str, ...]] = ("address",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint256[2]",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    operator: bytes
    from_: int
    key: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1], tuple(values[2]))


@dataclass(frozen=True, slots=True)
class ZoneChangedEvent(Event):
    """``event ZoneChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("771ed095a9ea424f8a65aadbc838f6ec6c370f745ff43bb489a8d73725365b84")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
    )
    DATA: ClassVar[tuple[str, ...]] = ("uint64",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    meter: bytes
    zone: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class HouseholdChangeTypehash(Call[bytes]):
    """Call ``HOUSEHOLD_CHANGE_TYPEHASH``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("efcbe400")
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
class KeyChangeTypehash(Call[bytes]):
    """Call ``KEY_CHANGE_TYPEHASH``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d6a7e7e5")
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
class Admit(Call[None]):
    """Admits a household to the community. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7bbca57f")
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
class AppointOperator(Call[None]):
    """Appoints the meter operator from slot `from` on, with the key that openings are sealed to. Not before the delay is over, except for the first. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3ffc0007")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint256[2]",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    operator: bytes
    sealing_key: tuple[int, ...]
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), tuple(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AskRelief(Call[None]):
    """Asks the households of a zone to relieve the grid for a while. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6578e2dc")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
        "uint64",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    zone: bytes
    from_: int
    until: int
    maximum_watts: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Authority(Call[bytes]):
    """Call ``authority``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bf7e214f")
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
class ChangeDelaySeconds(Call[int]):
    """How long a change waits that the household did not sign: longer than any delay of a withdrawal."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c821c0ef")
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
class ChangeHousehold(Call[None]):
    """Moves a meter to another household, or out of the community (0), with the signature of the household that it belongs to at slot `from`, or, with an empty signature, after the delay. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("98bf6a13")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "address",
        "uint64",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    household: bytes
    from_: int
    consent: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2], structs.Signature.of(values[3]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChangeKey(Call[None]):
    """Changes a meter's key with the signature of the household that it belongs to at slot `from`, or, with an empty signature, after the delay. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7011a4ad")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "(uint8,uint256,uint256)",
        "uint64",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    key: structs.PublicKey
    from_: int
    consent: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.PublicKey.of(values[1]), values[2], structs.Signature.of(values[3]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class CurrentSlot(Call[int]):
    """The slot that runs now."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3359632e")
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
class Dismiss(Call[None]):
    """Takes no more meters for a household. Its meters stay until they are moved out. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e7bdd0bf")
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
class DomainSeparator(Call[bytes]):
    """The EIP-712 domain separator under which households sign changes."""

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
class HouseholdAt(Call[bytes]):
    """The household that a meter belongs to in a slot, 0 if none."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9347d153")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)
    meter: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class IsConsumingScheduledOp(Call[bytes]):
    """Call ``isConsumingScheduledOp``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8fb36037")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes4",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class IsMember(Call[bool]):
    """Whether the account is a household of the community."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a230c524")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    household: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class LeaveCommunity(Call[None]):
    """Takes a meter out of the community from slot `from` on. Only the household that it belongs to then."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("21ddd15e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class MeterAt(Call[structs.MeterAtSlot]):
    """What holds of a meter in a slot; zeros where it belongs to no household then."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("eb81389e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("(address,uint64,bytes32,(uint8,uint256,uint256),uint32)",)
    meter: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> structs.MeterAtSlot:
        result: structs.MeterAtSlot = structs.MeterAtSlot.of(values[0])
        return result


@dataclass(frozen=True, slots=True)
class MeterOfKey(Call[bytes]):
    """The meter that has, or had, a key."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("833e7ae0")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    key_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Nonces(Call[int]):
    """The nonce of the next change that a household signs for a meter."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9e317f12")
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
class OperatorAt(Call[bytes]):
    """The meter operator of a slot, 0 before the first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("76ccc190")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class PlantAt(Call[tuple[structs.Plant, int]]):
    """A meter's plant in a slot, and the slot since which it is that. Returns plant, since."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("26866135")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "(uint32,uint32,uint64,uint8)",
        "uint64",
    )
    meter: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[structs.Plant, int]:
        result: tuple[structs.Plant, int] = structs.Plant.of(values[0]), values[1]
        return result


@dataclass(frozen=True, slots=True)
class PublicKey(Call[structs.PublicKey]):
    """A public key by its id; zeros for an unknown one."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("793e4083")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("(uint8,uint256,uint256)",)
    key_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> structs.PublicKey:
        result: structs.PublicKey = structs.PublicKey.of(values[0])
        return result


@dataclass(frozen=True, slots=True)
class RegisterMeter(Call[None]):
    """Registers a device for a household, from slot `from` on. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f32aa91b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "address",
        "(uint8,uint256,uint256)",
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    household: bytes
    key: structs.PublicKey
    zone: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), structs.PublicKey.of(values[2]), values[3], values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class RotateSealingKey(Call[None]):
    """Changes the key that openings are sealed to, from slot `from` on. Only the operator of that slot."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f792888f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256[2]",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    sealing_key: tuple[int, ...]
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SealingKeyHashAt(Call[bytes]):
    """The hash `keccak256(abi.encode(x, y))` of the key that openings of a slot are sealed to."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c729e992")
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
class SetAuthority(Call[None]):
    """Call ``setAuthority``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7a9e5e4b")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    new_authority: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetPlant(Call[None]):
    """Changes a meter's plant from slot `from` on. `mastrNumber` is the unit's number in the register of plants, as ASCII. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7ef23c7b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "(uint32,uint32,uint64,uint8)",
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    plant: structs.Plant
    mastr_number: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Plant.of(values[1]), values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetZone(Call[None]):
    """Changes a meter's zone from slot `from` on. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("967292c3")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    zone: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SlotSeconds(Call[int]):
    """Length of a slot in seconds; slot = unix time / slotSeconds."""

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
class ZoneAt(Call[bytes]):
    """A meter's zone in a slot."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3f98c37a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    meter: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (
    AuthorityUpdatedEvent,
    EIP712DomainChangedEvent,
    HouseholdAdmittedEvent,
    HouseholdChangedEvent,
    HouseholdDismissedEvent,
    KeyChangedEvent,
    MeterRegisteredEvent,
    OperatorChangedEvent,
    PlantChangedEvent,
    ReliefAskedEvent,
    SealingKeyChangedEvent,
    ZoneChangedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AccessManagedInvalidAuthorityError,
    AccessManagedRequiredDelayError,
    AccessManagedUnauthorizedError,
    InvalidParameterError,
    InvalidShortStringError,
    KeyTakenError,
    MeterIdTakenError,
    NotAPlantError,
    NotAPublicKeyError,
    NotAnOperatorError,
    NotInTheFutureError,
    NotSignedByHouseholdError,
    NotTheOperatorError,
    SafeCastOverflowedUintDowncastError,
    StringTooLongError,
    TooSoonError,
    UnknownMeterError,
    WrongMembershipError,
)
