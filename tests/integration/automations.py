"""Automations in tests: triggers that are listened to, and whole automations that are set up."""

import logging
from collections.abc import Mapping
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import async_initialize_triggers, async_validate_trigger_config
from homeassistant.setup import async_setup_component

AUTOMATION = "automation"

type Heard = list[dict[str, Any]]


async def listen(hass: HomeAssistant, *triggers: Mapping[str, Any]) -> Heard:
    """Listen to triggers as an automation does; return what they tell, as they tell it."""
    heard: Heard = []
    assert await async_setup_component(hass, AUTOMATION, {})

    async def take(variables: dict[str, Any], context: Context | None = None) -> None:
        heard.append(variables["trigger"])

    def log(level: int, message: str, **kwargs: Any) -> None:
        assert level < logging.ERROR, message

    checked = await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([dict(one) for one in triggers]))
    assert await async_initialize_triggers(hass, checked, take, "test", "test", log) is not None
    return heard


async def automate(hass: HomeAssistant, *configurations: Mapping[str, Any]) -> None:
    """Set up automations; every one of them must be valid."""
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: [*configurations]})
    await hass.async_block_till_done()
    found = hass.states.async_all(AUTOMATION)
    assert [one.state for one in found] == ["on"] * len(configurations), found
