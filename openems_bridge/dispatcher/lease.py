"""The battery on loan: journalled first, then written, and given back until it is really free."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dems_node.clock import Clock
from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.readback import Written, recent
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.dispatcher.retry import Retry
from openems_bridge.dispatcher.schedule import LastWrite, NextWrite, is_due
from openems_bridge.edge.interface import (
    BatteryActuator,
    ControlPath,
    EdgeLoginRefused,
    EdgeScriptFailed,
    EdgeScriptMissing,
    EdgeUnreachable,
    EdgeWriteRefused,
    Topology,
)

_LOGGER = logging.getLogger(__name__)

ACTUATOR_SECONDS = 5.0
"""The longest a write to the Edge may take."""
JOURNAL_SECONDS = 10.0
"""The longest a line in the journal may take: an SD card can be slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """What the journal says about a lease: for which command the battery is held, where, and until when (UTC s)."""

    command_id: str
    source: CommandSource
    battery: str
    controller: str
    ends_at_utc: float


class LeaseJournal(Protocol):
    """The leases in the store. Each call returns when its line would survive a power cut, or raises."""

    async def acquire(self, record: LeaseRecord) -> int:
        """Open a lease and return its id. Called before the first set-point is written."""
        ...

    async def change(self, lease_id: int, record: LeaseRecord) -> None:
        """Note that an open lease serves another command from now on."""
        ...

    async def release(self, lease_id: int) -> None:
        """Close a lease. Called after the battery was given back. Closing a closed lease does nothing."""
        ...

    async def unreleased(self) -> Mapping[int, LeaseRecord]:
        """Return the open leases by id, the oldest first: those of a run that died before it could release."""
        ...


