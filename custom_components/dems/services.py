"""The integration's actions: steer the battery, and let it go."""

from datetime import timedelta
from typing import Final

import probatio as vol
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_config_entry_ids
from homeassistant.helpers.typing import VolDictType

from .commands import send
from .const import DOMAIN, LARGEST_POWER, LONGEST_COMMAND, LONGEST_NOTE, MANUAL_COMMAND
from .coordinator import DemsConfigEntry, DemsCoordinator

SERVICE_SET_BATTERY_POWER: Final = "set_battery_power"
SERVICE_RELEASE_BATTERY: Final = "release_battery"
SERVICE_REMOVE_LIMITS: Final = "remove_limits"

ATTR_POWER: Final = "power"
ATTR_DURATION: Final = "duration"
ATTR_REASON: Final = "reason"
ATTR_LIMITS: Final = "limits"

REMOVABLE_LIMITS: Final = ("max_charge_power", "max_discharge_power", "max_feed_in", "max_grid_draw")

_HOUSEHOLD: Final[VolDictType] = {**cv.ENTITY_SERVICE_FIELDS, vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}

_SET_BATTERY_POWER: Final = vol.Schema(
    {
        **_HOUSEHOLD,
        vol.Required(ATTR_POWER): vol.All(vol.Coerce(int), vol.Range(min=-LARGEST_POWER, max=LARGEST_POWER)),
        vol.Optional(ATTR_DURATION, default=MANUAL_COMMAND): vol.All(
            cv.time_period, vol.Range(min=timedelta(seconds=1), max=LONGEST_COMMAND)
        ),
        vol.Optional(ATTR_REASON): vol.All(cv.string, vol.Length(max=LONGEST_NOTE)),
    }
)
_RELEASE_BATTERY: Final = vol.Schema(_HOUSEHOLD)
_REMOVE_LIMITS: Final = vol.Schema(
    {**_HOUSEHOLD, vol.Required(ATTR_LIMITS): vol.All(cv.ensure_list, [vol.In(REMOVABLE_LIMITS)])}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""

    async def set_battery_power(call: ServiceCall) -> None:
        duration: timedelta = call.data[ATTR_DURATION]
        for coordinator in await _households(call):
            command = coordinator.client.command_battery(
                call.data[ATTR_POWER], duration.total_seconds(), call.data.get(ATTR_REASON)
            )
            await send(coordinator, "dispatch", command)

    async def release_battery(call: ServiceCall) -> None:
        for coordinator in await _households(call):
            await send(coordinator, "dispatch", coordinator.client.withdraw_command())

    async def remove_limits(call: ServiceCall) -> None:
        change = dict.fromkeys(call.data[ATTR_LIMITS])
        for coordinator in await _households(call):
            await send(coordinator, "limits", coordinator.client.set_limits(change))

    hass.services.async_register(DOMAIN, SERVICE_SET_BATTERY_POWER, set_battery_power, _SET_BATTERY_POWER)
    hass.services.async_register(DOMAIN, SERVICE_RELEASE_BATTERY, release_battery, _RELEASE_BATTERY)
    hass.services.async_register(DOMAIN, SERVICE_REMOVE_LIMITS, remove_limits, _REMOVE_LIMITS)


async def _households(call: ServiceCall) -> list[DemsCoordinator]:
    """Return the households that are meant: those named by entry, device or entity, or the only one there is.

    Raises ServiceValidationError where that is none, or where it is not clear which one.
    """
    loaded: list[DemsConfigEntry] = call.hass.config_entries.async_loaded_entries(DOMAIN)
    named = await async_extract_config_entry_ids(call)
    if entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID):
        named.add(entry_id)
    is_named = any(key in call.data for key in (*cv.ENTITY_SERVICE_FIELDS, ATTR_CONFIG_ENTRY_ID))
    meant = [entry for entry in loaded if entry.entry_id in named] if is_named else loaded
    if not meant:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_household")
    if not is_named and len(meant) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="household_not_named")
    return [entry.runtime_data for entry in meant]
