"""Diagnostics that can be shown to anybody: no secret, no address, nothing that identifies the household."""

import re
from collections.abc import Mapping
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
    "invitation",
    "note",
    "operator_url",
    "password",
    "peer",
    "rpc",
    "title",
    "unique_id",
    "url",
    "user",
    "username",
}


_LONG_HEX: Final = re.compile(r"(0x[0-9a-fA-F]{4})[0-9a-fA-F]{12,}([0-9a-fA-F]{4})")


def shorten(value: Any) -> Any:
    """Return a document with accounts, meters and hashes shortened: enough to tell them apart, too little to look up."""
    if isinstance(value, str):
        return _LONG_HEX.sub(r"\1…\2", value)
    if isinstance(value, Mapping):
        return {shorten(key): shorten(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shorten(one) for one in value]
    return value


def _public(document: Mapping[str, Any]) -> Any:
    return shorten(async_redact_data(document, REDACTED))


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: DemsConfigEntry) -> dict[str, Any]:
    """Return what a developer needs in order to help: entry, state, and what the bridge says about itself."""
    coordinator = entry.runtime_data
    try:
        bridge: dict[str, Any] = await coordinator.client.diagnostics()
    except BridgeError as error:
        bridge = {"error": type(error).__name__}
    return {
        "entry": _public(entry.as_dict()),
        "connected": coordinator.last_update_success,
        "live": coordinator.is_live,
        "state": _public(asdict(coordinator.data)),
        "bridge": _public(bridge),
    }
