"""Steering the battery: mode, manual command, limits."""

from dataclasses import replace
from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, refuse_query, text, whole_number
from dems_node.https.problems import Problem, out_of_range
from openems_bridge.api.ports import Steering
from openems_bridge.dispatcher.commands import (
    MANUAL_DEFAULT_SECONDS,
    MANUAL_LONGEST_SECONDS,
    BatteryPower,
    GridEnergy,
    GridPower,
    Mode,
    SelfConsumption,
    Target,
)
from openems_bridge.dispatcher.reasons import RequestRefused
from openems_bridge.house_state import dispatch_section, limits_section

STRONGEST_POWER = 1_000_000
"""W. No household has more; a larger number is a mistake."""
_POWER = whole_number(-STRONGEST_POWER, STRONGEST_POWER)
_LIMIT = vol.Maybe(whole_number(0, STRONGEST_POWER))


def _mode(value: Any) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        raise vol.Invalid(f"expected one of {', '.join(Mode)}") from None


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise vol.Invalid("expected true or false")
    return value


_TARGETS: dict[str, vol.Schema] = {
    "battery_power": vol.Schema({vol.Required("power_w"): _POWER}),
    "grid_power": vol.Schema({vol.Required("power_w"): _POWER}),
    "grid_energy": vol.Schema(
        {vol.Required("energy_wh"): _POWER, vol.Required("slot"): whole_number(0, 2**53)}
    ),
    "self_consumption": vol.Schema({}),
}


def _target(value: Any) -> Target:
    if not isinstance(value, dict):
        raise vol.Invalid("expected an object with a type")
    kind = value.get("type")
    schema = _TARGETS.get(kind) if isinstance(kind, str) else None
    if schema is None:
        raise vol.Invalid(f"expected one of {', '.join(_TARGETS)}", path=["type"])
    values = schema({key: content for key, content in value.items() if key != "type"})
    match kind:
        case "battery_power":
            return BatteryPower(**values)
        case "grid_power":
            return GridPower(**values)
        case "grid_energy":
            return GridEnergy(**values)
        case _:
            return SelfConsumption()


_MODE_BODY = vol.Schema({vol.Required("mode"): _mode})
_COMMAND_BODY = vol.Schema(
    {
        vol.Required("target"): _target,
        vol.Optional("duration_s", default=MANUAL_DEFAULT_SECONDS): whole_number(1, MANUAL_LONGEST_SECONDS),
        vol.Optional("note", default=""): text(200),
    }
)
_LIMITS_BODY = vol.Schema(
    {
        vol.Optional("max_charge_power"): _LIMIT,
        vol.Optional("max_discharge_power"): _LIMIT,
        vol.Optional("reserve_soc"): whole_number(0, 100),
        vol.Optional("grid_charging"): _switch,
        vol.Optional("battery_feed_in"): _switch,
        vol.Optional("max_feed_in"): _LIMIT,
        vol.Optional("max_grid_draw"): _LIMIT,
    }
)


class DispatchRoutes:
    """``/v1/dispatch`` and ``/v1/limits``."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.put("/v1/dispatch/mode", self._set_mode),
            web.post("/v1/dispatch/command", self._command),
            web.delete("/v1/dispatch/command", self._withdraw),
            web.patch("/v1/limits", self._set_limits),
        ]

    async def _set_mode(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _MODE_BODY)
        await self._steering.set_mode(body["mode"])
        return self._dispatch(200)

    async def _command(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _COMMAND_BODY)
        try:
            await self._steering.command(body["target"], body["duration_s"], body["note"])
        except RequestRefused as refused:
            raise _refused(refused) from None
        return self._dispatch(201)

    async def _withdraw(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._steering.withdraw()
        return self._dispatch(200)

    async def _set_limits(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _LIMITS_BODY)
        try:
            await self._steering.set_limits(replace(self._steering.limits, **body))
        except RequestRefused as refused:
            key = str(refused.reason.params.get("limit", "limits"))
            raise out_of_range(str(refused), key) from None
        return web.json_response(limits_section(self._steering.limits))

    def _dispatch(self, status: int) -> web.Response:
        return web.json_response(dispatch_section(self._steering.dispatch), status=status)


def _refused(refused: RequestRefused) -> Problem:
    return Problem(
        409,
        "refused",
        "Command refused",
        f"The dispatcher does not take this command: {refused}.",
        code=refused.reason.code.value,
        params=dict(refused.reason.params),
    )
