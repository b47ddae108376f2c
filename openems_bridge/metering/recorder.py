"""The meter at work: samples come in, readings and checkpoints are stored, then readings are told.

Stored before anyone sees them: a slot's readings and the state that has closed it are one transaction. A crash at any
instruction leaves a state from which the next sample goes on: either the slot is closed and its reading stored, or
neither, and then it is closed again with the same counters.

Besides, the state is stored every five minutes: of registers that are integrated from power that bounds what a crash
can lose. And it is stored at once when a counter has a new baseline (its first value, a reset): what it had counted
before would be forgotten with it. A counter that is reset all the time is given 48 such writes a day.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, Self

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from openems_bridge.edge.interface import EdgeError, EnergyHistory
from openems_bridge.metering import checkpoint
from openems_bridge.metering.clock_guard import DOUBT_SECONDS, ClockGuard
from openems_bridge.metering.integration import IntegralState
from openems_bridge.metering.readings import Reading
from openems_bridge.metering.slot_meter import SlotMeter, counters_at_start, open_energy, totals
from openems_bridge.metering.state import MeterState
from openems_bridge.store import meter_state
from openems_bridge.telemetry import Register, Telemetry

_LOGGER = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 300
_HISTORY_TIMEOUT_SECONDS = 10
_QUEUED_SAMPLES = 600
_AT_ONCE_A_DAY = 48
_DAY_SECONDS = 24 * 3600
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0

type ReadingsListener = Callable[[Sequence[Reading]], None]


class EdgeRecords(Protocol):
    """The part of an Edge that the metering asks: its own records."""

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return energy per step in [start, end) (UTC s), None if there are no records."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSlot:
    """The slot that runs now, and the Wh counted in it so far: from its start, or from when the bridge first saw it."""

    slot: int
    energy: Mapping[Register, int]


class Recorder:
    """Feeds the meter and keeps its journal. ``observe`` takes samples at any time, ``run`` works them off.

    A store that fails (a full disk) loses nothing: readings wait in memory, nobody is told of them, and it is tried
    again with a growing pause; one log line says so and one when it is over.
    """

    def __init__(
        self,
        *,
        meter: SlotMeter,
        state: MeterState,
        database: Database,
        records: EdgeRecords,
        clock: Clock,
        on_readings: ReadingsListener,
    ) -> None:
        self._meter = meter
        self._state = state
        self._stored = state
        self._database = database
        self._records = records
        self._clock = clock
        self._on_readings = on_readings
        self._guard = ClockGuard()
        self._samples: asyncio.Queue[Telemetry] = asyncio.Queue(_QUEUED_SAMPLES)
        self._unstored: list[Reading] = []
        self._stored_at = clock.monotonic()
        self._at_once: deque[float] = deque(maxlen=_AT_ONCE_A_DAY)
        self._pause: float | None = None
        self._retry_at = -math.inf
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    async def restored(
        cls,
        *,
        meter: SlotMeter,
        database: Database,
        records: EdgeRecords,
        clock: Clock,
        on_readings: ReadingsListener,
    ) -> Self:
        """Return a recorder that goes on where the store says the last one ended.

        ``on_readings`` is called in the loop with readings that are stored, in ascending order. A crash may come
        between the storing and the call: who must not miss one asks the store for what came after the last it knows.

        Raises StoreError, and ValueError for a checkpoint that cannot be read.
        """
        document = await database.run(meter_state.load)
        state = meter.begin() if document is None else checkpoint.fit(checkpoint.load(document), meter.grid)
        return cls(
            meter=meter,
            state=state,
            database=database,
            records=records,
            clock=clock,
            on_readings=on_readings,
        )

    @property
    def totals(self) -> Mapping[Register, int]:
        """The household's own registers in Wh, for counters that must not dip.

        What the Edge counts is live: after a crash its counter tells the same again. What is integrated from power
        is as it was stored last (at most five minutes ago), because a crash loses what came after.
        """
        stored = totals(self._stored)
        return {
            register: stored.get(register, 0) if isinstance(known.source, IntegralState) else known.total
            for register, known in self._state.registers.items()
        }

    @property
    def open_slot(self) -> OpenSlot | None:
        """The slot that runs and its energy so far, None before the first value."""
        if self._state.open_slot is None:
            return None
        slot = max(
            (slot for known in self._state.registers.values() for slot in known.portions),
            default=self._state.open_slot,
        )
        return OpenSlot(slot=slot, energy=open_energy(self._state, slot))

    def counters_at_start(self, slot: int) -> Mapping[Register, int] | None:
        """Return the Edge's counters (Wh) as they stood when the running slot began: ``dispatcher.SlotStart``.

        None unless the slot runs. Registers are missing that are not counted, or whose start was not seen.
        """
        running = self.open_slot
        if running is None or running.slot != slot:
            return None
        return counters_at_start(self._state, slot)

    @property
    def storing(self) -> bool:
        """False while the store fails and readings wait in memory."""
        return self._pause is None

    def observe(self, telemetry: Telemetry) -> None:
        """Take a sample, at once and without waiting. Of more than ten minutes' samples the oldest are dropped."""
        if self._samples.full():
            self._samples.get_nowait()
        self._samples.put_nowait(telemetry)

    async def run(self) -> None:
        """Work off samples until cancelled."""
        while True:
            telemetry: Telemetry | None = None
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause):
                    telemetry = await self._samples.get()
            if telemetry is not None:
                await self.record(telemetry)
            elif self._unstored:
                await self._store_if_due()

    async def record(self, telemetry: Telemetry) -> None:
        """Take one sample to its end: ask the history if need be, meter, store, tell.

        While the clock is in doubt it is held, and taken with all others once the time is known.
        """
        for sample in self._timed(telemetry):
            await self._record(sample)

    async def _record(self, telemetry: Telemetry) -> None:
        records = await self._ask_history(telemetry)
        observed = self._meter.observe(self._state, telemetry, records)
        self._state = observed.state
        self._unstored += observed.closed
        now = self._clock.monotonic()
        urgent = observed.rebased and self._may_store_at_once(now)
        if self._unstored or urgent or now - self._stored_at >= CHECKPOINT_SECONDS:
            await self._store_if_due()

    async def close(self) -> None:
        """Store the state as it is now; call after ``run`` was cancelled. A failing store is told, not raised.

        Samples that wait for a certain time are dropped: the Edge's counters will tell again.
        """
        if self._writing is not None:
            await self._writing
        while not self._samples.empty():
            for sample in self._timed(self._samples.get_nowait()):
                self._state, closed = self._observed(sample)
                self._unstored += closed
        self._retry_at = -math.inf
        await self._store_if_due()

    def _timed(self, telemetry: Telemetry) -> Sequence[Telemetry]:
        was_in_doubt = self._guard.is_in_doubt
        self._guard, certain = self._guard.after(telemetry)
        if self._guard.is_in_doubt and not was_in_doubt:
            _LOGGER.warning(
                "The clock jumped, or the Edge's tells another time: metering waits until it is the same again, or for "
                "%.0f s. Set this machine's clock by NTP.",
                DOUBT_SECONDS,
            )
        elif was_in_doubt and certain:
            _LOGGER.warning("The clock is believed again: metering goes on with %d samples", len(certain))
        return certain

    def _observed(self, telemetry: Telemetry) -> tuple[MeterState, Sequence[Reading]]:
        observed = self._meter.observe(self._state, telemetry)
        return observed.state, observed.closed

    async def _ask_history(self, telemetry: Telemetry) -> EnergyHistory | None:
        wanted = self._meter.history_wanted(self._state, telemetry)
        if wanted is None:
            return None
        try:
            async with asyncio.timeout(_HISTORY_TIMEOUT_SECONDS):
                return await self._records.energy_history(wanted.start, wanted.end, wanted.step_seconds)
        except (EdgeError, TimeoutError) as error:
            _LOGGER.info(
                "A gap is divided among its slots by time, the Edge's history cannot be read: %r", error
            )
            return None

    def _may_store_at_once(self, now: float) -> bool:
        if len(self._at_once) == _AT_ONCE_A_DAY and now - self._at_once[0] < _DAY_SECONDS:
            return False
        self._at_once.append(now)
        return True

    async def _store_if_due(self) -> None:
        if self._clock.monotonic() < self._retry_at:
            return
        # Cancelling must not part the transaction from the note that it was made: close() waits for both.
        self._writing = asyncio.create_task(self._store(), name="metering-store")
        await asyncio.shield(self._writing)

    async def _store(self) -> None:
        state, readings = self._state, tuple(self._unstored)
        document = checkpoint.dump(state)
        try:
            await self._database.run(meter_state.save, document, state.slot_seconds, readings)
        except StoreError as error:
            self._note_failure(error)
            return
        if self._pause is not None:
            _LOGGER.warning("The store works again: %d readings that had waited are stored", len(readings))
        self._pause = None
        self._stored, self._stored_at = state, self._clock.monotonic()
        del self._unstored[: len(readings)]
        if readings:
            self._on_readings(readings)

    def _note_failure(self, error: StoreError) -> None:
        if self._pause is None:
            _LOGGER.error("Readings wait in memory until they can be stored: %s", error)
        self._pause = min(_LONGEST_PAUSE_SECONDS, 2 * (self._pause or _FIRST_PAUSE_SECONDS / 2))
        self._retry_at = self._clock.monotonic() + self._pause
