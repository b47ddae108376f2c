"""Config subentries: each further solar plant or battery of a house whose meters are entities of Home Assistant."""

from typing import Any, Final, override

import probatio as vol
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME, UnitOfEnergy
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)

from .meters import CONF_INVERTED, CONF_PART_CAPACITY, Quantity
from .meters_form import check_units, entity_selector
from .plant_form import LARGEST_CAPACITY

PLANT: Final = "plant"
BATTERY: Final = "battery"


class PartFlow(ConfigSubentryFlow):
    """Names one part of the house and its entities; what is left empty the part does not have."""

    _quantities: tuple[Quantity, ...]

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a part."""
        errors = {} if user_input is None else self._check(user_input)
        if user_input is not None and not errors:
            return self.async_create_entry(title=user_input[CONF_NAME], data=_data(user_input))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(self._schema(), user_input),
            errors=errors,
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a part's name or entities."""
        subentry = self._get_reconfigure_subentry()
        errors = {} if user_input is None else self._check(user_input)
        if user_input is not None and not errors:
            return self.async_update_and_abort(
                self._get_entry(), subentry, title=user_input[CONF_NAME], data=_data(user_input)
            )
        before = {CONF_NAME: subentry.title, **subentry.data}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(self._schema(), user_input or before),
            errors=errors,
        )

    def _schema(self) -> vol.Schema:
        fields: dict[Any, Any] = {vol.Required(CONF_NAME): TextSelector()}
        fields.update(
            (vol.Optional(quantity.value), entity_selector(self.hass, quantity, multiple=False))
            for quantity in self._quantities
        )
        return vol.Schema(fields)

    def _check(self, chosen: dict[str, Any]) -> dict[str, str]:
        errors = check_units(self.hass, chosen)
        if not any(chosen.get(quantity) for quantity in self._quantities):
            errors["base"] = "entity_needed"
        return errors


class PlantFlow(PartFlow):
    """A solar plant."""

    _quantities = (Quantity.SOLAR_POWER, Quantity.GENERATION)


class BatteryFlow(PartFlow):
    """A battery."""

    _quantities = (
        Quantity.BATTERY_POWER,
        Quantity.SOC,
        Quantity.BATTERY_CHARGE,
        Quantity.BATTERY_DISCHARGE,
    )

    @override
    def _schema(self) -> vol.Schema:
        capacity = NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=LARGEST_CAPACITY,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfEnergy.WATT_HOUR,
            )
        )
        return (
            super()
            ._schema()
            .extend(
                {
                    vol.Optional(CONF_PART_CAPACITY): vol.All(capacity, vol.Coerce(int)),
                    vol.Required(CONF_INVERTED, default=False): BooleanSelector(),
                }
            )
        )


def _data(chosen: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in chosen.items() if value and key != CONF_NAME}
