"""How set-points reach the battery on an Edge, and which of its controllers have a say. Pure.

Source: facts/openems.md, "Steering a battery from outside", 1 to 7.
"""

from collections.abc import Callable, Sequence

from openems_bridge.edge.interface import ControlPath, Finding, Inspection
from openems_bridge.edge.openems.configuration import ConfiguredComponent, EdgeConfiguration

DEFAULT_API_TIMEOUT = 60
LONGEST_API_TIMEOUT = 60
SHORTEST_API_TIMEOUT = 3
"""Seconds: a set-point is renewed once a cycle at the most, and three times within a time-out."""
DEFAULT_CONTROLLER = "ctrlApiRest0"
READ_WRITE = "Controller.Api.Rest.ReadWrite"
READ_ONLY = "Controller.Api.Rest.ReadOnly"
DEFAULT_REST_PORT = 8084

type Order = tuple[str, ...]


def find_control(
    configuration: EdgeConfiguration, steered: frozenset[str], controller_id: str, rest_port: int
) -> tuple[ControlPath | None, list[Inspection]]:
    """Return the way through our REST controller and what a person should know about it.

    ``steered`` are the ids of the battery and, for a cluster, of its members. None where there is no way.
    """
    ours = configuration.components.get(controller_id)
    if ours is None or not ours.enabled or ours.factory != READ_WRITE:
        return None, [_no_way(configuration, controller_id, ours)]
    findings: list[Inspection] = []
    order, order_known = execution_order(configuration)
    if order_known and ours.id not in order:
        findings.append(
            _finding(
                Finding.ERROR,
                f"The scheduler never runs {ours.id}: add it to the scheduler's controllers.ids.",
                "scheduler",
            )
        )
    if not order_known:
        findings.append(
            _finding(
                Finding.WARNING,
                "The scheduler's kind is unknown here: which controller wins cannot be told.",
                "scheduler",
            )
        )
    others = [c for c in configuration.enabled() if c.id != ours.id and _steers(c, steered)]
    before, after = _around(ours.id, order, others)
    balancing = next((c.id for c in others if _balances(c) and (c.id in order or not order_known)), None)
    timeout = ours.number("apiTimeout")
    path = ControlPath(
        controller=ours.id,
        timeout_seconds=DEFAULT_API_TIMEOUT if timeout is None else timeout,
        releasable=True,
        shared_with=_sharers(configuration, ours, rest_port),
        runs_before=tuple(c.id for c in before),
        runs_after=tuple(c.id for c in after),
        balancing=balancing,
        reserve_soc=_highest_reserve(others),
    )
    findings.extend(_timeout_findings(path))
    findings.extend(_port_findings(ours, rest_port))
    findings.extend(_sharing_findings(path, configuration, order))
    findings.extend(_neighbour_findings(before, after))
    findings.extend(_reserve_findings(others))
    return path, findings


def execution_order(configuration: EdgeConfiguration) -> tuple[Order, bool]:
    """Return the ids of the controllers in the order in which they run, and whether that order is known."""
    schedulers = [c for c in configuration.enabled() if c.factory.startswith("Scheduler.")]
    controllers = {c.id for c in configuration.enabled() if _is_controller(c)}
    order: list[str] = []
    known = True
    for scheduler in schedulers:
        listed = [key for key in scheduler.ids("controllers.ids") if key in controllers]
        match scheduler.factory:
            case "Scheduler.AllAlphabetically":
                order += [*listed, *sorted(controllers.difference(listed))]
            case "Scheduler.FixedOrder":
                order += listed
            case _:
                known = False
    return tuple(dict.fromkeys(order)), known


def _is_controller(component: ConfiguredComponent) -> bool:
    return "Controller" in component.natures or component.factory.startswith("Controller.")


def _steers(component: ConfiguredComponent, steered: frozenset[str]) -> bool:
    named = {*component.ids("ess.id"), *component.ids("ess.ids")}
    return _is_controller(component) and bool(named & steered)


def _balances(component: ConfiguredComponent) -> bool:
    return component.factory.startswith("Controller.") and component.factory.endswith(".Balancing")


def _writes_from_outside(component: ConfiguredComponent) -> bool:
    return component.factory.startswith("Controller.Api.") and not component.factory.endswith(".ReadOnly")


def _around(
    ours: str, order: Order, others: Sequence[ConfiguredComponent]
) -> tuple[list[ConfiguredComponent], list[ConfiguredComponent]]:
    if ours not in order:
        return [], []
    position: Callable[[ConfiguredComponent], int] = lambda c: order.index(c.id)  # noqa: E731 - a sort key
    scheduled = sorted((c for c in others if c.id in order), key=position)
    own = order.index(ours)
    return [c for c in scheduled if position(c) < own], [c for c in scheduled if position(c) > own]


def _sharers(configuration: EdgeConfiguration, ours: ConfiguredComponent, rest_port: int) -> tuple[str, ...]:
    return tuple(
        c.id
        for c in configuration.enabled()
        if c.id != ours.id
        and (
            (c.factory in (READ_WRITE, READ_ONLY) and (c.number("port") or DEFAULT_REST_PORT) == rest_port)
            or (not c.factory.startswith("Scheduler.") and _names(c, ours.id))
        )
    )


def _names(component: ConfiguredComponent, component_id: str) -> bool:
    return any(
        component_id in component.ids(name) for name in component.properties if name.endswith((".id", ".ids"))
    )


