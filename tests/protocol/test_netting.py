from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import Opening, Pedersen
from dems_protocol.curve import ORDER, multiply
from dems_protocol.netting import ONE, BillItem, Netting, Share, Side, bill, find_netting_faults, net

energies = st.lists(st.integers(0, 2**32 - 1), max_size=30)
sums = st.integers(0, 2**52)


@given(sums, sums)
def test_weights(withdrawal: int, feed_in: int) -> None:
    netting = Netting(withdrawal, feed_in)
    matched = min(withdrawal, feed_in)
    assert netting.matched == matched
    weights = {side: netting.weight(side) for side in Side}
    assert max(weights.values()) == ONE
    for side, own in ((Side.WITHDRAWAL, withdrawal), (Side.FEED_IN, feed_in)):
        assert 0 <= weights[side] <= ONE
        if own > matched:
            assert weights[side] == int(Fraction(matched * ONE, own))
        else:
            assert weights[side] == ONE
    larger = max(withdrawal, feed_in)
    assert 0 <= netting.remainder < max(larger, 1)
    assert larger * min(weights.values()) + netting.remainder == matched * ONE


@given(energies, energies)
def test_shares_add_up(withdrawals: list[int], feed_ins: list[int]) -> None:
    netting = net(withdrawals, feed_ins)
    for side, values, own in (
        (Side.WITHDRAWAL, withdrawals, netting.withdrawal),
        (Side.FEED_IN, feed_ins, netting.feed_in),
    ):
        shares = [netting.share(side, energy) for energy in values]
        inside = sum(share.inside_exact for share in shares)
        assert inside == own * netting.weight(side) <= netting.matched * ONE
        assert netting.matched * ONE - inside in (0, netting.remainder)
        assert sum(share.inside for share in shares) <= netting.matched
        for share, energy in zip(shares, values, strict=True):
            assert share.inside_exact + share.outside_exact == energy * ONE
            assert share.inside + share.outside == energy
            assert 0 <= share.inside <= energy
            assert 0 <= share.inside_exact - share.inside * ONE < ONE


@given(energies, energies)
def test_equal_energy_gets_equal_shares_and_more_gets_more(
    withdrawals: list[int], feed_ins: list[int]
) -> None:
    netting = net(withdrawals, feed_ins)
    ordered = [netting.share(Side.FEED_IN, energy).inside for energy in sorted(feed_ins)]
    assert ordered == sorted(ordered)


@settings(max_examples=20, deadline=None)
@given(energy=st.integers(0, 2**32 - 1), blinding=st.integers(0, ORDER - 1), weight=st.integers(0, ONE))
def test_a_share_opens_a_public_multiple_of_the_commitment(
    pedersen: Pedersen, energy: int, blinding: int, weight: int
) -> None:
    opening = Opening(energy, blinding)
    scaled = opening.scaled(weight)
    assert scaled.value == Share(energy, weight).inside_exact
    assert pedersen.commit(scaled) == multiply(pedersen.commit(opening), weight)


@pytest.mark.parametrize(
    ("withdrawals", "feed_ins", "outside_withdrawals", "outside_feed_ins"),
    [
        ([150], [100], [0], [50]),
        ([100, 100], [200, 100], [0, 0], [100, 0]),
        ([50, 50, 50], [30, 30], [0, 0, 90], [0, 0]),
        ([], [5], [], [4]),
        ([5], [5], [5], [5]),
        ([7], [7], [-1], [0]),
    ],
)
def test_wrong_results_are_rejected(
    withdrawals: list[int], feed_ins: list[int], outside_withdrawals: list[int], outside_feed_ins: list[int]
) -> None:
    """The first three passed the published prototype of BloGPV: the sign flips, not proportional, the last skipped."""
    assert find_netting_faults(withdrawals, feed_ins, outside_withdrawals, outside_feed_ins)


def test_right_results_are_accepted() -> None:
    assert find_netting_faults([150], [100], [51], [0]) == []
    assert find_netting_faults([100, 100], [200, 100], [0, 0], [67, 34]) == []
    assert find_netting_faults([50, 50, 50], [30, 30], [30, 30, 30], [0, 0]) != []
    assert find_netting_faults([50, 50, 50], [30, 30], [31, 31, 31], [0, 0]) == []
    assert find_netting_faults([], [], [], []) == []
    assert find_netting_faults([0, 0], [5], [0, 0], [5]) == []


@given(energies, energies, st.data())
def test_any_other_result_is_rejected(
    withdrawals: list[int], feed_ins: list[int], data: st.DataObject
) -> None:
    netting = net(withdrawals, feed_ins)
    outside = [netting.share(Side.WITHDRAWAL, x).outside for x in withdrawals]
    outside_feed_ins = [netting.share(Side.FEED_IN, x).outside for x in feed_ins]
    assert find_netting_faults(withdrawals, feed_ins, outside, outside_feed_ins) == []
    claims = outside + outside_feed_ins
    if not claims:
        return
    claims[data.draw(st.integers(0, len(claims) - 1))] += data.draw(st.sampled_from([-1, 1, -(2**31), 2**31]))
    assert (
        len(find_netting_faults(withdrawals, feed_ins, claims[: len(outside)], claims[len(outside) :])) == 1
    )


def test_a_result_for_each_household_is_needed() -> None:
    with pytest.raises(ValueError, match="zip"):
        find_netting_faults([50, 50], [30], [50], [0])
    with pytest.raises(ValueError, match="negative"):
        Netting(-1, 5)


prices = st.integers(-1_000_000, 1_000_000)
items = st.lists(
    st.builds(BillItem, st.builds(Share, st.integers(0, 2**32 - 1), st.integers(0, ONE)), prices, prices),
    max_size=12,
)


@given(items)
def test_a_bill_rounds_once(several: list[BillItem]) -> None:
    exact = sum(
        (
            Fraction(
                item.share.inside_exact * item.price_inside + item.share.outside_exact * item.price_outside,
                ONE * 1000,
            )
            for item in several
        ),
        Fraction(0),
    )
    assert bill(several) == round(exact)


@pytest.mark.parametrize(
    ("energy", "price", "due"),
    [(1, 500, 0), (3, 500, 2), (1, 1500, 2), (1, -500, 0), (3, -500, -2), (1000, 290_000, 290_000)],
)
def test_half_a_micro_unit_goes_to_the_even_neighbour(energy: int, price: int, due: int) -> None:
    assert bill([BillItem(Share(energy, ONE), price, 0)]) == due
    assert bill([BillItem(Share(energy, 0), 0, price)]) == due
