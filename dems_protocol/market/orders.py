"""Orders and what is signed about them: an order stays sealed until its slot's set is final (docs/market.md section 3)."""

from dataclasses import dataclass, field

from dems_protocol.market.fills import OrderSide, OrderTerms
from dems_protocol.market.terms import require_price
from dems_protocol.words import (
    decode_int,
    decode_uint,
    decode_words,
    encode_words,
    hash_words,
    require_bytes32,
    require_uint,
    signed_word,
    tag,
)

ORDER_TYPE = (
    "Order(bytes32 meter,uint64 slot,uint8 number,uint8 side,uint32 quantity,uint32 battery,int64 limit,uint32 zone,"
    "bytes32 salt)"
)
SEALED_ORDER_TYPE = "SealedOrder(bytes32 order,bytes32 meter,uint64 slot)"
ORDER_RECEIPT_TYPE = "OrderReceipt(bytes32 order,bytes32 meter,uint64 slot,uint64 receivedAt)"
REVEAL_RECEIPT_TYPE = "RevealReceipt(bytes32 order,uint64 slot,uint64 receivedAt)"
ORDER_WITHDRAWAL_TYPE = "OrderWithdrawal(bytes32 order,uint64 slot)"
ENCRYPTION_KEY_TYPE = "EncryptionKey(bytes32 meter,bytes32 key,uint64 from)"
ORDER_WORDS = 9
ORDERS_A_METER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a household wants to buy or to sell in a slot, as it is revealed.

    ``quantity`` in Wh, of which ``battery`` from or into the battery; ``limit`` in micro-units per kWh; ``number`` 0 … 7
    tells the orders of a meter for a slot apart. ``salt`` (32 bytes that nobody can guess) hides the order and blinds its
    result. Raises ValueError for what is not valid by itself.
    """

    meter: bytes
    slot: int
    number: int
    side: OrderSide
    quantity: int
    battery: int
    limit: int
    zone: int
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_bytes32("meter id", self.meter)
        require_uint("slot", self.slot, 64)
        if not 0 <= self.number < ORDERS_A_METER:
            raise ValueError(f"an order's number must be 0 … {ORDERS_A_METER - 1}, not {self.number}")
        require_uint("quantity in Wh", self.quantity, 32)
        if not self.quantity:
            raise ValueError("an order's quantity must not be 0 Wh")
        if not 0 <= self.battery <= self.quantity:
            raise ValueError(f"the battery's share must be 0 … {self.quantity} Wh, not {self.battery}")
        require_price("an order's limit", self.limit)
        require_uint("zone", self.zone, 32)
        require_bytes32("salt", self.salt)

    def hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(Order)``, the order hash."""
        return hash_words(tag(ORDER_TYPE), *self._words())

    def encode(self) -> bytes:
        """Return ``abi.encode`` of the Solidity struct: nine words."""
        return encode_words(*self._words())

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """Read `encode`'s output; ValueError for anything else, and for an order that is not valid by itself."""
        meter, slot, number, side, quantity, battery, limit, zone, salt = decode_words(data, ORDER_WORDS)
        return cls(
            meter=meter,
            slot=decode_uint(slot, 64),
            number=decode_uint(number, 8),
            side=OrderSide(decode_uint(side, 8)),
            quantity=decode_uint(quantity, 32),
            battery=decode_uint(battery, 32),
            limit=decode_int(limit, 64),
            zone=decode_uint(zone, 32),
            salt=salt,
        )

    def terms(self) -> OrderTerms:
        """Return what clearing reads of it."""
        return OrderTerms(self.hash(), self.side, self.quantity, self.limit, self.zone)

    def seal(self) -> SealedOrder:
        """Return what travels before the gate."""
        return SealedOrder(self.hash(), self.meter, self.slot)

    def _words(self) -> tuple[int | bytes, ...]:
        return (
            self.meter,
            self.slot,
            self.number,
            int(self.side),
            self.quantity,
            self.battery,
            signed_word(self.limit),
            self.zone,
            self.salt,
        )


@dataclass(frozen=True, slots=True)
class SealedOrder:
    """An order of a meter for a slot, known by its hash; signed by the household's account."""

    order: bytes
    meter: bytes
    slot: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(SealedOrder)``."""
        return hash_words(tag(SEALED_ORDER_TYPE), self.order, self.meter, self.slot)


@dataclass(frozen=True, slots=True)
class OrderReceipt:
    """The operator's word that a sealed order arrived, and when (unix seconds)."""

    order: bytes
    meter: bytes
    slot: int
    received_at: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(OrderReceipt)``."""
        return hash_words(tag(ORDER_RECEIPT_TYPE), self.order, self.meter, self.slot, self.received_at)


@dataclass(frozen=True, slots=True)
class RevealReceipt:
    """The operator's word that an order was revealed to it, and when (unix seconds)."""

    order: bytes
    slot: int
    received_at: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(RevealReceipt)``."""
        return hash_words(tag(REVEAL_RECEIPT_TYPE), self.order, self.slot, self.received_at)


@dataclass(frozen=True, slots=True)
class OrderWithdrawal:
    """A household takes an order back before the gate; signed by its account."""

    order: bytes
    slot: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(OrderWithdrawal)``."""
        return hash_words(tag(ORDER_WITHDRAWAL_TYPE), self.order, self.slot)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """From slot ``start`` on suggestions for a meter are encrypted to this X25519 key; signed by the household."""

    meter: bytes
    key: bytes
    start: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(EncryptionKey)``."""
        return hash_words(tag(ENCRYPTION_KEY_TYPE), self.meter, self.key, self.start)
