"""What a kWh costs, or brings, inside and outside the community: as the owner says it, from when he said it."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

STORAGE_VERSION: Final = 1
MICRO: Final = 10**6

PRICES: Final = {
    "withdrawal_inside": "price_withdrawal_inside",
    "withdrawal_outside": "price_withdrawal_outside",
    "feed_in_inside": "price_feed_in_inside",
    "feed_in_outside": "price_feed_in_outside",
}
"""The option that holds the price of each energy, per kWh in Home Assistant's currency."""


class PriceList:
    """The prices in force at any time, in micro-units of the currency per kWh.

    A price holds from when it was entered, so that a new one does not change what was paid before. The first one also
    holds for all the time before it.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Serve one config entry."""
        self._store: Store[dict[str, list[list[Any]]]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}.prices", private=True
        )
        self._history: dict[str, list[list[Any]]] = {}

    async def load(self, options: Mapping[str, Any], now: datetime) -> None:
        """Read what was in force before, and note what the options say now."""
        self._history = await self._store.async_load() or {}
        changed = [self._note(energy, options.get(option), now) for energy, option in PRICES.items()]
        if any(changed):
            await self._store.async_save(self._history)

    async def forget(self) -> None:
        """Remove what was kept: the household is removed."""
        await self._store.async_remove()

    def is_known(self, energy: str) -> bool:
        """Tell whether an energy has, or ever had, a price."""
        return bool(self._history.get(energy))

    def at(self, energy: str, moment: datetime) -> int | None:
        """Return the price of an energy at a moment, None where it had none."""
        history = self._history.get(energy)
        if not history:
            return None
        place = bisect_right(history, moment.timestamp(), key=lambda one: one[0])
        price: int | None = history[max(0, place - 1)][1]
        return price

    def _note(self, energy: str, price: float | None, now: datetime) -> bool:
        """Note a price that is another than the last; tell whether it is."""
        micro = None if price is None else round(price * MICRO)
        history = self._history.setdefault(energy, [])
        if (history[-1][1] if history else None) == micro:
            return False
        history.append([now.timestamp(), micro])
        return True
