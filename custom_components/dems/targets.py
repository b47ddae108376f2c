"""Which households an action is meant for."""

from typing import Final

import probatio as vol
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_config_entry_ids
from homeassistant.helpers.typing import VolDictType

from .const import DOMAIN
from .coordinator import DemsConfigEntry, DemsCoordinator

HOUSEHOLD: Final[VolDictType] = {**cv.ENTITY_SERVICE_FIELDS, vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
"""The fields by which an action names households."""


async def households(call: ServiceCall) -> list[DemsCoordinator]:
    """Return the households that are meant: those named by entry, device or entity, or the only one there is.

    Raises ServiceValidationError where that is none, or where it is not clear which one.
    """
    loaded: list[DemsConfigEntry] = call.hass.config_entries.async_loaded_entries(DOMAIN)
    named = await async_extract_config_entry_ids(call)
    if entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID):
        named.add(entry_id)
    is_named = any(key in call.data for key in (*cv.ENTITY_SERVICE_FIELDS, ATTR_CONFIG_ENTRY_ID))
    meant = [entry for entry in loaded if entry.entry_id in named] if is_named else loaded
    if not meant:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_household")
    if not is_named and len(meant) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="household_not_named")
    return [entry.runtime_data for entry in meant]


async def household(call: ServiceCall) -> DemsCoordinator:
    """Return the one household that is meant. Raises ServiceValidationError where there are several, or none."""
    meant = await households(call)
    if len(meant) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="household_not_named")
    return meant[0]


async def member(call: ServiceCall) -> DemsCoordinator:
    """Return the one household that is meant, which is a member of a community.

    Raises ServiceValidationError where there are several, none, or where it is no member.
    """
    meant = await household(call)
    if not meant.data.is_member:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_member",
            translation_placeholders={"household": meant.config_entry.title},
        )
    return meant
