"""What describes a sensor of the household."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers.typing import StateType

from .entity import PartDescription


@dataclass(frozen=True, kw_only=True)
class DemsSensorDescription[S](SensorEntityDescription, PartDescription[S]):
    """Describes a sensor."""

    value: Callable[[S], StateType | datetime]
    attributes: Callable[[S], Mapping[str, Any]] | None = None
    began: Callable[[S], datetime] | None = None
    """When a total that starts anew has started."""
