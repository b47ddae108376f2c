"""``openems-bridge pair``: talks to the running daemon through its control socket."""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.cli.terminal import complain, say

_SECONDS = 10.0


class _DaemonAway(Exception):
    """No daemon answers; the text says what to do."""


def show_code(data_dir: Path, *, as_json: bool = False) -> int:
    """Open a pairing code and show it. Return the exit status."""
    return _with_daemon(data_dir, lambda session: _show_code(session, as_json=as_json))


def list_clients(data_dir: Path) -> int:
    """List the paired clients. Return the exit status."""
    return _with_daemon(data_dir, _list_clients)


def revoke_client(data_dir: Path, client_id: str) -> int:
    """Revoke a client's token. Return the exit status."""
    return _with_daemon(data_dir, lambda session: _revoke(session, client_id))


async def _show_code(session: aiohttp.ClientSession, *, as_json: bool) -> int:
    async with session.post("/pairing") as response:
        opened = await _answer(response)
    if as_json:
        say(json.dumps(opened))
        return 0
    say()
    say(f"    Pairing code for {opened['name']}:")
    say()
    say(f"        {_emphasised(opened['code'])}")
    say()
    say("    In Home Assistant: Settings > Devices & services > Add integration > DEMS,")
    say(
        f"    choose this bridge (or give host {socket.gethostname()}, port {opened['port']}), and enter the code."
    )
    say(f"    It is good for {opened['valid_seconds'] // 60} minutes and one client.")
    say()
    return 0


async def _list_clients(session: aiohttp.ClientSession) -> int:
    async with session.get("/clients") as response:
        clients = (await _answer(response))["clients"]
    if not clients:
        say("No client is paired. Run `openems-bridge pair` to pair one.")
    for client in clients:
        seen = "never" if client["last_seen_at"] is None else _day(client["last_seen_at"])
        say(f"{client['id']}  {client['name']}  paired {_day(client['created_at'])}, last seen {seen}")
    return 0


async def _revoke(session: aiohttp.ClientSession, client_id: str) -> int:
    async with session.delete(f"/clients/{quote(client_id, safe='')}") as response:
        if response.status == 404:
            complain(f"No client has the id {client_id!r}. `openems-bridge pair --list` shows them.")
            return 1
        await _answer(response)
    say(f"Revoked {client_id}.")
    return 0


def _with_daemon(data_dir: Path, talk: Callable[[aiohttp.ClientSession], Awaitable[int]]) -> int:
    try:
        return asyncio.run(_talk(data_dir / SOCKET_FILE, talk))
    except _DaemonAway as error:
        complain(str(error))
        return 1


async def _talk(path: Path, talk: Callable[[aiohttp.ClientSession], Awaitable[int]]) -> int:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession("http://bridge", connector=connector, timeout=timeout) as session:
        try:
            return await talk(session)
        except (PermissionError, aiohttp.ClientConnectorError) as error:
            cause = getattr(error, "os_error", error)
            if isinstance(cause, PermissionError):
                raise _DaemonAway(
                    f"{path} may be used by the bridge's own user only: run this as that user (sudo -u …)."
                ) from None
            raise _DaemonAway(
                f"The bridge does not run (nobody listens at {path}). Start it with `openems-bridge run`, or name its "
                "configuration with --config."
            ) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _DaemonAway(
                f"The bridge does not answer at {path} ({error!r}). Look into its log."
            ) from None


async def _answer(response: aiohttp.ClientResponse) -> Any:
    if response.status >= 400:
        problem = await response.json(content_type=None)
        raise _DaemonAway(f"The bridge refused: {problem['title']}. {problem['detail']}")
    return None if response.status == 204 else await response.json()


def _emphasised(code: str) -> str:
    spaced = "  ".join(" ".join(group) for group in code.split("-"))
    shown = f"{code}      ( {spaced} )"
    return f"\033[1m{shown}\033[0m" if sys.stdout.isatty() else shown


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
