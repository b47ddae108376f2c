"""Money of the market, netting and the utility: exact, rounded once."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.trader.money import (
    Contract,
    HouseSlot,
    SlotAccount,
    balance,
    market_cost,
    market_income,
    rounded,
    saved_by_battery,
)

SOLD = Contract(sold=500, price=160_000, utility_sell=320_000, utility_buy=80_000)
BOUGHT = Contract(bought=500, price=160_000, utility_sell=320_000, utility_buy=80_000)


def _account(**changed: object) -> SlotAccount:
    values = {"slot": 1, "withdrawal": 0, "feed_in": 0, "import_price": 320_000, "export_price": 80_000}
    return SlotAccount(**{**values, **changed})  # type: ignore[arg-type]


def test_a_seller_that_delivers_gets_the_price() -> None:
    found = balance([_account(feed_in=500, contract=SOLD)])
    assert (found.income, found.cost) == (80_000, 0)
    assert found.saved == 80_000 - 40_000, "against the utility's price"


def test_a_seller_that_falls_short_pays_what_the_fallback_costs() -> None:
    assert rounded(market_income(SOLD, 300)) == 80_000 - 64_000
    assert balance([_account(contract=SOLD)]).income == 80_000 - 160_000, "silence delivers nothing"


def test_a_buyer_pays_for_what_was_bought_and_gets_the_utilitys_price_for_the_rest() -> None:
    assert rounded(market_cost(BOUGHT, 500)) == 80_000
    assert rounded(market_cost(BOUGHT, 200)) == 80_000 - 24_000


def test_what_was_netted_has_a_price_of_its_own_and_the_rest_is_the_utilitys() -> None:
    account = _account(
        withdrawal=1000,
        contract=BOUGHT,
        inside_withdrawal=300,
        inside_import=200_000,
    )
    assert balance([account]).cost == 80_000 + 60_000 + 64_000


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20), st.integers(0, 500_000))
def test_a_period_is_rounded_once(energies: list[int], price: int) -> None:
    accounts = [_account(withdrawal=energy, import_price=price) for energy in energies]
    assert balance(accounts).cost == round(Fraction(sum(energies) * price, 1000))


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(-(10**6), 10**6), st.integers(0, 1000))
def test_the_pool_pays_nobody_for_nothing(quantity: int, delivered: int, price: int, spread: int) -> None:
    """What buyer and seller of the same energy pay and get differs by what the utility is paid for the fallback."""
    d = min(quantity, delivered)
    contract = Contract(
        bought=quantity, sold=quantity, price=price, utility_sell=price + spread, utility_buy=price - spread
    )
    assert market_cost(contract, quantity) == market_income(contract, quantity)
    assert market_income(contract, d) <= d * price, "falling short never pays"
    assert market_cost(contract, d) >= d * price


def test_a_battery_that_did_what_the_greedy_one_does_saved_nothing() -> None:
    def slot(load: int, sun: int, withdrawal: int, feed_in: int) -> HouseSlot:
        return HouseSlot(
            load=load,
            generation=sun,
            withdrawal=withdrawal,
            feed_in=feed_in,
            import_price=320_000,
            export_price=80_000,
        )

    greedy = [slot(0, 1000, 0, 0), slot(500, 0, 0, 0)]
    assert saved_by_battery(greedy, 10_000, 4000, 900) == 0
    sold = [slot(0, 1000, 0, 1000), slot(500, 0, 500, 0)]
    assert saved_by_battery(sold, 10_000, 4000, 900) == 80_000 - 160_000
