"""The Edge itself, without any network: its cycle, its scheduler, its controllers. One cycle is one simulated second."""

from collections.abc import Callable, Mapping
from typing import Any

from openems_bridge.edge.simulation.house import Balancing, FixedPower, SimulatedHouse
from openems_bridge.fake_edge import image
from openems_bridge.fake_edge.channels import AccessMode, Channel, Value, converted
from openems_bridge.fake_edge.configuration import ComponentConfig, Configuration
from openems_bridge.fake_edge.faults import Faults, Freeze
from openems_bridge.fake_edge.history import History
from openems_bridge.fake_edge.power import PowerRange, Relation
from openems_bridge.fake_edge.worker import ApiWorker
from openems_bridge.telemetry import GridMode

UNRELATED_ADDRESS = "io0/InputOutput0"
_SET_POWER = {f"SetActivePower{relation.value}": relation for relation in Relation}


class UnknownComponent(LookupError):
    """There is no component of that id."""


class UnknownChannel(LookupError):
    """The component has no channel of that id."""


class UnknownProperty(ValueError):
    """A component cannot be configured like that."""


class EdgeCore:
    """The state machine behind all of the fake Edge's servers.

    ``start_utc`` is the moment of cycle 0; from then on the Edge's time is ``start_utc + cycles``, until it is set.
    """

    def __init__(
        self, house: SimulatedHouse, configuration: Configuration, *, start_utc: int, history: History | None
    ) -> None:
        self.house = house
        self.configuration = configuration
        self.history = history
        self.faults = Faults()
        self.counters = image.EnergyCounters()
        self.cycles = 0
        self.workers = {
            component.id: ApiWorker(int(component.properties["apiTimeout"]))
            for component in configuration.components.values()
            if "apiTimeout" in component.properties
        }
        self.on_configuration: list[Callable[[], None]] = []
        """Called after every change of the configuration."""
        self._start_utc = start_utc
        self._extremes = image.Extremes()
        self._setpoints: dict[str, int] = {}
        self._ranges: dict[str, PowerRange] = {}
        self._possible: dict[str, tuple[int, int]] = {}
        self._written: dict[str, Value] = {}
        self._plain: dict[str, Value] = {}
        self._image: dict[str, Value] = {}
        self._faulty_until: dict[str, int] = {}
        self._failed: set[str] = set()
        self._refresh()

    @property
    def utc(self) -> int:
        """The Edge's time, UTC seconds."""
        return self._start_utc + self.cycles

    def set_clock(self, utc: int) -> None:
        """Set the Edge's clock; the cycles count on from there."""
        self._start_utc = utc - self.cycles

    # What clients ask

    def component(self, component_id: str) -> ComponentConfig:
        """Return a component. Raises UnknownComponent."""
        try:
            return self.configuration.components[component_id]
        except KeyError:
            raise UnknownComponent(component_id) from None

    def channel(self, component_id: str, channel_id: str) -> Channel:
        """Return what is known of a channel. Raises UnknownComponent or UnknownChannel."""
        for channel in self.component(component_id).channels:
            if channel.id == channel_id:
                return channel
        raise UnknownChannel(f"{component_id}/{channel_id}")

    def value(self, address: str) -> Value:
        """Return the value of ``component/Channel`` in the present process image, None where there is none."""
        return self._image.get(address)

    def possible_power(self, component_id: str) -> tuple[int, int]:
        """Return the least and greatest AC set-point (W) that the ESS could be given now."""
        return self._possible.get(component_id, (0, 0))

    def write(self, controller_id: str, address: str, value: object) -> None:
        """Queue a client's value at the API controller it came through. Nothing says that it will be applied."""
        self.workers[controller_id].write(address, value, self.cycles)

    def update_component(self, component_id: str, properties: Mapping[str, Any]) -> None:
        """Change a component's configuration, restart it and tell everybody.

        Raises UnknownComponent or UnknownProperty; then nothing has changed.
        """
        component = self.component(component_id)
        renamed = {name.replace("_", "."): value for name, value in properties.items()}
        timeout = renamed.get("apiTimeout")
        if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 0):
            raise UnknownProperty(f"apiTimeout must be an integer of seconds >= 0, not {timeout!r}")
        component.properties.update(renamed)
        component.alias = str(component.properties.get("alias", component.alias))
        worker = self.workers.get(component_id)
        if worker:
            worker.clear()
            worker.timeout = int(component.properties["apiTimeout"])
        for listener in self.on_configuration:
            listener()

    def forget_writes(self) -> None:
        """Forget every value that clients wrote, as a restart of the Edge does."""
        for worker in self.workers.values():
            worker.clear()
        self._plain.clear()
        self._written.clear()
        self._setpoints = {}

    def report_fault(self, component_id: str, seconds: int) -> None:
        """Let a component be in the state Fault from the next cycle on, for so many seconds."""
        self._faulty_until[component_id] = self.cycles + 1 + seconds

    # The cycle

    def advance(self, seconds: int = 1) -> None:
        """Run cycles: controllers in the scheduler's order, one second of the house, a new process image."""
        for _ in range(seconds):
            self._run_controllers()
            self._apply()
            self.cycles += 1
            self._refresh()
            if self.history:
                self.history.note(self.utc, self._image)

    def _run_controllers(self) -> None:
        if self.faults.foreign_writer:
            self.write(self.faults.foreign_writer, UNRELATED_ADDRESS, True)
        self._plain = {}
        self._ranges = {}
        for storage in self._steerable():
            least, most = self._limits(storage.id)
            self._ranges[storage.id] = PowerRange(least, most)
            self._possible[storage.id] = (least, most)
        if self.faults.override_power is not None:
            for name in self._ranges:
                part = image.share(self.configuration, name, self.faults.override_power)
                self._constrain(name, Relation.EQUALS, part)
        self._failed = set()
        for controller_id in self.configuration.run_order():
            try:
                self._run(self.configuration.components[controller_id])
            except LookupError, TypeError, ValueError:
                # Configured to what does not exist: the controller fails, the Edge does not.
                self._failed.add(controller_id)

    def _run(self, controller: ComponentConfig) -> None:
        worker = self.workers.get(controller.id)
        if worker:
            worker.run(self.cycles, self._write_channel)
        elif controller.factory == "Controller.Symmetric.Balancing":
            self._balance(controller)
        elif controller.factory == "Controller.Ess.EmergencyCapacityReserve":
            self._keep_reserve(controller)
        elif controller.factory == "Controller.Ess.FixActivePower":
            self._constrain(
                controller.properties["ess.id"], Relation.EQUALS, int(controller.properties["power"])
            )

    def _write_channel(self, address: str, value: object) -> None:
        component_id, _, channel_id = address.partition("/")
        channel = self.channel(component_id, channel_id)
        typed = converted(channel, value)
        relation = _SET_POWER.get(channel_id)
        if relation and isinstance(typed, int):
            self._constrain(component_id, relation, typed)
        elif channel.access is AccessMode.WRITE_ONLY:
            self._written[address] = typed
        else:
            self._plain[address] = typed

    def _balance(self, controller: ComponentConfig) -> None:
        grid, ess = self._image.get("meter0/ActivePower"), self._image.get("_sum/EssActivePower")
        target = self._written.pop(f"{controller.id}/SetGridActivePower", None)
        if target is None:
            target = controller.properties["targetGridSetpoint"]
        if not isinstance(grid, int) or not isinstance(ess, int) or not isinstance(target, int):
            return
        wanted = grid + ess - target
        storages = [component.id for component in self._steerable() if component.id in self._storage_ids()]
        for name in storages:
            self._constrain(name, Relation.EQUALS, image.share(self.configuration, name, wanted))

    def _keep_reserve(self, controller: ComponentConfig) -> None:
        soc = self._image.get("ess0/Soc")
        if not controller.properties["isReserveSocEnabled"] or not isinstance(soc, int):
            return
        if soc <= int(controller.properties["reserveSoc"]):
            for name in self._ranges:
                self._constrain(name, Relation.LESS_OR_EQUALS, 0)

    def _constrain(self, component_id: str, relation: Relation, power: int) -> None:
        """Constrain an ESS; a cluster hands its share to each of its members."""
        component = self.configuration.components[component_id]
        if component.has_nature("MetaEss"):
            for member in component.properties["ess.ids"]:
                self._constrain(member, relation, image.share(self.configuration, member, power))
            own = self._ranges.get(component_id)
            if own:
                own.constrain(relation, power)
        elif component_id in self._ranges:
            self._ranges[component_id].constrain(relation, power)

    def _apply(self) -> None:
        self._setpoints = {name: possible.solution() for name, possible in self._ranges.items()}
        target = sum(self._setpoints.get(name, 0) for name in self._storage_ids())
        self.house.stuck = self.faults.not_following
        self.house.grid_mode = GridMode.OFF_GRID if self.faults.off_grid else GridMode.ON_GRID
        # An ESS that nobody can steer looks after the house's own consumption by itself.
        self.house.advance(1, FixedPower(target) if self._setpoints else Balancing())

    def _limits(self, component_id: str) -> tuple[int, int]:
        house = self.house
        return (
            image.share(self.configuration, component_id, house.allowed_charge_power),
            image.share(self.configuration, component_id, house.allowed_discharge_power),
        )

    def _steerable(self) -> list[ComponentConfig]:
        return [
            component
            for component in self.configuration.components.values()
            if component.has_nature("ManagedSymmetricEss")
            and component.properties.get("controlMode") != "INTERNAL"
        ]

    def _storage_ids(self) -> set[str]:
        return {component.id for component in self.configuration.storages}

    def _refresh(self) -> None:
        extremes = self._extremes.note(self.house)
        if self.faults.freeze is Freeze.REPEAT and self._image:
            return
        fresh = image.build(
            self.house,
            self.configuration,
            self.counters.read(self.house),
            extremes,
            self._setpoints,
            self.utc,
        )
        for controller in self.configuration.run_order():
            fresh[f"{controller}/RunFailed"] = controller in self._run_failed()
        fresh[UNRELATED_ADDRESS] = self._plain.get(UNRELATED_ADDRESS, False)
        fresh |= self._states()
        for address in self.faults.undefined:
            fresh[address] = None
        self._image = fresh

    def _run_failed(self) -> set[str]:
        return self._failed | {name for name, worker in self.workers.items() if worker.run_failed}

    def _states(self) -> dict[str, Value]:
        """Return the states of what is at fault; a fault anywhere is the Edge's."""
        faulty = {name for name, until in self._faulty_until.items() if self.cycles < until}
        faulty |= self._run_failed()
        if self.faults.edge_fault:
            faulty |= {storage.id for storage in self.configuration.storages}
        elif not faulty:
            return {}
        return {f"{name}/State": 3 for name in (*faulty, "_sum")}
