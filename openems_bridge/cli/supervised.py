"""``openems-bridge supervised``: the program of the app. Prepares, announces, and becomes the bridge."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp

from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.cli.backup import restore
from openems_bridge.cli.terminal import complain
from openems_bridge.keys.index import INDEX_FILE
from openems_bridge.supervised.announcing import Unavailable, announce
from openems_bridge.supervised.preparing import NotPrepared, prepare

SUPERVISOR: Final = "http://supervisor"
TOKEN: Final = "SUPERVISOR_TOKEN"  # noqa: S105 - the name of a variable
_SECONDS: Final = aiohttp.ClientTimeout(total=10)


def run_supervised(data: Path) -> int:  # noqa: RET503 - it ends as another program
    """Prepare the app's data folder and become the bridge; another process announces it. Return an exit status."""
    try:
        configuration = prepare(data, _restore)
    except NotPrepared as error:
        complain(str(error))
        return 1
    program = [sys.executable, "-m", "openems_bridge"]
    if not (data / "bridge" / INDEX_FILE).exists():
        # Whoever runs an app has no terminal; the keys are what joining a community needs.
        create = [*program, "keys", "create", "--config", str(configuration)]
        created = subprocess.run(create, check=False)  # noqa: S603 - our own program
        if created.returncode != 0:
            return created.returncode
    # It ends by itself once somebody is paired, and with the app's container at the latest.
    subprocess.Popen([*program, "announce", "--data", str(data / "bridge")])  # noqa: S603
    os.execv(program[0], [*program, "run", "--config", str(configuration)])  # noqa: S606


def announce_to_supervisor(data_dir: Path) -> int:
    """Announce the bridge of a data folder until somebody is paired. Return the exit status."""
    token = os.environ.get(TOKEN)
    if not token:
        complain(f"{TOKEN} is not set: this works in an app of Home Assistant only.")
        return 1
    logging.basicConfig(level=logging.INFO)
    asyncio.run(_announce(data_dir / SOCKET_FILE, token))
    return 0


async def _announce(control: Path, token: str) -> None:
    async with (
        aiohttp.ClientSession(
            "http://bridge", connector=aiohttp.UnixConnector(str(control)), timeout=_SECONDS
        ) as bridge,
        aiohttp.ClientSession(
            SUPERVISOR, headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS
        ) as supervisor,
    ):

        async def post(message: Mapping[str, Any]) -> None:
            await _ask(supervisor, "POST", "/discovery", message)

        await announce(_ControlledBridge(bridge), post)


class _ControlledBridge:
    """The daemon behind its control socket."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def has_clients(self) -> bool:
        return bool((await _ask(self._session, "GET", "/clients"))["clients"])

    async def open_code(self) -> Mapping[str, Any]:
        opened: Mapping[str, Any] = await _ask(self._session, "POST", "/pairing")
        return opened


async def _ask(
    session: aiohttp.ClientSession, method: str, path: str, body: Mapping[str, Any] | None = None
) -> Any:
    """Return an answer's body. Raises Unavailable; its text has no secret in it."""
    try:
        async with session.request(method, path, json=body) as response:
            if response.status >= 400:
                raise Unavailable(f"{method} {path} was answered with status {response.status}")
            return await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Unavailable(f"{method} {path}: {type(error).__name__}") from error


def _restore(file: Path, passphrase: Path, data_dir: Path, configuration: Path) -> int:
    return restore(
        file,
        passphrase,
        data_dir,
        configuration,
        store=None,
        keys_passphrase_file=passphrase,
        meter_key=None,
        tcti=None,
    )
