"""What the owner says of the plant when the household joins a community."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import probatio as vol
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.helpers.selector import (
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import (
    CONF_BATTERY_CAPACITY,
    CONF_BATTERY_POWER,
    CONF_COMMISSIONED,
    CONF_PLANT_KIND,
    CONF_PLANT_POWER,
    CONF_PLANT_UNIT,
    LARGEST_POWER,
)
from .models import House

LARGEST_CAPACITY: Final = 10_000_000
"""Wh."""
_UNIT_NUMBER: Final = re.compile(r"SEE9[0-9]{11}")
"""Of a generating unit in the Marktstammdatenregister."""
_NUMBERS: Final = (CONF_PLANT_POWER, CONF_BATTERY_POWER, CONF_BATTERY_CAPACITY)
_TEXTS: Final = (CONF_PLANT_KIND, CONF_PLANT_UNIT, CONF_COMMISSIONED)


class PlantKind(StrEnum):
    """What the plant makes electricity of."""

    SOLAR = "solar"
    WIND = "wind"
    HYDRO = "hydro"
    BIOMASS = "biomass"
    NOT_RENEWABLE = "not_renewable"


def _whole_number(most: int, unit: str) -> Any:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=0, max=most, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
            )
        ),
        vol.Coerce(int),
    )


PLANT_FIELDS: Final[Mapping[Any, Any]] = {
    vol.Required(CONF_PLANT_POWER): _whole_number(LARGEST_POWER, UnitOfPower.WATT),
    vol.Required(CONF_BATTERY_POWER): _whole_number(LARGEST_POWER, UnitOfPower.WATT),
    vol.Required(CONF_BATTERY_CAPACITY): _whole_number(LARGEST_CAPACITY, UnitOfEnergy.WATT_HOUR),
    vol.Optional(CONF_PLANT_KIND): SelectSelector(
        SelectSelectorConfig(
            options=[kind.value for kind in PlantKind],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key="plant_kind",
        )
    ),
    vol.Optional(CONF_PLANT_UNIT): TextSelector(),
    vol.Optional(CONF_COMMISSIONED): DateSelector(),
}


def known_plant(house: House) -> dict[str, int]:
    """Return what the form begins with: what the bridge knows of the battery; nobody but the owner knows the rest."""
    nothing_of = {
        CONF_PLANT_POWER: house.solar is None,
        CONF_BATTERY_POWER: house.battery is None,
        CONF_BATTERY_CAPACITY: house.battery is None,
    }
    known = {key: 0 for key, is_nothing in nothing_of.items() if is_nothing}
    if house.battery is not None and house.battery.capacity is not None:
        known[CONF_BATTERY_CAPACITY] = house.battery.capacity
    return known


def check_plant(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with what the owner says, by field."""
    unit = _text(said, CONF_PLANT_UNIT)
    return {CONF_PLANT_UNIT: "unit_number_invalid"} if unit and not _UNIT_NUMBER.fullmatch(unit) else {}


def plant(said: Mapping[str, Any]) -> dict[str, int | str]:
    """Return what the bridge is told of the plant: what was left empty is left out."""
    texts = {key: text for key in _TEXTS if (text := _text(said, key))}
    return {**{key: int(said[key]) for key in _NUMBERS}, **texts}


def _text(said: Mapping[str, Any], key: str) -> str:
    return str(said.get(key) or "").strip()