class BatteryLease:
    """The one holder of the actuator. Answers None when all went well, or the reason why it did not."""

    def __init__(self, actuator: BatteryActuator | None, journal: LeaseJournal, clock: Clock) -> None:
        self._actuator = actuator
        self._journal = journal
        self._clock = clock
        self._open: list[int] | None = None
        self._record: LeaseRecord | None = None
        self._orphans: tuple[LeaseRecord, ...] = ()
        self._may_be_in_force = False
        self._told_to_release = False
        self._was_refused = False
        self._last: LastWrite | None = None
        self._connection = 0
        self._last_attempt_at = clock.monotonic()
        self._problem: Reason | None = None
        self._hold_retry = Retry()
        self._release_retry = Retry()
        self.setpoint: int | None = None
        """The battery power (W) last written with success, None when the battery is free."""
        self.written: tuple[Written, ...] = ()
        """The AC set-points that the Edge may still show."""

    @property
    def is_free(self) -> bool:
        """Whether nothing of ours can be in force and the journal knows it."""
        return self._open == [] and not self._may_be_in_force

    @property
    def is_orphaned(self) -> bool:
        """Whether leases are open that serve none of this run's commands: they are to be released first."""
        return bool(self._open) and self._record is None

    def is_elsewhere(self, topology: Topology | None) -> bool:
        """Return whether the lease holds another battery or path than the house has now.

        That one has to come free first: every write to the new one would keep the old set-point alive (one timer
        serves all values of a controller).
        """
        return self._record is not None and (
            _is_other_battery(self._record, topology) or _is_other_path(self._record, topology)
        )

    async def recover(self) -> Reason | None:
        """Read the journal for leases of a run that died; they are given back like one's own by ``release``."""
        if self._open is not None:
            return None
        if not self._hold_retry.is_ready(self._clock.monotonic()):
            return self._problem
        try:
            left = await _within(JOURNAL_SECONDS, self._journal.unreleased())
        except Exception as error:
            return self._failed(Reason(ReasonCode.JOURNAL_FAILED), error, self._hold_retry)
        self._open = list(left)
        self._orphans = tuple(left.values())
        if left:
            held = ", ".join(f"{lease.battery} through {lease.controller}" for lease in self._orphans)
            _LOGGER.warning("%d set-point lease(s) were left open: releasing %s", len(left), held)
            self._may_be_in_force = True
            self._last_attempt_at = self._clock.monotonic()
        self._succeeded()
        return None

    def assert_again(self) -> None:
        """Forget what was written: the Edge may have restarted. The next set-point is written at once."""
        self._connection += 1
        self._last = None
        self.written = ()
        self._told_to_release = False
        self._hold_retry.reset()
        self._release_retry.reset()

    async def hold(
        self,
        new: NextWrite,
        power_w: int,
        record: LeaseRecord,
        control: ControlPath,
        is_still_wanted: Callable[[], bool],
    ) -> Reason | None:
        """Have a set-point in force: journal it if it serves another command, write it if it is due.

        ``power_w`` is the battery's own, ``new`` carries the AC value. ``is_still_wanted`` is asked between the
        journal and the write, so that a mode switched to OFF meanwhile is obeyed.
        """
        now = self._clock.monotonic()
        if self._problem is None and not is_due(self._last, new, now, control.timeout_seconds):
            return None
        if not self._hold_retry.is_ready(now):
            return self._problem
        problem = await self._journalled(record)
        if problem is not None or not is_still_wanted():
            return problem
        return await self._write(new, power_w)

    async def release(self, topology: Topology | None) -> Reason | None:
        """Give the battery back, then close the leases. To be called again until it answers None."""
        if self.is_free:
            self._succeeded()
            return None
        now = self._clock.monotonic()
        if not self._release_retry.is_ready(now):
            return self._problem
        if self._may_be_in_force:
            problem = await self._take_back(topology, now)
            if problem is not None:
                return problem
        return await self._close_leases()

    async def _journalled(self, record: LeaseRecord) -> Reason | None:
        if self._open and record == self._record:
            return None
        try:
            if self._open:
                await _within(JOURNAL_SECONDS, self._journal.change(self._open[0], record))
            else:
                self._open = [await _within(JOURNAL_SECONDS, self._journal.acquire(record))]
        except Exception as error:
            # Whether the line was written is unknown: the journal is read again, and what is open is released.
            if not self._open:
                self._open = None
                self._record = None
            return self._failed(Reason(ReasonCode.JOURNAL_FAILED), error, self._hold_retry)
        self._record = record
        return None

    async def _write(self, new: NextWrite, power_w: int) -> Reason | None:
        if self._actuator is None:
            return Reason(ReasonCode.CONTROL_PATH_MISSING)
        started = self._clock.monotonic()
        before, was_in_force, connection = self.written, self._may_be_in_force, self._connection
        self._may_be_in_force = True
        self._told_to_release = False
        self._last_attempt_at = started
        self.written = attempted = _with_attempt(recent(before, started), new.ac_power_w, started)
        try:
            await _within(ACTUATOR_SECONDS, self._actuator.write(new.ac_power_w))
        except Exception as error:
            if isinstance(error, EdgeWriteRefused | EdgeLoginRefused):
                self.written, self._may_be_in_force = before, was_in_force
            self._last = None
            return self._failed(_reason_of(error), error, self._hold_retry)
        self._last_attempt_at = self._clock.monotonic()
        self.setpoint = power_w
        if connection == self._connection:  # else the Edge may have restarted with the write on its way
            self.written = _with_success(attempted, self._last_attempt_at)
            self._last = LastWrite(
                ac_power_w=new.ac_power_w, at=started, command_id=new.command_id, cycle=new.cycle
            )
        self._succeeded()
        return None

    async def _take_back(self, topology: Topology | None, now: float) -> Reason | None:
        if self._actuator is None:
            problem = {"problem": str(ReasonCode.CONTROL_PATH_MISSING)}
            return Reason(ReasonCode.RELEASE_FAILED, problem)
        held = self._orphans if self._record is None else (self._record,)
        if not self._told_to_release:
            try:
                await self._tell_to_release(self._actuator, held, topology)
            except Exception as error:
                reason = Reason(ReasonCode.RELEASE_FAILED, {"problem": str(_reason_of(error).code)})
                return self._failed(reason, error, self._release_retry)
            self._told_to_release = True
            self._succeeded()
        control = topology.control if topology is not None else None
        took_null = not self._was_refused and not any(_is_other_path(lease, topology) for lease in held)
        needs_silence = control is not None and not (control.releasable and took_null)
        if control is not None and needs_silence and now < self._last_attempt_at + control.timeout_seconds:
            return Reason(ReasonCode.RELEASING_BY_SILENCE, {"timeout_seconds": control.timeout_seconds})
        self._may_be_in_force = False
        self._last = None
        self.setpoint = None
        self.written = ()
        return None

    async def _tell_to_release(
        self, actuator: BatteryActuator, held: Sequence[LeaseRecord], topology: Topology | None
    ) -> None:
        self._was_refused = False
        elsewhere = {lease.battery for lease in held if _is_other_battery(lease, topology)}
        if not held or any(lease.battery not in elsewhere for lease in held):
            await _within(ACTUATOR_SECONDS, actuator.release())
        for battery in sorted(elsewhere):
            try:
                await _within(ACTUATOR_SECONDS, actuator.release(battery))
            except EdgeWriteRefused as error:
                # Gone from the Edge, perhaps: nobody will take a release for it, and its set-point ends by silence.
                self._was_refused = True
                _LOGGER.warning("%s, held before, is left in silence: %s", battery, error)

    async def _close_leases(self) -> Reason | None:
        while self._open:
            try:
                await _within(JOURNAL_SECONDS, self._journal.release(self._open[0]))
            except Exception as error:
                return self._failed(Reason(ReasonCode.JOURNAL_FAILED), error, self._release_retry)
            self._open.pop(0)
        self._record = None
        self._orphans = ()
        self._succeeded()
        return None

    def _failed(self, problem: Reason, error: Exception, retry: Retry) -> Reason:
        if self._problem is None or self._problem.code is not problem.code:
            _LOGGER.warning("The battery cannot be steered (%s), trying again: %r", problem.code, error)
        self._problem = problem
        retry.failed(self._clock.monotonic())
        return problem

    def _succeeded(self) -> None:
        if self._problem is not None:
            _LOGGER.info("The battery can be steered again (it was: %s)", self._problem.code)
        self._problem = None
        self._hold_retry.reset()
        self._release_retry.reset()


