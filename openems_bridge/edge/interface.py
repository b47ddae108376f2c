"""What the bridge asks of an Edge, whichever kind it is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from openems_bridge.telemetry import Register, SourceClass, Telemetry


class EdgeError(Exception):
    """The Edge could not do what was asked. The text says what was tried, and what a person can do."""


class EdgeUnreachable(EdgeError):
    """No connection, a time-out, or a connection that broke."""


class EdgeLoginRefused(EdgeError):
    """The Edge knows neither this user nor this password, or the role is too low."""


class EdgeWriteRefused(EdgeError):
    """The Edge refused a set-point: nothing was queued."""


class EdgeScriptFailed(EdgeError):
    """The script that writes or releases failed: what is in force at the battery is unknown."""


class EdgeScriptMissing(EdgeScriptFailed):
    """There is no such script any more."""


class BatteryKind(StrEnum):
    """How the battery hangs on the house."""

    AC_COUPLED = "ac_coupled"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component of the Edge: its id (``meter0``) and the name its owner gave it."""

    id: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Component):
    """The storage that the bridge looks at and, if it is managed, may steer."""

    kind: BatteryKind
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPath:
    """How set-points reach the battery, and what else on the Edge has a say.

    ``timeout_seconds`` is the API controller's ``apiTimeout``: after that long without any write by any client the
    Edge forgets every set-point. 0 means never.
    """

    controller: str
    timeout_seconds: int
    releasable: bool
    """Whether an explicit null releases (REST), or only silence (Modbus)."""
    confirmed: bool = True
    """Whether the owner has confirmed the risk of a path that cannot be released."""
    shared_with: tuple[str, ...] = ()
    """Other controllers or clients that keep the same timer alive, as far as the configuration tells."""
    runs_before: tuple[str, ...] = ()
    """Controllers that the scheduler runs before ours and that touch the battery: they win."""
    runs_after: tuple[str, ...] = ()
    """Controllers that take over when we are silent."""
    balancing: str | None = None
    """The Edge's own self-consumption controller, if it has one."""
    reserve_soc: int | None = None
    """The highest reserve (%) that a controller of the Edge holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """What the house consists of, as the Edge's configuration (or the owner) says."""

    source: SourceClass
    grid_meter: Component | None = None
    battery: Battery | None = None
    plants: tuple[Component, ...] = ()
    control: ControlPath | None = None
    notes: tuple[str, ...] = ()
    """What a person should know, such as that several batteries were found and none was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The Edge answers, or its configuration changed: this is the house from now on."""

    topology: Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The values of one cycle."""

    telemetry: Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The connection broke. Said once; the adapter keeps trying with a growing pause."""

    problem: str
    """A stable code: ``unreachable``, ``login_refused``, ``wrong_answer``, ``silent``."""
    detail: str


type EdgeEvent = Connected | Cycle | Lost


class BatteryActuator(Protocol):
    """The only door to the battery. The dispatcher alone holds it."""

    async def write(self, ac_power_w: int) -> None:
        """Ask for an AC power (+ discharge).

        Raises EdgeWriteRefused, EdgeLoginRefused, EdgeUnreachable or EdgeScriptFailed.
        """
        ...

    async def release(self, battery: str | None = None) -> None:
        """Take our set-point back. Where no null exists (Modbus) this only stops writing. Raises as write does.

        ``battery`` is the id of another one than the present battery, which was steered before.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyHistory:
    """Energy per step from the Edge's own records: ``steps[i]`` covers ``[start + i*step, start + (i+1)*step)``.

    Wh, None where the Edge has no record.
    """

    start: int
    step_seconds: int
    steps: Mapping[Register, Sequence[int | None]] = field(default_factory=dict)


class Finding(StrEnum):
    """How serious a finding of ``openems-bridge check`` is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One line of ``openems-bridge check``: what was tried, what came out, what to do about it."""

    finding: Finding
    subject: str
    message: str


class Edge(Protocol):
    """A house's energy system. One object serves one bridge for its whole life."""

    @property
    def source(self) -> SourceClass:
        """How far readings from here can be trusted."""
        ...

    @property
    def actuator(self) -> BatteryActuator | None:
        """The door to the battery, or None where nothing can be steered."""
        ...

    def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield what happens, until the iterator is closed. Connects, reconnects with back-off, subscribes again."""
        ...

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return energy per step in [start, end) (UTC s) from the Edge's records, None if it keeps none."""
        ...

    async def inspect(self) -> Sequence[Inspection]:
        """Try everything the configuration asks for without writing anything, and say what works."""
        ...

    async def close(self) -> None:
        """Close every connection. Does not release the battery: that is the dispatcher's."""
        ...
