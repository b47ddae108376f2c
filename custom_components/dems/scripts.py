"""The owner's scripts for the battery, where Home Assistant is the only way to it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.const import ATTR_MODE, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.script import SCRIPT_MODE_SINGLE

SCRIPT_DOMAIN: Final = "script"
CONF_SETPOINTS: Final = "setpoints"
CONF_SET: Final = "set_script"
CONF_RELEASE: Final = "release_script"
CONF_MAX_CHARGE: Final = "max_charge_power"
CONF_MAX_DISCHARGE: Final = "max_discharge_power"
CONF_CAPACITY: Final = "capacity"
CONF_CONFIRMED: Final = "confirmed"
SCRIPT_SECONDS: Final = 9.0
"""A script that runs longer is given up: nobody knows what it has done. Two of them end before Home Assistant does."""


class Outcome(StrEnum):
    """What became of a set-point or a release; the words are the API's."""

    DONE = "done"
    STARTED = "started"
    FAILED = "failed"
    MISSING = "missing"


class ScriptMissing(HomeAssistantError):
    """There is no such script, or it is unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """The owner's scripts, and what they may be asked for: powers in W (>= 0), usable capacity in Wh if it is known."""

    set: str
    release: str
    max_charge_power: int
    max_discharge_power: int
    capacity: int | None = None

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self | None:
        """Return the scripts of an entry's options; None where none are named or the risk is not confirmed."""
        chosen = options.get(CONF_SETPOINTS, {})
        if not chosen.get(CONF_CONFIRMED):
            return None
        capacity = chosen.get(CONF_CAPACITY)
        return cls(
            set=chosen[CONF_SET],
            release=chosen[CONF_RELEASE],
            max_charge_power=int(chosen[CONF_MAX_CHARGE]),
            max_discharge_power=int(chosen[CONF_MAX_DISCHARGE]),
            capacity=int(capacity) if capacity else None,
        )

    @property
    def offer(self) -> dict[str, int]:
        """What the bridge is offered."""
        offer = {CONF_MAX_CHARGE: self.max_charge_power, CONF_MAX_DISCHARGE: self.max_discharge_power}
        return offer if self.capacity is None else {**offer, CONF_CAPACITY: self.capacity}

    def allows(self, power: int) -> bool:
        """Return whether a power (W, + discharging) is within what the owner allows."""
        return -self.max_charge_power <= power <= self.max_discharge_power


def service_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the action that runs a script and waits for its end, None where there is no such script."""
    entry = er.async_get(hass).async_get(entity_id)
    name = entity_id.partition(".")[2] if entry is None else entry.unique_id
    state = hass.states.get(entity_id)
    is_there = state is not None and state.state != STATE_UNAVAILABLE
    return name if is_there and hass.services.has_service(SCRIPT_DOMAIN, name) else None


async def run_script(hass: HomeAssistant, entity_id: str, data: Mapping[str, Any]) -> None:
    """Run a script to its end.

    Raises ScriptMissing, TimeoutError after SCRIPT_SECONDS, HomeAssistantError where it is busy, and whatever its
    actions raise.
    """
    name = service_of(hass, entity_id)
    if name is None:
        raise ScriptMissing(f"{entity_id} is not there")
    state = hass.states.get(entity_id)
    if (
        state is not None
        and state.state == STATE_ON
        and state.attributes.get(ATTR_MODE) == SCRIPT_MODE_SINGLE
    ):
        # It would not be started, and nobody would say so.
        raise HomeAssistantError(f"{entity_id} is still running (mode: single)")
    async with asyncio.timeout(SCRIPT_SECONDS):
        await hass.services.async_call(SCRIPT_DOMAIN, name, dict(data), blocking=True, context=Context())
