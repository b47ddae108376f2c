"""Builds forecast, plan and market together: each asks the other two."""

from dataclasses import dataclass

from dems_node.clock import Clock
from dems_node.database.database import Database
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.dispatcher.dispatcher import Dispatcher
from openems_bridge.dispatcher.slot_progress import SlotStart
from openems_bridge.edge.interface import Edge
from openems_bridge.event_log import EventLog
from openems_bridge.foresight.battery import battery_now
from openems_bridge.foresight.building import Foresight, ForesightSurroundings, build_foresight, local_zone
from openems_bridge.foresight.plan import BatteryNow
from openems_bridge.foresight.planner_process import PlannerProcess
from openems_bridge.house_watch import HouseWatch
from openems_bridge.metering.readings import Reading
from openems_bridge.planner.runner import PlanRunner
from openems_bridge.telemetry import Register
from openems_bridge.trader.hall import HallParts, MarketHall
from openems_bridge.trader.house_now import HouseNow
from openems_bridge.trader.settings import TradingBook


@dataclass(frozen=True, slots=True)
class Planning:
    """What looks ahead: the forecast with the plan, and the market."""

    foresight: Foresight
    hall: MarketHall

    def measured(self, reading: Reading) -> None:
        """Hear that a slot was measured and stored."""
        self.foresight.lookout.measured(reading.slot)
        self.hall.measured(
            reading.slot, reading.energy.get(Register.WITHDRAWAL), reading.energy.get(Register.FEED_IN)
        )


async def build_planning(
    configuration: BridgeConfiguration,
    database: Database,
    clock: Clock,
    edge: Edge,
    dispatcher: Dispatcher,
    watch: HouseWatch,
    event_log: EventLog,
    slot_start: SlotStart,
) -> Planning:
    """Return the parts, as the store remembers them. Raises StoreError."""
    book = await TradingBook.load(database)

    def battery() -> BatteryNow | None:
        house = watch.house
        return battery_now(watch.topology, house.telemetry, house.limits, book.current.reserve_soc)

    def soc() -> int | None:
        telemetry = watch.house.telemetry
        return None if telemetry is None else telemetry.soc

    def house_now() -> HouseNow | None:
        telemetry, topology = watch.house.telemetry, watch.topology
        if telemetry is None or topology is None:
            return None
        return HouseNow(telemetry, has_battery=topology.battery is not None)

    tariff = configuration.tariff
    hall = MarketHall(
        HallParts(
            database=database,
            clock=clock,
            grid=configuration.grid,
            zone=local_zone(configuration.site),
            book=book,
            door=dispatcher,
            forecast=lambda: foresight.lookout.forecast,
            battery=battery,
            soc=soc,
            tariff=lambda: foresight.tariffs.current(),
            inside_prices=(tariff.inside_import, tariff.inside_export),
            replan=lambda: foresight.lookout.replan(),
            show=watch.looked_ahead,
            tell=event_log.happened,
            house=house_now,
            slot_start=slot_start,
            inside_charge=tariff.inside_charge,
        )
    )
    foresight = await build_foresight(
        ForesightSurroundings(
            database=database,
            clock=clock,
            grid=configuration.grid,
            site=configuration.site,
            tariff=tariff,
            records=edge,
            planner=PlannerProcess(PlanRunner()),
            door=dispatcher,
            market=hall,
            battery=battery,
            show=watch.looked_ahead,
            tell=event_log.happened,
            planned=hall.planned,
        )
    )
    return Planning(foresight, hall)
