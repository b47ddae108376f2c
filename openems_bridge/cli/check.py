"""``openems-bridge check``: tries the configuration, writes nothing to the battery, and says what works."""

import asyncio
import errno
import socket
from collections.abc import Iterator, Sequence

from dems_node.clock import SystemClock
from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.cli.check_keys import check_keys
from openems_bridge.cli.terminal import say
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.data_folder import DataFolderUnusable, locked_data_folder
from openems_bridge.edge.interface import EdgeError, Finding, Inspection
from openems_bridge.edges import build_edge

INSPECTION_SECONDS = 60.0
EARLIEST_UTC = 1_750_000_000
"""A clock before this (June 2025) was never set."""
_MARKS = {
    Finding.OK: "ok     ",
    Finding.NOTE: "note   ",
    Finding.WARNING: "warning",
    Finding.ERROR: "ERROR  ",
}


def check(configuration: BridgeConfiguration) -> int:
    """Print a line for each thing that was tried. Return 1 if one is an error, else 0."""
    lines = [*_check_machine(configuration), *asyncio.run(_check_edge(configuration))]
    for line in lines:
        say(f"{_MARKS[line.finding]}  {line.subject}: {line.message}")
    errors = sum(line.finding is Finding.ERROR for line in lines)
    say()
    if errors:
        say(f"{errors} of {len(lines)} checks failed.")
        return 1
    say("Everything that is needed works. Start it: openems-bridge run")
    return 0


def _check_machine(configuration: BridgeConfiguration) -> Iterator[Inspection]:
    running = _daemon_answers(configuration)
    yield _check_data_dir(configuration, running=running)
    yield _check_port(configuration, running=running)
    yield _check_clock()
    yield from check_keys(configuration)


def _check_data_dir(configuration: BridgeConfiguration, *, running: bool) -> Inspection:
    if running:
        message = f"{configuration.data_dir} is in use by the bridge that runs now"
        return Inspection(finding=Finding.NOTE, subject="data_dir", message=message)
    try:
        with locked_data_folder(configuration.data_dir):
            message = f"{configuration.data_dir} can be written"
            return Inspection(finding=Finding.OK, subject="data_dir", message=message)
    except DataFolderUnusable as error:
        return Inspection(finding=Finding.ERROR, subject="data_dir", message=str(error))


def _check_port(configuration: BridgeConfiguration, *, running: bool) -> Inspection:
    host, port = configuration.api.host, configuration.api.port
    where = f"{host or 'every interface'}, port {port}"
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except OSError as error:
        if running and error.errno == errno.EADDRINUSE:
            message = f"{where} is served by the bridge that runs now"
            return Inspection(finding=Finding.NOTE, subject="api", message=message)
        message = f"cannot listen on {where} ({error.strerror}): choose another api.port or api.host"
        return Inspection(finding=Finding.ERROR, subject="api", message=message)
    return Inspection(finding=Finding.OK, subject="api", message=f"{where} is free")


def _check_clock() -> Inspection:
    if SystemClock().utc() < EARLIEST_UTC:
        message = "this machine's clock was never set: switch on NTP (timedatectl set-ntp true)"
        return Inspection(finding=Finding.ERROR, subject="clock", message=message)
    return Inspection(finding=Finding.OK, subject="clock", message="this machine's clock was set")


async def _check_edge(configuration: BridgeConfiguration) -> Sequence[Inspection]:
    edge = build_edge(configuration.edge, configuration.data_dir, SystemClock())
    try:
        async with asyncio.timeout(INSPECTION_SECONDS):
            return await edge.inspect()
    except TimeoutError:
        message = f"no end of the inspection within {INSPECTION_SECONDS:.0f} s"
        return [Inspection(finding=Finding.ERROR, subject="edge", message=message)]
    except EdgeError as error:
        return [Inspection(finding=Finding.ERROR, subject="edge", message=str(error))]
    finally:
        await edge.close()


def _daemon_answers(configuration: BridgeConfiguration) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(str(configuration.data_dir / SOCKET_FILE))
        except OSError:
            return False
    return True
