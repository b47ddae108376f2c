"""The curve against py_ecc, an independent implementation."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bn128 import bn128_curve as bn128
from py_ecc.fields import bn128_FQ

from dems_protocol.curve import (
    FIELD,
    IDENTITY,
    ORDER,
    FixedBase,
    G,
    H,
    InvalidPointError,
    Point,
    add,
    add_each,
    derive_generator,
    is_valid,
    multiply,
    negate,
    require_valid,
    subtract,
    sum_of_multiples,
    total,
)

scalars = st.one_of(st.integers(0, ORDER - 1), st.integers(0, 300), st.integers(ORDER - 300, ORDER - 1))
points = st.builds(multiply, st.sampled_from([G, H]), st.one_of(st.integers(0, 5), st.integers(0, ORDER - 1)))


def to_oracle(point: Point) -> Any:
    return None if point == IDENTITY else (bn128_FQ(point.x), bn128_FQ(point.y))


def from_oracle(point: Any) -> Point:
    return IDENTITY if point is None else Point(int(point[0]), int(point[1]))


@pytest.fixture(scope="module")
def table() -> FixedBase:
    return FixedBase(H)


def test_parameters_are_those_of_the_oracle() -> None:
    assert (bn128.field_modulus, bn128.curve_order) == (FIELD, ORDER)
    assert from_oracle(bn128.G1) == G


def test_second_generator_follows_from_its_label() -> None:
    assert derive_generator("DEMS generator H v1") == H
    assert is_valid(H)
    assert H.y % 2 == 0
    assert multiply(H, ORDER - 1) == negate(H)


@settings(max_examples=40, deadline=None)
@given(points, points)
def test_addition(left: Point, right: Point) -> None:
    for p, q in ((left, right), (left, left), (left, negate(left)), (left, IDENTITY), (IDENTITY, left)):
        expected = from_oracle(bn128.add(to_oracle(p), to_oracle(q)))
        assert add(p, q) == total([p, q]) == expected
        assert subtract(expected, q) == p


@settings(max_examples=25, deadline=None)
@given(points, scalars)
def test_multiplication(point: Point, scalar: int) -> None:
    assert multiply(point, scalar) == from_oracle(bn128.multiply(to_oracle(point), scalar))


@settings(max_examples=50, deadline=None)
@given(scalar=scalars)
def test_fixed_base_multiplication(table: FixedBase, scalar: int) -> None:
    assert table.multiply(scalar) == multiply(H, scalar)
    assert table.multiply(scalar + ORDER) == multiply(H, scalar)
    assert sum_of_multiples([(table, scalar), (table, -scalar)]) == IDENTITY
    assert sum_of_multiples([(table, scalar), (table, scalar)]) == multiply(H, 2 * scalar)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(points, points), max_size=12), st.integers(0, 11))
def test_batched_addition_is_addition(pairs: list[tuple[Point, Point]], odd_one: int) -> None:
    pairs += [(p, p) for p, _ in pairs[odd_one:]] + [(q, negate(q)) for _, q in pairs[:odd_one]]
    lefts, rights = [p for p, _ in pairs], [q for _, q in pairs]
    assert add_each(lefts, rights) == [from_oracle(bn128.add(to_oracle(p), to_oracle(q))) for p, q in pairs]


def test_batches_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        add_each([G, G], [H])


@pytest.mark.parametrize(
    "point",
    [
        Point(0, 1),
        Point(1, 0),
        Point(1, 3),
        Point(FIELD, FIELD),
        Point(1 + FIELD, 2),
        Point(1, 2 + FIELD),
        Point(0, FIELD),
        Point(-1, 2),
    ],
)
def test_every_other_encoding_is_invalid(point: Point) -> None:
    assert not is_valid(point)
    with pytest.raises(InvalidPointError, match="canonical"):
        require_valid(point)
    with pytest.raises(InvalidPointError):
        FixedBase(point)


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_validity_is_the_oracles(x: int, y: int) -> None:
    expected = (
        x < FIELD
        and y < FIELD
        and ((x, y) == (0, 0) or bn128.is_on_curve((bn128_FQ(x), bn128_FQ(y)), bn128.b))
    )
    assert is_valid(Point(x, y)) == expected
