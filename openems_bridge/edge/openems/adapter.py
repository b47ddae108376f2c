"""An OpenEMS Edge as the bridge's ``Edge``: readings by websocket, set-points by REST."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import aiohttp

from dems_node.backoff import Backoff
from dems_node.clock import Clock
from openems_bridge.edge.interface import (
    BatteryActuator,
    Connected,
    Cycle,
    EdgeError,
    EdgeEvent,
    EdgeUnreachable,
    EnergyHistory,
    Inspection,
)
from openems_bridge.edge.openems.channels import ChannelMap, edge_clock, map_channels, read_values
from openems_bridge.edge.openems.components import Installation, survey
from openems_bridge.edge.openems.configuration import EdgeConfiguration, parse_configuration
from openems_bridge.edge.openems.history import METHOD, history_query, keeps_no_history, read_history
from openems_bridge.edge.openems.inspection import inspect_edge
from openems_bridge.edge.openems.jsonrpc import Json, RpcError
from openems_bridge.edge.openems.options import OpenEmsOptions
from openems_bridge.edge.openems.rest import RestClient, RestSetpoints
from openems_bridge.edge.openems.websocket import EdgeConnection, Received, open_connection
from openems_bridge.edge.outage import STEADY_SECONDS, EdgeSilent, Outage
from openems_bridge.telemetry import SourceClass, Telemetry

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class _Freshness:
    """Notices an Edge that keeps sending but whose own clock stands still."""

    longest: float
    edge_time: float | None = None
    since: float = 0.0

    def check(self, edge_time: float | None, now: float) -> None:
        """Note the Edge's clock at a monotonic moment. Raises EdgeSilent when it has stood for too long."""
        if edge_time is None or edge_time != self.edge_time:
            self.edge_time, self.since = edge_time, now
        elif now - self.since > self.longest:
            raise EdgeSilent(f"The Edge has sent the same old values for {now - self.since:.0f} s.")


class OpenEmsEdge:
    """One household's OpenEMS Edge. Serves ``Edge``; see there for what each member promises."""

    def __init__(self, options: OpenEmsOptions, clock: Clock, *, backoff: Backoff | None = None) -> None:
        self._options = options
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._outage = Outage(f"OpenEMS at {options.websocket_url}", _LOGGER)
        self._session: aiohttp.ClientSession | None = None
        self._rest = RestClient(options)
        self._setpoints: RestSetpoints | None = None
        self._connection: EdgeConnection | None = None
        self._installation: Installation | None = None
        self._channels = ChannelMap()
        self._freshness = _Freshness(options.silence_timeout)
        self._closed = False

    @property
    def source(self) -> SourceClass:
        """Readings come from the Edge itself."""
        return SourceClass.OPENEMS

    @property
    def actuator(self) -> BatteryActuator | None:
        """The REST way to the battery, once the configuration has shown one; it outlives a lost websocket."""
        return self._setpoints

    async def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield what happens, until the iterator or the Edge is closed."""
        while not self._closed:
            try:
                async with open_connection(self._open_session(), self._options, self._clock) as connection:
                    async for event in self._follow(connection):
                        yield event
            except EdgeError as error:
                if self._closed:
                    return
                lost = self._outage.begins(error)
            finally:
                self._connection = None
            if lost is not None:
                yield lost
            await asyncio.sleep(self._backoff.next_pause())

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return energy per step of whole minutes in [start, end), None if the Edge has no Timedata.

        Raises EdgeUnreachable while there is no connection, ValueError for a span or step that cannot be asked for.
        """
        connection, channels = self._connection, self._channels
        if connection is None:
            raise EdgeUnreachable("The Edge's history cannot be read: there is no connection.")
        query = history_query(channels, start, end, step_seconds)
        try:
            result = await connection.query(METHOD, query)
        except RpcError as error:
            if keeps_no_history(error):
                return None
            raise
        return read_history(channels, result, start, end, step_seconds)

    async def inspect(self) -> Sequence[Inspection]:
        """Try everything without writing anything, over a connection of its own."""
        return await inspect_edge(self._open_session(), self._rest, self._options, self._clock)

    async def close(self) -> None:
        """Close every connection. Does not release the battery."""
        self._closed = True
        await self._rest.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _follow(self, connection: EdgeConnection) -> AsyncIterator[EdgeEvent]:
        await connection.login()
        # Said with the first values, so that an Edge that logs in and then stays silent is not called connected.
        connected: Connected | None = await self._adopt(connection, await connection.edge_config())
        silence = self._options.silence_timeout
        opened = self._clock.monotonic()
        deadline = opened + silence
        resubscribed = False
        while True:
            received = await connection.next_notification(max(0.0, deadline - self._clock.monotonic()))
            values = received.notification.params
            match received.notification.method:
                case "currentData":
                    deadline = received.monotonic + silence
                    self._freshness.check(edge_clock(values), received.monotonic)
                    if resubscribed and not values.keys() >= set(self._channels.addresses()):
                        resubscribed = False  # one more cycle of the former subscription
                        continue
                    self._connection = connection
                    self._outage.ends()
                    if received.monotonic - opened >= STEADY_SECONDS:
                        self._backoff.reset()
                    if connected is not None:
                        yield connected
                        connected = None
                    yield Cycle(telemetry=self._read(received))
                case "edgeConfig":
                    changed = await self._adopt_change(connection, values)
                    if changed is not None:
                        connected = changed
                        resubscribed = True

    async def _adopt_change(self, connection: EdgeConnection, document: Json) -> Connected | None:
        if self._survey(parse_configuration(document)) == self._installation:
            return None
        _LOGGER.info("The configuration of %s changed.", self._options.websocket_url)
        return await self._adopt(connection, document)

    async def _adopt(self, connection: EdgeConnection, document: Json) -> Connected:
        installation = self._survey(parse_configuration(document))
        channels = map_channels(installation)
        await connection.subscribe(channels.addresses())
        self._installation, self._channels = installation, channels
        topology = installation.topology
        if topology.battery is not None and topology.control is not None:
            if self._setpoints is None or self._setpoints.ess != topology.battery.id:
                self._setpoints = RestSetpoints(self._rest, topology.battery.id)
        else:
            self._setpoints = None
        return Connected(topology=topology)

    def _survey(self, configuration: EdgeConfiguration) -> Installation:
        return survey(
            configuration,
            self._options.components,
            rest_controller=self._options.rest_controller,
            rest_port=self._options.rest_port,
        )

    def _read(self, received: Received) -> Telemetry:
        values = received.notification.params
        edge_time = edge_clock(values)
        telemetry = read_values(
            self._channels,
            values,
            measured_at=received.utc,
            received_at=received.monotonic,
        )
        return replace(telemetry, clock_offset=None if edge_time is None else edge_time - received.utc)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
