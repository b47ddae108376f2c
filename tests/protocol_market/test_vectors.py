"""The vectors that contracts/test/market/MarketVectors.t.sol reads are those of this Python."""

from tests.protocol_market.vectors import PATH, build_vectors, render


def test_the_file_is_current() -> None:
    """If the protocol was meant to change: `python -m tests.protocol_market.vectors`, and tell the contracts."""
    assert PATH.read_text() == render(build_vectors())


def test_they_show_a_flow_a_partial_fill_and_a_limit_below_zero() -> None:
    vectors = build_vectors()
    assert len({order["filled"] for order in vectors["orders"]}) > 2
    assert all(len(zone["leaves"]) > 2 for zone in vectors["zones"])
