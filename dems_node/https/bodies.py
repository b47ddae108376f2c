"""Reading what a client sent: bounded in size, time and depth, strict JSON, checked by a schema."""

import asyncio
import json
import math
import re
from collections.abc import Callable
from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.problems import Problem, invalid, out_of_range

BODY_LIMIT = 256 * 1024
BODY_SECONDS = 15.0
DEPTH_LIMIT = 16
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class OutOfRange(vol.Invalid):
    """A value of the right type outside its range; a problem type of its own."""


def whole_number(low: int, high: int) -> Callable[[Any], int]:
    """Return a validator for an integer (no boolean, no float) in [low, high]."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise vol.Invalid(f"expected a whole number from {low} to {high}, found {_short(value)}")
        if not low <= value <= high:
            raise OutOfRange(f"expected a whole number from {low} to {high}, found {_short(value)}")
        return value

    return check


def number(low: float, high: float) -> Callable[[Any], float]:
    """Return a validator for a finite number (no boolean) in [low, high]."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise vol.Invalid(f"expected a number from {low:g} to {high:g}, found {_short(value)}")
        if not low <= value <= high:
            raise OutOfRange(f"expected a number from {low:g} to {high:g}, found {_short(value)}")
        return float(value)

    return check


def text(longest: int, *, shortest: int = 0) -> Callable[[Any], str]:
    """Return a validator for printable text of one line."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not shortest <= len(value) <= longest or _UNPRINTABLE.search(value):
            raise vol.Invalid(
                f"expected one line of {shortest} to {longest} characters, found {_short(value)}"
            )
        return value

    return check


def hex_bytes(length: int) -> Callable[[Any], bytes]:
    """Return a validator for ``length`` bytes as hex digits."""

    def check(value: Any) -> bytes:
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-fA-F]{{{2 * length}}}", value):
            raise vol.Invalid(f"expected {2 * length} hex digits")
        return bytes.fromhex(value)

    return check


async def read_body[T](request: web.Request, schema: Callable[[Any], T]) -> T:
    """Return the request's JSON body, checked. Raises Problem (400, 408, 413, 415, 422)."""
    document = _parse(await _read(request))
    try:
        return schema(document)
    except vol.MultipleInvalid as error:
        raise problem_of(error.errors[0]) from None
    except vol.Invalid as error:
        raise problem_of(error) from None


def read_query[T](request: web.Request, schema: Callable[[Any], T]) -> T:
    """Return the request's query parameters, checked. Raises Problem (422)."""
    if len(request.query) != len(set(request.query)):
        raise invalid("A query parameter is given twice.")
    try:
        return schema(dict(request.query))
    except vol.MultipleInvalid as error:
        raise problem_of(error.errors[0]) from None
    except vol.Invalid as error:
        raise problem_of(error) from None


def refuse_query(request: web.Request) -> None:
    """Raise Problem (422) where a call that takes no parameters has some."""
    read_query(request, vol.Schema({}))


def problem_of(error: vol.Invalid) -> Problem:
    """Return the problem document's content for a voluptuous error: the key's path and what was expected."""
    path = ".".join(_short(part, quote=False) for part in error.path)
    detail = f"{path}: {error.error_message}" if path else error.error_message
    if isinstance(error, OutOfRange):
        return out_of_range(detail, path)
    return invalid(detail, path or None)


async def _read(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise Problem(415, "not-json", "Not JSON", "Send the body with Content-Type: application/json.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "encoded", "Encoded body", "Send the body as it is, without a Content-Encoding.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise Problem(
            408, "too-slow", "Body too slow", f"The body has to arrive within {BODY_SECONDS:g} s."
        ) from None


def _parse(body: bytes) -> Any:
    try:
        document = json.loads(
            body.decode(),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_without_duplicates,
        )
    except RecursionError, ValueError:
        raise _malformed("The body is not JSON (RFC 8259) with unique keys and finite numbers.") from None
    if _deeper_than(document, DEPTH_LIMIT):
        raise _malformed(f"The body is nested more than {DEPTH_LIMIT} levels deep.")
    return document


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed", "Malformed body", detail)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("the number is too large")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key is given twice")
    return document


def _deeper_than(document: Any, levels: int) -> bool:
    layer = [document]
    for _ in range(levels):
        layer = [
            child
            for value in layer
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not layer:
            return False
    return True


def _short(value: Any, *, quote: bool = True) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = (repr(value) if quote else str(value)).encode("ascii", "backslashreplace").decode()
    return shown if len(shown) <= 40 else shown[:37] + "…"
