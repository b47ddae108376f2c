"""A fake house behind the real API server: what tests of the API (and of its clients) talk to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import aiohttp

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.json_types import Json, Section
from dems_protocol.slots import SlotGrid
from openems_bridge.api.archive import StoredArchive
from openems_bridge.api.certificate import bridge_certificate
from openems_bridge.api.clients import Clients
from openems_bridge.api.control import ControlServer
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.pairing import (
    PairingDesk,
    PreparedCode,
    client_proof,
    pairing_key,
    prepare_code,
    server_proof,
    transcript,
)
from openems_bridge.api.ports import PushedReadings, Setpoints
from openems_bridge.api.server import ApiParts, ApiServer, api_application, api_routes
from openems_bridge.dispatcher.commands import (
    Command,
    CommandSource,
    DispatchState,
    Limits,
    Mode,
    Status,
    Target,
)
from openems_bridge.dispatcher.reasons import Reason, ReasonCode, RequestRefused
from openems_bridge.edge.interface import Battery, BatteryKind, Component, ControlPath, Topology
from openems_bridge.foresight.announcements import PromisedSun
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.house_state import House, Identity, state_document
from openems_bridge.ledger.desk import LedgerRefused
from openems_bridge.ledger.plant import Plant
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.slot_phase import Phase
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.refusal import Refused
from openems_bridge.store import events, readings
from openems_bridge.store.events import Event
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import EdgeState, GridMode, Register, SourceClass, Telemetry
from openems_bridge.trader.settings import TradingSettings, changed

TOPOLOGY = Topology(
    source=SourceClass.OPENEMS,
    grid_meter=Component(id="meter0", alias="Grid meter"),
    battery=Battery(id="ess0", alias="Battery", kind=BatteryKind.AC_COUPLED, managed=True),
    plants=(Component(id="pvInverter0", alias="Roof"),),
    control=ControlPath(controller="ctrlApiRest0", timeout_seconds=60, releasable=True),
)
TELEMETRY = Telemetry(
    measured_at=1_790_000_000.0,
    received_at=0.0,
    grid_power=-1200,
    battery_power=0,
    solar_power=1812,
    consumption_power=612,
    soc=57,
    capacity=10000,
    grid_mode=GridMode.ON_GRID,
    edge_state=EdgeState.OK,
    allowed_charge_power=-5000,
    allowed_discharge_power=5000,
    clock_offset=0.2,
)
TOTALS = dict.fromkeys(Register, 1000)
OFF = DispatchState(mode=Mode.OFF, status=Status.OFF, reason=Reason(ReasonCode.MODE_OFF))


def reading(slot: int) -> Reading:
    """Return a complete reading of a slot."""
    return Reading(
        slot=slot,
        energy=dict.fromkeys(Register, 5),
        quality=Quality.COMPLETE,
        covered_seconds=900,
        source=SourceClass.OPENEMS,
    )


class FakeSteering:
    """A dispatcher that does what it is told, and nothing in OFF."""

    def __init__(self) -> None:
        self.dispatch = OFF
        self.limits = Limits(max_charge_power=5000, max_discharge_power=5000)
        self.on_change: Callable[[], None] = lambda: None
        self.calls: list[str] = []

    async def set_mode(self, mode: Mode) -> None:
        self.calls.append("mode")
        code = ReasonCode.MODE_OFF if mode is Mode.OFF else ReasonCode.NO_COMMAND
        status = Status.OFF if mode is Mode.OFF else Status.RELEASED
        self.dispatch = DispatchState(mode=mode, status=status, reason=Reason(code))
        self.on_change()

    async def set_limits(self, limits: Limits) -> None:
        self.calls.append("limits")
        self.limits = limits
        self.on_change()

    async def command(self, target: Target, duration_s: int, note: str) -> None:
        self.calls.append("command")
        if self.dispatch.mode is Mode.OFF:
            raise RequestRefused(Reason(ReasonCode.MODE_OFF))
        ends = 1_790_000_000.0 + duration_s
        command = Command(
            id="c1", source=CommandSource.MANUAL, target=target, ends_at=ends, ends_at_utc=ends, reason=note
        )
        self.dispatch = replace(
            self.dispatch,
            status=Status.FOLLOWING,
            reason=Reason(ReasonCode.FOLLOWING, {"source": "manual"}),
            command=command,
            requested_power=getattr(target, "power_w", None),
            setpoint=getattr(target, "power_w", None),
        )
        self.on_change()

    async def withdraw(self) -> None:
        self.calls.append("withdraw")
        await self.set_mode(self.dispatch.mode)


class FakeDiagnostics:
    """Answers with almost nothing."""

    def __init__(self) -> None:
        self.healthy = True
        self.fails = False

    async def document(self) -> Mapping[str, Json]:
        if self.fails:
            raise RuntimeError("the secret inside")
        return {
            "configuration": {},
            "topology": None,
            "versions": {"bridge": "0.1.0"},
            "counts": {"clients": 1},
            "problems": [],
        }


COMMUNITY: Section = {
    "name": "Musterstraße",
    "status": "member",
    "reason": None,
    "operator": "connected",
    "chain": "connected",
    "chain_id": 31337,
    "household": "0x" + "11" * 20,
    "meter": "0x" + "22" * 32,
    "balance": 990_000_000_000_000_000,
    "pending_transactions": 0,
    "read_only": False,
    "key_backed_up": False,
    "problem": None,
}


class FakeLedger:
    """A ledger that says what it is told to; ``refusal`` is raised by every call."""

    def __init__(self) -> None:
        self.refusal: LedgerRefused | None = None
        self.calls: list[tuple[Any, ...]] = []

    async def preview(self, line: str) -> Mapping[str, Json]:
        self._call("preview", line)
        return {
            "name": "Musterstraße",
            "chain_id": 31337,
            "operator": "0x" + "33" * 20,
            "operator_url": "https://operator.example:8585",
            "fingerprint": "44" * 32,
            "household": None,
            "consent_text": "The operator sees every value.",
            "consent": "0x" + "55" * 32,
        }

    async def join(self, line: str, consent: bytes, plant: Plant) -> Section:
        self._call("join", line, consent, plant)
        return {**COMMUNITY, "status": "joining"}

    async def leave(self) -> Section:
        self._call("leave")
        return COMMUNITY

    async def anchor_now(self) -> int:
        self._call("anchor_now")
        return 3

    async def proofs(self, first: int, last: int) -> Mapping[str, Json]:
        self._call("proofs", first, last)
        return {
            "format": "dems-proofs",
            "version": 1,
            "community": "Musterstraße",
            "chain_id": 31337,
            "ledger": "0x" + "66" * 20,
            "netting": "0x" + "77" * 20,
            "slot_seconds": 900,
            "household": COMMUNITY["household"],
            "meter": COMMUNITY["meter"],
            "slots": [],
        }

    async def settlement(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        self._call("settlement", first, last)
        decided = Settlement(
            slot=7,
            phase=Phase.OPENED,
            withdrawal_inside=40,
            withdrawal_outside=60,
            feed_in_inside=0,
            feed_in_outside=0,
        )
        return [decided.to_json(), Settlement(slot=8, phase=Phase.PUBLISHED).to_json()]

    async def claim(self) -> int:
        self._call("claim")
        return 4

    async def redeem(self, identifier: int, watt_hours: int, purpose: str) -> int:
        self._call("redeem", identifier, watt_hours, purpose)
        return 5

    async def deposits(self) -> Mapping[str, Json]:
        self._call("deposits")
        return {"account": 5_000_000, "held": 0}

    async def withdraw(self, amount: int | None) -> Mapping[str, Json]:
        self._call("withdraw", amount)
        return {"transaction": 6, "amount": 5_000_000 if amount is None else amount}

    def _call(self, *call: Any) -> None:
        self.calls.append(call)
        if self.refusal is not None:
            raise self.refusal


class FakeForesight:
    """Answers like a bridge that has looked ahead, and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refusal: Refused | None = None

    def forecast(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        self._call("forecast", first, last)
        quantiles: Section = {"p10": 100, "p50": 210, "p90": 400}
        return [{"slot": 1988890, "start": 1790001000, "load": quantiles, "generation": None}]

    def plan(self) -> Section:
        self._call("plan")
        planned: Section = {
            "slot": 1988890,
            "start": 1790001000,
            "mode": "hold",
            "reserve_soc": 20,
            "grid_energy": None,
            "expected_soc": 64,
            "reason": {"code": "announced_hold", "params": {}},
            "import_price": 320_000,
            "import_estimated": False,
            "export_price": 80_000,
        }
        return {
            "slot_seconds": 900,
            "made_at": 1790000001.0,
            "expected_cost": -12_000,
            "problems": [],
            "slots": [planned],
        }

    async def set_tariff(self, tariff: Tariff) -> int | None:
        self._call("set_tariff", tariff)
        return tariff.until

    async def keep_solar_forecast(self, promises: Sequence[PromisedSun]) -> int:
        self._call("keep_solar_forecast", *promises)
        return len(promises)

    async def announce_load(self, name: str, power: int, energy: int, earliest: int, latest: int) -> Section:
        self._call("announce_load", name, power, energy, earliest, latest)
        return {"id": "00000000000000aa", "start": earliest}

    async def hold(self, start: int, end: int, reason: str) -> Section:
        self._call("hold", start, end, reason)
        return {"id": "00000000000000bb"}

    async def forget_load(self, identifier: str) -> bool:
        self._call("forget_load", identifier)
        return identifier == "00000000000000aa"

    async def release_hold(self, identifier: str) -> bool:
        self._call("release_hold", identifier)
        return identifier == "00000000000000bb"

    def _call(self, *call: Any) -> None:
        self.calls.append(call)
        if self.refusal is not None:
            raise self.refusal


class FakeTrading:
    """Answers like a household that trades, and remembers what it was asked."""

    ORDER: ClassVar[dict[str, Json]] = {
        "id": "00112233aabbccdd",
        "slot": 1988894,
        "start": 1790004600,
        "side": "offer",
        "energy": 500,
        "battery": 200,
        "limit": 120_000,
        "state": "planned",
        "reason": None,
    }

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refusal: Refused | None = None
        self.settings = TradingSettings()

    async def change(self, changes: Mapping[str, Any]) -> Section:
        self._call("change", changes)
        self.settings = changed(self.settings, changes)
        return self.settings.section()

    async def place(self, slot: int, side: int, energy: int, limit: int, battery: int) -> Section:
        self._call("place", slot, side, energy, limit, battery)
        return self.ORDER

    async def orders(self, first: int | None, last: int | None) -> Sequence[Section]:
        self._call("orders", first, last)
        return [{**self.ORDER, "price": 161_000, "filled": 480}]

    async def withdraw(self, identifier: str) -> Section:
        self._call("withdraw", identifier)
        return {**self.ORDER, "state": "withdrawn"}

    async def decide(self, identifier: str, *, accepted: bool) -> Section:
        self._call("decide", identifier, accepted)
        return {
            "id": identifier,
            "question": "q1988891",
            "slot": 1988891,
            "from": 1790001900,
            "to": 1790002800,
            "action": "deliver",
            "energy": 480,
            "gain": 62_000,
            "state": "accepted" if accepted else "rejected",
            "expires_at": 1790002800,
            "reason": {"code": "sold_from_battery", "params": {}},
        }

    async def market(self, first: int | None, last: int | None) -> Sequence[Section]:
        self._call("market", first, last)
        cleared: dict[str, Json] = {
            "slot": 1988890,
            "start": 1790001000,
            "price": 161_000,
            "lower": 152_000,
            "upper": 170_000,
            "side": "offer",
            "energy": 480,
            "status": "verified",
            "reason": None,
        }
        return [{**cleared, "income": 77_280, "cost": 0}]

    def _call(self, *call: Any) -> None:
        self.calls.append(call)
        if self.refusal is not None:
            raise self.refusal


@dataclass(slots=True, kw_only=True)
class FakeHouse:
    """A running API server in front of a fake house."""

    port: int
    parts: ApiParts
    identity: Identity
    desk: PairingDesk
    clients: Clients
    feed: StateFeed
    database: Database
    steering: FakeSteering
    diagnostics: FakeDiagnostics
    ledger: FakeLedger
    foresight: FakeForesight
    trading: FakeTrading
    data_dir: Path
    house: House = field(
        default_factory=lambda: House(
            edge="connected",
            topology=TOPOLOGY,
            telemetry=TELEMETRY,
            totals=TOTALS,
            dispatch=OFF,
            limits=Limits(),
        )
    )
    grid: SlotGrid = field(default_factory=SlotGrid)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def pin(self) -> aiohttp.Fingerprint:
        return aiohttp.Fingerprint(self.identity.fingerprint)

    def show(self, **changed: Any) -> None:
        """Change the house, and publish it."""
        self.house = replace(
            self.house,
            **{"dispatch": self.steering.dispatch, "limits": self.steering.limits, **changed},
        )
        self.feed.publish(state_document(self.identity, self.grid, self.house))

    async def happen(self, kind: str, data: Section) -> Event:
        """Store an event and tell everybody."""
        event_id = await self.database.run(events.append, 1_790_000_100.4, kind, data)
        event = Event(id=event_id, at=1_790_000_100.4, kind=kind, data=data)
        self.feed.announce(event)
        return event

    async def store_readings(self, slots: Sequence[int]) -> None:
        """Keep readings of some slots."""
        await self.database.run(readings.insert, self.grid.seconds, [reading(slot) for slot in slots])

    async def open_code(self) -> PreparedCode:
        """Open a pairing code."""
        prepared = await asyncio.to_thread(prepare_code)
        self.desk.open(prepared)
        return prepared

    async def token(self) -> str:
        """Return the token of a client that is paired already."""
        return (await self.clients.add("Test"))[1]


async def pair(
    session: aiohttp.ClientSession, url: str, fingerprint: bytes, code: str
) -> tuple[int, dict[str, Json]]:
    """Do the client's side of the pairing; return the last status and answer. Checks the bridge's proof."""
    pin = aiohttp.Fingerprint(fingerprint)
    nonce = b"n" * 32
    start = {"client_nonce": nonce.hex(), "name": "Home Assistant"}
    async with session.post(f"{url}/v1/pairing/start", json=start, ssl=pin) as response:
        begun = await response.json(content_type=None)
        if response.status != 200:
            return response.status, begun
    key = await asyncio.to_thread(pairing_key, code, bytes.fromhex(begun["salt"]))
    spoken = transcript(begun["pairing_id"], nonce, bytes.fromhex(begun["server_nonce"]), fingerprint)
    finish = {"pairing_id": begun["pairing_id"], "proof": client_proof(key, spoken).hex()}
    async with session.post(f"{url}/v1/pairing/finish", json=finish, ssl=pin) as response:
        answer = await response.json(content_type=None)
        if response.status == 201:
            assert answer["proof"] == server_proof(key, spoken).hex()
        return response.status, answer


@asynccontextmanager
async def fake_house(
    data_dir: Path,
    *,
    pushed: PushedReadings | None = None,
    setpoints: Setpoints | None = None,
    idle_seconds: float = 20.0,
    control: bool = False,
) -> AsyncIterator[FakeHouse]:
    """Run the API in front of a fake house on a free port of this machine."""
    clock = SystemClock()
    grid = SlotGrid()
    certificate = bridge_certificate(data_dir)
    identity = Identity(
        id="b7b7b7b7b7b7b7b7",
        name="Musterhaus",
        version="0.1.0",
        fingerprint=certificate.fingerprint,
        source=SourceClass.OPENEMS,
        started_at=1_790_000_000.0,
    )
    database = await Database.open(data_dir / "bridge.sqlite3", migrations=MIGRATIONS)
    clients = await Clients.load(database, clock)
    desk = PairingDesk(certificate.fingerprint, clock)
    steering = FakeSteering()
    diagnostics = FakeDiagnostics()
    ledger = FakeLedger()
    foresight = FakeForesight()
    trading = FakeTrading()
    feed = StateFeed(
        state_document(identity, grid, House(dispatch=OFF, limits=Limits())),
        await database.run(events.last_id),
    )
    parts = ApiParts(
        identity=identity,
        grid=grid,
        clock=clock,
        desk=desk,
        clients=clients,
        feed=feed,
        steering=steering,
        archive=StoredArchive(database, grid),
        diagnostics=diagnostics,
        ledger=ledger,
        foresight=foresight,
        trading=trading,
        pushed=pushed,
        setpoints=setpoints,
    )
    server = ApiServer(
        api_application(api_routes(parts), clients),
        certificate.server_context(),
        feed,
        idle_seconds=idle_seconds,
    )
    port = await server.start("127.0.0.1", 0)
    house = FakeHouse(
        port=port,
        parts=parts,
        identity=identity,
        desk=desk,
        clients=clients,
        feed=feed,
        database=database,
        steering=steering,
        diagnostics=diagnostics,
        ledger=ledger,
        foresight=foresight,
        trading=trading,
        data_dir=data_dir,
    )
    steering.on_change = house.show
    house.show()
    command_line = ControlServer(data_dir, identity, desk, clients, feed, port) if control else None
    if command_line is not None:
        await command_line.start()
    try:
        yield house
    finally:
        if command_line is not None:
            await command_line.close()
        await server.close()
        await database.close()
