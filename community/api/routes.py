"""Every route of the operator's API, behind the bound on requests."""

from dataclasses import dataclass

from aiohttp import web

from community.api.enrolment_routes import EnrolmentRoutes
from community.api.key_change_routes import KeyChangeRoutes
from community.api.live_routes import LiveRoutes
from community.api.market_routes import MarketRoutes
from community.api.public_routes import PublicRoutes
from community.api.rates import Rates, rate_middleware
from community.api.reading_routes import ReadingRoutes
from community.api.slot_routes import SlotRoutes
from dems_node.https.server import application

BODY_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """What the API serves."""

    public: PublicRoutes
    enrolments: EnrolmentRoutes
    key_changes: KeyChangeRoutes
    readings: ReadingRoutes
    slots: SlotRoutes
    market: MarketRoutes | None
    rates: Rates
    live: LiveRoutes | None = None


def api_application(parts: ApiParts) -> web.Application:
    """Return the application."""
    return application(
        [
            *parts.public.table(),
            *parts.enrolments.table(),
            *parts.key_changes.table(),
            *parts.readings.table(),
            *parts.slots.table(),
            *(() if parts.market is None else parts.market.table()),
            *(() if parts.live is None else parts.live.table()),
        ],
        body_limit=BODY_LIMIT,
        middlewares=[rate_middleware(parts.rates)],
    )
