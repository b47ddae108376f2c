"""Second-scale variation: repeatable, never negative, and exact to the watt-second."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.edge.simulation.variation import Texture, deal, vary


@given(
    mean=st.integers(0, 20_000),
    seconds=st.integers(1, 3600),
    step=st.integers(0, 10_000),
    seed=st.text(max_size=8),
    texture=st.sampled_from(Texture),
)
def test_a_step_keeps_its_energy_exactly(
    mean: int, seconds: int, step: int, seed: str, texture: Texture
) -> None:
    powers = vary(mean, seconds, seed=seed, step=step, texture=texture)
    assert len(powers) == seconds
    assert sum(powers) == mean * seconds
    assert min(powers) >= 0


@given(energy=st.integers(0, 10**9), shares=st.lists(st.integers(0, 2000), min_size=1).filter(any))
def test_an_energy_is_dealt_in_proportion(energy: int, shares: list[int]) -> None:
    dealt = deal(energy, shares)
    assert sum(dealt) == energy
    assert all(
        abs(part - energy * share / sum(shares)) < 1 for part, share in zip(dealt, shares, strict=True)
    )


def test_the_same_seed_gives_the_same_seconds_and_another_one_others() -> None:
    first = vary(800, 900, seed="a", step=3, texture=Texture.LOAD)
    assert first == vary(800, 900, seed="a", step=3, texture=Texture.LOAD)
    assert first != vary(800, 900, seed="b", step=3, texture=Texture.LOAD)
    assert first != vary(800, 900, seed="a", step=4, texture=Texture.LOAD)


def test_a_load_changes_within_a_step_and_stays_near_its_mean() -> None:
    powers = vary(1000, 900, seed="a", step=0, texture=Texture.LOAD)
    assert len({before for before, after in pairwise(powers) if before != after}) > 10
    assert 500 < min(powers) < max(powers) < 1600
