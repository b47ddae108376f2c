"""An OpenEMS Edge over Modbus/TCP as the bridge's ``Edge``."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

from dems_node.backoff import Backoff
from dems_node.clock import Clock
from openems_bridge.edge.interface import (
    BatteryActuator,
    BatteryKind,
    Connected,
    Cycle,
    EdgeError,
    EdgeEvent,
    EdgeUnreachable,
    EdgeWriteRefused,
    EnergyHistory,
    Finding,
    Inspection,
)
from openems_bridge.edge.modbus.connection import ModbusConnection
from openems_bridge.edge.modbus.house import ModbusHouse, find_house, read_house
from openems_bridge.edge.modbus.layout import LayoutError
from openems_bridge.edge.modbus.options import ModbusOptions
from openems_bridge.edge.outage import STEADY_SECONDS, EdgeWrongAnswer, Outage
from openems_bridge.telemetry import SourceClass

_LOGGER = logging.getLogger(__name__)

LONGEST_API_TIMEOUT = 60


class _Moved(Exception):
    """The components no longer begin where they were found."""


class ModbusEdge:
    """One household's Edge over Modbus. Serves ``Edge``, and ``BatteryActuator`` where the battery is managed."""

    def __init__(self, options: ModbusOptions, clock: Clock, *, backoff: Backoff | None = None) -> None:
        self._options = options
        self._clock = clock
        self._backoff = backoff or Backoff()
        # pymodbus says again with every attempt what this adapter says once when the Edge is lost.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        self._outage = Outage(f"OpenEMS at {options.address} (Modbus)", _LOGGER)
        self._connection: ModbusConnection | None = None
        self._house: ModbusHouse | None = None
        self._steerable = False
        self._closed = False

    @property
    def source(self) -> SourceClass:
        """Readings come from the Edge itself."""
        return SourceClass.OPENEMS

    @property
    def actuator(self) -> BatteryActuator | None:
        """This object, once a managed battery has been found."""
        return self if self._steerable else None

    async def write(self, ac_power_w: int) -> None:
        """Ask for an AC power with one FC16, if the battery's registers are still where they were found."""
        if not isinstance(ac_power_w, int) or isinstance(ac_power_w, bool):
            raise EdgeWriteRefused(f"A set-point is a whole number of W, not {ac_power_w!r}.")
        connection, house = self._connection, self._house
        if connection is None or house is None:
            raise EdgeUnreachable(f"There is no Modbus connection to {self._options.address}.")
        if house.setpoint is None:
            raise EdgeWriteRefused("The Edge serves no battery that takes set-points over Modbus.")
        if not await connection.unmoved(house.chain):
            raise EdgeWriteRefused(
                "The Edge's registers have moved: nothing was written, they are looked for."
            )
        await connection.write_f32(house.setpoint, ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        """Write nothing: over Modbus a set-point ends by silence alone, after the controller's apiTimeout."""

    async def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield what happens, until the iterator or the Edge is closed."""
        while not self._closed:
            connection = ModbusConnection(self._options)
            try:
                await connection.open()
                async for event in self._follow(connection):
                    yield event
            except EdgeError as error:
                if self._closed:
                    return
                lost = self._outage.begins(error)
            finally:
                self._connection = None
                connection.close()
            if lost is not None:
                yield lost
            await asyncio.sleep(self._backoff.next_pause())

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return None: Modbus serves no records."""
        return None

    async def inspect(self) -> Sequence[Inspection]:
        """Connect, find the layout, read once; write nothing."""
        connection = ModbusConnection(self._options)
        lines: list[Inspection] = []
        try:
            await connection.open()
            lines.append(_line(Finding.OK, "modbus", f"{self._options.address} answers."))
            house = await self._find(connection)
            lines.extend(_topology_lines(house, self._options))
            registers = await connection.read(house.reads)
            telemetry = read_house(
                house, registers, measured_at=self._clock.utc(), received_at=self._clock.monotonic()
            )
            lines.append(
                _line(
                    Finding.WARNING if telemetry.grid_power is None else Finding.OK,
                    "values",
                    "The Edge does not know the grid's power: it has no grid meter, or that is not connected."
                    if telemetry.grid_power is None
                    else f"{len(house.chain) + len(house.reads)} reads a second; the grid's power is known.",
                )
            )
        except EdgeError as error:
            lines.append(_line(Finding.ERROR, "modbus", str(error)))
        finally:
            connection.close()
        return lines

    async def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _follow(self, connection: ModbusConnection) -> AsyncIterator[EdgeEvent]:
        while True:
            house = await self._find(connection)
            self._house, self._steerable = house, house.topology.control is not None
            self._connection = connection
            try:
                async for event in self._poll(connection, house):
                    yield event
            except _Moved:
                _LOGGER.info("The registers of %s have moved; looking for them again.", self._options.address)

    async def _poll(self, connection: ModbusConnection, house: ModbusHouse) -> AsyncIterator[EdgeEvent]:
        # Said with the first values, so that an Edge that serves headers but no values is not called connected.
        connected: Connected | None = Connected(topology=house.topology)
        due = opened = self._clock.monotonic()
        while True:
            if not await connection.unmoved(house.chain):
                raise _Moved
            registers = await connection.read(house.reads)
            self._outage.ends()
            now = self._clock.monotonic()
            if now - opened >= STEADY_SECONDS:
                self._backoff.reset()
            if connected is not None:
                yield connected
                connected = None
            yield Cycle(
                telemetry=read_house(house, registers, measured_at=self._clock.utc(), received_at=now)
            )
            due = max(due + self._options.poll_seconds, self._clock.monotonic())
            await asyncio.sleep(max(0.0, due - self._clock.monotonic()))

    async def _find(self, connection: ModbusConnection) -> ModbusHouse:
        try:
            return find_house(await connection.discover(), self._options)
        except LayoutError as error:
            raise EdgeWrongAnswer(str(error)) from error


def _topology_lines(house: ModbusHouse, options: ModbusOptions) -> list[Inspection]:
    topology = house.topology
    lines = [_line(Finding.WARNING, "battery", note) for note in topology.notes]
    battery = topology.battery
    if battery is None:
        return lines
    if not battery.managed:
        lines.append(_line(Finding.WARNING, "battery", f"{battery.id} cannot be steered."))
        return lines
    lines.append(_line(Finding.OK, "battery", f"{battery.id} was found and takes set-points."))
    if battery.kind is BatteryKind.HYBRID:
        lines.append(
            _line(Finding.NOTE, "battery", f"{battery.id} is a hybrid: set-points are converted to AC.")
        )
    if not 0 < options.api_timeout_seconds <= LONGEST_API_TIMEOUT:
        lines.append(
            _line(
                Finding.ERROR,
                "api_timeout",
                f"edge.api_timeout_seconds is {options.api_timeout_seconds}: set apiTimeout on the Edge's Modbus "
                f"controller to between 1 and {LONGEST_API_TIMEOUT} s, and the same here.",
            )
        )
    lines.append(
        _line(
            Finding.NOTE if options.confirm_no_release else Finding.WARNING,
            "release",
            "A set-point over Modbus ends only by silence, and any other Modbus client keeps it alive. "
            + (
                "You have confirmed that."
                if options.confirm_no_release
                else "Set edge.confirm_no_release to steer."
            ),
        )
    )
    return lines


def _line(finding: Finding, subject: str, message: str) -> Inspection:
    return Inspection(finding=finding, subject=subject, message=message)
