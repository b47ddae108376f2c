"""The control port: faults switched and the house's truth read by a program in another process. Localhost only."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

import voluptuous as vol
from aiohttp import web

from openems_bridge.fake_edge.cycle import EdgeCore, UnknownComponent
from openems_bridge.fake_edge.faults import CounterLoss, Freeze


class Restart(Protocol):
    """Begins a restart of the Edge."""

    def __call__(self, counters: CounterLoss, *, dip_wh: int, silent_seconds: float) -> None:
        """Return at once; the Edge comes back by itself."""
        ...


_FAULTS = vol.Schema(
    {
        "freeze": vol.Coerce(Freeze),
        "edge_fault": bool,
        "off_grid": bool,
        "undefined": vol.All([str], vol.Coerce(set)),
        "override_power": vol.Any(None, int),
        "not_following": bool,
        "foreign_writer": vol.Any(None, str),
        "delay": vol.All(vol.Coerce(float), vol.Range(min=0)),
    }
)
_RESTART = vol.Schema(
    {
        vol.Optional("counters", default=CounterLoss.KEEP): vol.Coerce(CounterLoss),
        vol.Optional("dip_wh", default=0): vol.All(int, vol.Range(min=0)),
        vol.Optional("silent_seconds", default=0.0): vol.All(vol.Coerce(float), vol.Range(min=0)),
    }
)
_COMPONENT = vol.Schema({vol.Required("component"): str, vol.Required("properties"): dict})


class ControlApi:
    """``GET /state``; ``POST /faults`` (any fields of Faults), ``/restart``, ``/component`` (new properties)."""

    def __init__(self, core: EdgeCore, restart: Restart) -> None:
        self._core = core
        self._restart = restart
        self._commands: dict[str, Callable[[Any], None]] = {
            "/faults": self._set_faults,
            "/restart": self._begin_restart,
            "/component": self._update_component,
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; 400 says what was wrong, and then nothing has changed."""
        if request.method == "GET" and request.path == "/state":
            return web.json_response(self.state())
        command = self._commands.get(request.path)
        if command is None or request.method != "POST":
            return web.json_response({"error": f"there is no {request.method} {request.path}"}, status=404)
        try:
            command(json.loads(await request.text()))
        except (ValueError, vol.Invalid, UnknownComponent) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(self.state())

    def state(self) -> dict[str, Any]:
        """Return the truth about the house, the set-points and the faults in force."""
        house, faults = self._core.house, self._core.faults
        return {
            "cycles": self._core.cycles,
            "utc": self._core.utc,
            "moment": house.moment,
            "soc": house.battery.soc if house.battery else None,
            "load_w": house.load,
            "solar_w": house.solar,
            "ess_w": house.ess,
            "battery_w": house.battery_power,
            "grid_w": house.grid,
            "energy_ws": asdict(house.energy),
            "setpoint_w": self._core.value("ess0/DebugSetActivePower"),
            "values": {name: dict(worker.values) for name, worker in self._core.workers.items()},
            "faults": {**asdict(faults), "undefined": sorted(faults.undefined)},
        }

    def _set_faults(self, body: Any) -> None:
        wanted = _FAULTS(body)
        writer = wanted.get("foreign_writer")
        if writer is not None and writer not in self._core.workers:
            raise ValueError(f"foreign_writer must be one of {sorted(self._core.workers)}, not {writer!r}")
        for name, value in wanted.items():
            setattr(self._core.faults, name, value)

    def _begin_restart(self, body: Any) -> None:
        wanted = _RESTART(body)
        self._restart(wanted["counters"], dip_wh=wanted["dip_wh"], silent_seconds=wanted["silent_seconds"])

    def _update_component(self, body: Any) -> None:
        wanted = _COMPONENT(body)
        self._core.update_component(wanted["component"], wanted["properties"])
