"""Validators of single values. What they raise says what was expected and what was found."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import voluptuous as vol

SECRET_WORDS = ("password", "passphrase", "private", "secret", "token")


class ConfigurationError(Exception):
    """The configuration cannot be used: one line per mistake, each with its path."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def found(value: Any) -> str:
    """Return a value as a message shows it, short and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def words(longest: int = 200) -> Callable[[Any], str]:
    """Return a validator for text of one line that is not empty."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            raise vol.Invalid(f"expected text of 1 to {longest} characters, found {found(value)}")
        return value.strip()

    return check


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Return a validator for an integer in [low, high]."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise vol.Invalid(f"expected a whole number from {low} to {high}, found {found(value)}")
        return value

    return check


def real(low: float, high: float) -> Callable[[Any], float]:
    """Return a validator for a number in [low, high]."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise vol.Invalid(f"expected a number from {low:g} to {high:g}, found {found(value)}")
        return float(value)

    return check


def switch(value: Any) -> bool:
    """Check a yes or no. Raises vol.Invalid."""
    if not isinstance(value, bool):
        raise vol.Invalid(f"expected true or false, found {found(value)}")
    return value


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return a validator for one of several words; the nearest one is suggested."""

    def check(value: Any) -> str:
        if value not in choices:
            near = difflib.get_close_matches(str(value), choices, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise vol.Invalid(f"expected one of {', '.join(choices)}, found {found(value)}{hint}")
        return str(value)

    return check


def list_of(validator: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Return a validator for a list, given as a tuple."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise vol.Invalid(f"expected a list, found {found(value)}")
        return tuple(validator(entry) for entry in value)

    return check


def section(fields: Mapping[vol.Marker, Any]) -> Callable[[Any], dict[str, Any]]:
    """Return a validator for a mapping that names the nearest known key where it finds an unknown one."""
    schema = vol.Schema(dict(fields))
    known = [str(marker.schema) for marker in fields]

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise vol.Invalid(f"expected a mapping with {', '.join(known)}, found {found(value)}")
        unknown = [_unknown_key(key, known) for key in value if key not in known]
        kept = {key: content for key, content in value.items() if key in known}
        try:
            result: dict[str, Any] = schema(kept)
        except vol.MultipleInvalid as error:
            raise vol.MultipleInvalid([*unknown, *map(_readable, error.errors)]) from None
        if unknown:
            raise vol.MultipleInvalid(unknown)
        return result

    return check


def _unknown_key(key: Any, known: list[str]) -> vol.Invalid:
    near = difflib.get_close_matches(str(key), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
    return vol.Invalid(f"unknown key ({hint})", path=[key])


def _readable(error: vol.Invalid) -> vol.Invalid:
    if isinstance(error, vol.RequiredFieldInvalid):
        return vol.Invalid("expected a value, found nothing", path=error.path)
    return error
