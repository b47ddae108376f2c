"""Every route of the operator's API, behind the bound on requests."""

from dataclasses import dataclass

from aiohttp import web

from community.api.enrolment_routes import EnrolmentRoutes
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
    readings: ReadingRoutes
    slots: SlotRoutes
    rates: Rates


def api_application(parts: ApiParts) -> web.Application:
    """Return the application."""
    return application(
        [
            *parts.public.table(),
            *parts.enrolments.table(),
            *parts.readings.table(),
            *parts.slots.table(),
        ],
        body_limit=BODY_LIMIT,
        middlewares=[rate_middleware(parts.rates)],
    )
