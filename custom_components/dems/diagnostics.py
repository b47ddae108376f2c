"""Diagnostics that can be shown to anybody: no secret, no address, nothing that identifies the household."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant

from .const import CONF_FINGERPRINT
from .coordinator import DemsConfigEntry
from .errors import BridgeError

REDACTED: Final = {
    CONF_FINGERPRINT,
    CONF_HOST,
    CONF_TOKEN,
    "client_id",
    "id",
    "name",
    "note",
    "password",
    "peer",
    "title",
    "unique_id",
    "url",
    "user",
    "username",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: DemsConfigEntry) -> dict[str, Any]:
    """Return what a developer needs in order to help: entry, state, and what the bridge says about itself."""
    coordinator = entry.runtime_data
    try:
        bridge: dict[str, Any] = await coordinator.client.diagnostics()
    except BridgeError as error:
        bridge = {"error": type(error).__name__}
    return {
        "entry": async_redact_data(entry.as_dict(), REDACTED),
        "connected": coordinator.last_update_success,
        "live": coordinator.is_live,
        "state": async_redact_data(asdict(coordinator.data), REDACTED),
        "bridge": async_redact_data(bridge, REDACTED),
    }
