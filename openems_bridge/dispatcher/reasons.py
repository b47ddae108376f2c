"""Why the battery does what it does: stable codes with parameters, rendered in the user's language elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class ReasonCode(StrEnum):
    """Every reason the dispatcher can give. A code never changes its meaning; ``params`` names its parameters.

    Powers end in ``_w`` (W), states of charge in ``_soc`` or ``soc`` (%), times in ``_seconds``, ``_minutes`` or
    ``_utc`` (whole UTC seconds). In the limits, ``requested_w`` is what the command asks of the battery
    (+ discharging) and ``limit_w`` the magnitude that this limit leaves of it; where an input is unknown that is 0 W.
    """

    params: tuple[str, ...]

    def __new__(cls, code: str, *params: str) -> Self:
        """Build a member that is its code, and knows its parameters."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.params = params
        return member

    # What is being done
    MODE_OFF = "mode_off"
    """Dry run: nothing is written. Also the refusal of a manual command in this mode."""
    STARTING = "starting"
    """The Edge has not answered yet since the bridge started."""
    NO_COMMAND = "no_command"
    """Nobody asks anything of the battery that this mode obeys: the Edge's own controllers have it."""
    FOLLOWING = "following", "source"
    """The set-point is what the command asks for; ``source`` is manual, suggestion or plan."""
    FOLLOWING_PARTIAL_SLOT = "following_partial_slot", "source"
    """As FOLLOWING, but the energy before the bridge began to watch this slot is assumed to be as asked."""
    SELF_CONSUMPTION_BY_EDGE = "self_consumption_by_edge", "controller"
    """Self-consumption is asked for and left to the Edge's own controller: released."""
    RELEASING = "releasing"
    """A set-point of the bridge's own is being taken back before anything else is done."""
    RELEASING_BY_SILENCE = "releasing_by_silence", "timeout_seconds"
    """This path knows no release: the Edge forgets the set-point after so many seconds without a write."""
    CLOSED = "closed"
    """The bridge shuts down."""

    # Limits that made the set-point smaller
    ALLOWED_CHARGE_POWER = "allowed_charge_power", "limit_w", "requested_w"
    """The Edge allows no stronger charging now."""
    ALLOWED_DISCHARGE_POWER = "allowed_discharge_power", "limit_w", "requested_w"
    """The Edge allows no stronger discharging now."""
    ALLOWED_POWER_UNKNOWN = "allowed_power_unknown"
    """The Edge does not say which power it allows in this direction."""
    MAX_APPARENT_POWER = "max_apparent_power", "limit_w", "requested_w"
    """The inverter's rated power."""
    MAX_APPARENT_POWER_UNKNOWN = "max_apparent_power_unknown"
    """The Edge does not say the inverter's rated power."""
    MAX_CHARGE_POWER = "max_charge_power", "limit_w", "requested_w"
    """The owner's limit for charging."""
    MAX_DISCHARGE_POWER = "max_discharge_power", "limit_w", "requested_w"
    """The owner's limit for discharging."""
    RESERVE_SOC = "reserve_soc", "soc", "reserve_soc", "requested_w"
    """The state of charge is at the reserve: no discharging. The higher of the owner's and the Edge's reserve."""
    SOC_UNKNOWN = "soc_unknown"
    """The Edge does not say the state of charge: no discharging."""
    GRID_CHARGING_NOT_ALLOWED = "grid_charging_not_allowed", "limit_w", "requested_w"
    """The owner allows charging from the house's own surplus only."""
    BATTERY_FEED_IN_NOT_ALLOWED = "battery_feed_in_not_allowed", "limit_w", "requested_w"
    """The owner allows discharging into the house's own consumption only."""
    MAX_FEED_IN = "max_feed_in", "limit_w", "requested_w"
    """The owner's limit for feeding in, house and battery together."""
    MAX_GRID_DRAW = "max_grid_draw", "limit_w", "requested_w"
    """Charging must not push the draw from the grid above this (§14a EnWG)."""
    GRID_POWER_UNKNOWN = "grid_power_unknown"
    """A limit or the target needs the power at the grid meter, and it is unknown."""
    BATTERY_POWER_UNKNOWN = "battery_power_unknown"
    """A limit or the target needs the battery's present power, and it is unknown."""

    # Reasons to stop
    EDGE_LOST = "edge_lost", "problem"
    """The connection to the Edge broke; ``problem`` is unreachable, login_refused, wrong_answer or silent."""
    DATA_STALE = "data_stale", "longest_seconds"
    """No new values for longer than that."""
    EDGE_FAULT = "edge_fault"
    """The Edge reports State = Fault."""
    EDGE_STATE_UNKNOWN = "edge_state_unknown"
    """The Edge does not say its State."""
    OFF_GRID = "off_grid"
    """The house is cut off from the grid: the inverter alone decides."""
    GRID_MODE_UNKNOWN = "grid_mode_unknown"
    """The Edge does not say whether the house hangs on the grid."""
    INVERTER_POWER_UNKNOWN = "inverter_power_unknown"
    """A hybrid's set-point cannot be converted: the inverter's or the battery's present power is unknown."""
    DISK_FULL = "disk_full"
    """There is no room to journal a set-point: free some space on the bridge's disk."""
    BATTERY_MISSING = "battery_missing"
    """The Edge has no battery, or several and none was chosen."""
    BATTERY_UNMANAGED = "battery_unmanaged", "battery"
    """The Edge can read this battery but not steer it."""
    CONTROL_PATH_MISSING = "control_path_missing"
    """The Edge has no API controller through which set-points could be written."""
    API_TIMEOUT_ZERO = "api_timeout_zero", "controller", "longest_seconds"
    """The controller never forgets a set-point: set its apiTimeout to 1 s or more, at most the longest."""
    API_TIMEOUT_TOO_LONG = "api_timeout_too_long", "controller", "timeout_seconds", "longest_seconds"
    """The controller remembers a set-point for too long: set its apiTimeout to at most the longest."""
    PATH_UNCONFIRMED = "path_unconfirmed", "controller"
    """Set-points on this path cannot be taken back, and the owner has not confirmed that risk."""

    # What the battery does instead
    OVERRIDDEN = "overridden", "applied_w", "written_w"
    """The Edge hands the inverter another AC set-point than ours: another controller or client goes first."""
    NOT_FOLLOWING = "not_following", "power_w", "setpoint_w"
    """The inverter's AC power stays away from its set-point."""
    WAITING_AFTER_OVERRIDE = "waiting_after_override", "minutes", "next_slot_utc"
    """Overridden for that long: released until the next slot."""
    WAITING_AFTER_NOT_FOLLOWING = "waiting_after_not_following", "minutes", "next_slot_utc"
    """Not followed for that long: released until the next slot."""

    # What failed on the way to the battery
    UNREACHABLE = "unreachable"
    """The Edge did not take the set-point: no connection or no answer in time."""
    LOGIN_REFUSED = "login_refused"
    """The Edge refused user, password or role."""
    WRITE_REFUSED = "write_refused"
    """The Edge refused the set-point."""
    WRITE_FAILED = "write_failed", "error"
    """Writing failed in a way that is nobody's plan; ``error`` is its kind."""
    SCRIPT_FAILED = "script_failed"
    """The script that writes set-points through Home Assistant failed."""
    SCRIPT_MISSING = "script_missing"
    """The script that writes set-points through Home Assistant is not there any more."""
    RELEASE_FAILED = "release_failed", "problem"
    """The set-point could not be taken back yet; it is tried again. ``problem`` is the code of the cause."""
    JOURNAL_FAILED = "journal_failed"
    """The lease could not be journalled, so nothing is written to the battery."""
    INTERNAL_ERROR = "internal_error", "error"
    """A fault of the program's own; the battery is released. ``error`` is its kind."""

    # Refusals of what a person or program asks
    POWER_INVALID = "power_invalid", "value"
    """A target must be a whole number of W or Wh of plausible size."""
    DURATION_INVALID = "duration_invalid", "value"
    """A duration must be a positive, finite number of seconds."""
    DURATION_MISSING = "duration_missing"
    """A suggestion or plan says how long it holds, unless it is an energy in a slot."""
    DURATION_TOO_LONG = "duration_too_long", "seconds", "longest_seconds"
    """A manual command holds no longer than that."""
    LEASE_TOO_LONG = "lease_too_long", "seconds", "longest_seconds"
    """Through Home Assistant's scripts, which nobody watches over, a command holds no longer than that."""
    SLOT_PAST = "slot_past", "slot"
    """The slot is over."""
    LIMIT_INVALID = "limit_invalid", "limit", "value", "least", "most"
    """A limit is outside what makes sense."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and its parameters, which Home Assistant renders in the user's language."""

    code: ReasonCode
    params: Mapping[str, int | str] = field(default_factory=dict)


class RequestRefused(Exception):
    """A command, a mode or a limit that the dispatcher does not take. Nothing was changed; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        details = ", ".join(f"{name}={value}" for name, value in reason.params.items())
        super().__init__(f"{reason.code} ({details})" if details else str(reason.code))
        self.reason = reason
