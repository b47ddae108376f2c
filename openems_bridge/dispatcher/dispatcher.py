"""The dispatcher: commands, limits and cycles in, safe set-points out. A thin shell around ``decide``."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from dems_node.clock import Clock
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.acceptance import build_command, check_limits
from openems_bridge.dispatcher.commands import (
    Command,
    CommandSource,
    DispatchState,
    Limits,
    Mode,
    Status,
    Target,
)
from openems_bridge.dispatcher.decision import Hold, Release, Situation, Waiting, at_reserve_after, decide
from openems_bridge.dispatcher.description import describe, judged
from openems_bridge.dispatcher.edge_view import EdgeView
from openems_bridge.dispatcher.lease import BatteryLease, LeaseJournal, LeaseRecord
from openems_bridge.dispatcher.precedence import Moment, accepted, is_over
from openems_bridge.dispatcher.readback import ReadBack, observe, recent
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.dispatcher.recovery import Recovery
from openems_bridge.dispatcher.schedule import NextWrite
from openems_bridge.dispatcher.slot_progress import SlotStart
from openems_bridge.edge.interface import BatteryActuator, Cycle, EdgeEvent

_LOGGER = logging.getLogger(__name__)

TICK_SECONDS = 1.0
"""Leases end and silence is noticed even when no cycle comes."""
CLOSING_ATTEMPTS = 3
CLOSING_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the dispatcher works with: the door to the battery, the journal, clocks, slots, metering and the disk."""

    actuator: BatteryActuator | None
    journal: LeaseJournal
    clock: Clock
    grid: SlotGrid
    slot_start: SlotStart
    disk_has_room: Callable[[], bool]
    longest_lease_seconds: float | None = None
    """The longest that one command may hold the battery, where the way to it needs such a cap."""


