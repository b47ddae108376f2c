"""What is fixed of a slot's market before its gate: the utility's prices, the network's charges, the operator (docs/market.md, section 2).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, authority: bytes, registry: bytes, gate_seconds: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "address", "uint64"], authority, registry, gate_seconds)


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
class NotAnOperatorError(RevertReason):
    """``error NotAnOperator``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c0ae66ad")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    NOTICE: ClassVar[str] = ""
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
class NotTheTermsError(RevertReason):
    """These are not the prices and charges of the slot, or the two are not of the same zones."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("648bdbde")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = (
        "These are not the prices and charges of the slot, or the two are not of the same zones."
    )
    slot: int

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
class TooSoonError(RevertReason):
    """A successor has to wait longer."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f2c5850e")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "A successor has to wait longer."
    from_: int
    earliest: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongChargesError(RevertReason):
    """Charges are one for each pair of zones, not negative, and 0 within a zone."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ad8dea9d")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "Charges are one for each pair of zones, not negative, and 0 within a zone."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class WrongPricesError(RevertReason):
    """Prices are beyond what the market knows, or `buy` is above `sell`."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1ff463af")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint32",)
    NOTICE: ClassVar[str] = "Prices are beyond what the market knows, or `buy` is above `sell`."
    zone: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongZonesError(RevertReason):
    """Zones must be strictly ascending, 1 to 32 of them."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7b1479a4")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "Zones must be strictly ascending, 1 to 32 of them."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class ChargesChangedEvent(Event):
    """From slot `from` on these charges hold between the zones: `charges[from * Z + to]`."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("f9fcc01fa0f0d7eef41835496224978d0f10568f0653fc9f2f4c13121bb87587")
    INDEXED: ClassVar[tuple[str, ...]] = ()
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint32[]",
        "int64[]",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    from_: int
    zones: tuple[int, ...]
    charges: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], tuple(values[1]), tuple(values[2]))


@dataclass(frozen=True, slots=True)
class MarketOperatorChangedEvent(Event):
    """``event MarketOperatorChanged``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("fbe168fb5219c42d8a6a86f1efd8a4215f8ef04b774346d8e5a036651a7b3858")
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
class PricesChangedEvent(Event):
    """From slot `from` on the utility sells and buys at these prices."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7104ba2fef31ae963a4bb9c9af13f08dea3aeef85176bf44e1814ca59d62e163")
    INDEXED: ClassVar[tuple[str, ...]] = ()
    DATA: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(uint32,int64,int64)[]",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
    )
    from_: int
    zones: tuple[structs.ZoneTerms, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], tuple(structs.ZoneTerms.of(item) for item in values[1]))


@dataclass(frozen=True, slots=True)
class MaxZones(Call[int]):
    """Call ``MAX_ZONES``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("47bd2162")
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
class AppointOperator(Call[None]):
    """Appoints the market operator from slot `from` on. Not before the registry's delay is over, except for the first. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d813a7f2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    operator: bytes
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]), values[1])

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
class ChargesHashAt(Call[bytes]):
    """`keccak256(abi.encode(zones, charges))` of the slot's charges, 0 before the first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("332a29ee")
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
class GateOf(Call[int]):
    """When a slot's gate closes, in unix seconds."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("63242fda")
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
class GateSeconds(Call[int]):
    """How long before a slot's start its gate lies."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("aefe5f99")
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
class GateSlotOf(Call[int]):
    """The slot in which the gate of `slot` lies: what the registry says of it holds in the market of `slot`."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3ac2f536")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
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
class HouseholdOf(Call[bytes]):
    """The household whose orders for a meter count in a slot's market; 0 if none."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("15f21b6a")
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
class LatestClosed(Call[int]):
    """The latest slot whose gate has come."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2c67486f")
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
class OperatorAt(Call[bytes]):
    """The market operator of a slot, 0 before the first."""

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
class PricesHashAt(Call[bytes]):
    """`keccak256(abi.encode(zones))` of the slot's prices, 0 before the first."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("ccaa9791")
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
class RequireTerms(Call[None]):
    """Reverts unless these are the slot's terms."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("409769eb")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "((uint32,int64,int64)[],int64[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    terms: structs.Terms

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Terms.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class SetCharges(Call[None]):
    """Changes the network's charges from slot `from` on. Role: authority."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("065ff751")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint32[]",
        "int64[]",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    zones: tuple[int, ...]
    charges: tuple[int, ...]
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(values[0]), tuple(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class SetPrices(Call[None]):
    """Changes the utility's prices from slot `from` on. Role: utility."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e143b054")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint32,int64,int64)[]",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    zones: tuple[structs.ZoneTerms, ...]
    from_: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(tuple(structs.ZoneTerms.of(item) for item in values[0]), values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class ZoneOf(Call[int]):
    """The zone that a meter trades in, in a slot's market: the number that the registry has for it."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a7df4e7a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "uint64",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    meter: bytes
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


EVENTS: tuple[type[Event], ...] = (
    AuthorityUpdatedEvent,
    ChargesChangedEvent,
    MarketOperatorChangedEvent,
    PricesChangedEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AccessManagedInvalidAuthorityError,
    AccessManagedRequiredDelayError,
    AccessManagedUnauthorizedError,
    InvalidParameterError,
    NotAnOperatorError,
    NotInTheFutureError,
    NotTheTermsError,
    SafeCastOverflowedUintDowncastError,
    TooSoonError,
    WrongChargesError,
    WrongPricesError,
    WrongZonesError,
)