def _held_reserve(component: ConfiguredComponent) -> int | None:
    match component.factory:
        case "Controller.Ess.EmergencyCapacityReserve":
            enabled = component.flag("isReserveSocEnabled", default=False)
            return component.number("reserveSoc") if enabled else None
        case "Controller.Ess.LimitTotalDischarge":
            return component.number("minSoc")
        case _:
            return None


def _highest_reserve(others: Sequence[ConfiguredComponent]) -> int | None:
    return max((reserve for c in others if (reserve := _held_reserve(c)) is not None), default=None)


def _no_way(
    configuration: EdgeConfiguration, controller_id: str, found: ConfiguredComponent | None
) -> Inspection:
    if found is None:
        wrong = "does not exist on this Edge"
    elif not found.enabled:
        wrong = "is disabled on the Edge"
    elif found.factory == READ_ONLY:
        wrong = "can only read"
    else:
        wrong = f"is a {found.factory}"
    possible = ", ".join(c.id for c in configuration.enabled() if c.factory == READ_WRITE)
    remedy = (
        f"choose one of {possible} as edge.rest_controller"
        if possible
        else f"create a {READ_WRITE} on the Edge for the bridge"
    )
    return _finding(Finding.ERROR, f"The REST controller {controller_id!r} {wrong}: {remedy}.")


def _timeout_findings(path: ControlPath) -> list[Inspection]:
    if path.timeout_seconds == 0:
        return [
            _finding(
                Finding.ERROR,
                f"{path.controller} has apiTimeout 0: a set-point would stay for ever if the bridge died. "
                f"Set it to {LONGEST_API_TIMEOUT} s or less.",
                "api_timeout",
            )
        ]
    if not 0 < path.timeout_seconds <= LONGEST_API_TIMEOUT:
        return [
            _finding(
                Finding.ERROR,
                f"{path.controller} has apiTimeout {path.timeout_seconds}: "
                f"set it to between 1 and {LONGEST_API_TIMEOUT} s.",
                "api_timeout",
            )
        ]
    if path.timeout_seconds < SHORTEST_API_TIMEOUT:
        return [
            _finding(
                Finding.WARNING,
                f"{path.controller} has apiTimeout {path.timeout_seconds}: it forgets a set-point before the next cycle "
                f"can renew it, and the battery would come and go. Set it to between {SHORTEST_API_TIMEOUT} and "
                f"{LONGEST_API_TIMEOUT} s.",
                "api_timeout",
            )
        ]
    return [_finding(Finding.OK, f"{path.controller} forgets after {path.timeout_seconds} s.", "api_timeout")]


def _port_findings(ours: ConfiguredComponent, rest_port: int) -> list[Inspection]:
    port = ours.number("port") or DEFAULT_REST_PORT
    if port == rest_port:
        return []
    return [
        _finding(
            Finding.WARNING,
            f"{ours.id} is configured for port {port}, but edge.rest_port is {rest_port}: unless something between "
            "them translates, set-points reach another controller.",
        )
    ]


def _sharing_findings(path: ControlPath, configuration: EdgeConfiguration, order: Order) -> list[Inspection]:
    findings = [
        _finding(
            Finding.WARNING,
            f"{other} shares {path.controller} or its port: whoever writes there keeps our set-points alive. "
            "Give the bridge a controller and a port of its own.",
            "sharing",
        )
        for other in path.shared_with
    ]
    if path.controller == DEFAULT_CONTROLLER:
        findings.append(
            _finding(
                Finding.NOTE,
                f"{DEFAULT_CONTROLLER} is the Edge's common REST controller: any other client of it keeps our "
                "set-points alive when the bridge dies. One of the bridge's own, with its own port, is safer.",
                "sharing",
            )
        )
    for component in configuration.enabled():
        if component.id == path.controller or not _writes_from_outside(component):
            continue
        if component.id in order and path.controller in order:
            first = order.index(component.id) < order.index(path.controller)
            findings.append(
                _finding(
                    Finding.NOTE,
                    f"{component.id} ({component.factory}) lets other clients write and runs "
                    f"{'before ours: theirs win' if first else 'after ours: ours win'}.",
                    "sharing",
                )
            )
    return findings


def _neighbour_findings(
    before: Sequence[ConfiguredComponent], after: Sequence[ConfiguredComponent]
) -> list[Inspection]:
    ahead = [
        _finding(
            Finding.NOTE if _held_reserve(c) is not None else Finding.WARNING,
            f"{c.id} ({c.factory}) runs before our controller and wins against our set-points.",
            "scheduler",
        )
        for c in before
    ]
    behind = [
        _finding(
            Finding.OK,
            f"{c.id} ({c.factory}) runs after ours and takes over when we are silent.",
            "scheduler",
        )
        for c in after
    ]
    return ahead + behind


def _reserve_findings(others: Sequence[ConfiguredComponent]) -> list[Inspection]:
    return [
        _finding(
            Finding.NOTE,
            f"{c.id} ({c.factory}) holds a reserve of {reserve} %: the higher reserve, its or the owner's, wins.",
            "reserve",
        )
        for c in others
        if (reserve := _held_reserve(c)) is not None
    ]


def _finding(finding: Finding, message: str, subject: str = "rest_controller") -> Inspection:
    return Inspection(finding=finding, subject=subject, message=message)
