"""The dispatcher's state in words that a person can act on: what was decided, what failed, what is read back."""

from collections.abc import Sequence
from dataclasses import replace

from openems_bridge.dispatcher.commands import DispatchState, Mode, Status
from openems_bridge.dispatcher.decision import Hold, Release
from openems_bridge.dispatcher.readback import Verdict, Written
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.telemetry import Telemetry


def describe(
    mode: Mode, decision: Release | Hold, problem: Reason | None, setpoint: int | None
) -> DispatchState:
    """Return the state after a decision was acted on; ``problem`` is what kept it from being done.

    ``setpoint`` is the battery power (W) that is in force, None when the battery is free.
    """
    state = DispatchState(
        mode=mode,
        status=decision.status,
        reason=decision.reason,
        command=decision.command,
        requested_power=decision.requested_power,
        setpoint=setpoint,
        clamps=decision.clamped.clamps if isinstance(decision, Hold) else decision.clamps,
    )
    if problem is not None:
        return replace(state, status=_status_of(problem), reason=problem)
    return state


def judged(
    state: DispatchState, verdict: Verdict, telemetry: Telemetry | None, written: Sequence[Written]
) -> DispatchState:
    """Return the state of a set-point in force with what the read-back says about it.

    ``written`` are the AC set-points that the Edge may still show, the newest last.
    """
    if verdict is Verdict.FOLLOWED or telemetry is None or not written:
        return state
    asked = written[-1].ac_power_w
    if verdict is Verdict.OVERRIDDEN:
        status, code, names = Status.OVERRIDDEN, ReasonCode.OVERRIDDEN, ("applied_w", "written_w")
        seen = telemetry.applied_setpoint
    else:
        status, code, names = Status.NOT_FOLLOWING, ReasonCode.NOT_FOLLOWING, ("power_w", "setpoint_w")
        seen = telemetry.ess_power
    values = (seen if seen is not None else asked, asked)
    return replace(state, status=status, reason=Reason(code, dict(zip(names, values, strict=True))))


def _status_of(problem: Reason) -> Status:
    match problem.code:
        case ReasonCode.STARTING:
            return Status.STARTING
        case ReasonCode.RELEASING_BY_SILENCE:
            return Status.RELEASED
        case ReasonCode.SCRIPT_FAILED | ReasonCode.SCRIPT_MISSING:
            return Status.NOT_FOLLOWING
        case _:
            return Status.BLOCKED
