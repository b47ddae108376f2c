"""The option by which a trigger or a condition names its household: one of them, or whichever there is."""

from typing import Any, Final

import probatio as vol
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType, VolDictType

from .const import DOMAIN
from .coordinator import DemsConfigEntry, DemsCoordinator


def _entry_id(value: object) -> str | None:
    """Return the id, None for nothing or an empty text, as a blueprint's optional input gives it."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise vol.Invalid("expected the id of a config entry")
    return value


HOUSEHOLD_OPTION: Final[VolDictType] = {vol.Optional(ATTR_CONFIG_ENTRY_ID, default=None): _entry_id}


def check_household(hass: HomeAssistant, options: ConfigType) -> None:
    """Raise vol.Invalid where the named household does not exist."""
    entry_id = options[ATTR_CONFIG_ENTRY_ID]
    if entry_id is None:
        return
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise vol.Invalid(f"there is no household of DEMS with the id {entry_id}: choose it again")


def is_meant(options: dict[str, Any], entry_id: str) -> bool:
    """Tell whether a household is the one that the options name, or any will do."""
    return options[ATTR_CONFIG_ENTRY_ID] in (None, entry_id)


def meant_households(hass: HomeAssistant, options: dict[str, Any]) -> list[DemsCoordinator]:
    """Return the households that are meant and whose bridge answers now."""
    entries: list[DemsConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [
        entry.runtime_data
        for entry in entries
        if is_meant(options, entry.entry_id) and entry.runtime_data.last_update_success
    ]
