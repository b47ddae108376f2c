"""What energy cost and earned: market (docs/market.md section 10), netting, utility. Pure; integers of micro-units.

Sums are exact integers of Wh times micro-units per kWh; a period is divided by 1000 once, rounded half to even.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

_WH_A_KWH = 1000
_EFFICIENCY = Fraction(95, 100)
"""Each way, of the battery that greedy self-consumption is reckoned with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What was bought and sold of a slot (Wh) at a price, and the utility's prices in the zone."""

    bought: int = 0
    sold: int = 0
    price: int = 0
    utility_sell: int = 0
    utility_buy: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotAccount:
    """A slot's energy at the meter (Wh) and its prices (micro-units/kWh).

    ``inside_withdrawal`` and ``inside_feed_in`` were netted in the community.
    """

    slot: int
    withdrawal: int
    feed_in: int
    import_price: int
    export_price: int
    contract: Contract | None = None
    inside_withdrawal: int = 0
    inside_feed_in: int = 0
    inside_import: int | None = None
    inside_export: int | None = None

    @property
    def delivered(self) -> tuple[int, int]:
        """Wh of withdrawal and of feed-in that the market's contracts cover."""
        contract = self.contract or Contract()
        return min(self.withdrawal, contract.bought), min(self.feed_in, contract.sold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a period cost and earned, and what it would have without a community: micro-units."""

    income: int
    cost: int
    saved: int


def market_cost(contract: Contract, delivered: int) -> int:
    """Return what a buyer pays for a slot, Wh·micro-units/kWh: what it did not take goes back at the utility's price."""
    return contract.bought * contract.price - (contract.bought - delivered) * contract.utility_buy


def market_income(contract: Contract, delivered: int) -> int:
    """Return what a seller gets for a slot, Wh·micro-units/kWh: what it did not deliver is bought at the utility."""
    return contract.sold * contract.price - (contract.sold - delivered) * contract.utility_sell


def slot_money(account: SlotAccount) -> tuple[int, int]:
    """Return (income, cost) of a slot in Wh·micro-units/kWh. A negative income is a cost and the other way round."""
    taken, given = account.delivered
    contract = account.contract or Contract()
    rest_in, rest_out = account.withdrawal - taken, account.feed_in - given
    inside_in, inside_out = min(rest_in, account.inside_withdrawal), min(rest_out, account.inside_feed_in)
    inside_import = account.import_price if account.inside_import is None else account.inside_import
    inside_export = account.export_price if account.inside_export is None else account.inside_export
    cost = (
        market_cost(contract, taken)
        + inside_in * inside_import
        + (rest_in - inside_in) * account.import_price
    )
    income = (
        market_income(contract, given)
        + inside_out * inside_export
        + (rest_out - inside_out) * account.export_price
    )
    return income, cost


def balance(accounts: Iterable[SlotAccount]) -> Balance:
    """Return what a period came to."""
    income = cost = alone = 0
    for account in accounts:
        earned, paid = slot_money(account)
        income += earned
        cost += paid
        alone += account.withdrawal * account.import_price - account.feed_in * account.export_price
    return Balance(income=rounded(income), cost=rounded(cost), saved=rounded(alone - (cost - income)))


def rounded(amount: int) -> int:
    """Return Wh·micro-units/kWh as micro-units, rounded half to even."""
    return round(Fraction(amount, _WH_A_KWH))


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSlot:
    """What a house used and generated in a slot (Wh), what it really exchanged, and the utility's prices."""

    load: int
    generation: int
    withdrawal: int
    feed_in: int
    import_price: int
    export_price: int


def saved_by_battery(slots: Sequence[HouseSlot], capacity: int, power: int, slot_seconds: int) -> int:
    """Return how much less the house paid (micro-units, at the utility's prices) than with greedy self-consumption.

    The greedy battery takes every surplus and serves every load as far as capacity (Wh) and power (W) reach, 95 % each
    way, and begins empty.
    """
    most = power * slot_seconds // 3600
    stored = Fraction(0)
    greedy = actual = 0
    for slot in slots:
        net = slot.load - slot.generation
        if net < 0:
            charged = min(Fraction(-net), Fraction(most), (capacity - stored) / _EFFICIENCY)
            stored += charged * _EFFICIENCY
            bought, sold = Fraction(0), -net - charged
        else:
            given = min(Fraction(net), Fraction(most), stored * _EFFICIENCY)
            stored -= given / _EFFICIENCY
            bought, sold = net - given, Fraction(0)
        greedy += round(bought * slot.import_price - sold * slot.export_price)
        actual += slot.withdrawal * slot.import_price - slot.feed_in * slot.export_price
        stored = Fraction(round(stored * 1000), 1000)
    return rounded(greedy - actual)
