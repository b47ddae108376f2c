"""Triggers on the community's prices: those of the next slots fall below a limit, or rise above it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, override

import probatio as vol
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.trigger import Trigger, TriggerActionRunner, TriggerConfig
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util

from .feed import BridgeEvent
from .household_option import meant_households
from .household_trigger import HouseholdTrigger, in_currency, moment, number, payload

PRICES_CHANGED: Final = "prices_changed"
CONF_LIMIT: Final = "limit"
CONF_SLOTS: Final = "slots"
MOST_SLOTS: Final = 96

PRICE_OPTIONS: Final[VolDictType] = {
    vol.Required(CONF_LIMIT): vol.Coerce(float),
    vol.Optional(CONF_SLOTS, default=1): vol.All(vol.Coerce(int), vol.Range(min=1, max=MOST_SLOTS)),
}


def next_prices(event: BridgeEvent, now: float, count: int) -> Sequence[Mapping[str, Any]]:
    """Return the first slots after now (UTC s) that the event has prices for, ``count`` of them or none at all."""
    slots = event.data.get("slots")
    priced = [
        one
        for one in (slots if isinstance(slots, list) else [])
        if isinstance(one, dict)
        and number(one.get("price")) is not None
        and (start := number(one.get("start"))) is not None
        and start >= now
    ]
    ordered = sorted(priced, key=lambda one: float(one["start"]))[:count]
    return ordered if len(ordered) == count else ()


class PriceTrigger(HouseholdTrigger):
    """Starts an automation when all of the next slots come to lie on one side of a limit."""

    _specific = PRICE_OPTIONS
    _is_below: bool

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the options, and look where the next price is: only its passing the limit starts an automation."""
        super().__init__(hass, config)
        self._holds: dict[str, bool] = {}
        for household in meant_households(hass, self._options):
            market = household.data.market
            price = None if market is None else in_currency(market.price_next)
            self._holds[household.config_entry.entry_id] = price is not None and self._is_beyond(price)

    @override
    @callback
    def take(self, entry_id: str, event: BridgeEvent, run_action: TriggerActionRunner) -> None:
        """Start the automation where the limit is passed with these prices."""
        if event.kind != PRICES_CHANGED:
            return
        slots = next_prices(event, dt_util.utcnow().timestamp(), self._options[CONF_SLOTS])
        prices = [price for one in slots if (price := in_currency(one["price"])) is not None]
        if not prices:
            return
        # What was before the first prices after a start is not known: that is no passing.
        held = self._holds.get(entry_id, True)
        holds = self._holds[entry_id] = all(map(self._is_beyond, prices))
        if not holds or held or not self.is_in_time(event):
            return
        told = {
            **payload(self._hass, entry_id, event),
            "price": prices[0],
            "prices": prices,
            "limit": self._options[CONF_LIMIT],
            "start": moment(slots[0]["start"]),
        }
        run_action(told, f"price passed the limit ({told['household']})")

    def _is_beyond(self, price: float) -> bool:
        limit: float = self._options[CONF_LIMIT]
        return price < limit if self._is_below else price > limit


class PriceBelowTrigger(PriceTrigger):
    """The next slots' prices come to lie below the limit."""

    _is_below = True


class PriceAboveTrigger(PriceTrigger):
    """The next slots' prices come to lie above the limit."""

    _is_below = False


PRICE_TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    "price_below": PriceBelowTrigger,
    "price_above": PriceAboveTrigger,
}
