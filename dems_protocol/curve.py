"""BN254 (alt_bn128) G1, the curve of the EVM's precompiles 0x06 and 0x07, on plain integers.

Not constant time: Python's integers are not. Secret scalars are multiplied on the machine that owns them only.
Source: docs/protocol.md section 2; EIP-196.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dems_protocol.words import hash_words, tag

FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583
ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
_B = 3

WINDOW_BITS = 8
_WINDOWS = 32


class InvalidPointError(ValueError):
    """A pair of numbers is not the canonical encoding of a point of the curve."""


class Point(NamedTuple):
    """An affine point, or the identity as (0, 0): the EVM's encoding, one for each element of the group."""

    x: int
    y: int


IDENTITY = Point(0, 0)
G = Point(1, 2)
H = Point(
    0x17D66BB41428EB0CC567536B3F83676D73DFEEA98700489ED08A2DEB8F0ABA82,
    0x2394686093FD3068BE80A759E8FD72266BD5D8F4B650C35909C4368EDA6EC0C0,
)

type _Jacobian = tuple[int, int, int]
_JACOBIAN_IDENTITY: _Jacobian = (1, 1, 0)


def is_valid(point: Point) -> bool:
    """Say whether a pair of integers is a canonical point: the identity, or reduced and on the curve."""
    x, y = point
    if not (0 <= x < FIELD and 0 <= y < FIELD):
        return False
    return point == IDENTITY or (y * y - x * x * x - _B) % FIELD == 0


def require_valid(point: Point) -> Point:
    """Return the point; raise InvalidPointError if it is not valid."""
    if not is_valid(point):
        raise InvalidPointError(f"({point.x:#x}, {point.y:#x}) is not a point of BN254 in canonical form")
    return point


def derive_generator(label: str) -> Point:
    """Hash a label to a point by try and increment; nobody knows its logarithm (docs/protocol.md section 2)."""
    attempt = 0
    while True:
        x = int.from_bytes(hash_words(tag(label), attempt))
        if x < FIELD:
            square = (x * x * x + _B) % FIELD
            y = pow(square, (FIELD + 1) // 4, FIELD)
            if y * y % FIELD == square:
                return Point(x, y if y % 2 == 0 else FIELD - y)
        attempt += 1


def negate(point: Point) -> Point:
    """Return -P."""
    return Point(point.x, FIELD - point.y) if point.y else point


def add(left: Point, right: Point) -> Point:
    """Return P + Q for valid points."""
    return add_each((left,), (right,))[0]


def subtract(left: Point, right: Point) -> Point:
    """Return P - Q for valid points."""
    return add(left, negate(right))


def add_each(lefts: Sequence[Point], rights: Sequence[Point]) -> list[Point]:
    """Return the sums of valid points, pair by pair, with one field inversion for all of them (Montgomery's trick).

    This is what makes a tree of affine sums cheap: about six multiplications a pair instead of an inversion.
    """
    results = list(lefts)
    slopes: list[tuple[int, int]] = []
    places: list[int] = []
    prefixes: list[int] = []
    product = 1
    for place, (p, q) in enumerate(zip(lefts, rights, strict=True)):
        if q == IDENTITY:
            continue
        if p == IDENTITY:
            results[place] = q
            continue
        if p.x != q.x:
            rise, run = q.y - p.y, q.x - p.x
        elif p.y == q.y:
            rise, run = 3 * p.x * p.x, 2 * p.y
        else:
            results[place] = IDENTITY
            continue
        places.append(place)
        slopes.append((rise, run))
        prefixes.append(product)
        product = product * run % FIELD
    inverse = pow(product, -1, FIELD)
    for place, (rise, run), prefix in zip(
        reversed(places), reversed(slopes), reversed(prefixes), strict=True
    ):
        slope = rise * prefix * inverse % FIELD
        inverse = inverse * run % FIELD
        (px, py), qx = lefts[place], rights[place].x
        x = (slope * slope - px - qx) % FIELD
        results[place] = Point(x, (slope * (px - x) - py) % FIELD)
    return results


def total(points: Iterable[Point]) -> Point:
    """Return the sum of valid points; the identity for none."""
    accumulator = _JACOBIAN_IDENTITY
    for point in points:
        accumulator = _add_affine(accumulator, point)
    return _to_affine(accumulator)


def multiply(point: Point, scalar: int) -> Point:
    """Return k·P for a valid point and any integer k (taken mod q)."""
    accumulator = _JACOBIAN_IDENTITY
    for bit in f"{scalar % ORDER:b}":
        accumulator = _double(accumulator)
        if bit == "1":
            accumulator = _add_affine(accumulator, point)
    return _to_affine(accumulator)


class FixedBase:
    """Multiples of one point: 8-bit windows, 32 rows of 255 affine points, built at the first use (about 0.1 s)."""

    __slots__ = ("_base", "_rows")

    def __init__(self, base: Point) -> None:
        self._base = require_valid(base)
        self._rows: list[list[Point]] = []

    def multiply(self, scalar: int) -> Point:
        """Return k·base for any integer k (taken mod q)."""
        return sum_of_multiples(((self, scalar),))

    def addends(self, scalar: int) -> Iterable[Point]:
        """Yield the table entries whose sum is k·base, one for each byte of k mod q that is not zero."""
        if not self._rows:
            self._rows = self._build()
        scalar %= ORDER
        for row in self._rows:
            if not scalar:
                return
            if digit := scalar & 0xFF:
                yield row[digit]
            scalar >>= WINDOW_BITS

    def _build(self) -> list[list[Point]]:
        first = [self._base]
        for _ in range(_WINDOWS - 1):
            first.append(multiply(first[-1], 1 << WINDOW_BITS))
        columns = [[IDENTITY] * _WINDOWS, first]
        for _ in range(2, 1 << WINDOW_BITS):
            columns.append(add_each(columns[-1], first))
        return [list(row) for row in zip(*columns, strict=True)]


def sum_of_multiples(terms: Iterable[tuple[FixedBase, int]]) -> Point:
    """Return the sum of k·base over pairs of a table and a scalar, with one inversion at the end."""
    accumulator = _JACOBIAN_IDENTITY
    for table, scalar in terms:
        for addend in table.addends(scalar):
            accumulator = _add_affine(accumulator, addend)
    return _to_affine(accumulator)


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return point
    yy = y * y % FIELD
    s = 4 * x * yy % FIELD
    m = 3 * x * x % FIELD
    x3 = (m * m - 2 * s) % FIELD
    return x3, (m * (s - x3) - 8 * yy * yy) % FIELD, 2 * y * z % FIELD


def _add_affine(point: _Jacobian, addend: Point) -> _Jacobian:
    x1, y1, z1 = point
    x2, y2 = addend
    if not (x2 or y2):
        return point
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % FIELD
    h = (x2 * zz - x1) % FIELD
    r = (y2 * zz * z1 - y1) % FIELD
    if not h:
        return _JACOBIAN_IDENTITY if r else _double(point)
    hh = h * h % FIELD
    hhh = h * hh % FIELD
    v = x1 * hh % FIELD
    x3 = (r * r - hhh - 2 * v) % FIELD
    return x3, (r * (v - x3) - y1 * hhh) % FIELD, z1 * h % FIELD


def _to_affine(point: _Jacobian) -> Point:
    x, y, z = point
    if not z:
        return IDENTITY
    inverse = pow(z, -1, FIELD)
    square = inverse * inverse % FIELD
    return Point(x * square % FIELD, y * square * inverse % FIELD)
