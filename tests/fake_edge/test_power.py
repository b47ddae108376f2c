"""The power solver: first come, first served; whatever is asked stays within the limits."""

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.fake_edge.power import PowerRange, Relation

powers = st.integers(-20_000, 20_000)


@given(limits=st.tuples(st.integers(-9000, 0), st.integers(0, 9000)), first=powers, second=powers)
def test_the_first_wins(limits: tuple[int, int], first: int, second: int) -> None:
    possible = PowerRange(*limits)
    possible.constrain(Relation.EQUALS, first)
    possible.constrain(Relation.EQUALS, second)
    assert possible.solution() == max(limits[0], min(limits[1], first))


@given(
    limits=st.tuples(st.integers(-9000, 0), st.integers(0, 9000)),
    asked=st.lists(st.tuples(st.sampled_from(Relation), powers)),
)
def test_the_limits_always_hold(limits: tuple[int, int], asked: list[tuple[Relation, int]]) -> None:
    possible = PowerRange(*limits)
    for relation, power in asked:
        possible.constrain(relation, power)
        assert limits[0] <= possible.least <= possible.solution() <= possible.most <= limits[1]


def test_later_ones_fit_into_what_is_left() -> None:
    possible = PowerRange(-5000, 5000)
    possible.constrain(Relation.LESS_OR_EQUALS, 1000)
    possible.constrain(Relation.EQUALS, 3000)
    assert possible.solution() == 1000


def test_with_nobody_asking_the_battery_goes_to_0() -> None:
    assert PowerRange(-5000, 5000).solution() == 0
    floor = PowerRange(-5000, 5000)
    floor.constrain(Relation.GREATER_OR_EQUALS, 700)
    assert floor.solution() == 700
