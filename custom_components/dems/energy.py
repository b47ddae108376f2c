"""The household's own forecast of its plant, for Home Assistant's energy dashboard."""

import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .coordinator import DemsConfigEntry
from .errors import BridgeError

_LOGGER = logging.getLogger(__name__)


async def async_get_solar_forecast(
    hass: HomeAssistant, config_entry_id: str
) -> dict[str, dict[str, float | int]] | None:
    """Return what the plant is expected to generate, Wh by the start of each slot; None where nothing is known."""
    entry: DemsConfigEntry | None = hass.config_entries.async_get_entry(config_entry_id)
    if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
        return None
    if entry.runtime_data.data.forecast is None:
        return None
    try:
        series = await entry.runtime_data.market.forecast()
    except BridgeError as error:
        _LOGGER.debug("%s did not tell its forecast: %s", entry.title, error)
        return None
    expected: dict[str, float | int] = {
        slot.start.isoformat(): slot.generation.p50 for slot in series.slots if slot.generation is not None
    }
    return {"wh_hours": expected} if expected else None
