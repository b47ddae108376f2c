"""A tiny house with a slow battery, a clock by hand, and a dispatcher that is stepped through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import DispatchState, Limits, Mode
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.edge.interface import (
    Battery,
    BatteryKind,
    Connected,
    ControlPath,
    Cycle,
    EdgeWriteRefused,
    Lost,
    Topology,
)
from openems_bridge.telemetry import EdgeState, GridMode, Register, SourceClass, Telemetry

GRID = SlotGrid()
SLOT = 2_000_000
START = GRID.start(SLOT)

PATH = ControlPath(controller="ctrlApiRest0", timeout_seconds=60, releasable=True)
SILENT_PATH = ControlPath(controller="ctrlApiModbusTcp0", timeout_seconds=60, releasable=False)
GENEROUS = Limits(grid_charging=True, battery_feed_in=True, reserve_soc=10)


def topology(
    control: ControlPath | None = PATH,
    *,
    kind: BatteryKind = BatteryKind.AC_COUPLED,
    managed: bool = True,
    battery_id: str = "ess0",
) -> Topology:
    battery = Battery(id=battery_id, alias="Battery", kind=kind, managed=managed)
    return Topology(source=SourceClass.OPENEMS, battery=battery, control=control)


def telemetry(**values: object) -> Telemetry:
    """A calm house at noon; the battery rests and everything is known."""
    calm = Telemetry(
        measured_at=float(START),
        received_at=0.0,
        grid_power=500,
        battery_power=0,
        ess_power=0,
        soc=50,
        grid_mode=GridMode.ON_GRID,
        edge_state=EdgeState.OK,
        allowed_charge_power=-5000,
        allowed_discharge_power=5000,
        max_apparent_power=5000,
    )
    return replace(calm, **values)  # type: ignore[arg-type]


def assert_well_formed(state: DispatchState) -> None:
    """Every reason comes with exactly the parameters that its code names."""
    for reason in (state.reason, *state.clamps):
        assert set(reason.params) == set(reason.code.params), reason
        assert all(type(value) in (int, str) for value in reason.params.values()), reason


@dataclass(slots=True)
class HandClock:
    """Both clocks, moved by hand."""

    now: float = 1000.0
    utc_now: float = float(START)

    def utc(self) -> float:
        return self.utc_now

    def monotonic(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.utc_now += seconds


@dataclass(slots=True)
class Recorder:
    """The actuator and the journal in one list, so that their order is seen."""

    calls: list[tuple[str, int | str]] = field(default_factory=list)
    open: dict[int, LeaseRecord] = field(default_factory=dict)
    actuator_fails: Exception | None = None
    release_fails: Exception | None = None
    journal_fails: Exception | None = None
    value: int | None = None
    """What the Edge was asked for, None when it is free."""
    on_acquire: Callable[[], None] | None = None
    on_write: Callable[[], None] | None = None
    ids: int = 0
    gone: set[str] = field(default_factory=set)
    """Batteries that the Edge does not have any more."""

    async def write(self, ac_power_w: int) -> None:
        assert type(ac_power_w) is int
        self.calls.append(("write", ac_power_w))
        if self.on_write is not None:
            self.on_write()
        if self.actuator_fails is not None:
            raise self.actuator_fails
        self.value = ac_power_w

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def writes(self) -> list[int]:
        return [value for name, value in self.calls if name == "write" and isinstance(value, int)]


@dataclass(slots=True)
class RecordingActuator:
    recorder: Recorder

    async def write(self, ac_power_w: int) -> None:
        await self.recorder.write(ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        self.recorder.calls.append(("null", battery or 0))
        if battery is not None and battery in self.recorder.gone:
            raise EdgeWriteRefused(f"there is no {battery}")
        if self.recorder.release_fails is not None:
            raise self.recorder.release_fails
        self.recorder.value = None


@dataclass(slots=True)
class RecordingJournal:
    recorder: Recorder

    async def acquire(self, record: LeaseRecord) -> int:
        self._note("acquire", record.command_id)
        if self.recorder.on_acquire is not None:
            self.recorder.on_acquire()
        self.recorder.ids += 1
        self.recorder.open[self.recorder.ids] = record
        return self.recorder.ids

    async def change(self, lease_id: int, record: LeaseRecord) -> None:
        self._note("change", record.command_id)
        assert lease_id in self.recorder.open
        self.recorder.open[lease_id] = record

    async def release(self, lease_id: int) -> None:
        self._note("close", lease_id)
        self.recorder.open.pop(lease_id, None)

    async def unreleased(self) -> Mapping[int, LeaseRecord]:
        if self.recorder.journal_fails is not None:
            raise self.recorder.journal_fails
        return dict(self.recorder.open)

    def _note(self, name: str, value: int | str) -> None:
        self.recorder.calls.append((name, value))
        if self.recorder.journal_fails is not None:
            raise self.recorder.journal_fails


@dataclass(slots=True)
class Scene:
    """A house of so much load (W, minus solar) whose battery follows two cycles late, and the dispatcher in it."""

    mode: Mode = Mode.AUTOMATIC
    limits: Limits = GENEROUS
    control: ControlPath | None = PATH
    kind: BatteryKind = BatteryKind.AC_COUPLED
    load: int = 500
    dc_solar: int = 0
    soc: int | None = 50
    delay: int = 2
    clock: HandClock = field(default_factory=HandClock)
    recorder: Recorder = field(default_factory=Recorder)
    states: list[DispatchState] = field(default_factory=list)
    disk_has_room: bool = True
    override: int | None = None
    """Another controller's set-point, which goes before ours."""
    stuck_at: int | None = None
    """The AC power at which the battery stays whatever it is asked."""
    changes: dict[str, object] = field(default_factory=dict)
    """What the telemetry says differently."""
    withdrawal: float = 100_000.0
    feed_in: float = 50_000.0
    pipeline: list[int] = field(default_factory=list)
    applied: int | None = None
    ess_power: int = 0
    grid_lag: int = 0
    """By how many cycles the grid meter's value is older than the battery's (negative: the other way round)."""
    past: list[tuple[int, int]] = field(default_factory=list)
    slot_start: dict[int, dict[Register, int]] = field(default_factory=dict)
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.dispatcher = self.make_dispatcher()

    def make_dispatcher(self) -> Dispatcher:
        return Dispatcher(
            Surroundings(
                actuator=RecordingActuator(self.recorder),
                journal=RecordingJournal(self.recorder),
                clock=self.clock,
                grid=GRID,
                slot_start=lambda slot: self.slot_start.get(slot),
                disk_has_room=lambda: self.disk_has_room,
            ),
            mode=self.mode,
            limits=self.limits,
            on_change=self.states.append,
        )

    @property
    def state(self) -> DispatchState:
        return self.dispatcher.state

    @property
    def grid_power(self) -> int:
        return self.load - self.ess_power

    def connect(self) -> None:
        self.dispatcher.observe(Connected(topology=topology(self.control, kind=self.kind)))

    def lose(self) -> None:
        self.dispatcher.observe(Lost(problem="unreachable", detail="cut by the test"))

    async def second(self) -> None:
        """Play one second of the house, report it, and let the dispatcher act."""
        self.play()
        self.dispatcher.observe(Cycle(telemetry=self.measured()))
        await self.dispatcher.step()
        assert_well_formed(self.state)

    async def seconds(self, count: int) -> None:
        for _ in range(count):
            await self.second()

    async def silence(self, seconds: int) -> None:
        """Let time pass without a cycle, the dispatcher ticking."""
        for _ in range(seconds):
            self.clock.pass_time(1.0)
            await self.dispatcher.step()
            assert_well_formed(self.state)

    def play(self) -> None:
        wanted = self.override if self.override is not None else self.recorder.value
        idle = self.dc_solar
        self.pipeline.append(idle if wanted is None else wanted)
        if len(self.pipeline) > self.delay:
            self.ess_power = self.pipeline.pop(0)
        if self.stuck_at is not None:
            self.ess_power = self.stuck_at
        self.applied = wanted
        self.clock.pass_time(1.0)
        self.withdrawal += max(self.grid_power, 0) / 3600
        self.feed_in += max(-self.grid_power, 0) / 3600

    def measured(self) -> Telemetry:
        self.past.append((self.grid_power, self.ess_power))
        grid_power = self.past[max(0, len(self.past) - 1 - max(0, self.grid_lag))][0]
        ess_power = self.past[max(0, len(self.past) - 1 - max(0, -self.grid_lag))][1]
        values: dict[str, object] = {
            "measured_at": self.clock.utc_now,
            "received_at": self.clock.now,
            "grid_power": grid_power,
            "ess_power": ess_power,
            "battery_power": ess_power - self.dc_solar,
            "soc": self.soc,
            "applied_setpoint": self.applied,
            "counters": {
                Register.WITHDRAWAL: int(self.withdrawal),
                Register.FEED_IN: int(self.feed_in),
            },
        }
        return telemetry(**{**values, **self.changes})

    def net_wh(self) -> float:
        return self.withdrawal - self.feed_in
