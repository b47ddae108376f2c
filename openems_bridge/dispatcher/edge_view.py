"""What the dispatcher knows of the Edge: the last word of each event, and the slot's energy so far."""

from dataclasses import dataclass, field, replace

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.house_net import HouseNet
from openems_bridge.dispatcher.safety import Vital
from openems_bridge.dispatcher.slot_progress import SlotProgress, SlotStart, advance
from openems_bridge.edge.interface import Connected, Lost, Topology
from openems_bridge.telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeView:
    """The Edge as last seen. ``fresh_at`` is monotonic; ``cycle`` counts the cycles seen since the start."""

    topology: Topology | None = None
    telemetry: Telemetry | None = None
    fresh_at: float | None = None
    lost_problem: str | None = None
    cycle: int = 0
    house_net: HouseNet = field(default_factory=HouseNet)
    progress: SlotProgress | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the Edge has answered, and was not lost since."""
        return self.topology is not None and self.lost_problem is None

    def after(self, event: Connected | Lost, now: float) -> EdgeView:
        """Return the view after the connection came, changed or went at ``now`` (monotonic s)."""
        match event:
            case Connected(topology=topology) if self.is_connected:
                return replace(self, topology=topology)
            case Connected(topology=topology):
                return replace(self, topology=topology, lost_problem=None, fresh_at=now)
            case Lost(problem=problem):
                return replace(
                    self, lost_problem=problem, telemetry=None, fresh_at=None, house_net=HouseNet()
                )

    def after_cycle(
        self, telemetry: Telemetry, setpoint: int | None, grid: SlotGrid, slot_start: SlotStart
    ) -> EdgeView:
        """Return the view after a cycle during which ``setpoint`` (battery power, W) was in force."""
        is_new = self.telemetry is None or telemetry.measured_at != self.telemetry.measured_at
        return replace(
            self,
            telemetry=telemetry,
            fresh_at=telemetry.received_at if is_new else self.fresh_at,
            cycle=self.cycle + 1,
            house_net=self.house_net.after(telemetry, setpoint),
            progress=advance(self.progress, telemetry, grid, slot_start),
        )

    def vital(self, now: float, *, disk_has_room: bool) -> Vital:
        """Return what safety is judged by at ``now`` (monotonic s)."""
        return Vital(
            now=now,
            topology=self.topology,
            telemetry=self.telemetry,
            fresh_at=self.fresh_at,
            lost_problem=self.lost_problem,
            disk_has_room=disk_has_room,
        )
