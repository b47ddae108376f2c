"""What the battery may be asked to do, by whom, and what the dispatcher says about it."""

from dataclasses import dataclass
from enum import StrEnum

from openems_bridge.dispatcher.reasons import Reason

MANUAL_DEFAULT_SECONDS = 15 * 60
MANUAL_LONGEST_SECONDS = 4 * 3600


class Mode(StrEnum):
    """What the owner lets the bridge do with the battery. OFF is a dry run: nothing is written."""

    OFF = "off"
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class CommandSource(StrEnum):
    """Who asks; in this order one goes before the other (DESIGN.md, Safety and precedence)."""

    MANUAL = "manual"
    SUGGESTION = "suggestion"
    LIVE = "live"
    """What the members would trade now, in the slot that runs (docs/market.md section 12)."""
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class BatteryPower:
    """A power of the battery itself, W, + discharging."""

    power_w: int


@dataclass(frozen=True, slots=True)
class GridPower:
    """A power at the grid meter, W, + import; the loop is closed on the meter."""

    power_w: int


@dataclass(frozen=True, slots=True)
class GridEnergy:
    """A net energy at the grid meter within one slot, Wh, + import; the loop is closed on the meter's counters."""

    energy_wh: int
    slot: int


@dataclass(frozen=True, slots=True)
class SelfConsumption:
    """Release where the Edge has a balancing controller, a grid power of 0 W where it has none."""


type Target = BatteryPower | GridPower | GridEnergy | SelfConsumption


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A target with an end and a reason. ``ends_at`` is monotonic; ``ends_at_utc`` is the same moment for people."""

    id: str
    source: CommandSource
    target: Target
    ends_at: float
    ends_at_utc: float
    reason: str = ""
    """Free text of the one who asked, shown to people."""
    reserve_soc: int = 0
    """State of charge (%) below which this command does not discharge; the owner's and the Edge's reserve hold besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The owner's limits. They outrank every command, and move a set-point only towards zero.

    Powers in W and >= 0, None = no limit of the owner's; ``reserve_soc`` in %.
    ``max_grid_draw`` is the draw from the grid up to which the battery may charge (§14a EnWG).
    """

    max_charge_power: int | None = None
    max_discharge_power: int | None = None
    reserve_soc: int = 10
    grid_charging: bool = False
    battery_feed_in: bool = False
    max_feed_in: int | None = None
    max_grid_draw: int | None = None


class Status(StrEnum):
    """The state of the dispatcher, in one word."""

    OFF = "off"
    RELEASED = "released"
    STARTING = "starting"
    FOLLOWING = "following"
    LIMITED = "limited"
    OVERRIDDEN = "overridden"
    NOT_FOLLOWING = "not_following"
    WAITING = "waiting"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchState:
    """What is done at the battery and why. Powers in W of the battery itself, + discharging."""

    mode: Mode
    status: Status
    reason: Reason
    command: Command | None = None
    requested_power: int | None = None
    """What the command asks of the battery now, before any limit."""
    setpoint: int | None = None
    """What is in force, None when the battery is released."""
    clamps: tuple[Reason, ...] = ()
