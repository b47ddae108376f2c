"""The fake Edge as a whole: its cycle and its servers, for tests in process and as a program of its own."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from dems_node.clock import Clock, SystemClock
from openems_bridge.edge.simulation.house import HouseSettings, SimulatedHouse
from openems_bridge.edge.simulation.options import SimulationOptions, house_settings
from openems_bridge.edge.simulation.profile import ProfileError
from openems_bridge.fake_edge.configuration import Configuration
from openems_bridge.fake_edge.control import ControlApi
from openems_bridge.fake_edge.cycle import EdgeCore
from openems_bridge.fake_edge.faults import CounterLoss, Faults
from openems_bridge.fake_edge.history import History
from openems_bridge.fake_edge.listener import AcceptLimits, HttpListener
from openems_bridge.fake_edge.modbus import ModbusServer, RegisterMap
from openems_bridge.fake_edge.options import EssLayout, FakeEdgeOptions, add_arguments, options_from
from openems_bridge.fake_edge.rest import RestApi
from openems_bridge.fake_edge.websocket import WebsocketApi

__all__ = ["FakeEdge", "add_arguments", "main", "options_from", "serve"]

_DEFAULT_CAPACITY_WH = 10_000
_NEW_CONNECTIONS = 10
_WINDOW_SECONDS = 5.0
_CLOCK_TOLERANCE = 2.0
_CONTROLLERS = {
    "ws": "ctrlApiWebsocket0",
    "rest": "ctrlApiRest0",
    "own_rest": "ctrlApiRest1",
    "modbus": "ctrlApiModbusTcp0",
}


class FakeEdge:
    """A running fake OpenEMS Edge: ``async with FakeEdge(options) as edge``.

    Raises ProfileError or OSError (a port is taken) on entering. ``core`` is the Edge without its servers, with the
    house at ``core.house``; ``faults`` is what a test may switch at any time.
    """

    def __init__(self, options: FakeEdgeOptions, clock: Clock | None = None) -> None:
        self.options = options
        self._clock = clock = clock or SystemClock()
        house = SimulatedHouse(_house_settings(options, clock))
        configuration = Configuration(
            options,
            house.battery.settings.capacity_wh if house.battery else 0,
            house.max_apparent_power,
            house.settings.profile.has_plant,
        )
        history = History(_remembered(configuration)) if options.timedata else None
        self.core = EdgeCore(house, configuration, start_utc=int(clock.utc()), history=history)
        self.websocket = WebsocketApi(self.core)
        self._listeners = self._build_listeners()
        self._modbus = self._build_modbus()
        self._control = self._build_control()
        self._cycle: asyncio.Task[None] | None = None
        self._announcing: set[asyncio.Task[None]] = set()
        self._restarting: asyncio.Task[None] | None = None
        self.core.on_configuration.append(self._announce_configuration)

    @property
    def house(self) -> SimulatedHouse:
        """The simulated house: the truth that a bridge's numbers are compared with."""
        return self.core.house

    @property
    def faults(self) -> Faults:
        """The faults in force; set its attributes."""
        return self.core.faults

    @property
    def ws_url(self) -> str:
        """Where the websocket listens. Raises KeyError where the Edge has none."""
        return f"ws://{self._authority('ws')}/"

    @property
    def rest_url(self) -> str:
        """Where ``ctrlApiRest0`` listens, without a slash at the end. Raises KeyError where there is none."""
        return f"http://{self._authority('rest')}"

    @property
    def own_rest_url(self) -> str:
        """Where ``ctrlApiRest1`` listens. Raises KeyError where there is none."""
        return f"http://{self._authority('own_rest')}"

    @property
    def modbus_port(self) -> int | None:
        """Where Modbus/TCP listens, None where it does not."""
        return self._modbus.port if self._modbus else None

    def ports(self) -> dict[str, int]:
        """Return the real ports by service."""
        found = {f"{name}_port": listener.port for name, listener in self._listeners.items()}
        if self._modbus:
            found["modbus_port"] = self._modbus.port
        if self._control:
            found["control_port"] = self._control.port
        return found

    async def __aenter__(self) -> Self:
        try:
            await self._open()
            if self._control:
                await self._control.start()
        except BaseException:
            await self.close()
            raise
        self._cycle = asyncio.create_task(self._run(), name="fake edge cycle")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop everything."""
        for task in (self._cycle, self._restarting, *self._announcing):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._control:
            await self._control.stop()
        await self._shut()

    async def wait(self) -> None:
        """Wait for as long as the Edge lives; raises what made it stop."""
        if self._cycle:
            await self._cycle

    async def step(self, seconds: int = 1) -> None:
        """Run cycles at once, besides those that the clock brings, and publish the last one's values."""
        self.core.advance(seconds)
        await self.websocket.publish_values()

    async def restart(
        self, counters: CounterLoss = CounterLoss.KEEP, *, dip_wh: int = 0, silent_seconds: float = 0.0
    ) -> None:
        """Restart as an Edge does: connections break, written values and tokens are forgotten.

        ``counters`` says what happens to the energy counters. For ``silent_seconds`` (real ones) nobody answers at the
        ports; the house lives on meanwhile. Returns when the Edge answers again.
        """
        await self._shut()
        self.core.forget_writes()
        self.websocket.forget_logins()
        if counters is not CounterLoss.KEEP:
            self.core.counters.lose(self.house, None if counters is CounterLoss.RESET else dip_wh)
        await asyncio.sleep(silent_seconds)
        await self._open()

    def begin_restart(self, counters: CounterLoss, *, dip_wh: int = 0, silent_seconds: float = 0.0) -> None:
        """Restart in the background; a restart under way is let finish and this one is dropped."""
        if self._restarting is None or self._restarting.done():
            restart = self.restart(counters, dip_wh=dip_wh, silent_seconds=silent_seconds)
            self._restarting = asyncio.create_task(restart, name="fake edge restart")

    def serve_over_modbus(self, component_ids: tuple[str, ...]) -> None:
        """Let Modbus serve other components (``component.ids``), from the next request on: registers move.

        Raises ValueError where the Edge has no Modbus.
        """
        if self._modbus is None:
            raise ValueError("this fake Edge has no Modbus: give it a modbus_port")
        self._modbus.registers = self._register_map(component_ids)

    async def _run(self) -> None:
        """Run a cycle each ``cycle_ms``. Cycles that a busy machine missed are made up, so the house keeps time."""
        loop = asyncio.get_running_loop()
        period = self.options.cycle_ms / 1000
        begin, done = loop.time(), 0
        while True:
            await asyncio.sleep(max(0.0, begin + (done + 1) * period - loop.time()))
            due = int((loop.time() - begin) / period + 1e-6) - done
            if due > 0:
                done += due
                await self.step(due)
            if self.options.cycle_ms == 1000 and abs(self._clock.utc() - self.core.utc) > _CLOCK_TOLERANCE:
                # The machine slept, or its clock was set: in real time the Edge keeps the machine's.
                self.core.set_clock(int(self._clock.utc()))

    async def _open(self) -> None:
        for name, listener in self._listeners.items():
            await listener.start()
            self._configure_port(name, listener.port)
        if self._modbus:
            await self._modbus.start()
            self._configure_port("modbus", self._modbus.port)

    def _configure_port(self, service: str, port: int) -> None:
        self.core.configuration.components[_CONTROLLERS[service]].properties["port"] = port

    async def _shut(self) -> None:
        for listener in self._listeners.values():
            await listener.stop()
        if self._modbus:
            await self._modbus.stop()

    def _announce_configuration(self) -> None:
        task = asyncio.get_running_loop().create_task(self.websocket.publish_configuration())
        self._announcing.add(task)
        task.add_done_callback(self._announcing.discard)

    def _authority(self, service: str) -> str:
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        return f"{host}:{self._listeners[service].port}"

    def _build_listeners(self) -> dict[str, HttpListener]:
        options = self.options
        limits = AcceptLimits(
            connections=options.rest_connection_limit, fresh=_NEW_CONNECTIONS, window=_WINDOW_SECONDS
        )
        listeners: dict[str, HttpListener] = {}
        if options.ws_port is not None:
            listeners["ws"] = HttpListener(self.websocket.handle, options.host, options.ws_port)
        if options.rest_port is not None:
            rest = RestApi(self.core, "ctrlApiRest0", read_only=options.rest_read_only)
            listeners["rest"] = HttpListener(rest.handle, options.host, options.rest_port, limits)
        if options.own_rest_port is not None:
            own = RestApi(self.core, "ctrlApiRest1")
            listeners["own_rest"] = HttpListener(own.handle, options.host, options.own_rest_port, limits)
        return listeners

    def _build_modbus(self) -> ModbusServer | None:
        options = self.options
        if options.modbus_port is None:
            return None
        return ModbusServer(
            self._register_map(options.modbus_components),
            self.core,
            options.host,
            options.modbus_port,
            limit=options.modbus_connection_limit,
            idle=options.modbus_idle_seconds,
        )

    def _register_map(self, component_ids: tuple[str, ...]) -> RegisterMap:
        return RegisterMap(
            self.core, "ctrlApiModbusTcp0", component_ids, read_only=self.options.modbus_read_only
        )

    def _build_control(self) -> HttpListener | None:
        if self.options.control_port is None:
            return None
        return HttpListener(
            ControlApi(self.core, self.begin_restart).handle, "127.0.0.1", self.options.control_port
        )