async def _within[T](seconds: float, call: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await call


def _is_other_battery(lease: LeaseRecord, topology: Topology | None) -> bool:
    return topology is not None and topology.battery is not None and topology.battery.id != lease.battery


def _is_other_path(lease: LeaseRecord, topology: Topology | None) -> bool:
    return (
        topology is not None
        and topology.control is not None
        and topology.control.controller != lease.controller
    )


def _reason_of(error: Exception) -> Reason:
    match error:
        case EdgeWriteRefused():
            return Reason(ReasonCode.WRITE_REFUSED)
        case EdgeLoginRefused():
            return Reason(ReasonCode.LOGIN_REFUSED)
        case EdgeScriptMissing():
            return Reason(ReasonCode.SCRIPT_MISSING)
        case EdgeScriptFailed():
            return Reason(ReasonCode.SCRIPT_FAILED)
        case EdgeUnreachable() | TimeoutError() | OSError():
            return Reason(ReasonCode.UNREACHABLE)
        case _:
            return Reason(ReasonCode.WRITE_FAILED, {"error": type(error).__name__})


def _with_attempt(written: tuple[Written, ...], ac_power_w: int, now: float) -> tuple[Written, ...]:
    """Return the set-points with one on its way: the one before stays in force until it has arrived."""
    if written and written[-1].until is None and written[-1].ac_power_w == ac_power_w:
        return written
    return (*written, Written(ac_power_w, now))


def _with_success(written: tuple[Written, ...], now: float) -> tuple[Written, ...]:
    """Return the set-points with only the last one still in force."""
    earlier = (
        Written(entry.ac_power_w, entry.since, now if entry.until is None else entry.until)
        for entry in written[:-1]
    )
    return (*earlier, written[-1])
