"""Values as OpenEMS puts them into registers: big-endian, each type with its own way to say "undefined". Pure.

Source: facts/openems.md, "Modbus/TCP": uint16 0xFFFF, uint64 all ones, floats NaN.
"""

import math
import struct
from collections.abc import Sequence
from enum import Enum

UNDEFINED_U16 = 0xFFFF
UNDEFINED_U64 = 0xFFFF_FFFF_FFFF_FFFF


class RegisterType(Enum):
    """A record's type; the value is its length in registers."""

    U16 = ("u16", 1)
    F32 = ("f32", 2)
    F64 = ("f64", 4)
    U64 = ("u64", 4)
    STRING16 = ("string16", 16)

    @property
    def length(self) -> int:
        """How many registers a record of this type takes."""
        return self.value[1]


def decode_number(kind: RegisterType, registers: Sequence[int]) -> int | None:
    """Return a number rounded to a whole one, None where it is undefined or not finite.

    Raises ValueError for a wrong count of registers or a type that is no number.
    """
    raw = _raw(kind, registers)
    match kind:
        case RegisterType.U16:
            value = registers[0]
            return None if value == UNDEFINED_U16 else value
        case RegisterType.U64:
            (wide,) = struct.unpack(">Q", raw)
            return None if wide == UNDEFINED_U64 else int(wide)
        case RegisterType.F32 | RegisterType.F64:
            (real,) = struct.unpack(">f" if kind is RegisterType.F32 else ">d", raw)
            return round(real) if math.isfinite(real) else None
        case RegisterType.STRING16:
            raise ValueError("a string16 is no number")


def decode_text(registers: Sequence[int]) -> str | None:
    """Return a string16, None where it is undefined or no text. Raises ValueError for a wrong count."""
    raw = _raw(RegisterType.STRING16, registers).rstrip(b"\x00")
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None


def encode_f32(value: float) -> tuple[int, int]:
    """Return a float32 as the two registers that one FC16 writes.

    Raises ValueError for NaN, infinities and what a float32 cannot hold: the Edge would take them and stop.
    """
    if not math.isfinite(value):
        raise ValueError(f"only finite numbers are written, not {value!r}")
    try:
        raw = struct.pack(">f", value)
    except OverflowError as error:
        raise ValueError(f"{value!r} does not fit into a float32") from error
    high, low = struct.unpack(">HH", raw)
    return high, low


def _raw(kind: RegisterType, registers: Sequence[int]) -> bytes:
    if len(registers) != kind.length:
        raise ValueError(f"a {kind.value[0]} has {kind.length} registers, not {len(registers)}")
    return struct.pack(f">{len(registers)}H", *registers)
