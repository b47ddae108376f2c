"""The devices of a household in Home Assistant: the bridge, and behind it what the house has."""

from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .models import EdgeConnection, House

MANUFACTURER = "DEMS"


class Part(StrEnum):
    """What becomes a device, and below COMMUNITY what a device has only while the bridge says something of it."""

    BRIDGE = "bridge"
    GRID = "grid"
    BATTERY = "battery"
    SOLAR = "solar"
    COMMUNITY = "community"
    MEMBER = "member"
    MARKET = "market"
    FORECAST = "forecast"
    SOLAR_FORECAST = "solar_forecast"
    PLAN = "plan"


_MODELS = {
    Part.BRIDGE: "OpenEMS bridge",
    Part.GRID: "Grid meter",
    Part.BATTERY: "Battery",
    Part.SOLAR: "Solar plant",
    Part.COMMUNITY: "Energy community",
}
_DEVICE_OF: Final = {
    Part.MEMBER: Part.COMMUNITY,
    Part.MARKET: Part.COMMUNITY,
    Part.FORECAST: Part.BRIDGE,
    Part.SOLAR_FORECAST: Part.SOLAR,
    Part.PLAN: Part.BRIDGE,
}
"""Whose device shows what is no device by itself."""
_NEEDS_EDGE = frozenset({Part.GRID, Part.BATTERY, Part.SOLAR})
"""Parts that only the Edge knows of."""


def identifier(bridge_id: str, part: Part) -> tuple[str, str]:
    """Return what identifies the device of a part of a household in the device registry."""
    device = _DEVICE_OF.get(part, part)
    return (DOMAIN, bridge_id if device is Part.BRIDGE else f"{bridge_id}_{device}")


def present(house: House) -> frozenset[Part]:
    """Return the parts that the house has according to this state."""
    has = {
        Part.BRIDGE: True,
        Part.GRID: house.grid is not None,
        Part.BATTERY: house.battery is not None,
        Part.SOLAR: house.solar is not None,
        Part.COMMUNITY: house.community is not None,
        Part.MEMBER: house.is_member,
        Part.MARKET: house.community is not None and house.market is not None,
        Part.FORECAST: house.forecast is not None,
        Part.SOLAR_FORECAST: house.forecast is not None and house.solar is not None,
        Part.PLAN: house.plan is not None,
    }
    return frozenset(part for part, is_there in has.items() if is_there)


def is_topology_known(house: House) -> bool:
    """Tell whether a part that is missing is gone: without its Edge the bridge does not know what the house has."""
    return house.bridge.edge is EdgeConnection.CONNECTED


class Devices:
    """Keeps the device registry in step with what the house has."""

    def __init__(self, hass: HomeAssistant, entry_id: str, bridge_id: str) -> None:
        """Serve one config entry."""
        self._registry = dr.async_get(hass)
        self._entry_id = entry_id
        self._bridge_id = bridge_id
        self._registered: dict[Part, tuple[str | None, ...]] = {}
        self._shown: frozenset[Part] = frozenset()

    @property
    def parts(self) -> frozenset[Part]:
        """The parts that have a device now. What a device once showed it keeps showing until it is gone."""
        return frozenset(self._registered) | self._shown

    def update(self, house: House) -> None:
        """Add and rename devices; remove those that are gone for good."""
        parts = present(house)
        for part in _MODELS:
            if part in parts:
                self._register(part, house)
            elif part not in _NEEDS_EDGE or is_topology_known(house):
                self._remove(part)
        shown = self._shown | (parts & _DEVICE_OF.keys())
        self._shown = frozenset(part for part in shown if _DEVICE_OF[part] in self._registered)

    def _register(self, part: Part, house: House) -> None:
        """Register a device where it is new or has changed; the others hang on the bridge, which comes first."""
        section = getattr(house, part)
        component = getattr(section, "component", None)
        version = house.bridge.version if part is Part.BRIDGE else None
        described = (section.name or _MODELS[part], component, version)
        if self._registered.get(part) == described:
            return
        via = None if part is Part.BRIDGE else self._device(Part.BRIDGE)
        self._registry.async_get_or_create(
            config_entry_id=self._entry_id,
            identifiers={identifier(self._bridge_id, part)},
            manufacturer=MANUFACTURER,
            model=_MODELS[part],
            model_id=component,
            name=described[0],
            sw_version=version,
            entry_type=dr.DeviceEntryType.SERVICE if part is Part.COMMUNITY else None,
            via_device_id=None if via is None else via.id,
        )
        self._registered[part] = described

    def _device(self, part: Part) -> dr.DeviceEntry | None:
        return self._registry.async_get_device_by_identifier(
            identifier(self._bridge_id, part), self._entry_id
        )

    def _remove(self, part: Part) -> None:
        if (device := self._device(part)) is not None:
            self._registry.async_remove_device(device.id)
        self._registered.pop(part, None)
