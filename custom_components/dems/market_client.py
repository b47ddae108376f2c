"""The bridge's calls about forecast, plan, tariff, trading and suggestions (docs/api.md, the market)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .client import BridgeClient
from .document import Reader
from .foresight import ForecastSeries, WholePlan
from .market import Order, Side


class MarketClient:
    """Asks a bridge through its client. Raises BridgeError."""

    def __init__(self, client: BridgeClient) -> None:
        """Take the client of the bridge."""
        self._client = client

    async def set_trading(self, settings: Mapping[str, int | bool | str]) -> dict[str, Any]:
        """Change some of the owner's settings of trading; return the ``trading`` section."""
        return await self._client.request("PATCH", "/v1/trading", dict(settings))

    async def forecast(self, first: int | None = None, last: int | None = None) -> ForecastSeries:
        """Return the forecast of the slots from ``first`` to ``last``, both included; None: as far as it reaches."""
        query = {key: slot for key, slot in (("from", first), ("to", last)) if slot is not None}
        return ForecastSeries.read(await self._client.request("GET", "/v1/forecast", query=query))

    async def plan(self) -> WholePlan:
        """Return the plan from the running slot on."""
        return WholePlan.read(await self._client.request("GET", "/v1/plan"))

    async def set_tariff(self, tariff: Mapping[str, Any]) -> None:
        """Say what a kWh costs and brings."""
        await self._client.request("PUT", "/v1/tariff", tariff)

    async def set_solar_forecast(self, slots: Sequence[Mapping[str, int]]) -> None:
        """Hand over the solar forecast that Home Assistant has: periods (UTC s) with their energy (Wh)."""
        await self._client.request("PUT", "/v1/solar-forecast", {"slots": [*slots]})

    async def announce_load(
        self, *, power: int, energy: int, start: datetime, end: datetime, name: str
    ) -> tuple[str, datetime | None]:
        """Announce a load of some W and Wh within a window; return its id and when the plan starts it."""
        body = {"power": power, "energy": energy, "name": name, **_window(start, end)}
        answer = Reader("load", await self._client.request("POST", "/v1/loads", body))
        return answer.name("id"), answer.moment("start")

    async def forget_load(self, load: str) -> None:
        """Take an announced load back."""
        await self._client.request("DELETE", f"/v1/loads/{load}")

    async def hold(self, start: datetime, end: datetime, reason: str) -> str:
        """Keep the battery from discharging for a while; return the id of that wish."""
        body = {**_window(start, end), "reason": reason}
        return Reader("hold", await self._client.request("POST", "/v1/holds", body)).name("id")

    async def release_hold(self, hold: str) -> None:
        """Let the battery discharge again."""
        await self._client.request("DELETE", f"/v1/holds/{hold}")

    async def place_order(
        self, *, start: datetime, side: Side, energy: int, limit: int, battery: int
    ) -> Order:
        """Place an order for the slot that begins then: Wh, micro-units per kWh, Wh of it out of the battery."""
        body = {
            "start": int(start.timestamp()),
            "side": side.value,
            "energy": energy,
            "limit": limit,
            "battery": battery,
        }
        return Order.read(Reader("order", await self._client.request("POST", "/v1/orders", body)))

    async def withdraw_order(self, order: str) -> Order:
        """Take an order back before its gate closes."""
        return Order.read(Reader("order", await self._client.request("DELETE", f"/v1/orders/{order}")))

    async def answer_suggestion(self, suggestion: str, *, accept: bool) -> dict[str, Any]:
        """Accept or reject a suggestion, or all of a question; return the ``suggestion`` section."""
        verb = "accept" if accept else "reject"
        return await self._client.request("POST", f"/v1/suggestions/{suggestion}/{verb}")


def _window(start: datetime, end: datetime) -> dict[str, int]:
    return {"from": int(start.timestamp()), "to": int(end.timestamp())}
