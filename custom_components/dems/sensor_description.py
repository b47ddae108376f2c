"""What describes a sensor of the household."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers.typing import StateType

from .entity import PartDescription


class Unit(StrEnum):
    """A unit that only the bridge's state tells: the currency of the community's market."""

    MONEY = "{currency}"
    PRICE = "{currency}/kWh"


@dataclass(frozen=True, kw_only=True)
class DemsSensorDescription[S](SensorEntityDescription, PartDescription[S]):
    """Describes a sensor."""

    value: Callable[[S], StateType | datetime]
    attributes: Callable[[S], Mapping[str, Any]] | None = None
    began: Callable[[S], datetime] | None = None
    """When a total that starts anew has started."""
    unit: Unit | None = None
    """A unit in the market's currency, in place of ``native_unit_of_measurement``."""
