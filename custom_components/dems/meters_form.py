"""The form in which a household without an energy system of its own chooses its meters among Home Assistant's entities."""

from collections.abc import Mapping
from typing import Any, Final

import probatio as vol
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import DOMAIN
from .meters import CONF_INVERTED, SIGNED, SUMMED, Quantity, UnitUnknown, check_unit

_NEEDS: Final = (frozenset({Quantity.GRID_POWER}), frozenset({Quantity.WITHDRAWAL, Quantity.FEED_IN}))
"""What measures the house's own energy: one of these is needed."""


def _device_class(quantity: Quantity) -> SensorDeviceClass:
    if quantity.is_power:
        return SensorDeviceClass.POWER
    return SensorDeviceClass.ENERGY if quantity.is_counter else SensorDeviceClass.BATTERY


def entity_selector(hass: HomeAssistant, quantity: Quantity, *, multiple: bool) -> EntitySelector:
    """Return the selector of a quantity: what measures it, and never an entity that the bridge itself feeds."""
    own = [
        state.entity_id
        for state in hass.states.async_all("sensor")
        if (entry := er.async_get(hass).async_get(state.entity_id)) is not None and entry.platform == DOMAIN
    ]
    return EntitySelector(
        EntitySelectorConfig(
            filter=EntityWithDeviceFilterSelectorConfig(
                domain="sensor", device_class=_device_class(quantity)
            ),
            multiple=multiple,
            exclude_entities=own,
        )
    )


def meters_schema(hass: HomeAssistant) -> vol.Schema:
    """Return the form's schema; nothing of it is needed by itself."""
    fields: dict[Any, Any] = {
        vol.Optional(quantity.value): entity_selector(hass, quantity, multiple=quantity in SUMMED)
        for quantity in Quantity
    }
    fields[vol.Optional(CONF_INVERTED, default=list)] = SelectSelector(
        SelectSelectorConfig(
            options=sorted(SIGNED), multiple=True, mode=SelectSelectorMode.LIST, translation_key="inverted"
        )
    )
    return vol.Schema(fields)


def check_units(hass: HomeAssistant, chosen: Mapping[str, Any]) -> dict[str, str]:
    """Return which fields of a choice measure something else."""
    errors: dict[str, str] = {}
    for quantity in Quantity:
        found = chosen.get(quantity) or ()
        for entity_id in (found,) if isinstance(found, str) else found:
            try:
                check_unit(quantity, hass.states.get(entity_id))
            except UnitUnknown:
                errors[quantity.value] = "unit_unknown"
    return errors


def check_meters(hass: HomeAssistant, chosen: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a choice, by field."""
    errors = check_units(hass, chosen)
    has = frozenset(quantity for quantity in Quantity if chosen.get(quantity))
    if not any(needed <= has for needed in _NEEDS):
        errors["base"] = "meter_needed"
    return errors


def cleaned(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a choice without what was left empty."""
    return {key: value for key, value in chosen.items() if value}
