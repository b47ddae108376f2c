"""The form in which the owner says where the price of energy is found."""

from collections.abc import Mapping
from typing import Any, Final

import probatio as vol
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import LARGEST_PRICE
from .tariff import (
    CONF_ENTITY,
    CONF_EXPORT,
    CONF_FIXED,
    CONF_SOURCE,
    CONF_SURCHARGE,
    Source,
    per_kwh,
)

_ACTIONS: Final = frozenset({Source.NORDPOOL, Source.TIBBER})


def tariff_schema(currency: str) -> vol.Schema:
    """Return the form's schema. ``currency`` is Home Assistant's."""
    price = NumberSelector(
        NumberSelectorConfig(
            min=-LARGEST_PRICE,
            max=LARGEST_PRICE,
            step="any",
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=f"{currency}/kWh",
        )
    )
    return vol.Schema(
        {
            vol.Required(CONF_SOURCE, default=Source.FIXED.value): SelectSelector(
                SelectSelectorConfig(
                    options=[source.value for source in Source],
                    mode=SelectSelectorMode.LIST,
                    translation_key="tariff_source",
                )
            ),
            vol.Optional(CONF_FIXED): price,
            vol.Optional(CONF_ENTITY): EntitySelector(
                EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain="sensor"))
            ),
            vol.Optional(CONF_SURCHARGE): price,
            vol.Required(CONF_EXPORT): price,
        }
    )


def check_tariff(hass: HomeAssistant, chosen: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a choice, by field."""
    source = Source(chosen[CONF_SOURCE])
    if source is Source.FIXED and chosen.get(CONF_FIXED) is None:
        return {CONF_FIXED: "price_needed"}
    if source is Source.ENTITY:
        return _check_entity(hass, chosen.get(CONF_ENTITY))
    if source in _ACTIONS and not hass.config_entries.async_entries(source):
        return {CONF_SOURCE: "integration_missing"}
    return {}


def _check_entity(hass: HomeAssistant, entity: str | None) -> dict[str, str]:
    if not entity:
        return {CONF_ENTITY: "price_entity_needed"}
    state = hass.states.get(entity)
    try:
        per_kwh(None if state is None else state.attributes.get("unit_of_measurement"))
    except ValueError:
        return {CONF_ENTITY: "no_price"}
    return {}
