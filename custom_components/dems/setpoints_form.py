"""The form in which the owner names the scripts that steer a battery through Home Assistant."""

from collections.abc import Mapping
from typing import Any, Final

import probatio as vol
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from .const import LARGEST_POWER
from .meters import CONF_METERS, Quantity
from .plant_form import LARGEST_CAPACITY
from .scripts import (
    CONF_CAPACITY,
    CONF_CONFIRMED,
    CONF_MAX_CHARGE,
    CONF_MAX_DISCHARGE,
    CONF_RELEASE,
    CONF_SET,
    SCRIPT_DOMAIN,
    service_of,
)

_SCRIPTS: Final = (CONF_SET, CONF_RELEASE)
_NEEDED: Final = (Quantity.GRID_POWER, Quantity.BATTERY_POWER, Quantity.SOC)
"""Without these no limit of the owner's can be kept."""


def _number(least: int, most: int, unit: str) -> Any:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=least, max=most, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
            )
        ),
        vol.Coerce(int),
    )


def setpoints_schema() -> vol.Schema:
    """Return the form's schema; without scripts nothing is steered."""
    script = EntitySelector(EntitySelectorConfig(domain=SCRIPT_DOMAIN))
    return vol.Schema(
        {
            vol.Optional(CONF_SET): script,
            vol.Optional(CONF_RELEASE): script,
            vol.Optional(CONF_MAX_CHARGE): _number(0, LARGEST_POWER, UnitOfPower.WATT),
            vol.Optional(CONF_MAX_DISCHARGE): _number(0, LARGEST_POWER, UnitOfPower.WATT),
            vol.Optional(CONF_CAPACITY): _number(1, LARGEST_CAPACITY, UnitOfEnergy.WATT_HOUR),
            vol.Required(CONF_CONFIRMED, default=False): BooleanSelector(),
        }
    )


def is_wanted(chosen: Mapping[str, Any]) -> bool:
    """Return whether the owner names any script; none switches the steering off."""
    return any(chosen.get(script) for script in _SCRIPTS)


def check_setpoints(
    hass: HomeAssistant, options: Mapping[str, Any], chosen: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with a choice, by field; ``options`` are the entry's."""
    errors: dict[str, str] = {}
    for script in _SCRIPTS:
        if not chosen.get(script):
            errors[script] = "script_needed"
        elif service_of(hass, chosen[script]) is None:
            errors[script] = "script_missing"
    for power in (CONF_MAX_CHARGE, CONF_MAX_DISCHARGE):
        if chosen.get(power) is None:
            errors[power] = "power_needed"
    if not errors and chosen[CONF_SET] == chosen[CONF_RELEASE]:
        errors[CONF_RELEASE] = "same_script"
    if not chosen.get(CONF_CONFIRMED):
        errors[CONF_CONFIRMED] = "confirmation_needed"
    meters = options.get(CONF_METERS, {})
    if not all(meters.get(quantity) for quantity in _NEEDED):
        errors["base"] = "battery_needed"
    return errors
