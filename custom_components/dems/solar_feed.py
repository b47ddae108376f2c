"""Feeds the solar forecasts that the owner chose in Home Assistant's energy preferences to the bridge: never our own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.websocket_api import async_get_energy_platforms
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .push_loop import NothingToTell, PushLoop

_ENERGY: Final = "energy"
_HOUR: Final = timedelta(hours=1)
_MOST_PERIODS: Final = 2000


def in_periods(forecasts: Sequence[Mapping[str, float]], now: datetime) -> list[dict[str, int]]:
    """Return the sum of several forecasts (Wh by the start of a period, ISO 8601) from the running hour on.

    Each period lasts until the next of its forecast, an hour at most; they are summed by the hour (UTC s).
    """
    hours: dict[datetime, float] = {}
    for forecast in forecasts:
        for start, energy in _read(forecast):
            hour = start.replace(minute=0, second=0, microsecond=0)
            hours[hour] = hours.get(hour, 0.0) + energy
    begin = now.replace(minute=0, second=0, microsecond=0)
    return [
        {
            "from": int(hour.timestamp()),
            "to": int((hour + _HOUR).timestamp()),
            "energy": max(0, round(hours[hour])),
        }
        for hour in sorted(hours)
        if hour >= begin
    ][:_MOST_PERIODS]


def _read(forecast: Mapping[str, float]) -> list[tuple[datetime, float]]:
    read = ((dt_util.parse_datetime(start), energy) for start, energy in forecast.items())
    return [
        (start.astimezone(UTC), float(energy))
        for start, energy in read
        if start is not None and start.tzinfo is not None
    ]


class SolarFeed(PushLoop):
    """Tells the bridge what the owner's forecast service expects of the plant."""

    what: ClassVar[str] = "solar forecast"
    interval: ClassVar[float] = 1800.0
    repeat: ClassVar[float] = 6 * 3600.0

    _has_told = False

    @override
    async def collect(self) -> Sequence[Mapping[str, int]] | None:
        """Return the forecast; once an empty one after the owner chose none any more. Raises NothingToTell."""
        chosen = await self._chosen()
        if not chosen:
            return [] if self._has_told else None
        platforms = await async_get_energy_platforms(self._hass)
        found: list[Mapping[str, float]] = []
        for entry_id, domain in chosen.items():
            if domain not in platforms:
                continue
            try:
                answer: Any = await platforms[domain](self._hass, entry_id)
            except Exception as error:
                # Another integration's fault, of any kind, must not end the loop.
                raise NothingToTell(f"{domain} failed: {type(error).__name__}") from error
            if answer is not None:
                found.append(answer["wh_hours"])
        if not found:
            raise NothingToTell("the chosen forecast services answer with nothing")
        return in_periods(found, dt_util.utcnow())

    @override
    async def tell(self, document: Sequence[Mapping[str, int]]) -> None:
        """Tell the bridge."""
        await self._client.set_solar_forecast(document)
        self._has_told = bool(document)

    async def _chosen(self) -> dict[str, str]:
        """Return the domains of the forecasts' entries that are chosen, by entry, each once."""
        if _ENERGY not in self._hass.config.components:
            return {}
        manager = await async_get_manager(self._hass)
        sources = [] if manager.data is None else manager.data["energy_sources"]
        named = [
            entry_id
            for source in sources
            if source["type"] == "solar"
            for entry_id in source.get("config_entry_solar_forecast") or ()
        ]
        entries = (self._hass.config_entries.async_get_entry(entry_id) for entry_id in named)
        return {
            entry.entry_id: entry.domain for entry in entries if entry is not None and entry.domain != DOMAIN
        }
