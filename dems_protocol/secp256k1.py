"""Recovery of a public key on secp256k1, as the precompile ecrecover does it, on plain integers.

It works on public numbers only and need not be constant time. Every reading and every request is checked with it, so it
is built for speed: both multiples share their doublings, and their scalars are written in non-adjacent form.
Source: SEC 1 section 4.1.6, SEC 2 section 2.4.1; Hankerson, Menezes, Vanstone: Guide to Elliptic Curve Cryptography,
algorithms 3.35, 3.36 and 3.51.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, zip_longest

FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
_B = 7
_GENERATOR_WIDTH = 8
_WIDTH = 5

type _Affine = tuple[int, int]
type _Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


def recover(digest: bytes, r: int, s: int, *, odd: bool) -> _Affine | None:
    """Return the coordinates of the key under which ``(r, s)`` signs a digest (32 bytes), None where there is no such key.

    ``odd`` tells which of the two points with the x-coordinate ``r`` is meant. ``r`` and ``s`` lie in ``(0, ORDER)``.
    """
    square = (r * r * r + _B) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    if y * y % FIELD != square:
        return None
    inverse = pow(r, -1, ORDER)
    of_generator = -int.from_bytes(digest) * inverse % ORDER
    return _combine(of_generator, s * inverse % ORDER, (r, y if y % 2 == odd else FIELD - y))


def _combine(of_generator: int, of_point: int, point: _Affine) -> _Affine | None:
    """Return ``a·G + b·P``, None for the point at infinity."""
    tables = (_generator_multiples(), _odd_multiples(point, 1 << (_WIDTH - 2)))
    digits = zip_longest(
        _non_adjacent(of_generator, _GENERATOR_WIDTH), _non_adjacent(of_point, _WIDTH), fillvalue=0
    )
    found = _INFINITY
    for pair in reversed(list(digits)):
        found = _double(found)
        for table, digit in zip(tables, pair, strict=True):
            if digit > 0:
                found = _add(found, table[digit >> 1])
            elif digit:
                x, y = table[-digit >> 1]
                found = _add(found, (x, FIELD - y))
    return _to_affine([found])[0] if found[2] else None


def _non_adjacent(scalar: int, width: int) -> Iterator[int]:
    """Yield digits of a scalar, lowest first: zero, or odd and below 2^(width-1), with width-1 zeros after each."""
    half, full = 1 << (width - 1), 1 << width
    while scalar:
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= half:
                digit -= full
            scalar -= digit
            yield digit
        else:
            yield 0
        scalar >>= 1


@cache
def _generator_multiples() -> Sequence[_Affine]:
    return _odd_multiples(GENERATOR, 1 << (_GENERATOR_WIDTH - 2))


def _odd_multiples(point: _Affine, count: int) -> Sequence[_Affine]:
    """Return P, 3P, 5P …; no multiple of a point of this prime order vanishes before its order."""
    (twice,) = _to_affine([_double((*point, 1))])
    first: _Jacobian = (*point, 1)
    return _to_affine(list(accumulate([twice] * (count - 1), _add, initial=first)))


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return point
    yy = y * y % FIELD
    s = 4 * x * yy % FIELD
    m = 3 * x * x % FIELD
    x3 = (m * m - 2 * s) % FIELD
    return x3, (m * (s - x3) - 8 * yy * yy) % FIELD, 2 * y * z % FIELD


def _add(point: _Jacobian, addend: _Affine) -> _Jacobian:
    x1, y1, z1 = point
    x2, y2 = addend
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % FIELD
    h = (x2 * zz - x1) % FIELD
    r = (y2 * zz * z1 - y1) % FIELD
    if not h:
        return _INFINITY if r else _double(point)
    hh = h * h % FIELD
    hhh = h * hh % FIELD
    v = x1 * hh % FIELD
    x3 = (r * r - hhh - 2 * v) % FIELD
    return x3, (r * (v - x3) - y1 * hhh) % FIELD, z1 * h % FIELD


def _to_affine(points: Sequence[_Jacobian]) -> Sequence[_Affine]:
    """Return the affine coordinates of points, none of them infinity, with one inversion for all (Montgomery's trick)."""
    products = list(
        accumulate((z for _, _, z in points), lambda left, right: left * right % FIELD, initial=1)
    )
    inverse = pow(products[-1], -1, FIELD)
    found = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        one, inverse = inverse * before % FIELD, inverse * z % FIELD
        square = one * one % FIELD
        found.append((x * square % FIELD, y * square * one % FIELD))
    return found[::-1]