def _simulation_options(options: FakeEdgeOptions) -> SimulationOptions:
    """Return the house of these options. An Edge with an ESS has a battery even where the household has none."""
    simulation = SimulationOptions(
        household=options.household,
        profile=options.profile,
        household_index=options.household_index,
        seed=options.seed,
        start=options.start,
        speed=options.speed,
        battery_wh=options.battery_wh,
        battery_w=options.battery_w,
        initial_soc=options.initial_soc,
        hybrid=options.hybrid,
    )
    if options.ess is EssLayout.NONE:
        return replace(simulation, battery_wh=0)
    return simulation


def _house_settings(options: FakeEdgeOptions, clock: Clock) -> HouseSettings:
    simulation = _simulation_options(options)
    settings = house_settings(simulation, clock.utc())
    if settings.battery is None and options.ess is not EssLayout.NONE:
        return house_settings(replace(simulation, battery_wh=_DEFAULT_CAPACITY_WH), clock.utc())
    return settings


def _remembered(configuration: Configuration) -> list[str]:
    """Which channels the history keeps: what a persistence priority of HIGH keeps in OpenEMS, without texts."""
    return [
        f"{component.id}/{channel.id}"
        for component in configuration.components.values()
        for channel in component.channels
        if channel.readable and channel.unit in ("W", "Wh", "%")
    ]


async def serve(options: FakeEdgeOptions, on_ready: Callable[[dict[str, int]], None]) -> None:
    """Run until cancelled; ``on_ready`` gets the real ports once they are open. Raises ProfileError or OSError."""
    async with FakeEdge(options) as edge:
        on_ready(edge.ports())
        await edge.wait()


def _print_ready(ports: dict[str, int]) -> None:
    sys.stdout.write(json.dumps({"ready": True, **ports}) + "\n")
    sys.stdout.flush()


async def _serve_until_signal(options: FakeEdgeOptions) -> None:
    serving = asyncio.create_task(serve(options, _print_ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def run(args: argparse.Namespace) -> int:
    """Run the program with parsed arguments until SIGINT or SIGTERM and return the exit status."""
    try:
        asyncio.run(_serve_until_signal(options_from(args)))
    except (ProfileError, OSError, ValueError) as error:
        sys.stderr.write(f"fake-edge: {error}\n")
        return 1
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run as a program. Prints one JSON line with the real ports when ready."""
    parser = argparse.ArgumentParser(prog="openems-bridge fake-edge", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))
