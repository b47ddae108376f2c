"""Values in registers."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.edge.modbus.codec import RegisterType, decode_number, decode_text, encode_f32


def words(raw: bytes) -> list[int]:
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def test_the_facts_own_example() -> None:
    assert encode_f32(-5000) == (0xC59C, 0x4000)


@given(st.integers(-(2**24), 2**24))
def test_every_power_survives_a_float32(power: int) -> None:
    assert decode_number(RegisterType.F32, encode_f32(power)) == power


@given(st.floats())
def test_only_finite_numbers_that_fit_are_encoded(value: float) -> None:
    if math.isfinite(value) and abs(value) < 3.4e38:
        high, low = encode_f32(value)
        assert 0 <= high <= 0xFFFF
        assert 0 <= low <= 0xFFFF
    elif not math.isfinite(value) or abs(value) > 3.5e38:
        with pytest.raises(ValueError, match=r"finite|float32"):
            encode_f32(value)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_f64_counters(value: float) -> None:
    assert decode_number(RegisterType.F64, words(struct.pack(">d", value))) == round(value)


@given(st.integers(0, 2**64 - 1))
def test_u64(value: int) -> None:
    expected = None if value == 2**64 - 1 else value
    assert decode_number(RegisterType.U64, words(struct.pack(">Q", value))) == expected


@given(st.integers(0, 0xFFFF))
def test_u16(value: int) -> None:
    assert decode_number(RegisterType.U16, [value]) == (None if value == 0xFFFF else value)


@pytest.mark.parametrize("kind", [RegisterType.F32, RegisterType.F64])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_undefined_floats_are_none(kind: RegisterType, value: float) -> None:
    raw = struct.pack(">f" if kind is RegisterType.F32 else ">d", value)
    assert decode_number(kind, words(raw)) is None
    assert decode_number(kind, [0xFFFF] * kind.length) is None


def test_text() -> None:
    assert decode_text(words(b"ess0".ljust(32, b"\x00"))) == "ess0"
    assert decode_text([0xFFFF] * 16) is None
    assert decode_text([0] * 16) is None


def test_wrong_lengths_are_errors() -> None:
    with pytest.raises(ValueError, match="2 registers"):
        decode_number(RegisterType.F32, [1])
    with pytest.raises(ValueError, match="no number"):
        decode_number(RegisterType.STRING16, [0] * 16)
