"""A bound on how often one address may ask, so that nobody keeps the operator from serving the others."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from dems_node.https.problems import Problem

_PEERS_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second in the long run, and so many at once."""

    per_second: float = 10.0
    burst: int = 120


class Rates:
    """Token buckets by address; ``monotonic`` in s. Whoever was long not seen is forgotten first."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, peer: str) -> bool:
        """Count a request; False if it is one too many."""
        now = self._monotonic()
        tokens, since = self._buckets.pop(peer, (float(self._rate.burst), now))
        tokens = min(self._rate.burst, tokens + (now - since) * self._rate.per_second)
        admitted = tokens >= 1
        self._buckets[peer] = (tokens - 1 if admitted else tokens, now)
        if len(self._buckets) > _PEERS_REMEMBERED:
            self._buckets.popitem(last=False)
        return admitted


def rate_middleware(rates: Rates) -> Middleware:
    """Return the middleware that refuses who asks too often."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not rates.admits(request.remote or ""):
            raise Problem(429, "too-many", "Too many requests", "Wait a few seconds, then ask less often.")
        return await handler(request)

    return limit
