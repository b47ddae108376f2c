"""The way to a battery through Home Assistant: set-points go out as messages, and come back acknowledged.

The paired integration runs the owner's scripts (docs/api.md, Set-points through Home Assistant). It gives the battery
back by itself once no set-point has come for ``REMEMBERED_SECONDS``, so a bridge that dies leaves nothing in force.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openems_bridge.edge.interface import (
    ControlPath,
    EdgeScriptFailed,
    EdgeScriptMissing,
    EdgeUnreachable,
)

REMEMBERED_SECONDS = 30
"""How long Home Assistant keeps a set-point that is not renewed."""
ACKNOWLEDGED_WITHIN_SECONDS = 4.5
"""Less than the dispatcher waits for a write."""
LONGEST_LEASE_SECONDS = 15 * 60
"""The inverter may have no watchdog of its own, and Home Assistant may die: no command holds longer."""
CONTROLLER = "home_assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the owner lets be done through the scripts: powers in W (>= 0), usable capacity in Wh if it is known."""

    max_charge_power: int
    max_discharge_power: int
    capacity: int | None = None

    @property
    def control(self) -> ControlPath:
        """The way to the battery that the scripts are."""
        return ControlPath(controller=CONTROLLER, timeout_seconds=REMEMBERED_SECONDS, releasable=True)


class Outcome(StrEnum):
    """What became of a set-point, or of a release."""

    DONE = "done"
    """The script has run to its end."""
    STARTED = "started"
    """The script runs, and takes long. Should it fail, the next renewal says so."""
    FAILED = "failed"
    MISSING = "missing"
    """There is no such script (any more)."""


class Channel(Protocol):
    """Messages to one paired client."""

    def tell(self, client_id: str, message: Mapping[str, str | int | None]) -> bool:
        """Send a message to every WebSocket of a client; return whether there is one."""
        ...

    def follows(self, client_id: str) -> bool:
        """Return whether a client is connected."""
        ...


class SteeredByAnother(Exception):
    """Another Home Assistant offers its scripts, and is connected."""


class SetpointDesk:
    """Serves ``BatteryActuator`` by asking the client that offers scripts, and waits for its acknowledgement."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._client_id: str | None = None
        self._offer: Offer | None = None
        self._is_withdrawn = False
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}

    @property
    def offered(self) -> Offer | None:
        """What is offered now, None while nobody does."""
        return self._offer

    def connect(self, channel: Channel) -> None:
        """Take the way to the clients, which is built after the Edge."""
        self._channel = channel

    def offer(self, client_id: str, offer: Offer) -> None:
        """Take a client's offer. Raises SteeredByAnother while another client that offered is connected."""
        other = self._client_id
        if other is not None and other != client_id and self._is_connected(other):
            raise SteeredByAnother
        self._client_id, self._offer, self._is_withdrawn = client_id, offer, False

    def withdraw(self, client_id: str) -> None:
        """Take a client's word that nothing of ours is in force through it, and that it offers nothing any more."""
        if self._client_id in (None, client_id):
            self._client_id, self._offer, self._is_withdrawn = None, None, True

    def acknowledge(self, client_id: str, setpoint_id: str, outcome: Outcome) -> bool:
        """Take what became of a set-point; return whether somebody still waits for it."""
        waiting = self._waiting.get(setpoint_id)
        if waiting is None or waiting.done() or client_id != self._client_id:
            return False
        waiting.set_result(outcome)
        return True

    async def write(self, ac_power_w: int) -> None:
        """Ask for an AC power, as ``BatteryActuator.write``. Raises EdgeScriptFailed, too."""
        await self._ask(ac_power_w, "set")

    async def release(self, battery: str | None = None) -> None:
        """Take our set-point back, as ``BatteryActuator.release``. Raises EdgeScriptFailed, too."""
        if not self._is_withdrawn:
            await self._ask(None, "release")

    async def _ask(self, power: int | None, script: str) -> None:
        setpoint_id = secrets.token_hex(8)
        if self._client_id is None:
            raise EdgeUnreachable("No Home Assistant offers scripts for the battery.")
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[setpoint_id] = waiting
        message: dict[str, str | int | None] = {
            "type": "setpoint",
            "id": setpoint_id,
            "power": power,
            "remembered": REMEMBERED_SECONDS,
        }
        try:
            if not self._tell(self._client_id, message):
                raise EdgeUnreachable(
                    "Home Assistant, which has the scripts for the battery, is not connected."
                )
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_SECONDS):
                outcome = await waiting
        except TimeoutError as error:
            raise EdgeUnreachable(f"Home Assistant did not acknowledge a set-point ({script}).") from error
        finally:
            del self._waiting[setpoint_id]
        if outcome is Outcome.MISSING:
            raise EdgeScriptMissing(f"Home Assistant has no {script} script any more.")
        if outcome is Outcome.FAILED:
            raise EdgeScriptFailed(f"Home Assistant's {script} script failed.")

    def _is_connected(self, client_id: str) -> bool:
        return self._channel is not None and self._channel.follows(client_id)

    def _tell(self, client_id: str, message: Mapping[str, str | int | None]) -> bool:
        return self._channel is not None and self._channel.tell(client_id, message)
