"""JSON documents from and to the planner's records, with every mistake named. Needs no numpy."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from dems_node.json_types import Json

_LONGEST_SHOWN = 60


class StructureError(ValueError):
    """A document is not what it should be. The text says which field, what was wrong, and what would be right."""


def document_of(record: Any) -> Mapping[str, Json]:
    """Return a record (a dataclass of numbers, texts, None, tuples and records) as JSON."""
    document: Mapping[str, Json] = asdict(record)
    return document


def record_of[T](kind: type[T], document: Any, name: str = "the document") -> T:
    """Build a record from parsed JSON. Raises StructureError."""
    if not isinstance(document, dict):
        raise StructureError(f"{name} is {_shown(document)}; expected a JSON object")
    types = get_type_hints(kind)
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(document.keys() - known):
        raise StructureError(f"{name} has an unknown field {unknown[0]!r}; it has {', '.join(sorted(known))}")
    values = {field: _value(types[field], value, f"{name}.{field}") for field, value in document.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise StructureError(f"{name} lacks a field: {error}") from error
    except StructureError:
        raise
    except ValueError as error:
        raise StructureError(f"{name}: {error}") from error


def _value(kind: Any, value: Any, name: str) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        if value is None and NoneType in get_args(kind):
            return None
        return _value(next(each for each in get_args(kind) if each is not NoneType), value, name)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise StructureError(f"{name} is {_shown(value)}; expected a list")
        inner = get_args(kind)[0]
        return tuple(_value(inner, each, f"{name}[{place}]") for place, each in enumerate(value))
    if isinstance(kind, type) and is_dataclass(kind):
        return record_of(kind, value, name)
    return _scalar(kind, value, name)


def _scalar(kind: type, value: Any, name: str) -> Any:
    if issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            raise StructureError(f"{name} is {_shown(value)}; expected one of {', '.join(kind)}") from None
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise StructureError(f"{name} is {_shown(value)}; expected {kind.__name__}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
