"""Talking to the running daemon through its control socket."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.cli.terminal import complain

SECONDS = 10.0


class DaemonAway(Exception):
    """No daemon answers, or it refuses; the text says what to do."""


def with_daemon(
    data_dir: Path, talk: Callable[[aiohttp.ClientSession], Awaitable[int]], seconds: float = SECONDS
) -> int:
    """Talk to the daemon of a data folder; every call may take so many seconds. Return the exit status."""
    try:
        return asyncio.run(_talk(data_dir / SOCKET_FILE, talk, seconds))
    except DaemonAway as error:
        complain(str(error))
        return 1


async def answer(response: aiohttp.ClientResponse) -> Any:
    """Return the body of an answer. Raises DaemonAway for a problem document."""
    if response.status >= 400:
        problem = await response.json(content_type=None)
        raise DaemonAway(f"The bridge refused: {problem['title']}. {problem['detail']}")
    return None if response.status == 204 else await response.json()


async def _talk(path: Path, talk: Callable[[aiohttp.ClientSession], Awaitable[int]], seconds: float) -> int:
    timeout = aiohttp.ClientTimeout(total=seconds)
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession("http://bridge", connector=connector, timeout=timeout) as session:
        try:
            return await talk(session)
        except (PermissionError, aiohttp.ClientConnectorError) as error:
            cause = getattr(error, "os_error", error)
            if isinstance(cause, PermissionError):
                raise DaemonAway(
                    f"{path} may be used by the bridge's own user only: run this as that user (sudo -u …)."
                ) from None
            raise DaemonAway(
                f"The bridge does not run (nobody listens at {path}). Start it with `openems-bridge run`, or name its "
                "configuration with --config."
            ) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DaemonAway(
                f"The bridge does not answer at {path} ({error!r}). Look into its log."
            ) from None
