"""A house with a battery: the fake Edge's own machinery, cycle by cycle in the test's hand, and the real dispatcher."""

import json
from pathlib import Path

from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import Mode
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.edge.interface import Connected, Cycle
from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.channels import Value
from openems_bridge.fake_edge.options import FakeEdgeOptions
from openems_bridge.lease_journal import StoredLeases
from openems_bridge.telemetry import EdgeState, GridMode, Register, Telemetry
from openems_bridge.trader.suggestion_desk import SlotReading
from tests.community.town import TownClock
from tests.dispatcher.house import GENEROUS, PATH, topology

SET_POWER = "ess0/SetActivePowerEquals"


class BatteryHouse:
    """A house of a constant load (W) with 10 kWh and 5 kW. ``soc`` in %; the clock is the town's."""

    def __init__(
        self, folder: Path, database: Database, clock: TownClock, grid: SlotGrid, *, load: int, soc: int
    ) -> None:
        profile = folder / f"load-{load}.json"
        profile.write_text(json.dumps({"step_seconds": 3600, "load_w": [load], "pv_w": [0]}))
        options = FakeEdgeOptions(
            profile=profile, start=0, initial_soc=soc, battery_wh=10_000, battery_w=5_000, timedata=False
        )
        self._clock = clock
        self.fake = FakeEdge(options, clock)
        self.set_points: list[int | None] = []
        """What was written to the Edge, None for a release."""
        self.dispatcher = Dispatcher(
            Surroundings(
                actuator=self,
                journal=StoredLeases(database, clock),
                clock=clock,
                grid=grid,
                slot_start=lambda slot: None,
                disk_has_room=database.disk_has_room,
            ),
            mode=Mode.AUTOMATIC,
            limits=GENEROUS,
        )
        self.dispatcher.observe(Connected(topology=topology(PATH)))

    @property
    def soc(self) -> int:
        """The battery's state of charge, %."""
        return self._number("_sum/EssSoc")

    async def write(self, ac_power_w: int) -> None:
        """Write a set-point as the Edge's REST controller does."""
        self.set_points.append(ac_power_w)
        self.fake.core.write("ctrlApiRest0", SET_POWER, ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        """Take it back."""
        self.set_points.append(None)
        self.fake.core.write("ctrlApiRest0", SET_POWER, None)

    async def play(self, until: float) -> SlotReading:
        """Live until a moment, a cycle a second; return what the grid meter counted (Wh)."""
        before = self._counters()
        while self._clock.now < until:
            self._clock.now += 1
            self.fake.core.advance()
            self.dispatcher.observe(Cycle(telemetry=self.telemetry))
            await self.dispatcher.step()
        after = self._counters()
        return SlotReading(
            withdrawal=after[Register.WITHDRAWAL] - before[Register.WITHDRAWAL],
            feed_in=after[Register.FEED_IN] - before[Register.FEED_IN],
        )

    @property
    def telemetry(self) -> Telemetry:
        """The house's values of this cycle."""
        applied = self._value("ess0/DebugSetActivePower")
        return Telemetry(
            measured_at=self._clock.now,
            received_at=self._clock.now,
            grid_power=self._number("_sum/GridActivePower"),
            battery_power=self._number("_sum/EssDischargePower"),
            ess_power=self._number("_sum/EssActivePower"),
            consumption_power=self._number("_sum/ConsumptionActivePower"),
            soc=self.soc,
            capacity=self._number("_sum/EssCapacity"),
            grid_mode=GridMode.ON_GRID,
            edge_state=EdgeState.OK,
            allowed_charge_power=self._number("ess0/AllowedChargePower"),
            allowed_discharge_power=self._number("ess0/AllowedDischargePower"),
            max_apparent_power=self._number("ess0/MaxApparentPower"),
            applied_setpoint=applied if isinstance(applied, int) else None,
            counters=self._counters(),
        )

    def _counters(self) -> dict[Register, int]:
        return {
            Register.WITHDRAWAL: self._number("_sum/GridBuyActiveEnergy"),
            Register.FEED_IN: self._number("_sum/GridSellActiveEnergy"),
        }

    def _value(self, address: str) -> Value:
        return self.fake.core.value(address)

    def _number(self, address: str) -> int:
        found = self._value(address)
        assert isinstance(found, int), (address, found)
        return found
