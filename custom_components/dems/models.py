"""The house as Home Assistant sees it. Powers in W, energies in Wh, state of charge in %; None is unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from .document import Document, Reader, Reason, moment
from .errors import InvalidAnswer
from .foresight import Forecast, Plan
from .ledger import Anchor, Community, Netting
from .market import Market, Suggestion, Trading


class EdgeConnection(StrEnum):
    """Whether the bridge reaches the energy system."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"


class EdgeState(StrEnum):
    """How the energy system says it is."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    FAULT = "fault"


class GridMode(StrEnum):
    """Whether the house hangs on the grid."""

    ON_GRID = "on_grid"
    OFF_GRID = "off_grid"


class Quality(StrEnum):
    """How the energy of a slot was obtained."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    ESTIMATED = "estimated"


class Mode(StrEnum):
    """What the owner lets the bridge do with the battery. OFF writes nothing."""

    OFF = "off"
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Status(StrEnum):
    """What the dispatcher does, in one word."""

    OFF = "off"
    RELEASED = "released"
    STARTING = "starting"
    FOLLOWING = "following"
    LIMITED = "limited"
    OVERRIDDEN = "overridden"
    NOT_FOLLOWING = "not_following"
    WAITING = "waiting"
    BLOCKED = "blocked"


class CommandSource(StrEnum):
    """Who asked for what is in force."""

    MANUAL = "manual"
    SUGGESTION = "suggestion"
    LIVE = "live"
    PLAN = "plan"


