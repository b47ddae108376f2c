"""Feeds the owner's tariff to the bridge: from where he said that it is found."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final, override

import probatio as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .market_client import MarketClient
from .push_loop import NothingToTell, PushLoop
from .tariff import Period, Source, TariffSource, document, micro, of_entity, of_nordpool, of_tibber

ACTIONS: Final = {
    Source.NORDPOOL: "get_prices_for_date",
    Source.TIBBER: "get_prices",
}
"""The action that answers with prices, by the integration that has it."""


class TariffFeed(PushLoop):
    """Tells the bridge what a kWh costs and brings."""

    what: ClassVar[str] = "tariff"
    interval: ClassVar[float] = 1800.0
    repeat: ClassVar[float] = 6 * 3600.0

    def __init__(self, hass: HomeAssistant, client: MarketClient, title: str, source: TariffSource) -> None:
        """Take whose bridge is told, and where the prices are found."""
        super().__init__(hass, client, title)
        self._source = source

    @override
    async def run(self) -> None:
        """Tell until cancelled, at once when the entity changes."""

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            self.wake()

        entities = [self._source.entity] if self._source.entity else []
        forget = async_track_state_change_event(self._hass, entities, changed)
        try:
            await super().run()
        finally:
            forget()

    @override
    async def collect(self) -> Mapping[str, Any]:
        """Return the tariff. Raises NothingToTell where it cannot be found."""
        source = self._source
        imported = micro(source.fixed or 0.0) if source.source is Source.FIXED else await self._periods()
        return document(imported, micro(source.export), self._hass.config.currency)

    @override
    async def tell(self, document: Mapping[str, Any]) -> None:
        """Tell the bridge."""
        await self._client.set_tariff(document)

    async def _periods(self) -> list[Period]:
        source = self._source
        match source.source:
            case Source.NORDPOOL:
                found = of_nordpool(await self._of_nordpool(), source.surcharge)
            case Source.TIBBER:
                found = of_tibber(await self._of_tibber(), source.surcharge)
            case _:
                found = self._of_entity()
        if not found:
            raise NothingToTell(f"{source.source} knows no prices now")
        return found

    def _of_entity(self) -> list[Period]:
        entity = self._source.entity or ""
        state = self._hass.states.get(entity)
        if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            raise NothingToTell(f"{entity} is not available")
        try:
            return of_entity(state.state, state.attributes, dt_util.utcnow(), self._source.surcharge)
        except ValueError as error:
            raise NothingToTell(f"{entity}: {error}") from error

    async def _of_nordpool(self) -> list[Mapping[str, Any]]:
        """Return the answers of today and tomorrow; tomorrow's prices are not there before noon."""
        today = dt_util.now().date()
        entry = self._entry(Source.NORDPOOL)
        first = await self._ask(Source.NORDPOOL, {"config_entry": entry, "date": today.isoformat()})
        try:
            tomorrow = (today + timedelta(days=1)).isoformat()
            second = await self._ask(Source.NORDPOOL, {"config_entry": entry, "date": tomorrow})
        except NothingToTell:
            return [first]
        return [first, second]

    async def _of_tibber(self) -> Mapping[str, Any]:
        start = dt_util.start_of_local_day()
        window = {"start": start.isoformat(), "end": (start + timedelta(days=2)).isoformat()}
        return await self._ask(Source.TIBBER, window)

    def _entry(self, domain: str) -> str:
        """Return the id of the integration's entry that is loaded."""
        for entry in self._hass.config_entries.async_entries(domain):
            if entry.state is ConfigEntryState.LOADED:
                return entry.entry_id
        raise NothingToTell(f"the integration {domain} is not set up")

    async def _ask(self, source: Source, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what an integration's action answers."""
        if not self._hass.services.has_service(source, ACTIONS[source]):
            raise NothingToTell(f"the integration {source} is not set up")
        try:
            answer = await self._hass.services.async_call(
                source, ACTIONS[source], dict(data), blocking=True, return_response=True
            )
        except (HomeAssistantError, vol.Invalid) as error:
            raise NothingToTell(f"{source}.{ACTIONS[source]} failed: {error}") from error
        return answer if isinstance(answer, Mapping) else {}
