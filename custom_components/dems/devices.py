"""The devices of a household in Home Assistant: the bridge, and behind it what the house has."""

from enum import StrEnum

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .models import EdgeConnection, House

MANUFACTURER = "DEMS"


class Part(StrEnum):
    """What becomes a device."""

    BRIDGE = "bridge"
    GRID = "grid"
    BATTERY = "battery"
    SOLAR = "solar"


_MODELS = {
    Part.BRIDGE: "OpenEMS bridge",
    Part.GRID: "Grid meter",
    Part.BATTERY: "Battery",
    Part.SOLAR: "Solar plant",
}


def identifier(bridge_id: str, part: Part) -> tuple[str, str]:
    """Return what identifies a part of a household in the device registry."""
    return (DOMAIN, bridge_id if part is Part.BRIDGE else f"{bridge_id}_{part}")


def present(house: House) -> frozenset[Part]:
    """Return the parts that the house has according to this state."""
    sections = {Part.GRID: house.grid, Part.BATTERY: house.battery, Part.SOLAR: house.solar}
    return frozenset({Part.BRIDGE} | {part for part, section in sections.items() if section is not None})


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

    @property
    def parts(self) -> frozenset[Part]:
        """The parts that have a device now."""
        return frozenset(self._registered)

    def update(self, house: House) -> None:
        """Add and rename devices; remove those that are gone for good."""
        parts = present(house)
        for part in sorted(parts, key=list(Part).index):
            self._register(part, house)
        if is_topology_known(house):
            self._remove_all_but(parts)

    def _register(self, part: Part, house: House) -> None:
        """Register a device where it is new or has changed; the bridge comes first, the others hang on it."""
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
            via_device_id=None if via is None else via.id,
        )
        self._registered[part] = described

    def _device(self, part: Part) -> dr.DeviceEntry | None:
        return self._registry.async_get_device_by_identifier(
            identifier(self._bridge_id, part), self._entry_id
        )

    def _remove_all_but(self, parts: frozenset[Part]) -> None:
        for part in Part:
            if part not in parts and (device := self._device(part)) is not None:
                self._registry.async_remove_device(device.id)
            if part not in parts:
                self._registered.pop(part, None)
