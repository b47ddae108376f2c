"""The state document as it travels: merging changes into it, and reading typed values out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from .errors import InvalidAnswer

type Document = dict[str, dict[str, Any]]
"""Two levels: sections of keys (docs/api.md, State)."""

_MOST_KEYS = 1000
"""Ten times what a house needs: a bridge that goes on inventing keys must not fill Home Assistant's memory."""


def merge(document: Document, change: Mapping[str, Any]) -> Document:
    """Return the document with a change merged in, two levels deep: a section that is null is gone.

    Raises InvalidAnswer where a section is neither an object nor null, or where the document grows without bound.
    The arguments are left as they are.
    """
    merged = dict(document)
    for section, keys in change.items():
        if keys is None:
            merged.pop(section, None)
        elif isinstance(keys, dict):
            merged[section] = {**merged.get(section, {}), **keys}
        else:
            raise InvalidAnswer(f"{section}: an object was expected, not {type(keys).__name__}")
    if sum(map(len, merged.values())) + len(merged) > _MOST_KEYS:
        raise InvalidAnswer(f"the state has more than {_MOST_KEYS} keys")
    return merged


def moment(seconds: float, path: str) -> datetime:
    """Return UTC seconds as a moment. Raises InvalidAnswer, naming the path, where no calendar reaches."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidAnswer(f"{path}: a time was expected, not {seconds}") from error


class Reader:
    """Reads one object of a document, strictly: a value has the expected type or is null, or InvalidAnswer is raised.

    Keys that nobody asks for are ignored, so that a newer bridge can say more.
    """

    def __init__(self, path: str, values: object) -> None:
        """Take the object at a path; the path is named when something in it is wrong."""
        if not isinstance(values, Mapping):
            raise InvalidAnswer(f"{path}: an object was expected, not {type(values).__name__}")
        self._path = path
        self._values: Mapping[str, Any] = values

    def _wrong(self, key: str, expected: str) -> InvalidAnswer:
        return InvalidAnswer(
            f"{self._path}.{key}: {expected} was expected, not {type(self._values.get(key)).__name__}"
        )

    def is_null(self, key: str) -> bool:
        """Tell whether nothing is said of a key."""
        return self._values.get(key) is None

    def integer(self, key: str) -> int | None:
        """Return an integer (W, Wh, %, s), None if it is unknown."""
        value = self._values.get(key)
        if value is None or type(value) is int:
            return value
        raise self._wrong(key, "an integer")

    def number(self, key: str) -> float | None:
        """Return a number, None if it is unknown."""
        value = self._values.get(key)
        if value is None or type(value) in (int, float):
            return value
        raise self._wrong(key, "a number")

    def flag(self, key: str) -> bool | None:
        """Return a truth value, None if it is unknown."""
        value = self._values.get(key)
        if value is None or type(value) is bool:
            return value
        raise self._wrong(key, "true or false")

    def text(self, key: str) -> str | None:
        """Return a text, None if there is none."""
        value = self._values.get(key)
        if value is None or type(value) is str:
            return value
        raise self._wrong(key, "a text")

    def required_integer(self, key: str) -> int:
        """Return an integer that must be there."""
        value = self.integer(key)
        if value is None:
            raise self._wrong(key, "an integer")
        return value

    def required_text(self, key: str) -> str:
        """Return a text that must be there and is not empty."""
        value = self.text(key)
        if not value:
            raise self._wrong(key, "a text")
        return value

    def name(self, key: str) -> str:
        """Return what something is called by, a text or a number, as a text."""
        value = self._values.get(key)
        if type(value) is int or (type(value) is str and value):
            return str(value)
        raise self._wrong(key, "a name")

    def moment(self, key: str) -> datetime | None:
        """Return UTC seconds as a moment, None if it is unknown."""
        seconds = self.number(key)
        return None if seconds is None else moment(seconds, f"{self._path}.{key}")

    def choice[E: StrEnum](self, key: str, choices: type[E]) -> E | None:
        """Return one of an enumeration, None if it is unknown or a word that only a newer bridge knows."""
        value = self.text(key)
        return choices(value) if value is not None and value in choices else None

    def objects(self, key: str) -> list[Reader]:
        """Return a list of objects, empty if there is none."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return [Reader(f"{self._path}.{key}", one) for one in value]

    def object(self, key: str) -> Reader | None:
        """Return an object within this one, None if there is none."""
        value = self._values.get(key)
        return None if value is None else Reader(f"{self._path}.{key}", value)

    def reason(self, key: str) -> Reason | None:
        """Return a reason, None if there is none; a text is what a person wrote instead of a code."""
        value = self._values.get(key)
        if value is None:
            return None
        if type(value) is str:
            return Reason("refused", {"detail": value})
        return Reason.read(Reader(f"{self._path}.{key}", value))

    def scalars(self, key: str) -> dict[str, str | int | float]:
        """Return the texts and numbers of an object, such as the parameters of a reason."""
        value = self._values.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(key, "an object")
        return {name: one for name, one in value.items() if type(one) in (str, int, float)}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and its parameters."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read a reason or a clamp."""
        return cls(values.required_text("code"), values.scalars("params"))
