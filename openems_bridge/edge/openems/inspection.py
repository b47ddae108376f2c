"""The lines of ``openems-bridge check`` for an OpenEMS Edge. Nothing is written to the Edge."""

from collections.abc import Mapping

import aiohttp

from dems_node.clock import Clock
from openems_bridge.edge.interface import BatteryKind, EdgeError, EdgeLoginRefused, Finding, Inspection
from openems_bridge.edge.openems.channels import EDGE_CLOCK, edge_clock, map_channels
from openems_bridge.edge.openems.components import Installation, survey
from openems_bridge.edge.openems.configuration import parse_configuration
from openems_bridge.edge.openems.options import OpenEmsOptions
from openems_bridge.edge.openems.rest import RestClient
from openems_bridge.edge.openems.websocket import EdgeConnection, Received, open_connection

LARGEST_CLOCK_DIFFERENCE = 5.0
"""Seconds: beyond this nothing is signed (DESIGN.md, Words and units)."""

_ROLES = ("guest", "owner", "installer", "admin")


async def inspect_edge(
    session: aiohttp.ClientSession, rest: RestClient, options: OpenEmsOptions, clock: Clock
) -> list[Inspection]:
    """Try websocket, login, configuration, values and REST in this order; what cannot be tried is left out."""
    lines: list[Inspection] = []
    try:
        async with open_connection(session, options, clock) as connection:
            lines.append(_ok("websocket", f"{options.websocket_url} answers."))
            await _inspect_connection(connection, options, lines)
    except EdgeLoginRefused as error:
        lines.append(_error("login", str(error)))
    except EdgeError as error:
        lines.append(_error("websocket", str(error)))
    lines.append(await _inspect_rest(rest, options))
    return lines


async def _inspect_connection(
    connection: EdgeConnection, options: OpenEmsOptions, lines: list[Inspection]
) -> None:
    role = await connection.login()
    lines.append(_role_line(role))
    configuration = parse_configuration(await connection.edge_config())
    installation = survey(
        configuration,
        options.components,
        rest_controller=options.rest_controller,
        rest_port=options.rest_port,
    )
    lines.extend(installation.findings)
    lines.extend(_conversion_lines(installation))
    await connection.subscribe(map_channels(installation).addresses())
    received = await _first_values(connection, options.silence_timeout)
    values = received.notification.params
    known = sum(value is not None for value in values.values())
    lines.append(_ok("values", f"{known} of {len(values)} subscribed channels have a value."))
    lines.append(clock_line(values, received.utc))


async def _first_values(connection: EdgeConnection, within: float) -> Received:
    while True:
        received = await connection.next_notification(within)
        if received.notification.method == "currentData":
            return received


async def _inspect_rest(rest: RestClient, options: OpenEmsOptions) -> Inspection:
    try:
        await rest.probe()
    except EdgeError as error:
        return _error("rest", str(error))
    return _ok("rest", f"{options.rest_url} answers and knows the login.")


def _role_line(role: str) -> Inspection:
    if role in _ROLES and _ROLES.index(role) >= _ROLES.index("owner"):
        return _ok("login", f"Logged in with the role {role}.")
    return _error(
        "login",
        f"Logged in with the role {role}: it may read, but set-points need the role owner. Use the owner's password.",
    )


def _conversion_lines(installation: Installation) -> list[Inspection]:
    battery = installation.topology.battery
    if battery is None or battery.kind is not BatteryKind.HYBRID:
        return []
    return [
        Inspection(
            finding=Finding.NOTE,
            subject="battery",
            message=f"{battery.id} is a hybrid: its own power is DcDischargePower, "
            "and set-points are converted to the inverter's AC side.",
        )
    ]


def clock_line(values: Mapping[str, object], utc: float) -> Inspection:
    """Return what the Edge's clock says beside ours."""
    theirs = edge_clock(values)
    if theirs is None:
        return Inspection(
            finding=Finding.NOTE, subject="clock", message=f"The Edge does not tell its time ({EDGE_CLOCK})."
        )
    difference = theirs - utc
    if abs(difference) <= LARGEST_CLOCK_DIFFERENCE:
        return _ok("clock", f"The Edge's clock and ours differ by {abs(difference):.0f} s.")
    return _error(
        "clock",
        f"The Edge's clock is {abs(difference):.0f} s {'ahead of' if difference > 0 else 'behind'} ours; "
        f"at most {LARGEST_CLOCK_DIFFERENCE:.0f} s are allowed. Set both by NTP.",
    )


def _ok(subject: str, message: str) -> Inspection:
    return Inspection(finding=Finding.OK, subject=subject, message=message)


def _error(subject: str, message: str) -> Inspection:
    return Inspection(finding=Finding.ERROR, subject=subject, message=message)
