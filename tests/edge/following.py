"""Following an Edge's events in a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dems_node.backoff import Backoff
from dems_node.clock import SystemClock
from dems_node.secret import Secret
from openems_bridge.edge.interface import Connected, Cycle, Edge, EdgeEvent, Lost
from openems_bridge.edge.modbus import ModbusEdge, ModbusOptions
from openems_bridge.edge.openems import ChosenComponents, OpenEmsEdge, OpenEmsOptions
from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.telemetry import Telemetry

PATIENCE = 20.0
"""Seconds for anything to happen: many times what it takes."""


def quick_backoff() -> Backoff:
    """Return pauses that do not keep a test waiting."""
    return Backoff(first=0.02, longest=0.2)


def openems(
    fake: FakeEdge,
    *,
    password: str = "owner",
    controller: str = "ctrlApiRest0",
    silence: float = 5.0,
    timeout: float = 5.0,
    components: ChosenComponents | None = None,
    backoff: Backoff | None = None,
) -> OpenEmsEdge:
    """Return the adapter under test, aimed at a fake Edge."""
    ports = fake.ports()
    options = OpenEmsOptions(
        host="127.0.0.1",
        username="owner",
        password=Secret(password),
        websocket_port=ports["ws_port"],
        rest_port=ports["own_rest_port" if controller == "ctrlApiRest1" else "rest_port"],
        rest_controller=controller,
        components=components or ChosenComponents(),
        silence_timeout=silence,
        request_timeout=timeout,
    )
    return OpenEmsEdge(options, SystemClock(), backoff=backoff or quick_backoff())


def modbus(fake: FakeEdge, *, battery: str | None = None, confirm: bool = True) -> ModbusEdge:
    """Return the Modbus adapter under test, aimed at a fake Edge."""
    assert fake.modbus_port is not None
    options = ModbusOptions(
        host="127.0.0.1",
        port=fake.modbus_port,
        battery=battery,
        confirm_no_release=confirm,
        poll_seconds=0.05,
        request_timeout=2.0,
    )
    return ModbusEdge(options, SystemClock(), backoff=quick_backoff())


class Follower:
    """The events of an Edge, taken one by one."""

    def __init__(self, events: AsyncIterator[EdgeEvent]) -> None:
        self._events = events
        self.seen: list[EdgeEvent] = []

    async def next(self) -> EdgeEvent:
        """Return the next event."""
        event = await anext(self._events)
        self.seen.append(event)
        return event

    async def connected(self) -> Connected:
        """Return the next Connected, past anything else."""
        while not isinstance(event := await self.next(), Connected):
            pass
        return event

    async def lost(self) -> Lost:
        """Return the next Lost, past anything else."""
        while not isinstance(event := await self.next(), Lost):
            pass
        return event

    async def values(self) -> Telemetry:
        """Return the values of the next cycle."""
        while not isinstance(event := await self.next(), Cycle):
            pass
        return event.telemetry


@asynccontextmanager
async def following(edge: Edge) -> AsyncIterator[Follower]:
    """Follow an Edge until the end of the block; everything inside must happen in good time."""
    events = edge.events()
    try:
        async with asyncio.timeout(PATIENCE):
            yield Follower(events)
    finally:
        await events.aclose()  # type: ignore[attr-defined]
        await edge.close()
