"""What the forecast's process is asked: a JSON document, read with every mistake named. Needs no numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dems_node.json_types import Json
from dems_protocol.slots import DEFAULT_SLOT_SECONDS, SlotGrid

VERSION = 1
DEFAULT_HORIZON_HOURS = 48
LONGEST_HORIZON_HOURS = 7 * 24
LONGEST_HISTORY_DAYS = 2 * 366
_DAY_SECONDS = 86_400
_LATEST_SECONDS = 400 * 365 * _DAY_SECONDS
_PROVIDER_DAYS = (60, 14)
"""A provider's periods must begin within so many days before and after the issue."""
_MOST_PERIODS = 20_000


class JobError(ValueError):
    """A job could not be read. The text says which field, what was wrong, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A household's readings and what else is known, and which slots to forecast.

    ``issue_slot`` is the first slot to forecast; readings from it on are not looked at. ``load_wh`` and ``pv_wh`` are
    Wh of consecutive slots from ``first_slot`` on, None where unknown; an empty ``pv_wh`` says that nothing is known
    of a plant. ``solar_forecast``: a provider's Wh by the start (UTC s) of its period, past periods included.
    ``latitude`` and ``longitude`` in degrees, both or none.
    """

    issue_slot: int
    first_slot: int
    load_wh: Sequence[float | None]
    pv_wh: Sequence[float | None] = ()
    slot_seconds: int = DEFAULT_SLOT_SECONDS
    horizon_slots: int | None = None
    time_zone: str = "UTC"
    holidays: Sequence[str] = ()
    annual_load_wh: int | None = None
    pv_peak_w: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    solar_forecast: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check all fields. Raises JobError."""
        try:
            SlotGrid(self.slot_seconds)
        except ValueError as error:
            raise JobError(str(error)) from error
        for name in ("issue_slot", "first_slot"):
            _within(name, getattr(self, name), 0, _LATEST_SECONDS // self.slot_seconds)
        _within("horizon_slots", self.horizon, 1, LONGEST_HORIZON_HOURS * 3600 // self.slot_seconds)
        longest = LONGEST_HISTORY_DAYS * _DAY_SECONDS // self.slot_seconds
        for name, values in (("load_wh", self.load_wh), ("pv_wh", self.pv_wh)):
            _within(f"the length of {name}", len(values), 0, longest)
            for index, value in enumerate(values):
                if value is not None:
                    _within(f"{name}[{index}]", value, 0, 1e9)
        self._check_provider()
        for name, limit in (("annual_load_wh", 1e12), ("pv_peak_w", 1e9)):
            if (value := getattr(self, name)) is not None:
                _within(name, value, 0, limit)
        if (self.latitude is None) != (self.longitude is None):
            raise JobError("latitude and longitude: give both or none")
        _ = self.zone, self.days_off

    def _check_provider(self) -> None:
        _within("the length of solar_forecast", len(self.solar_forecast), 0, _MOST_PERIODS)
        issue = self.issue_slot * self.slot_seconds
        before, after = (days * _DAY_SECONDS for days in _PROVIDER_DAYS)
        for start, energy in self.solar_forecast.items():
            _within("the start of a period of solar_forecast", start, issue - before, issue + after)
            _within(f"solar_forecast[{start}]", energy, 0, 1e9)

    @property
    def horizon(self) -> int:
        """How many slots to forecast."""
        if self.horizon_slots is None:
            return DEFAULT_HORIZON_HOURS * 3600 // self.slot_seconds
        return self.horizon_slots

    @property
    def zone(self) -> ZoneInfo:
        """The time zone. Raises JobError for an unknown one."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise JobError(
                f"time_zone {self.time_zone!r} is unknown; expected one like Europe/Berlin"
            ) from error

    @property
    def days_off(self) -> frozenset[date]:
        """The holidays. Raises JobError for what is no date."""
        try:
            return frozenset(date.fromisoformat(day) for day in self.holidays)
        except ValueError as error:
            raise JobError(f"holidays: {error}; expected dates like 2026-12-25") from error

    def document(self) -> Mapping[str, Json]:
        """Return the job as JSON."""
        return {
            "version": VERSION,
            "issue_slot": self.issue_slot,
            "first_slot": self.first_slot,
            "slot_seconds": self.slot_seconds,
            "horizon_slots": self.horizon,
            "time_zone": self.time_zone,
            "holidays": list(self.holidays),
            "load_wh": list(self.load_wh),
            "pv_wh": list(self.pv_wh),
            "annual_load_wh": self.annual_load_wh,
            "pv_peak_w": self.pv_peak_w,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "solar_forecast": {str(start): energy for start, energy in self.solar_forecast.items()},
        }

    @classmethod
    def read(cls, document: Any) -> Self:
        """Read a job from parsed JSON. Raises JobError."""
        if not isinstance(document, dict):
            raise JobError(f"a job is a JSON object, not {type(document).__name__}")
        fields = dict(document)
        if (version := fields.pop("version", None)) != VERSION:
            raise JobError(f"version is {version!r}; this program reads version {VERSION}")
        if unknown := sorted(fields.keys() - _TYPES.keys()):
            raise JobError(f"unknown field {unknown[0]!r}; a job has {', '.join(_TYPES)}")
        if missing := sorted(_REQUIRED - fields.keys()):
            raise JobError(f"field {missing[0]!r} is missing")
        for name, value in fields.items():
            if not _TYPES[name](value):
                raise JobError(f"{name} is {_shown(value)}, which is not of its type")
        periods = {int(start): energy for start, energy in fields.pop("solar_forecast", {}).items()}
        return cls(**fields, solar_forecast=periods)


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer_or_none(value: Any) -> bool:
    return value is None or _integer(value)


def _number_or_none(value: Any) -> bool:
    return value is None or _number(value)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_number_or_none, value))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _periods(value: Any) -> bool:
    return isinstance(value, dict) and all(
        start.removeprefix("-").isdecimal() and _number(energy) for start, energy in value.items()
    )


_TYPES = {
    "issue_slot": _integer,
    "first_slot": _integer,
    "load_wh": _numbers,
    "pv_wh": _numbers,
    "slot_seconds": _integer,
    "horizon_slots": _integer_or_none,
    "time_zone": lambda value: isinstance(value, str),
    "holidays": _texts,
    "annual_load_wh": _integer_or_none,
    "pv_peak_w": _integer_or_none,
    "latitude": _number_or_none,
    "longitude": _number_or_none,
    "solar_forecast": _periods,
}
_REQUIRED = {"issue_slot", "first_slot", "load_wh"}


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise JobError(f"{name} is {value}; it must be within {low} and {high}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
