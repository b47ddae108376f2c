"""What to do at the battery in this cycle: a pure function of everything that is known."""

from dataclasses import dataclass, replace

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.clamping import Bounding, Clamped, ac_offset, clamp
from openems_bridge.dispatcher.commands import Command, GridEnergy, Limits, Mode, Status
from openems_bridge.dispatcher.precedence import Moment, in_force
from openems_bridge.dispatcher.readback import GIVE_UP_SECONDS, Verdict
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.dispatcher.safety import Vital, reason_to_stop
from openems_bridge.dispatcher.slot_progress import SlotProgress
from openems_bridge.dispatcher.targets import LeaveToEdge, Unknowable, wish
from openems_bridge.edge.interface import Battery, ControlPath


@dataclass(frozen=True, slots=True)
class Waiting:
    """The bridge gave up in this slot, and why."""

    slot: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision rests on."""

    mode: Mode
    limits: Limits
    commands: tuple[Command, ...]
    moment: Moment
    grid: SlotGrid
    vital: Vital
    house_net_w: int | None
    progress: SlotProgress | None
    waiting: Waiting | None
    at_reserve: str | None = None
    """The id of the command that has discharged down to the reserve, see ``at_reserve_after``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The battery is to be free. The command and its numbers are those of a dry run, where there is one."""

    status: Status
    reason: Reason
    command: Command | None = None
    requested_power: int | None = None
    clamps: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A set-point is to be in force. ``requested_power`` is None where the target cannot be computed."""

    command: Command
    battery: Battery
    control: ControlPath
    reason: Reason
    requested_power: int | None
    clamped: Clamped
    closed_loop: bool

    @property
    def status(self) -> Status:
        """FOLLOWING, or LIMITED where a limit took something away."""
        return Status.LIMITED if self.clamped.clamps else Status.FOLLOWING


def decide(situation: Situation) -> Release | Hold:
    """Return what to do: safety first, then the mode's commands in their precedence, then release.

    In OFF the answer is always a release; it carries what AUTOMATIC would do, for the one who watches.
    """
    if situation.mode is Mode.OFF:
        return _dry_run(situation)
    stop = reason_to_stop(situation.vital)
    command = in_force(situation.commands, situation.mode, situation.moment)
    if stop is not None:
        status = Status.STARTING if stop.code is ReasonCode.STARTING else Status.BLOCKED
        return Release(status=status, reason=stop, command=command)
    if situation.waiting is not None and situation.waiting.slot == situation.moment.slot:
        return Release(
            status=Status.WAITING, reason=_waiting_reason(situation.waiting, situation.grid), command=command
        )
    if command is None:
        return Release(status=Status.RELEASED, reason=Reason(ReasonCode.NO_COMMAND))
    return _pursue(command, situation)


def at_reserve_after(command_id: str | None, decision: Release | Hold) -> str | None:
    """Return the id of the command that has met the reserve and not come clear of it since, None if there is none.

    A state of charge rebounds when the load goes. Without this memory every rebound would be a short discharge.
    """
    if not isinstance(decision, Hold):
        return command_id
    if any(clamp.code is ReasonCode.RESERVE_SOC for clamp in decision.clamped.clamps):
        return decision.command.id
    discharges = decision.requested_power is not None and decision.requested_power > 0
    return None if discharges or command_id != decision.command.id else command_id


def _dry_run(situation: Situation) -> Release:
    reason = Reason(ReasonCode.MODE_OFF)
    command = in_force(situation.commands, Mode.AUTOMATIC, situation.moment)
    if command is None or reason_to_stop(situation.vital) is not None:
        return Release(status=Status.OFF, reason=reason, command=command)
    would = _pursue(command, situation)
    clamps = would.clamped.clamps if isinstance(would, Hold) else would.clamps
    return Release(
        status=Status.OFF,
        reason=reason,
        command=command,
        requested_power=would.requested_power,
        clamps=clamps,
    )


def _waiting_reason(waiting: Waiting, grid: SlotGrid) -> Reason:
    overridden = waiting.verdict is Verdict.OVERRIDDEN
    code = ReasonCode.WAITING_AFTER_OVERRIDE if overridden else ReasonCode.WAITING_AFTER_NOT_FOLLOWING
    return Reason(code, {"minutes": int(GIVE_UP_SECONDS // 60), "next_slot_utc": grid.end(waiting.slot)})


def _pursue(command: Command, situation: Situation) -> Release | Hold:
    """Return how a command is served where nothing forbids it; safety has seen to battery, path and values."""
    topology, telemetry = situation.vital.topology, situation.vital.telemetry
    if topology is None or topology.battery is None or topology.control is None or telemetry is None:
        return Release(status=Status.STARTING, reason=Reason(ReasonCode.STARTING), command=command)
    battery, control = topology.battery, topology.control
    usual_reserve = max(situation.limits.reserve_soc, control.reserve_soc or 0)
    # The Edge's own controller knows nothing of a reserve that only this command keeps.
    keeps_more = command.reserve_soc > usual_reserve
    wanted = wish(
        command.target,
        telemetry,
        situation.house_net_w,
        situation.progress,
        None if keeps_more else control.balancing,
        situation.moment,
        situation.grid,
    )
    if isinstance(wanted, LeaveToEdge):
        by_edge = Reason(ReasonCode.SELF_CONSUMPTION_BY_EDGE, {"controller": wanted.controller})
        return Release(status=Status.RELEASED, reason=by_edge, command=command)
    offset = ac_offset(telemetry, battery.kind)
    if offset is None:
        unknown = Reason(ReasonCode.INVERTER_POWER_UNKNOWN)
        return Release(status=Status.BLOCKED, reason=unknown, command=command)
    bounding = Bounding(
        telemetry=telemetry,
        limits=situation.limits,
        reserve_soc=max(usual_reserve, command.reserve_soc),
        at_reserve=situation.at_reserve == command.id,
        offset_w=offset,
        house_net_w=situation.house_net_w,
    )
    if isinstance(wanted, Unknowable):
        requested, in_loop = None, False
        clamped = replace(clamp(0, bounding), clamps=(Reason(wanted.missing),))
    else:
        requested, in_loop = wanted.power_w, wanted.closed_loop
        clamped = clamp(wanted.power_w, bounding)
    return Hold(
        command=command,
        battery=battery,
        control=control,
        reason=clamped.clamps[-1] if clamped.clamps else _following(command, situation),
        requested_power=requested,
        clamped=clamped,
        # Limits and a hybrid's plant move a set-point with the house, too.
        closed_loop=in_loop or offset != 0 or bool(clamped.clamps),
    )


def _following(command: Command, situation: Situation) -> Reason:
    in_slot = isinstance(command.target, GridEnergy)
    partial = in_slot and situation.progress is not None and situation.progress.is_partial(situation.grid)
    code = ReasonCode.FOLLOWING_PARTIAL_SLOT if partial else ReasonCode.FOLLOWING
    return Reason(code, {"source": command.source.value})
