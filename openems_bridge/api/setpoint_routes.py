"""Set-points through Home Assistant's scripts: the offer to run them, and what became of each."""

from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, refuse_query, text, whole_number
from dems_node.https.problems import Problem
from openems_bridge.api.middleware import CLIENT
from openems_bridge.api.ports import Setpoints
from openems_bridge.edge.pushed.setpoints import Offer, Outcome, SteeredByAnother

STRONGEST_POWER = 1_000_000
LARGEST_CAPACITY = 10_000_000


def _outcome(value: Any) -> Outcome:
    try:
        return Outcome(value)
    except ValueError:
        raise vol.Invalid(f"expected one of {', '.join(Outcome)}") from None


_OFFER = vol.Schema(
    {
        vol.Required("max_charge_power"): whole_number(0, STRONGEST_POWER),
        vol.Required("max_discharge_power"): whole_number(0, STRONGEST_POWER),
        vol.Optional("capacity", default=None): vol.Maybe(whole_number(1, LARGEST_CAPACITY)),
    }
)
_ACKNOWLEDGEMENT = vol.Schema({vol.Required("id"): text(64), vol.Required("outcome"): _outcome})


class SetpointRoutes:
    """``/v1/setpoints``. ``setpoints`` is None where the Edge is steered directly."""

    def __init__(self, setpoints: Setpoints | None) -> None:
        self._setpoints = setpoints

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.put("/v1/setpoints/offer", self._offer),
            web.delete("/v1/setpoints/offer", self._withdraw),
            web.put("/v1/setpoints/acknowledged", self._acknowledge),
        ]

    async def _offer(self, request: web.Request) -> web.Response:
        refuse_query(request)
        setpoints = self._needed()
        offer = Offer(**await read_body(request, _OFFER))
        try:
            setpoints.offer(request[CLIENT].id, offer)
        except SteeredByAnother:
            raise Problem(
                409,
                "refused",
                "Offer refused",
                "Another Home Assistant that is connected offers its scripts for the battery. Remove them there first.",
                code="steered_by_another",
                params={},
            ) from None
        return web.Response(status=204)

    async def _withdraw(self, request: web.Request) -> web.Response:
        refuse_query(request)
        self._needed().withdraw(request[CLIENT].id)
        return web.Response(status=204)

    async def _acknowledge(self, request: web.Request) -> web.Response:
        refuse_query(request)
        setpoints = self._needed()
        body = await read_body(request, _ACKNOWLEDGEMENT)
        if not setpoints.acknowledge(request[CLIENT].id, body["id"], body["outcome"]):
            raise Problem(
                409,
                "refused",
                "Acknowledgement refused",
                "Nobody waits for this set-point any more.",
                code="unknown_setpoint",
                params={},
            )
        return web.Response(status=204)

    def _needed(self) -> Setpoints:
        if self._setpoints is None:
            raise Problem(
                409,
                "not-pushed",
                "The battery is not steered through Home Assistant",
                "This bridge steers the Edge itself. Set edge.type to `pushed` in its configuration to change that.",
            )
        return self._setpoints
