"""Validators of what households send: whole numbers, and bytes as ``0x…``."""

from collections.abc import Callable
from typing import Any

import voluptuous as vol

from dems_protocol.membership import parse_hex
from dems_protocol.signatures import SIGNATURE_BYTES, Signature


def hex_of(length: int) -> Callable[[Any], bytes]:
    """Return a validator for ``length`` bytes as ``0x`` and hex digits."""

    def check(value: Any) -> bytes:
        if not isinstance(value, str):
            raise vol.Invalid(f"expected 0x and {2 * length} hex digits")
        try:
            return parse_hex(value, length)
        except ValueError as error:
            raise vol.Invalid(str(error)) from None

    return check


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Return a validator for an integer of [least, most]; true and false are none."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise vol.Invalid(f"expected a whole number from {least} to {most}")
        return value

    return check


def signature(value: Any) -> Signature:
    """Check 65 bytes ``r || s || v`` as hex. Raises vol.Invalid."""
    return Signature.decode(hex_of(SIGNATURE_BYTES)(value))


def decoded[T](decode: Callable[[bytes], T], length: int) -> Callable[[Any], T]:
    """Return a validator for the hex of an encoding of ``length`` bytes, whose decoder says what is wrong."""

    def check(value: Any) -> T:
        data = hex_of(length)(value)
        try:
            return decode(data)
        except ValueError as error:
            raise vol.Invalid(str(error)) from None

    return check


def hexed(data: bytes) -> str:
    """Return bytes as they travel."""
    return f"0x{data.hex()}"
