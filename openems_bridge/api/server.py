"""The HTTPS server: routes, middleware, connections."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from dems_node.clock import Clock
from dems_node.https.bodies import BODY_LIMIT
from dems_node.https.server import IDLE_SECONDS, HttpsServer, application
from dems_protocol.slots import SlotGrid
from openems_bridge.api.clients import Clients
from openems_bridge.api.dispatch_routes import DispatchRoutes
from openems_bridge.api.event_routes import EventRoutes
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.foresight_routes import ForesightRoutes
from openems_bridge.api.ledger_routes import LedgerRoutes
from openems_bridge.api.market_routes import MarketRoutes
from openems_bridge.api.middleware import token_middleware
from openems_bridge.api.pairing import PairingDesk
from openems_bridge.api.pairing_routes import PairingRoutes
from openems_bridge.api.ports import (
    Archive,
    Diagnostics,
    Foresight,
    Ledger,
    PushedReadings,
    Setpoints,
    Steering,
    Trading,
)
from openems_bridge.api.public_routes import PublicRoutes
from openems_bridge.api.readings_routes import ReadingRoutes
from openems_bridge.api.setpoint_routes import SetpointRoutes
from openems_bridge.api.state_routes import StateRoutes
from openems_bridge.api.websocket import WebSocketRoutes
from openems_bridge.house_state import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """What the API serves."""

    identity: Identity
    grid: SlotGrid
    clock: Clock
    desk: PairingDesk
    clients: Clients
    feed: StateFeed
    steering: Steering
    archive: Archive
    diagnostics: Diagnostics
    ledger: Ledger
    foresight: Foresight
    trading: Trading
    pushed: PushedReadings | None = None
    setpoints: Setpoints | None = None


def api_routes(parts: ApiParts) -> list[web.RouteDef]:
    """Return every route of the API."""
    return [
        *PublicRoutes(parts.identity, parts.desk, parts.diagnostics).table(),
        *PairingRoutes(parts.identity, parts.desk, parts.clients, parts.feed).table(),
        *StateRoutes(parts.feed, parts.diagnostics).table(),
        *WebSocketRoutes(parts.feed, parts.archive, parts.clock).table(),
        *EventRoutes(parts.clients, parts.feed).table(),
        *DispatchRoutes(parts.steering).table(),
        *ReadingRoutes(parts.grid, parts.archive, parts.pushed).table(),
        *SetpointRoutes(parts.setpoints).table(),
        *LedgerRoutes(parts.ledger, parts.grid).table(),
        *ForesightRoutes(parts.foresight, parts.grid).table(),
        *MarketRoutes(parts.trading, parts.grid).table(),
    ]


def api_application(routes: Sequence[web.RouteDef], clients: Clients) -> web.Application:
    """Return the application: routes behind the token, errors as problem documents."""
    return application(routes, body_limit=BODY_LIMIT, middlewares=[token_middleware(clients)])


class ApiServer(HttpsServer):
    """The running server of the bridge's API; closing it ends every WebSocket. ``idle_seconds`` is for tests."""

    def __init__(
        self,
        served: web.Application,
        tls: ssl.SSLContext,
        feed: StateFeed,
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        super().__init__(served, tls, idle_seconds=idle_seconds)
        served.on_shutdown.append(lambda _: _end(feed))


async def _end(feed: StateFeed) -> None:
    feed.close()
