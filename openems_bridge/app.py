"""The composition root: builds one household's bridge from its configuration, runs it, and takes it down in order."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from dems_node.clock import Clock, SystemClock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.https.tls import OwnCertificate
from openems_bridge import __version__
from openems_bridge.api.archive import StoredArchive
from openems_bridge.api.certificate import bridge_certificate
from openems_bridge.api.clients import Clients
from openems_bridge.api.control import ControlServer
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.ledger_routes import LedgerRoutes
from openems_bridge.api.pairing import PairingDesk
from openems_bridge.api.server import ApiParts, ApiServer, api_application, api_routes
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.data_folder import DATABASE_FILE, locked_data_folder
from openems_bridge.diagnostics import BridgeDiagnostics, ProblemMemory
from openems_bridge.dispatcher.commands import DispatchState, Status
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.edge.interface import Connected, Cycle, Edge, EdgeEvent
from openems_bridge.edge.pushed import PushedEdge
from openems_bridge.edge.pushed.setpoints import LONGEST_LEASE_SECONDS
from openems_bridge.edges import CurrentActuator, build_edge
from openems_bridge.event_log import EventLog
from openems_bridge.house_state import House, Identity, state_document
from openems_bridge.house_watch import HouseWatch
from openems_bridge.keys.on_this_machine import vault_of
from openems_bridge.lease_journal import StoredLeases
from openems_bridge.ledger.desk import CommunityDesk
from openems_bridge.metering.readings import Reading
from openems_bridge.metering.recorder import Recorder
from openems_bridge.metering.slot_meter import SlotMeter
from openems_bridge.owner_settings import OwnerSettings
from openems_bridge.planning import Planning, build_planning
from openems_bridge.steering import OwnerSteering
from openems_bridge.store import events, readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.store.pruning import prune_daily

LOOK_SECONDS = 5.0
_LOGGER = logging.getLogger(__name__)


class BridgeStopped(Exception):
    """A part of the bridge ended that must not end. The text says which."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Said once everything runs: the API's real port and the certificate's fingerprint (32 bytes)."""

    port: int
    fingerprint: bytes


