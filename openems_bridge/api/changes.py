"""What changed between two state documents, and how urgent that is (docs/api.md, WebSocket)."""

from collections.abc import Mapping
from typing import cast

from dems_node.json_types import Json, Section, StateDocument

MEASUREMENTS: Mapping[str, frozenset[str]] = {
    "bridge": frozenset({"clock_offset"}),
    "home": frozenset({"power", "energy"}),
    "grid": frozenset({"power", "energy_import", "energy_export"}),
    "battery": frozenset(
        {
            "power",
            "soc",
            "capacity",
            "allowed_charge",
            "allowed_discharge",
            "energy_charged",
            "energy_discharged",
        }
    ),
    "solar": frozenset({"power", "energy"}),
}
"""Keys that move all the time and can wait for the client's interval."""
_LOOP_VALUES = frozenset({"requested", "setpoint"})


def changes(old: StateDocument, new: StateDocument) -> StateDocument:
    """Return the sections and keys of ``new`` that differ from ``old``; a section that is gone is None."""
    changed: dict[str, Section | None] = {
        name: None for name, section in old.items() if section is not None and new.get(name) is None
    }
    for name, section in new.items():
        if section is None:
            continue
        before = old.get(name)
        if before is None:
            changed[name] = section
        elif before != section:
            changed[name] = {
                key: value for key, value in section.items() if key not in before or before[key] != value
            }
    return changed


def is_urgent(old: StateDocument, change: StateDocument) -> bool:
    """Return whether a change goes out at once: anything but measurements and the closed loop's own movement."""
    return any(_section_is_urgent(name, old.get(name), section) for name, section in change.items())


def merged(old: StateDocument, change: StateDocument) -> StateDocument:
    """Return a document with a change applied, two levels deep, as a client does it."""
    result = dict(old)
    for name, section in change.items():
        before = result.get(name)
        if section is None:
            result[name] = None
        else:
            result[name] = section if before is None else {**before, **section}
    return {name: section for name, section in result.items() if section is not None or name == "reading"}


def _section_is_urgent(name: str, before: Section | None, after: Section | None) -> bool:
    if before is None or after is None:
        return True
    if name == "dispatch":
        return _dispatch_is_urgent(before, after)
    return not after.keys() <= MEASUREMENTS.get(name, frozenset())


def _dispatch_is_urgent(before: Section, after: Section) -> bool:
    for key, value in after.items():
        old = before.get(key)
        if key in _LOOP_VALUES:
            urgent = (old is None) != (value is None)
        elif key in {"clamps", "reason"}:
            urgent = _codes(old) != _codes(value)
        else:
            urgent = True
        if urgent:
            return True
    return False


def _codes(value: Json) -> list[Json]:
    reasons = cast("list[Section]", value if isinstance(value, list) else [value])
    return [reason["code"] for reason in reasons if reason is not None]
