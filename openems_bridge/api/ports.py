"""What the API needs of the rest of the bridge."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from dems_node.json_types import Json
from openems_bridge.dispatcher.commands import DispatchState, Limits, Mode, Target
from openems_bridge.edge.pushed.readings import PushedSample, PushOutcome
from openems_bridge.metering.readings import Reading
from openems_bridge.store.events import Event


class Steering(Protocol):
    """The dispatcher, as far as a person may use it."""

    @property
    def dispatch(self) -> DispatchState:
        """What is done at the battery now."""
        ...

    @property
    def limits(self) -> Limits:
        """The owner's limits in force."""
        ...

    async def set_mode(self, mode: Mode) -> None:
        """Change the mode, and keep it over a restart."""
        ...

    async def set_limits(self, limits: Limits) -> None:
        """Change the limits, and keep them over a restart. Raises RequestRefused."""
        ...

    async def command(self, target: Target, duration_s: int, note: str) -> None:
        """Follow a target for so many seconds. Raises RequestRefused."""
        ...

    async def withdraw(self) -> None:
        """End the manual command, if there is one."""
        ...


class Archive(Protocol):
    """What is kept: readings and events."""

    async def readings(self, first: int | None, last: int | None, limit: int) -> Sequence[Reading]:
        """Return at most ``limit`` readings of slots in [first, last], oldest first (see store.readings.page)."""
        ...

    async def events_after(self, event_id: int, limit: int) -> Sequence[Event]:
        """Return stored events with a greater id, oldest first."""
        ...


class PushedReadings(Protocol):
    """The Edge that is fed by the API."""

    def push(self, sample: PushedSample) -> PushOutcome:
        """Take a sample's values; say which were refused, and why."""
        ...


class Diagnostics(Protocol):
    """What helps to find a fault, without secrets."""

    async def document(self) -> Mapping[str, Json]:
        """Return configuration without secrets, topology, versions, counts, last problems."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether the bridge does its work: the Edge answers and the disk has room."""
        ...
