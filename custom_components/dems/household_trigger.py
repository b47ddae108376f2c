"""What our triggers share: they listen to one household's events, or to those of every household.

Home Assistant's interface for triggers may still change: all that touches it is here, in ``trigger`` and in
``price_trigger``.
"""

from abc import abstractmethod
from datetime import datetime
from typing import Any, Final, cast, override

import probatio as vol
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
from homeassistant.util import dt as dt_util

from .feed import SIGNAL_EVENT, BridgeEvent
from .household_option import HOUSEHOLD_OPTION, check_household, is_meant
from .market import MICRO

CONF_INCLUDE_LATE: Final = "include_late"
CONF_CONNECTION: Final = "connection"
CONNECTIONS: Final = ("bridge", "edge", "operator", "chain")

COMMON_OPTIONS: Final[VolDictType] = {
    **HOUSEHOLD_OPTION,
    vol.Optional(CONF_INCLUDE_LATE, default=False): cv.boolean,
}


def payload(hass: HomeAssistant, entry_id: str, event: BridgeEvent) -> dict[str, Any]:
    """Return what every trigger of ours gives to its automation."""
    entry = hass.config_entries.async_get_entry(entry_id)
    return {
        "household": entry_id if entry is None else entry.title,
        "config_entry_id": entry_id,
        "event_id": event.id,
        "kind": event.kind,
        "occurred_at": event.at,
        "late": event.late,
        "slot": event.slot,
        "data": dict(event.data),
    }


def number(value: object) -> float | None:
    """Return a number, None where that is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def in_currency(value: object) -> float | None:
    """Return micro-units as units of the currency, None where that is no number."""
    found = number(value)
    return None if found is None else found / MICRO


def moment(value: object) -> datetime | None:
    """Return UTC seconds as a moment, None where no calendar reaches."""
    found = number(value)
    try:
        return None if found is None else dt_util.utc_from_timestamp(found)
    except OverflowError, ValueError, OSError:
        return None


class HouseholdTrigger(Trigger):
    """A trigger that listens to the events of one household, or of all."""

    _specific: VolDictType

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Check the options. Raises vol.Invalid."""
        schema = vol.Schema(
            {vol.Required(CONF_OPTIONS, default=dict): {**COMMON_OPTIONS, **cls._specific}},
        )
        checked = cast(ConfigType, schema(config))
        check_household(hass, checked[CONF_OPTIONS])
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the options."""
        super().__init__(hass, config)
        self._options: dict[str, Any] = config.options or {}

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Listen from now on, also to households that are set up, reloaded or added later."""

        @callback
        def heard(entry_id: str, event: BridgeEvent) -> None:
            if is_meant(self._options, entry_id):
                self.take(entry_id, event, run_action)

        return async_dispatcher_connect(self._hass, SIGNAL_EVENT, heard)

    @callback
    @abstractmethod
    def take(self, entry_id: str, event: BridgeEvent, run_action: TriggerActionRunner) -> None:
        """Decide whether an event of a household that is meant starts the automation."""

    def is_in_time(self, event: BridgeEvent) -> bool:
        """Tell whether an event is not late, or late ones are wanted."""
        return not event.late or bool(self._options[CONF_INCLUDE_LATE])
