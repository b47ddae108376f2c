"""Whether Home Assistant's energy dashboard counts the household's energy twice.

Energy from the grid is either the live meter's, or what came from the community and what did not: whoever adds both
counts every Wh twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .devices import Part
from .prices import PRICES

_ENERGY: Final = "energy"
_LIVE: Final = {
    "stat_energy_from": ("grid_import", "slot_withdrawal"),
    "stat_energy_to": ("grid_export", "slot_feed_in"),
}
"""The live meter's sensors that can stand in each field of a grid connection."""
_NETTED: Final = {
    "stat_energy_from": tuple(key for key in PRICES if key.startswith("withdrawal")),
    "stat_energy_to": tuple(key for key in PRICES if key.startswith("feed_in")),
}


def is_counted_twice(
    sources: Iterable[Mapping[str, Any]],
    live: Mapping[str, frozenset[str]],
    netted: Mapping[str, frozenset[str]],
) -> bool:
    """Tell whether one direction of the grid has both a live and a netted statistic.

    ``sources`` is the dashboard's configuration, ``live`` and ``netted`` are the household's statistics by the field
    that they can stand in.
    """
    grids = [source for source in sources if source.get("type") == "grid"]
    return any(
        any(grid.get(field) in live[field] for grid in grids)
        and any(grid.get(field) in netted[field] for grid in grids)
        for field in _LIVE
    )


async def counts_twice(hass: HomeAssistant, bridge_id: str, prefix: str) -> bool:
    """Tell whether the dashboard counts a household's energy twice. ``prefix`` begins its external statistics' ids."""
    if _ENERGY not in hass.config.components:
        return False
    manager = await async_get_manager(hass)
    if manager.data is None:
        return False
    registry = er.async_get(hass)

    def entity(key: str) -> str | None:
        return registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{bridge_id}_{Part.GRID}_{key}")

    live = {
        field: frozenset(one for key in keys if (one := entity(key)) is not None)
        for field, keys in _LIVE.items()
    }
    netted = {field: frozenset(f"{prefix}_{key}" for key in keys) for field, keys in _NETTED.items()}
    return is_counted_twice(manager.data["energy_sources"], live, netted)
