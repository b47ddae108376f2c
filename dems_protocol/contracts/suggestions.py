"""What batteries should do, readable for their households only (docs/market.md, section 9).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, market: bytes) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address"], market)


@dataclass(frozen=True, slots=True)
class AlreadySuggestedError(RevertReason):
    """``error AlreadySuggested``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1e7f6f30")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
class NotLaterError(RevertReason):
    """A key must begin later than the one announced before, and not be zero."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ed44359a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "A key must begin later than the one announced before, and not be zero."
    from_: int
    latest: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class NotSignedByHouseholdError(RevertReason):
    """The household that the meter belongs to did not sign the key."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("62673b06")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = "The household that the meter belongs to did not sign the key."
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
class NotTheTimeError(RevertReason):
    """Suggestions come between the clearing and the end of the slot."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0d5671a6")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = "Suggestions come between the clearing and the end of the slot."
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongLengthError(RevertReason):
    """Not a whole number of ciphertexts."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("47f78bef")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = "Not a whole number of ciphertexts."
    length: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class EncryptionKeyAnnouncedEvent(Event):
    """From slot `from` on suggestions for the meter are encrypted to this X25519 key."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7e53c28ac62673b67e5c1906659f66211ca6102cdf6a172769d1e7c40925a250")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    meter: bytes
    household: bytes
    key: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], address(values[1]), values[2], values[3])


@dataclass(frozen=True, slots=True)
class SuggestionsPublishedEvent(Event):
    """One ciphertext for each battery meter with a key, in ascending order of meters, dummies included."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("4e151ac2eb06e42c0ff1b4221f530b824e42dbfdfbdce97f224db13e91f5fd9a")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = ("bytes",)
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    slot: int
    ciphertexts: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class CiphertextLength(Call[int]):
    """The length of a ciphertext in bytes."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1f370a35")
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
class AnnounceEncryptionKey(Call[None]):
    """Announces a household's key for its meter, from slot `from` on, whose gate must not have come. Anybody, with the household's signature. It is the household's: whoever has the meter next announces another."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("edc0db8e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
        "uint64",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    meter: bytes
    key: bytes
    from_: int
    signature: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], structs.Signature.of(values[3]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class EncryptionKeyAt(Call[bytes]):
    """The key that suggestions for a meter are encrypted to in a slot, 0 if its household has none."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f835046b")
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


@dataclass(frozen=True, slots=True)
class IsPublished(Call[bool]):
    """Whether the suggestions of a slot are published."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1370e40a")
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
class Market(Call[bytes]):
    """Call ``market``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("80f55605")
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
class PublishSuggestions(Call[None]):
    """Publishes the suggestions of a slot, once, between its clearing and its end. Only the slot's market operator."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("4efa6837")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "bytes",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    ciphertexts: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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


EVENTS: tuple[type[Event], ...] = (
    EncryptionKeyAnnouncedEvent,
    SuggestionsPublishedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadySuggestedError,
    NotInTheFutureError,
    NotLaterError,
    NotSignedByHouseholdError,
    NotTheOperatorError,
    NotTheTimeError,
    WrongLengthError,
)
