"""Tells Home Assistant of the bridge through the supervisor, with a one-time secret, until somebody is paired."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

SERVICE: Final = "dems"
RENEW_SECONDS: Final = 480.0
"""A pairing code is good for ten minutes: Home Assistant always holds one that still is."""
ASK_SECONDS: Final = 15.0
_LOGGER = logging.getLogger(__name__)


class Bridge(Protocol):
    """The running daemon, through its control socket."""

    async def has_clients(self) -> bool:
        """Whether anybody is paired."""
        ...

    async def open_code(self) -> Mapping[str, Any]:
        """Open a pairing code; return it with ``id``, ``name``, ``port`` and ``fingerprint``."""
        ...


class Unavailable(Exception):
    """The bridge or the supervisor does not answer (yet)."""


def discovery(opened: Mapping[str, Any]) -> dict[str, Any]:
    """Return the supervisor's message: host network, so the bridge is on Home Assistant's own machine."""
    told = {"host": "127.0.0.1", "port": opened["port"], "id": opened["id"], "name": opened["name"]}
    secret = {"fingerprint": opened["fingerprint"], "code": opened["code"]}
    return {"service": SERVICE, "config": {**told, **secret}}


async def announce(
    bridge: Bridge,
    post: Callable[[Mapping[str, Any]], Awaitable[None]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Announce until a client is paired, then return. Says once that the supervisor or the bridge does not answer."""
    has_complained = False
    waited = RENEW_SECONDS
    while True:
        try:
            if await bridge.has_clients():
                return
            if waited >= RENEW_SECONDS:
                await post(discovery(await bridge.open_code()))
                waited = 0.0
                has_complained = False
        except Unavailable as error:
            if not has_complained:
                _LOGGER.warning("Home Assistant is not told of the bridge yet: %s", error)
                has_complained = True
        await sleep(ASK_SECONDS)
        waited += ASK_SECONDS
