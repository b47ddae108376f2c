"""What the fake Edge shall be: its house, its components, its ports; from the command line or from a test."""

import argparse
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from openems_bridge.edge.simulation.profile import SHIPPED_KINDS


class EssLayout(StrEnum):
    """Which storage components the Edge has; all of them share the one battery of the house."""

    NONE = "none"
    SINGLE = "single"
    TWO = "two"
    """ess0 and ess1, each half of the battery."""
    CLUSTER = "cluster"
    """ess0 is a cluster of ess1 and ess2, each half of the battery."""


class SchedulerKind(StrEnum):
    """The Edge's scheduler."""

    ALL_ALPHABETICALLY = "alphabetically"
    FIXED_ORDER = "fixed_order"
    """As the app centre sets it up: REST, Modbus and balancing are in the list, the websocket is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeEdgeOptions:
    """Powers in W, energy in Wh, SoC in %. A port of 0 is chosen by the system, None means: does not exist.

    ``cycle_ms`` is how long a cycle lasts on the wall. **Each cycle is one simulated second**, whatever that is: with
    50 ms the Edge lives twenty times as fast, and *everything that the Edge counts in seconds* (energy, ramps,
    ``apiTimeout``, ``_meta/SystemTimeUtc``, history) counts simulated seconds. Only what belongs to the network (idle
    connections, the rate of new ones, slow answers) counts real ones. ``speed`` is something else: how many seconds
    of the profile's day pass per simulated second.
    """

    host: str = "127.0.0.1"
    ws_port: int | None = 0
    rest_port: int | None = 0
    own_rest_port: int | None = None
    """A second REST controller, ``ctrlApiRest1``, for the bridge alone."""
    modbus_port: int | None = 0
    control_port: int | None = None
    cycle_ms: int = 1000

    household: str = "family"
    profile: Path | None = None
    household_index: int = 0
    seed: str = "dems"
    start: float | None = None
    """Moment of the profile (s) to begin with; None: the present local time of day."""
    speed: float = 1.0
    battery_wh: int | None = None
    battery_w: int | None = None
    initial_soc: int = 50

    ess: EssLayout = EssLayout.SINGLE
    hybrid: bool = False
    managed: bool = True
    """False: an AC-coupled ESS that cannot be steered. A hybrid is always a managed one."""
    inverter_controlled: bool = False
    """A GoodWe whose ``controlMode`` is INTERNAL: it takes no set-points."""
    balancing: bool = True
    scheduler: SchedulerKind = SchedulerKind.ALL_ALPHABETICALLY
    api_timeout: int = 60
    rest_read_only: bool = False
    modbus_read_only: bool = False
    modbus_components: tuple[str, ...] = ("_sum", "ess0")
    timedata: bool = True
    reserve_soc: int | None = None
    """An EmergencyCapacityReserve controller that holds this much."""
    fix_active_power: int | None = None
    """A FixActivePower controller, first in the scheduler's list, that asks for this power (W)."""
    rest_connection_limit: int = 5
    modbus_connection_limit: int = 5
    modbus_idle_seconds: float = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the fake Edge's options to a (sub-)command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--ws-port", type=int, default=8085, help="websocket; 0 = any free port")
    parser.add_argument("--rest-port", type=int, default=8084, help="REST; 0 = any free port")
    parser.add_argument(
        "--own-rest-port", type=int, help="a second REST controller, ctrlApiRest1, for the bridge alone"
    )
    parser.add_argument("--modbus-port", type=int, default=1502, help="Modbus/TCP; 0 = any free port")
    parser.add_argument("--control-port", type=int, help="localhost port to switch faults (default: none)")
    parser.add_argument(
        "--cycle", type=int, default=1000, metavar="MS", help="wall time of a cycle = 1 simulated second"
    )
    parser.add_argument(
        "--household", default="family", choices=SHIPPED_KINDS, help="shipped household to play"
    )
    parser.add_argument("--profile", type=Path, help="an .npz or .json file of the documented layout instead")
    parser.add_argument("--household-index", type=int, default=0, help="which household of an .npz file")
    parser.add_argument("--seed", default="dems", help="seed of the second-scale variation")
    parser.add_argument(
        "--start", type=_time_of_day, metavar="[DAY+]HH:MM", help="moment to begin with (default: now)"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the played day per second")
    parser.add_argument("--battery-wh", type=int, help="capacity (default: the household's, else 10000)")
    parser.add_argument("--battery-w", type=int, help="power (default: the household's, else 5000)")
    parser.add_argument("--initial-soc", type=int, default=50)
    parser.add_argument("--ess", type=EssLayout, choices=list(EssLayout), default=EssLayout.SINGLE)
    parser.add_argument(
        "--hybrid", action="store_true", help="hybrid inverter: the roof hangs on the battery (DC)"
    )
    parser.add_argument("--unmanaged", action="store_true", help="an ESS that cannot be steered")
    parser.add_argument("--inverter-controlled", action="store_true", help="GoodWe in controlMode INTERNAL")
    parser.add_argument("--no-balancing", action="store_true", help="without ctrlBalancing0")
    parser.add_argument("--scheduler", type=SchedulerKind, choices=list(SchedulerKind),
                        default=SchedulerKind.ALL_ALPHABETICALLY)  # fmt: skip
    parser.add_argument(
        "--api-timeout", type=int, default=60, help="apiTimeout of every API controller, 0 = never"
    )
    parser.add_argument("--rest-read-only", action="store_true")
    parser.add_argument("--modbus-read-only", action="store_true")
    parser.add_argument(
        "--modbus-components", default="_sum,ess0", help="component.ids of the Modbus controller, in order"
    )
    parser.add_argument("--no-timedata", action="store_true", help="without a history service")
    parser.add_argument(
        "--fix-active-power", type=int, metavar="W", help="a FixActivePower controller ahead of the others"
    )
    parser.add_argument(
        "--reserve-soc", type=int, help="an EmergencyCapacityReserve controller with this reserve"
    )


def options_from(args: argparse.Namespace) -> FakeEdgeOptions:
    """Return the options that the command line asks for."""
    return FakeEdgeOptions(
        host=args.host,
        ws_port=args.ws_port,
        rest_port=args.rest_port,
        own_rest_port=args.own_rest_port,
        modbus_port=args.modbus_port,
        control_port=args.control_port,
        cycle_ms=args.cycle,
        household=args.household,
        profile=args.profile,
        household_index=args.household_index,
        seed=args.seed,
        start=args.start,
        speed=args.speed,
        battery_wh=args.battery_wh,
        battery_w=args.battery_w,
        initial_soc=args.initial_soc,
        ess=args.ess,
        hybrid=args.hybrid,
        managed=not args.unmanaged,
        inverter_controlled=args.inverter_controlled,
        balancing=not args.no_balancing,
        scheduler=args.scheduler,
        api_timeout=args.api_timeout,
        rest_read_only=args.rest_read_only,
        modbus_read_only=args.modbus_read_only,
        modbus_components=tuple(part.strip() for part in args.modbus_components.split(",") if part.strip()),
        timedata=not args.no_timedata,
        reserve_soc=args.reserve_soc,
        fix_active_power=args.fix_active_power,
    )


def _time_of_day(text: str) -> float:
    day, _, clock = text.rpartition("+")
    hours, _, minutes = clock.partition(":")
    try:
        moment = int(day or 0) * 86_400 + int(hours) * 3600 + int(minutes or 0) * 60
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment like 07:30 or 2+07:30") from None
    return float(moment)