class Dispatcher:
    """The only way to the battery.

    ``observe``, ``command``, ``withdraw``, ``set_mode`` and ``set_limits`` only note what is wanted and wake the
    task that runs ``run``: that task alone writes. ``on_change`` is called with every new state.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        mode: Mode = Mode.OFF,
        limits: Limits | None = None,
        on_change: Callable[[DispatchState], None] | None = None,
    ) -> None:
        self._clock = surroundings.clock
        self._grid = surroundings.grid
        self._slot_start = surroundings.slot_start
        self._disk_has_room = surroundings.disk_has_room
        self._longest_lease_seconds = surroundings.longest_lease_seconds
        self._lease = BatteryLease(surroundings.actuator, surroundings.journal, surroundings.clock)
        self._mode = mode
        self._limits = limits if limits is not None else Limits()
        check_limits(self._limits)
        self._on_change = on_change
        self._commands: tuple[Command, ...] = ()
        self._edge = EdgeView()
        self._is_holding = False
        self._readback = ReadBack()
        self._recovery = Recovery()
        self._at_reserve: str | None = None
        self._waiting: Waiting | None = None
        self._release_first = False
        self._generation = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._state = DispatchState(mode=mode, status=Status.STARTING, reason=Reason(ReasonCode.STARTING))

    @property
    def state(self) -> DispatchState:
        """What is done at the battery, and why."""
        return self._state

    @property
    def mode(self) -> Mode:
        """The mode in force."""
        return self._mode

    @property
    def limits(self) -> Limits:
        """The owner's limits in force."""
        return self._limits

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command that has not ended, in the order of acceptance."""
        return self._commands

    def observe(self, event: EdgeEvent) -> None:
        """Take in what happened at the Edge."""
        was_connected = self._edge.is_connected
        self._edge = self._after(event)
        if self._edge.is_connected and not was_connected:
            self._lease.assert_again()
            self._readback = ReadBack()
        if isinstance(event, Cycle) and self._is_holding:
            self._readback = observe(self._readback, event.telemetry, self._lease.written)
        self._wake.set()

    def set_mode(self, mode: Mode) -> None:
        """Change what the bridge may do. Manual commands end, and the battery is released before anything else."""
        if mode is self._mode:
            return
        self._mode = mode
        self._commands = tuple(
            command for command in self._commands if command.source is not CommandSource.MANUAL
        )
        self._waiting = None
        self._release_first = True
        self._touched()

    def set_limits(self, limits: Limits) -> None:
        """Put other limits in force, from the next write on. Raises RequestRefused, and then changes nothing."""
        check_limits(limits)
        self._limits = limits
        self._touched()

    def command(
        self,
        source: CommandSource,
        target: Target,
        *,
        seconds: float | None = None,
        reason: str = "",
        command_id: str | None = None,
        reserve_soc: int = 0,
    ) -> Command:
        """Accept a command and return it, or raise RequestRefused and change nothing.

        It lasts ``seconds`` (manual: 15 minutes by default, 4 hours at most; an energy in a slot: to the slot's
        end at the latest). A command of the same id, source and slot is replaced; ``commands.py`` names targets
        and sources, and what ``reserve_soc`` (%) means. Whether and when it is obeyed is the mode's and the precedence's matter: see ``state``.
        """
        command = build_command(
            command_id=command_id if command_id is not None else str(uuid.uuid4()),
            source=source,
            target=target,
            seconds=seconds,
            reason=reason,
            mode=self._mode,
            moment=self._moment(),
            grid=self._grid,
            reserve_soc=reserve_soc,
            longest_lease_seconds=self._longest_lease_seconds,
        )
        self._commands = accepted(self._commands, command)
        self._touched()
        return command

    def withdraw(self, command_id: str) -> bool:
        """End a command before its time; return whether there was one of that id."""
        return self._keep(lambda command: command.id != command_id)

    def withdraw_all(self, source: CommandSource) -> bool:
        """End every command of a source, such as a manual one that a person takes back; return whether any was."""
        return self._keep(lambda command: command.source is not source)

    async def run(self) -> None:
        """Act on every cycle, and at least each second, until ``close`` or cancellation.

        Cancelled, it leaves the battery as it is: the journal tells the next start. ``close`` releases.
        """
        self._idle.clear()
        try:
            while not self._closing:
                self._wake.clear()
                await self._guarded_step()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_SECONDS):
                        await self._wake.wait()
        finally:
            self._idle.set()

    async def close(self) -> None:
        """Stop, and give the battery back. What cannot be released within a few seconds stays journalled."""
        self._closing = True
        self._wake.set()
        await self._idle.wait()
        for attempt in range(CLOSING_ATTEMPTS):
            if attempt:
                await asyncio.sleep(CLOSING_PAUSE_SECONDS)
            problem = await self._lease.release(self._edge.topology)
            if problem is None or problem.code is ReasonCode.RELEASING_BY_SILENCE:
                break
        if problem is not None:
            _LOGGER.warning(
                "Closed with a set-point in force (%s): it ends with the Edge's time-out, and the next start releases it",
                problem.code,
            )
        closed = Release(status=Status.RELEASED, reason=Reason(ReasonCode.CLOSED))
        self._publish(describe(self._mode, closed, problem, self._lease.setpoint))

    async def step(self) -> None:
        """Decide and act once. ``run`` calls this; tests with a clock of their own do, too."""
        self._forget_ended()
        self._give_up_if_in_vain()
        generation = self._generation
        decision = self._decided()
        problem = await self._act(decision, generation)
        state = describe(self._mode, decision, problem, self._lease.setpoint)
        if self._is_holding and problem is None:
            written = recent(self._lease.written, self._clock.monotonic())
            state = judged(state, self._readback.verdict, self._edge.telemetry, written)
        self._publish(state)

    def _decided(self) -> Release | Hold:
        decision = decide(self._situation())
        self._at_reserve = at_reserve_after(self._at_reserve, decision)
        now = self._clock.monotonic()
        self._recovery = self._recovery.after(decision, now, was_holding=self._is_holding)
        # What could not be released meanwhile is simply held on to.
        return self._recovery.held_back(decision) if self._lease.is_free else decision

    async def _act(self, decision: Release | Hold, generation: int) -> Reason | None:
        problem = await self._lease.recover()
        if problem is not None:
            return problem
        if self._must_release_first():
            problem = await self._release()
            if problem is not None:
                return problem
            self._release_first = False
        if isinstance(decision, Hold):
            return await self._hold(decision, generation)
        if decision.status is Status.STARTING:
            return None
        return await self._release()

    def _must_release_first(self) -> bool:
        return self._release_first or self._lease.is_orphaned or self._lease.is_elsewhere(self._edge.topology)

    async def _hold(self, decision: Hold, generation: int) -> Reason | None:
        self._is_holding = True
        problem = await self._lease.hold(
            NextWrite(
                ac_power_w=decision.clamped.ac_power_w,
                command_id=decision.command.id,
                cycle=self._edge.cycle,
                closed_loop=decision.closed_loop,
                limited=bool(decision.clamped.clamps),
            ),
            decision.clamped.power_w,
            LeaseRecord(
                command_id=decision.command.id,
                source=decision.command.source,
                battery=decision.battery.id,
                controller=decision.control.controller,
                ends_at_utc=decision.command.ends_at_utc,
            ),
            decision.control,
            lambda: self._generation == generation,
        )
        if problem is not None and problem.code is ReasonCode.JOURNAL_FAILED:
            await self._release()
        return problem

    async def _release(self) -> Reason | None:
        """Give the battery back, once the Edge has said how: before its first answer nothing can be written."""
        self._is_holding = False
        self._readback = ReadBack()
        if self._edge.topology is None and not self._lease.is_free:
            return Reason(ReasonCode.STARTING)
        return await self._lease.release(self._edge.topology)

    async def _guarded_step(self) -> None:
        try:
            await self.step()
        except Exception as error:
            reason = Reason(ReasonCode.INTERNAL_ERROR, {"error": type(error).__name__})
            if self._state.reason != reason:
                _LOGGER.exception("The dispatcher failed; the battery is released")
            await self._lease.release(self._edge.topology)
            self._publish(
                DispatchState(
                    mode=self._mode, status=Status.BLOCKED, reason=reason, setpoint=self._lease.setpoint
                )
            )

    def _after(self, event: EdgeEvent) -> EdgeView:
        if isinstance(event, Cycle):
            return self._edge.after_cycle(event.telemetry, self._lease.setpoint, self._grid, self._slot_start)
        return self._edge.after(event, self._clock.monotonic())

    def _touched(self) -> None:
        self._generation += 1
        self._wake.set()

    def _keep(self, stays: Callable[[Command], bool]) -> bool:
        kept = tuple(command for command in self._commands if stays(command))
        changed = len(kept) != len(self._commands)
        if changed:
            self._commands = kept
            self._touched()
        return changed

    def _forget_ended(self) -> None:
        moment = self._moment()
        self._commands = tuple(command for command in self._commands if not is_over(command, moment))

    def _give_up_if_in_vain(self) -> None:
        if self._readback.has_given_up(self._clock.monotonic()):
            self._waiting = Waiting(self._moment().slot, self._readback.verdict)
            self._readback = ReadBack()

    def _moment(self) -> Moment:
        utc = self._clock.utc()
        return Moment(monotonic=self._clock.monotonic(), utc=utc, slot=self._grid.slot_at(utc))

    def _situation(self) -> Situation:
        moment = self._moment()
        return Situation(
            mode=self._mode,
            limits=self._limits,
            commands=self._commands,
            moment=moment,
            grid=self._grid,
            vital=self._edge.vital(moment.monotonic, disk_has_room=self._disk_has_room()),
            house_net_w=self._edge.house_net.power_w,
            progress=self._edge.progress,
            waiting=self._waiting,
            at_reserve=self._at_reserve,
        )

    def _publish(self, state: DispatchState) -> None:
        if state == self._state:
            return
        if (state.status, state.reason.code) != (self._state.status, self._state.reason.code):
            _LOGGER.info("Battery: %s (%s)", state.status, state.reason.code)
        self._state = state
        if self._on_change is None:
            return
        try:
            self._on_change(state)
        except Exception:
            _LOGGER.exception("A listener of the dispatcher failed; the battery is not touched by that")