async def run_bridge(
    configuration: BridgeConfiguration,
    stop: asyncio.Event,
    *,
    on_serving: Callable[[Serving], None] = lambda _: None,
    clock: Clock | None = None,
    edge: Edge | None = None,
) -> None:
    """Run one household's bridge until ``stop`` is set, then release the battery and close everything.

    ``edge`` and ``clock`` are given by tests only. Raises ConfigurationError, DataFolderUnusable, CertificateUnusable,
    StoreError (also DatabaseCorrupt and DatabaseTooNew) or PortTaken before anything was started, and whatever ends a
    task for good afterwards, once the battery was released.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        data_dir = stack.enter_context(locked_data_folder(configuration.data_dir))
        memory = ProblemMemory()
        logging.getLogger().addHandler(memory)
        stack.callback(logging.getLogger().removeHandler, memory)
        certificate = await asyncio.to_thread(bridge_certificate, data_dir)
        edge = edge or build_edge(configuration.edge, data_dir, clock)
        stack.push_async_callback(edge.close)
        database = await Database.open(data_dir / DATABASE_FILE, now=clock.utc, migrations=MIGRATIONS)
        stack.push_async_callback(database.close)
        parts = await _build(configuration, clock, certificate, database, edge, memory)
        await _run(parts, stop, on_serving, stack)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bridge:
    """The parts that run, and what they run with."""

    configuration: BridgeConfiguration
    clock: Clock
    certificate: OwnCertificate
    database: Database
    edge: Edge
    settings: OwnerSettings
    recorder: Recorder
    dispatcher: Dispatcher
    watch: HouseWatch
    event_log: EventLog
    feed: StateFeed
    desk: PairingDesk
    clients: Clients
    identity: Identity
    ledger: CommunityDesk
    planning: Planning
    api: ApiServer


async def _build(
    configuration: BridgeConfiguration,
    clock: Clock,
    certificate: OwnCertificate,
    database: Database,
    edge: Edge,
    memory: ProblemMemory,
) -> _Bridge:
    grid = configuration.grid
    settings = OwnerSettings(database)
    identity = Identity(
        id=await settings.bridge_id(),
        name=configuration.household,
        version=__version__,
        fingerprint=certificate.fingerprint,
        source=edge.source,
        started_at=clock.utc(),
    )
    mode, limits = await settings.mode(), await settings.limits()
    house = House(
        topology=await settings.topology(),
        reading=await database.run(readings.latest, grid.seconds),
        dispatch=DispatchState(mode=mode, status=Status.STARTING, reason=Reason(ReasonCode.STARTING)),
        limits=limits,
        disk_has_room=database.disk_has_room(),
    )
    feed = StateFeed(state_document(identity, grid, house), await database.run(events.last_id))
    event_log = EventLog(database, clock, feed.announce)
    pushed = _pushed(edge)
    if pushed is not None:
        pushed.setpoints.connect(feed)
    watch = HouseWatch(
        identity,
        grid,
        house,
        publish=feed.publish,
        happened=event_log.happened,
        owes_end=await _owes_end(database),
    )

    def on_readings(closed: Sequence[Reading]) -> None:
        watch.closed(closed)
        ledger.measured()
        for reading in closed:
            planning.measured(reading)

    recorder = await Recorder.restored(
        meter=SlotMeter(grid=grid, source=edge.source),
        database=database,
        records=edge,
        clock=clock,
        on_readings=on_readings,
    )
    surroundings = Surroundings(
        actuator=CurrentActuator(edge),
        journal=StoredLeases(database, clock),
        clock=clock,
        grid=grid,
        slot_start=recorder.counters_at_start,
        disk_has_room=database.disk_has_room,
        longest_lease_seconds=LONGEST_LEASE_SECONDS if pushed is not None else None,
    )
    dispatcher, steering = _steered(surroundings, house, settings, watch)
    planning = await build_planning(
        configuration, database, clock, edge, dispatcher, watch, event_log, recorder.counters_at_start
    )
    ledger = CommunityDesk(
        database=database,
        clock=clock,
        grid=grid,
        vault=vault_of(configuration.data_dir, configuration.keys),
        options=configuration.ledger,
        show=watch.anchored,
        tell=event_log.happened,
        announce=feed.announce,
        edge_clock_offset=lambda: watch.edge_clock_offset,
        market=planning.hall,
    )
    desk = PairingDesk(certificate.fingerprint, clock)
    clients = await Clients.load(database, clock)
    parts = ApiParts(
        identity=identity,
        grid=grid,
        clock=clock,
        desk=desk,
        clients=clients,
        feed=feed,
        steering=steering,
        archive=StoredArchive(database, grid),
        diagnostics=BridgeDiagnostics(
            configuration,
            watch,
            memory,
            lambda: {"clients": len(clients.listed()), "websockets": feed.subscribers},
        ),
        ledger=ledger,
        foresight=planning.foresight.desk,
        trading=planning.hall,
        pushed=pushed,
        setpoints=pushed.setpoints if pushed is not None else None,
    )
    return _Bridge(
        configuration=configuration,
        clock=clock,
        certificate=certificate,
        database=database,
        edge=edge,
        settings=settings,
        recorder=recorder,
        dispatcher=dispatcher,
        watch=watch,
        event_log=event_log,
        feed=feed,
        desk=desk,
        clients=clients,
        identity=identity,
        ledger=ledger,
        planning=planning,
        api=ApiServer(api_application(api_routes(parts), clients), certificate.server_context(), feed),
    )


async def _owes_end(database: Database) -> bool:
    started = await database.run(events.latest, "dispatch_started")
    ended = await database.run(events.latest, "dispatch_ended")
    return started is not None and (ended is None or ended.id < started.id)


def _steered(
    surroundings: Surroundings, house: House, settings: OwnerSettings, watch: HouseWatch
) -> tuple[Dispatcher, OwnerSteering]:
    changed = asyncio.Event()

    def on_change(state: DispatchState) -> None:
        watch.dispatched(state)
        changed.set()

    dispatcher = Dispatcher(surroundings, mode=house.dispatch.mode, limits=house.limits, on_change=on_change)
    return dispatcher, OwnerSteering(dispatcher, settings, changed=changed, on_limits=watch.limited)


def _pushed(edge: Edge) -> PushedEdge | None:
    return edge if isinstance(edge, PushedEdge) else None


async def _run(
    bridge: _Bridge, stop: asyncio.Event, on_serving: Callable[[Serving], None], stack: AsyncExitStack
) -> None:
    stack.push_async_callback(bridge.event_log.close)
    stack.push_async_callback(bridge.recorder.close)
    stack.push_async_callback(bridge.planning.hall.close)
    # Released first, whatever the end: the Edge, the journal and the log of events are closed after it.
    stack.push_async_callback(bridge.dispatcher.close)
    await _tell_missed_readings(bridge)
    async with _served(bridge) as port, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_for_good(name, work, stop), name=name)
            for name, work in (
                ("dispatcher", bridge.dispatcher.run()),
                ("metering", bridge.recorder.run()),
                ("events", bridge.event_log.run()),
                ("edge", _follow_edge(bridge)),
                ("ledger", bridge.ledger.run()),
                ("looking ahead", bridge.planning.foresight.lookout.run()),
                ("looking around", _look_around(bridge)),
                ("pruning", prune_daily(bridge.database, bridge.clock)),
                ("announcement", _announce(bridge, port)),
            )
        ]
        on_serving(Serving(port, bridge.certificate.fingerprint))
        await stop.wait()
        _LOGGER.info("Stopping: releasing the battery")
        await bridge.dispatcher.close()
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def _served(bridge: _Bridge) -> AsyncIterator[int]:
    configured = bridge.configuration.api
    async with AsyncExitStack() as stack:
        port = await bridge.api.start(configured.host, configured.port)
        stack.push_async_callback(bridge.api.close)
        control = ControlServer(
            bridge.configuration.data_dir,
            bridge.identity,
            bridge.desk,
            bridge.clients,
            bridge.feed,
            port,
            LedgerRoutes(bridge.ledger, bridge.configuration.grid).table(),
        )
        stack.push_async_callback(control.close)
        await control.start()
        yield port


async def _announce(bridge: _Bridge, port: int) -> None:
    configured = bridge.configuration.api
    if not configured.zeroconf:
        await asyncio.Event().wait()
    from openems_bridge.api.discovery import keep_announced

    await keep_announced(bridge.identity, port, configured.host)


async def _follow_edge(bridge: _Bridge) -> None:
    stream = cast("AsyncGenerator[EdgeEvent]", bridge.edge.events())
    async with aclosing(stream):
        async for event in stream:
            bridge.dispatcher.observe(event)
            if isinstance(event, Cycle):
                bridge.recorder.observe(event.telemetry)
            is_new_house = isinstance(event, Connected) and event.topology != bridge.watch.topology
            bridge.watch.observe(event, bridge.recorder.totals)
            if is_new_house:
                await _keep_topology(bridge)


async def _keep_topology(bridge: _Bridge) -> None:
    topology = bridge.watch.topology
    if topology is None:
        return
    try:
        await bridge.settings.keep_topology(topology)
    except StoreError as error:
        _LOGGER.warning("The house's components are not kept for the next start: %s", error)


async def _tell_missed_readings(bridge: _Bridge) -> None:
    """Tell readings that were stored before a crash but not told: there is an event for each stored reading."""
    grid = bridge.configuration.grid
    last = await bridge.database.run(events.latest, "slot_closed")
    if last is None or not isinstance(slot := last.data.get("slot"), int):
        return
    oldest = grid.slot_at(bridge.clock.utc() - events.KEPT_FOR.total_seconds())
    first = max(slot + 1, oldest)
    bridge.watch.closed(await bridge.database.run(readings.page, grid.seconds, first, None, 20_000))


async def _look_around(bridge: _Bridge) -> None:
    while True:
        bridge.watch.disk(has_room=bridge.database.disk_has_room())
        bridge.watch.counted(bridge.recorder.totals, bridge.clock.monotonic())
        await asyncio.sleep(LOOK_SECONDS)


async def _for_good(name: str, work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Run a part that must not end before the bridge is stopped. Raises BridgeStopped where it does."""
    await work
    if not stop.is_set():
        raise BridgeStopped(f"The part {name!r} of the bridge ended without a reason.")
