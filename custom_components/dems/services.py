"""The integration's actions: steer the battery, and let it go; and those of plan, market and ledger."""

from datetime import timedelta
from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv

from .commands import send
from .const import DOMAIN, LARGEST_POWER, LONGEST_COMMAND, LONGEST_NOTE, MANUAL_COMMAND
from .foresight_services import async_setup_foresight_services
from .ledger_services import async_setup_ledger_services
from .market_services import async_setup_market_services
from .targets import HOUSEHOLD, households

SERVICE_SET_BATTERY_POWER: Final = "set_battery_power"
SERVICE_RELEASE_BATTERY: Final = "release_battery"
SERVICE_REMOVE_LIMITS: Final = "remove_limits"

ATTR_POWER: Final = "power"
ATTR_DURATION: Final = "duration"
ATTR_REASON: Final = "reason"
ATTR_LIMITS: Final = "limits"

REMOVABLE_LIMITS: Final = ("max_charge_power", "max_discharge_power", "max_feed_in", "max_grid_draw")

_SET_BATTERY_POWER: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Required(ATTR_POWER): vol.All(vol.Coerce(int), vol.Range(min=-LARGEST_POWER, max=LARGEST_POWER)),
        vol.Optional(ATTR_DURATION, default=MANUAL_COMMAND): vol.All(
            cv.time_period, vol.Range(min=timedelta(seconds=1), max=LONGEST_COMMAND)
        ),
        vol.Optional(ATTR_REASON): vol.All(cv.string, vol.Length(max=LONGEST_NOTE)),
    }
)
_RELEASE_BATTERY: Final = vol.Schema(HOUSEHOLD)
_REMOVE_LIMITS: Final = vol.Schema(
    {**HOUSEHOLD, vol.Required(ATTR_LIMITS): vol.All(cv.ensure_list, [vol.In(REMOVABLE_LIMITS)])}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""

    async def set_battery_power(call: ServiceCall) -> None:
        duration: timedelta = call.data[ATTR_DURATION]
        for coordinator in await households(call):
            command = coordinator.client.command_battery(
                call.data[ATTR_POWER], duration.total_seconds(), call.data.get(ATTR_REASON)
            )
            await send(coordinator, "dispatch", command)

    async def release_battery(call: ServiceCall) -> None:
        for coordinator in await households(call):
            await send(coordinator, "dispatch", coordinator.client.withdraw_command())

    async def remove_limits(call: ServiceCall) -> None:
        change = dict.fromkeys(call.data[ATTR_LIMITS])
        for coordinator in await households(call):
            await send(coordinator, "limits", coordinator.client.set_limits(change))

    hass.services.async_register(DOMAIN, SERVICE_SET_BATTERY_POWER, set_battery_power, _SET_BATTERY_POWER)
    hass.services.async_register(DOMAIN, SERVICE_RELEASE_BATTERY, release_battery, _RELEASE_BATTERY)
    hass.services.async_register(DOMAIN, SERVICE_REMOVE_LIMITS, remove_limits, _REMOVE_LIMITS)
    async_setup_foresight_services(hass)
    async_setup_market_services(hass)
    async_setup_ledger_services(hass)
