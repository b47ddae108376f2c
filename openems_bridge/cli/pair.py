"""``openems-bridge pair``: talks to the running daemon through its control socket."""

import json
import socket
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import aiohttp

from openems_bridge.cli.daemon import answer, with_daemon
from openems_bridge.cli.terminal import complain, say

_SECONDS = 10.0


def show_code(data_dir: Path, *, as_json: bool = False) -> int:
    """Open a pairing code and show it. Return the exit status."""
    return with_daemon(data_dir, lambda session: _show_code(session, as_json=as_json))


def list_clients(data_dir: Path) -> int:
    """List the paired clients. Return the exit status."""
    return with_daemon(data_dir, _list_clients)


def revoke_client(data_dir: Path, client_id: str) -> int:
    """Revoke a client's token. Return the exit status."""
    return with_daemon(data_dir, lambda session: _revoke(session, client_id))


async def _show_code(session: aiohttp.ClientSession, *, as_json: bool) -> int:
    async with session.post("/pairing") as response:
        opened = await answer(response)
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
        clients = (await answer(response))["clients"]
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
        await answer(response)
    say(f"Revoked {client_id}.")
    return 0


def _emphasised(code: str) -> str:
    spaced = "  ".join(" ".join(group) for group in code.split("-"))
    shown = f"{code}      ( {spaced} )"
    return f"\033[1m{shown}\033[0m" if sys.stdout.isatty() else shown


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
