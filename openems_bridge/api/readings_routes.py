"""The slots' readings, and the readings that Home Assistant pushes."""

from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import number, read_body, read_query, refuse_query, whole_number
from dems_node.https.problems import Problem, invalid
from dems_protocol.slots import SlotGrid
from openems_bridge.api.ports import Archive, PushedReadings
from openems_bridge.edge.pushed.readings import PushedSample, PushedValue, Quantity
from openems_bridge.house_state import reading_section

READINGS_AT_ONCE = 1000
SAMPLES_AT_ONCE = 1000
_SLOT = vol.All(
    vol.Match(r"^[0-9]{1,15}$", msg="expected a slot, a whole number"),
    vol.Coerce(int),
    whole_number(0, 2**53),
)
_QUERY = vol.Schema(
    {
        vol.Optional("from", default=None): vol.Maybe(_SLOT),
        vol.Optional("to", default=None): vol.Maybe(_SLOT),
        vol.Optional("limit", default=str(READINGS_AT_ONCE)): vol.All(
            vol.Match(r"^[0-9]{1,5}$", msg="expected a whole number"),
            vol.Coerce(int),
            whole_number(1, READINGS_AT_ONCE),
        ),
    }
)


def _samples(value: Any) -> list[PushedSample]:
    if not isinstance(value, list):
        raise vol.Invalid("expected a list of samples")
    if not 1 <= len(value) <= SAMPLES_AT_ONCE:
        raise vol.Invalid(f"expected 1 to {SAMPLES_AT_ONCE} samples, found {len(value)}")
    return [_sample(index, document) for index, document in enumerate(value)]


def _sample(index: int, document: Any) -> PushedSample:
    try:
        fields = _SAMPLE(document)
    except vol.MultipleInvalid as error:
        error.prepend([index])
        raise
    values = tuple(
        PushedValue(
            quantity=quantity,
            value=fields[quantity.value],
            measured_at=fields["measured_at"],
            resolution=fields["resolution"],
        )
        for quantity in Quantity
        if quantity.value in fields
    )
    if not values:
        raise vol.Invalid("expected at least one value", path=[index])
    return PushedSample(values)


_SAMPLE_FIELDS: dict[vol.Marker, Any] = {
    vol.Required("measured_at"): number(0, 2**40),
    vol.Optional("resolution", default=1): whole_number(1, 1_000_000),
}
_SAMPLE_FIELDS.update(
    (vol.Optional(quantity.value), vol.Maybe(whole_number(-(2**50), 2**50))) for quantity in Quantity
)
_SAMPLE = vol.Schema(_SAMPLE_FIELDS)
_PUSH = vol.Schema({vol.Required("samples"): _samples})


class ReadingRoutes:
    """``/v1/readings``. ``pushed`` is None where the Edge is read directly."""

    def __init__(self, grid: SlotGrid, archive: Archive, pushed: PushedReadings | None) -> None:
        self._grid = grid
        self._archive = archive
        self._pushed = pushed

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/v1/readings", self._list), web.put("/v1/readings", self._push)]

    async def _list(self, request: web.Request) -> web.Response:
        query = read_query(request, _QUERY)
        first, last = query["from"], query["to"]
        if first is not None and last is not None and first > last:
            raise invalid(f"from ({first}) is after to ({last}).", "from")
        readings = await self._archive.readings(first, last, query["limit"])
        return web.json_response(
            {
                "slot_seconds": self._grid.seconds,
                "readings": [reading_section(self._grid, reading) for reading in readings],
            }
        )

    async def _push(self, request: web.Request) -> web.Response:
        refuse_query(request)
        if self._pushed is None:
            raise Problem(
                409,
                "not-pushed",
                "Readings are not pushed here",
                "This bridge reads the Edge itself. Set edge.type to `pushed` in its configuration to change that.",
            )
        samples: list[PushedSample] = (await read_body(request, _PUSH))["samples"]
        accepted, refused = 0, []
        for index, sample in enumerate(samples):
            outcome = self._pushed.push(sample)
            accepted += len(outcome.accepted)
            refused += [
                {
                    "index": index,
                    "key": refusal.quantity.value,
                    "code": refusal.code.value,
                    "detail": refusal.message,
                }
                for refusal in outcome.refused
            ]
        return web.json_response({"accepted": accepted, "refused": refused})
