"""One connection to the Edge's websocket: login, configuration, subscription, notifications."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp

from dems_node.clock import Clock
from openems_bridge.edge.interface import EdgeError, EdgeLoginRefused, EdgeUnreachable
from openems_bridge.edge.openems.jsonrpc import (
    AUTHENTICATION_FAILED,
    NOT_AUTHENTICATED,
    ROLE_DENIED,
    Json,
    JsonRpcPeer,
    Notification,
    RpcError,
)
from openems_bridge.edge.openems.options import OpenEmsOptions
from openems_bridge.edge.outage import EdgeSilent, EdgeWrongAnswer

_LOGGER = logging.getLogger(__name__)

PING_SECONDS = 10.0
CLOSE_SECONDS = 2.0
LARGEST_MESSAGE = 16 * 1024 * 1024
WAITING_NOTIFICATIONS = 60


@dataclass(frozen=True, slots=True)
class Received:
    """A notification and when it came: UTC and monotonic seconds."""

    notification: Notification
    utc: float
    monotonic: float


class EdgeConnection:
    """A websocket that is open. Built by ``open_connection``, which also ends it."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, options: OpenEmsOptions, clock: Clock
    ) -> None:
        self._socket = socket
        self._options = options
        self._clock = clock
        self._peer = JsonRpcPeer(socket.send_str, options.request_timeout)
        self._received: deque[Received | EdgeError] = deque()
        self._arrived = asyncio.Event()
        self._subscriptions = 0

    async def login(self) -> str:
        """Authenticate; return the role (``guest``, ``owner``, ``installer``, ``admin``).

        Raises EdgeLoginRefused, or EdgeError where no proper answer came.
        """
        credentials = {"username": self._options.username, "password": self._options.password.reveal()}
        try:
            result = await self._peer.call("authenticateWithPassword", credentials)
        except RpcError as error:
            if error.code == AUTHENTICATION_FAILED:
                raise EdgeLoginRefused(
                    "The Edge does not know this password: check edge.password in the configuration."
                ) from error
            raise
        user = result.get("user")
        role = user.get("globalRole") if isinstance(user, dict) else None
        if not isinstance(role, str):
            raise EdgeWrongAnswer("The Edge's answer to the login names no role.")
        return role.lower()

    async def edge_config(self) -> Json:
        """Return the configuration: ``components`` and ``factories``. Needs at least the role guest."""
        try:
            return await self._peer.edge_call("getEdgeConfig", {})
        except RpcError as error:
            if error.code in (NOT_AUTHENTICATED, ROLE_DENIED):
                raise EdgeLoginRefused(
                    "The role of this login may not read the Edge's configuration: use the owner's password."
                ) from error
            raise

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Ask for these channel addresses in every cycle, instead of the former ones."""
        # The Edge ignores, with success, a count that does not grow on its connection.
        self._subscriptions += 1
        await self._peer.edge_call(
            "subscribeChannels", {"count": self._subscriptions, "channels": list(channels)}
        )

    async def query(self, method: str, params: Json) -> Json:
        """Return the result of any other call inside edgeRpc. Raises as ``JsonRpcPeer.call`` does."""
        return await self._peer.edge_call(method, params)

    async def next_notification(self, within: float) -> Received:
        """Return the next notification. Raises EdgeSilent after ``within`` s, EdgeUnreachable when it broke."""
        try:
            async with asyncio.timeout(within):
                while not self._received:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError as error:
            raise EdgeSilent("The Edge answers, but sends no values.") from error
        received = self._received.popleft()
        if isinstance(received, EdgeError):
            raise received
        return received

    async def read(self) -> None:
        """Take messages until the socket ends; then fail whoever waits. Run as a task by ``open_connection``."""
        failure: EdgeError = EdgeUnreachable("The Edge closed the connection.")
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        except EdgeWrongAnswer as error:
            failure = error
        except (aiohttp.ClientError, OSError) as error:
            failure = EdgeUnreachable(f"The connection broke: {type(error).__name__}.")
        finally:
            self._peer.fail(failure)
            self._keep(failure)

    def _take(self, text: str) -> None:
        notification = self._peer.receive(text)
        if notification is None:
            return
        if len(self._received) >= WAITING_NOTIFICATIONS:
            self._drop_oldest_values()
        self._keep(Received(notification, self._clock.utc(), self._clock.monotonic()))

    def _keep(self, received: Received | EdgeError) -> None:
        self._received.append(received)
        self._arrived.set()

    def _drop_oldest_values(self) -> None:
        """Make room where nobody takes the values; a changed configuration must not be missed, and keeps its place."""
        for index, waiting in enumerate(self._received):
            if isinstance(waiting, Received) and waiting.notification.method == "currentData":
                del self._received[index]
                return


@asynccontextmanager
async def open_connection(
    session: aiohttp.ClientSession, options: OpenEmsOptions, clock: Clock
) -> AsyncIterator[EdgeConnection]:
    """Connect, and close again at the end. Raises EdgeUnreachable with what to check."""
    socket = await _connect(session, options)
    connection = EdgeConnection(socket, options, clock)
    reader = asyncio.create_task(connection.read(), name="openems-websocket-reader")
    try:
        yield connection
    finally:
        reader.cancel()
        await asyncio.wait((reader,))
        with suppress(aiohttp.ClientError, OSError):
            await socket.close()


async def _connect(
    session: aiohttp.ClientSession, options: OpenEmsOptions
) -> aiohttp.ClientWebSocketResponse:
    url = options.websocket_url
    try:
        async with asyncio.timeout(options.request_timeout):
            return await session.ws_connect(
                url,
                heartbeat=PING_SECONDS,
                max_msg_size=LARGEST_MESSAGE,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            )
    except TimeoutError as error:
        raise EdgeUnreachable(
            f"No answer from {url} within {options.request_timeout:g} s: is the Edge on and the host right?"
        ) from error
    except aiohttp.WSServerHandshakeError as error:
        raise EdgeUnreachable(
            f"{url} answers with HTTP {error.status}, not as a websocket: check edge.websocket_port and _path."
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise EdgeUnreachable(
            f"No connection to {url} ({_reason(error)}): check host and port, "
            "and that Controller.Api.Websocket is active on the Edge."
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.strerror:
        return error.os_error.strerror
    return type(error).__name__
