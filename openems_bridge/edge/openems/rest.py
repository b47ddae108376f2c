"""Set-points over the Edge's REST API: one keep-alive connection, one request at a time.

Source: facts/openems.md, "REST". The Edge allows five connections and ten new ones in five seconds; a wrong password
is a 401 in some versions and, in others, a 500 whose page says "Authentication failed".
"""

import asyncio
import re
from typing import Any

import aiohttp

from openems_bridge.edge.interface import EdgeLoginRefused, EdgeUnreachable, EdgeWriteRefused
from openems_bridge.edge.openems.options import OpenEmsOptions

LARGEST_PAGE = 64 * 1024
IDLE_SECONDS = 25.0
"""How long an idle connection is kept: less than the 30 s after which the Edge's server drops it."""


class RestSetpoints:
    """The way to one battery's ``SetActivePowerEquals``. Serves ``BatteryActuator``."""

    def __init__(self, rest: RestClient, ess: str) -> None:
        self._rest = rest
        self.ess = ess

    async def write(self, ac_power_w: int) -> None:
        """Ask for an AC power (+ discharge), W. Raises as ``RestClient.set_channel``."""
        if not isinstance(ac_power_w, int) or isinstance(ac_power_w, bool):
            raise EdgeWriteRefused(f"A set-point is a whole number of W, not {ac_power_w!r}.")
        await self._rest.set_channel(self.ess, "SetActivePowerEquals", ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        """Take the set-point back with an explicit null. Raises as ``RestClient.set_channel``."""
        await self._rest.set_channel(battery or self.ess, "SetActivePowerEquals", None)


class RestClient:
    """The Edge's REST API as the bridge uses it. Owns its session; ``close`` ends it."""

    def __init__(self, options: OpenEmsOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._one_at_a_time = asyncio.Lock()

    async def set_channel(self, component: str, channel: str, value: int | None) -> None:
        """Queue a value for a channel; None takes it back. 200 means queued, not applied.

        Raises EdgeLoginRefused, EdgeUnreachable, or EdgeWriteRefused where the Edge answered anything but 200.
        """
        action = f"set {component}/{channel}"
        status, page = await self._request("POST", f"/rest/channel/{component}/{channel}", {"value": value})
        _check_login(status, page)
        if status in (502, 503, 504):
            raise EdgeUnreachable(f"Could not {action}: HTTP {status}, the Edge is overloaded or restarting.")
        if status != 200:
            raise EdgeWriteRefused(
                f"The Edge refused to {action}: HTTP {status} ({_gist(page)}). Check that edge.rest_controller is a "
                "ReadWrite one and that the user's role is OWNER."
            )

    async def probe(self) -> None:
        """Read one channel to see that REST answers and the login is right. Raises as ``set_channel`` does."""
        status, page = await self._request("GET", "/rest/channel/_sum/State", None)
        _check_login(status, page)
        if status != 200:
            raise EdgeUnreachable(f"{self._options.rest_url} answers HTTP {status} ({_gist(page)}).")

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _request(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._options.request_timeout):
                    try:
                        return await self._send(method, path, body)
                    except aiohttp.ServerDisconnectedError, ConnectionResetError:
                        # An idle connection that the Edge had dropped; both values and nulls may be sent twice.
                        return await self._send(method, path, body)
            except TimeoutError as error:
                raise EdgeUnreachable(
                    f"No answer from {self._options.rest_url} within {self._options.request_timeout:g} s."
                ) from error
            except (aiohttp.ClientError, OSError) as error:
                raise EdgeUnreachable(
                    f"No connection to {self._options.rest_url} ({type(error).__name__}): check edge.rest_port, "
                    "and that the REST controller is active on the Edge."
                ) from error

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
        url = self._options.rest_url.with_path(path)
        async with self._open_session().request(method, url, json=body, allow_redirects=False) as response:
            page = await response.content.read(LARGEST_PAGE)
            if response.content.at_eof():
                return response.status, page.decode("utf-8", "replace")
            response.close()
            return response.status, page.decode("utf-8", "replace")

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=IDLE_SECONDS),
                headers={
                    "Authorization": aiohttp.encode_basic_auth(
                        self._options.username, self._options.password.reveal()
                    )
                },
            )
        return self._session


def _check_login(status: int, page: str) -> None:
    if status in (401, 403) or (status == 500 and "authentication failed" in page.lower()):
        raise EdgeLoginRefused(
            f"The Edge's REST API refuses this login (HTTP {status}): check edge.username and edge.password."
        )


def _gist(page: str) -> str:
    """Return the words of an error page, without markup, cut short."""
    words = " ".join(re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", " ", page).split())
    return words[:200] or "no text"
