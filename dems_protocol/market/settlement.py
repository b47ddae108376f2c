"""What was contracted, what of it was delivered, and what a household owes or is due for it.

Energy counts at the meter: a battery that discharges into its own load has delivered nothing. Source: docs/market.md
section 10.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dems_protocol.market.fills import OrderSide
from dems_protocol.words import require_uint

_WH_PER_KWH = 1000


def delivered(contracted: int, metered: int) -> int:
    """Return d, the Wh of a contract that the meter shows: no more than it counted, no more than was contracted."""
    return min(contracted, metered)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractItem:
    """A meter's contract of a slot on one side, and what came of it.

    ``contracted`` Wh at ``price``, of which ``delivered``; ``fallback`` is the utility's price at which the pool makes up
    for the rest, what it pays where a buyer took less and what it asks where a seller gave less; all prices in micro-units
    per kWh. A meter without a reading has delivered 0. Raises ValueError for energies out of bounds.
    """

    side: OrderSide
    contracted: int
    delivered: int
    price: int
    fallback: int

    def __post_init__(self) -> None:
        require_uint("contracted energy in Wh", self.contracted, 64)
        if not 0 <= self.delivered <= self.contracted:
            raise ValueError(f"of {self.contracted} Wh contracted, {self.delivered} Wh cannot be delivered")

    @property
    def shortfall(self) -> int:
        """Wh that were contracted and not delivered."""
        return self.contracted - self.delivered

    @property
    def credit_exact(self) -> int:
        """What the meter's household is due, micro-units times 1000; negative if it owes."""
        earned = self.contracted * self.price - self.shortfall * self.fallback
        return earned if self.side is OrderSide.OFFER else -earned


def settle(items: Iterable[ContractItem]) -> int:
    """Return what a household is due for a period in micro-units, negative if it owes: summed exactly, rounded once, half to even."""
    quotient, rest = divmod(sum(item.credit_exact for item in items), _WH_PER_KWH)
    is_up = 2 * rest > _WH_PER_KWH or (2 * rest == _WH_PER_KWH and quotient % 2 == 1)
    return quotient + is_up
