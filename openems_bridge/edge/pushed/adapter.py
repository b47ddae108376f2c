"""Home Assistant's meters as the bridge's ``Edge``: nothing is asked for, everything is pushed."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence

from dems_node.clock import Clock
from openems_bridge.edge.interface import (
    BatteryActuator,
    Connected,
    Cycle,
    EdgeEvent,
    EnergyHistory,
    Finding,
    Inspection,
    Topology,
)
from openems_bridge.edge.outage import EdgeSilent, Outage
from openems_bridge.edge.pushed.readings import (
    FRESH_SECONDS,
    PushedSample,
    PushedState,
    PushOutcome,
    Quantity,
    accept,
    find_topology,
    read_state,
)
from openems_bridge.edge.pushed.setpoints import SetpointDesk
from openems_bridge.telemetry import SourceClass, Telemetry

_LOGGER = logging.getLogger(__name__)

WAITING_CYCLES = 100


class PushedEdge:
    """Serves ``Edge`` from what the API pushes. Steers where Home Assistant offers scripts for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.setpoints = SetpointDesk()
        self._state = PushedState()
        self._waiting: deque[Telemetry] = deque(maxlen=WAITING_CYCLES)
        self._woken = asyncio.Event()
        self._outage = Outage("Home Assistant's readings", _LOGGER)

    @property
    def source(self) -> SourceClass:
        """Readings come through Home Assistant."""
        return SourceClass.HOME_ASSISTANT

    @property
    def actuator(self) -> BatteryActuator | None:
        """Home Assistant's scripts; without an offer they write nothing, and the topology says so."""
        return self.setpoints

    def push(self, sample: PushedSample) -> PushOutcome:
        """Take a sample now; say what was accepted, and what was refused and why."""
        now = self._clock.utc()
        self._state, outcome = accept(self._state, sample, now)
        if outcome.accepted and self._state.fresh(now):
            self._waiting.append(self._read(now))
            self._woken.set()
        return outcome

    async def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield a cycle for each push and each time a value goes stale, until the iterator is closed."""
        said: Topology | None = None
        shown: frozenset[Quantity] = frozenset()
        silent_at: float | None = self._clock.monotonic() + FRESH_SECONDS
        while True:
            await self._wait(self._pause(shown, silent_at))
            cycles = [self._waiting.popleft() for _ in range(len(self._waiting))]
            now = self._clock.utc()
            fresh = frozenset(self._state.fresh(now))
            if not cycles and fresh:
                cycles = [self._read(now)]
            if cycles:
                self._outage.ends()
                silent_at = None
            for telemetry in cycles:
                topology = find_topology(self._state, self.setpoints.offered)
                if topology != said:
                    yield Connected(topology=topology)
                    said = topology
                yield Cycle(telemetry=telemetry)
            shown = fresh
            never_came = silent_at is not None and self._clock.monotonic() >= silent_at
            if not fresh and (said is not None or never_came):
                said, silent_at = None, None
                lost = self._outage.begins(
                    EdgeSilent(f"Home Assistant has sent no readings for {FRESH_SECONDS:.0f} s.")
                )
                if lost is not None:
                    yield lost

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return None: what Home Assistant does not push is not known here."""
        return None

    async def inspect(self) -> Sequence[Inspection]:
        """Say which values are pushed and fresh."""
        fresh = self._state.fresh(self._clock.utc())
        known = sorted(quantity.value for quantity, value in fresh.items() if value.value is not None)
        if known:
            return [Inspection(finding=Finding.OK, subject="readings", message=f"Fresh: {', '.join(known)}.")]
        return [
            Inspection(
                finding=Finding.WARNING,
                subject="readings",
                message="Home Assistant has pushed nothing in the last two minutes.",
            )
        ]

    async def close(self) -> None:
        """Nothing to close: the API owns its connections."""

    def _read(self, now: float) -> Telemetry:
        return read_state(
            self._state, now=now, received_at=self._clock.monotonic(), offer=self.setpoints.offered
        )

    def _pause(self, shown: frozenset[Quantity], silent_at: float | None) -> float | None:
        """Return the seconds until a value goes stale or silence has to be told; None where only a push counts."""
        now = self._clock.utc()
        if frozenset(self._state.fresh(now)) != shown:
            return 0.0
        expiry = self._state.next_expiry(now)
        if expiry is None and silent_at is not None:
            return silent_at - self._clock.monotonic()
        return expiry

    async def _wait(self, pause: float | None) -> None:
        """Return at the next push, or a moment after ``pause`` seconds, when what goes stale then is stale."""
        try:
            async with asyncio.timeout(None if pause is None else max(0.0, pause) + 0.05):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
