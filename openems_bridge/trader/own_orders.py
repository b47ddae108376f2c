"""An order of this household, and what became of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems_node.json_types import Json, Section
from dems_protocol.signatures import Signature
from dems_protocol.slots import SlotGrid


class OrderState(StrEnum):
    """How far an order has come (docs/api.md)."""

    PLANNED = "planned"
    """Signed and in the journal; nobody else knows of it."""
    SUBMITTED = "submitted"
    """Sent, or about to be; no receipt has come."""
    RECEIVED = "received"
    """The operator's receipt is kept, or the order stands on chain directly."""
    REFUSED = "refused"
    IN_SET = "in_set"
    """The committed set was checked: the order is in it, or stands on chain directly."""
    REVEALED = "revealed"
    CLEARED = "cleared"
    NOT_FILLED = "not_filled"
    VOID = "void"
    WITHDRAWN = "withdrawn"
    MISSED_GATE = "missed_gate"


ENDED = frozenset(
    {
        OrderState.REFUSED,
        OrderState.CLEARED,
        OrderState.NOT_FILLED,
        OrderState.VOID,
        OrderState.WITHDRAWN,
        OrderState.MISSED_GATE,
    }
)
"""States that do not change any more, but for a clearing that falls."""
STANDING = frozenset(OrderState) - ENDED
"""States of an order that may yet be filled."""


@dataclass(frozen=True, slots=True)
class OrderReason:
    """Why an order stands as it does: a stable code with its parameters."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)

    def section(self) -> Section:
        """Return it as the API shows it."""
        return {"code": self.code, "params": dict(self.params)}


def told_by_operator(code: str, params: Mapping[str, object]) -> OrderReason:
    """Return the operator's reason as one of ours: it may say anything, so only what can be shown is kept."""
    shown = re.sub(r"[^a-z0-9_]", "_", code.lower())[:_LONGEST] or "refused"
    kept: dict[str, Json] = {}
    for name, value in list(params.items())[:_MOST_PARAMS]:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
            kept[str(name)[:_LONGEST]] = value
        elif isinstance(value, str):
            kept[str(name)[:_LONGEST]] = value[:_LONGEST]
    return OrderReason(shown, kept)


_LONGEST = 60
_MOST_PARAMS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrder:
    """An order as the journal keeps it.

    ``hash`` is that of the message, which nobody can guess without ``salt``; ``side`` 0 buys, 1 sells; Wh and micro-units per
    kWh. ``signature`` is the household's of the sealed order. Moments are UTC s.
    """

    hash: bytes
    slot: int
    number: int
    side: int
    quantity: int
    battery: int
    limit: int
    zone: int
    salt: bytes = field(repr=False)
    signature: Signature = field(repr=False)
    automatic: bool
    created_at: float
    state: OrderState = OrderState.PLANNED
    reason: OrderReason | None = None
    received_at: int | None = None
    receipt: Signature | None = field(default=None, repr=False)
    withdrawal: Signature | None = field(default=None, repr=False)
    """The household's signature that takes the order back, from when it was asked for on."""
    is_direct: bool = False
    """Whether it was ordered to be placed on chain."""
    reveal_receipt: Signature | None = field(default=None, repr=False)
    revealed_at: int | None = None
    filled: int | None = None
    price: int | None = None

    @property
    def id(self) -> str:
        """What people call it: the beginning of its hash, which says nothing of it."""
        return self.hash[:8].hex()

    @property
    def side_name(self) -> str:
        """``bid`` or ``offer``."""
        return "offer" if self.side else "bid"

    @property
    def is_standing(self) -> bool:
        """Whether it may yet be filled."""
        return self.state in STANDING

    def section(self, grid: SlotGrid) -> Section:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "slot": self.slot,
            "start": grid.start(self.slot),
            "side": self.side_name,
            "energy": self.quantity,
            "battery": self.battery,
            "limit": self.limit,
            "state": self.state.value,
            "reason": None if self.reason is None else self.reason.section(),
        }

    def result(self, grid: SlotGrid) -> Section:
        """Return it with what it came to."""
        return {**self.section(grid), "price": self.price, "filled": self.filled}
