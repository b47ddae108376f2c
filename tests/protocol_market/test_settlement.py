from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.market.settlement import ContractItem, delivered, settle
from tests.protocol_market.books import BID, OFFER

prices = st.integers(-(10**6), 10**6)


@st.composite
def items(draw: st.DrawFn) -> ContractItem:
    contracted = draw(st.integers(0, 10**6))
    return ContractItem(
        side=draw(st.sampled_from([BID, OFFER])),
        contracted=contracted,
        delivered=draw(st.integers(0, contracted)),
        price=draw(prices),
        fallback=draw(prices),
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(items(), max_size=6))
def test_a_period_is_rounded_once(several: list[ContractItem]) -> None:
    assert settle(several) == round(Fraction(sum(item.credit_exact for item in several), 1000))


def test_the_seller_who_falls_short_pays_what_the_utility_asks() -> None:
    sold = ContractItem(
        side=OFFER, contracted=1000, delivered=delivered(1000, 400), price=200_000, fallback=300_000
    )
    assert settle([sold]) == 200_000 - 180_000


def test_the_buyer_who_takes_less_gets_what_the_utility_pays() -> None:
    bought = ContractItem(
        side=BID, contracted=1000, delivered=delivered(1000, 1500), price=200_000, fallback=80_000
    )
    assert settle([bought]) == -200_000
    less = ContractItem(
        side=BID, contracted=1000, delivered=delivered(1000, 250), price=200_000, fallback=80_000
    )
    assert settle([less]) == -200_000 + 60_000


def test_a_seller_s_silence_never_beats_the_truth() -> None:
    earned = [
        ContractItem(side=OFFER, contracted=10, delivered=energy, price=200, fallback=300).credit_exact
        for energy in (0, 5, 10)
    ]
    assert earned == sorted(set(earned))


def test_more_than_contracted_is_not_delivered() -> None:
    with pytest.raises(ValueError, match="cannot be delivered"):
        ContractItem(side=BID, contracted=5, delivered=6, price=1, fallback=1)