FROM_HOME_ASSISTANT = "home_assistant"
"""The ``source`` of a bridge that takes the readings of Home Assistant's own entities."""
LOGIN_REFUSED = "login_refused"
"""The ``edge_problem`` that only a person can solve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """The daemon itself and its connection to the energy system."""

    id: str
    name: str
    version: str | None
    edge: EdgeConnection | None
    edge_problem: str | None
    edge_state: EdgeState | None
    clock_offset: float | None
    disk_full: bool | None
    started_at: float | None
    source: str | None = None
    """Where readings come from: ``openems``, ``home_assistant`` or ``simulation``."""
    slot_seconds: int | None = None
    """How long a slot is, s; None while the bridge does not say it."""

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``bridge``."""
        disk = values.text("disk")
        slot_seconds = values.integer("slot_seconds")
        return cls(
            id=values.required_text("id"),
            name=values.required_text("name"),
            version=values.text("version"),
            edge=values.choice("edge", EdgeConnection),
            edge_problem=values.text("edge_problem"),
            edge_state=values.choice("edge_state", EdgeState),
            clock_offset=values.number("clock_offset"),
            disk_full=None if disk is None else disk == "full",
            started_at=values.number("started_at"),
            source=values.text("source"),
            slot_seconds=slot_seconds if slot_seconds and slot_seconds > 0 else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the house consumes."""

    power: int | None = None
    energy: int | None = None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``home``."""
        return cls(power=values.integer("power"), energy=values.integer("energy"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The meter at the grid. Power + is import."""

    component: str | None
    name: str | None
    power: int | None
    mode: GridMode | None
    energy_import: int | None
    energy_export: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``grid``."""
        return cls(
            component=values.text("component"),
            name=values.text("name"),
            power=values.integer("power"),
            mode=values.choice("mode", GridMode),
            energy_import=values.integer("energy_import"),
            energy_export=values.integer("energy_export"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """The battery. Power + is discharging; ``allowed_charge`` is what the inverter accepts now, <= 0."""

    component: str | None
    name: str | None
    power: int | None
    soc: float | None
    capacity: int | None
    allowed_charge: int | None
    allowed_discharge: int | None
    steerable: bool
    energy_charged: int | None
    energy_discharged: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``battery``."""
        return cls(
            component=values.text("component"),
            name=values.text("name"),
            power=values.integer("power"),
            soc=values.number("soc"),
            capacity=values.integer("capacity"),
            allowed_charge=values.integer("allowed_charge"),
            allowed_discharge=values.integer("allowed_discharge"),
            steerable=values.flag("steerable") is True,
            energy_charged=values.integer("energy_charged"),
            energy_discharged=values.integer("energy_discharged"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solar:
    """The solar plant."""

    component: str | None
    name: str | None
    power: int | None
    energy: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``solar``."""
        return cls(
            component=values.text("component"),
            name=values.text("name"),
            power=values.integer("power"),
            energy=values.integer("energy"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The energy of the last closed slot, Wh a register; None where the house has no such register."""

    slot: int
    start: datetime
    end: datetime
    quality: Quality | None
    covered_seconds: int | None
    source: str | None
    withdrawal: int | None
    feed_in: int | None
    generation: int | None
    battery_charge: int | None
    battery_discharge: int | None
    consumption: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``reading``."""
        return cls(
            slot=values.required_integer("slot"),
            start=moment(values.required_integer("start"), "reading.start"),
            end=moment(values.required_integer("end"), "reading.end"),
            quality=values.choice("quality", Quality),
            covered_seconds=values.integer("covered_seconds"),
            source=values.text("source"),
            withdrawal=values.integer("withdrawal"),
            feed_in=values.integer("feed_in"),
            generation=values.integer("generation"),
            battery_charge=values.integer("battery_charge"),
            battery_discharge=values.integer("battery_discharge"),
            consumption=values.integer("consumption"),
        )


BATTERY_POWER = "battery_power"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is aimed at: a power of the battery or the grid (W), or an energy at the grid (Wh); one of them or none."""

    type: str
    power: int | None
    energy: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read a dispatch target."""
        return cls(
            type=values.required_text("type"),
            power=values.integer("power_w"),
            energy=values.integer("energy_wh"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What is done at the battery and why. ``setpoint`` (W, + discharging) is None when the battery is released."""

    mode: Mode | None
    status: Status | None
    reason: Reason | None
    source: CommandSource | None
    target: Target | None
    note: str | None
    ends_at: datetime | None
    requested: int | None
    setpoint: int | None
    clamps: tuple[Reason, ...]

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``dispatch``."""
        target = values.object("target")
        return cls(
            mode=values.choice("mode", Mode),
            status=values.choice("status", Status),
            reason=values.reason("reason"),
            source=values.choice("source", CommandSource),
            target=Target.read(target) if target else None,
            note=values.text("note"),
            ends_at=values.moment("ends_at"),
            requested=values.integer("requested"),
            setpoint=values.integer("setpoint"),
            clamps=tuple(Reason.read(clamp) for clamp in values.objects("clamps")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The owner's limits, kept by the bridge. None: no limit of the owner's."""

    max_charge_power: int | None
    max_discharge_power: int | None
    reserve_soc: int | None
    grid_charging: bool | None
    battery_feed_in: bool | None
    max_feed_in: int | None
    max_grid_draw: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``limits``."""
        return cls(
            max_charge_power=values.integer("max_charge_power"),
            max_discharge_power=values.integer("max_discharge_power"),
            reserve_soc=values.integer("reserve_soc"),
            grid_charging=values.flag("grid_charging"),
            battery_feed_in=values.flag("battery_feed_in"),
            max_feed_in=values.integer("max_feed_in"),
            max_grid_draw=values.integer("max_grid_draw"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One state document. Sections that the house does not have are None."""

    bridge: Bridge
    home: Home | None = None
    grid: Grid | None = None
    battery: Battery | None = None
    solar: Solar | None = None
    reading: Reading | None = None
    dispatch: Dispatch | None = None
    limits: Limits | None = None
    community: Community | None = None
    anchor: Anchor | None = None
    netting: Netting | None = None
    forecast: Forecast | None = None
    plan: Plan | None = None
    trading: Trading | None = None
    market: Market | None = None
    suggestion: Suggestion | None = None

    @property
    def is_member(self) -> bool:
        """Whether the household has been admitted to a community: then the ledger's sections are there."""
        return self.community is not None and (self.community.is_member or self.anchor is not None)

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read a state document. Raises InvalidAnswer, naming the path of what is wrong."""

        def section[T](name: str, read: Callable[[Reader], T]) -> T | None:
            return read(Reader(name, document[name])) if name in document else None

        bridge = Bridge.read(Reader("bridge", document.get("bridge")))
        return cls(
            bridge=bridge,
            home=section("home", Home.read),
            grid=section("grid", Grid.read),
            battery=section("battery", Battery.read),
            solar=section("solar", Solar.read),
            reading=section("reading", Reading.read),
            dispatch=section("dispatch", Dispatch.read),
            limits=section("limits", Limits.read),
            community=section("community", Community.read),
            anchor=section("anchor", lambda values: Anchor.read(values, bridge.slot_seconds)),
            netting=section("netting", lambda values: Netting.read(values, bridge.slot_seconds)),
            forecast=section("forecast", Forecast.read),
            plan=section("plan", Plan.read_any),
            trading=section("trading", Trading.read),
            market=section("market", Market.read),
            suggestion=section("suggestion", Suggestion.read_any),
        )


SECTIONS = frozenset(section.name for section in fields(House))


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeInfo:
    """What a bridge tells everybody about itself (``GET /v1/info``)."""

    id: str
    name: str
    version: str | None
    api_current: int
    api_oldest: int

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the answer. Raises InvalidAnswer."""
        values = Reader("info", document)
        api = values.object("api")
        if api is None:
            raise InvalidAnswer("info.api: an object was expected")
        return cls(
            id=values.required_text("id"),
            name=values.required_text("name"),
            version=values.text("version"),
            api_current=api.required_integer("current"),
            api_oldest=api.required_integer("oldest"),
        )
