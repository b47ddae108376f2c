"""Builds what the household looks ahead with. Nothing runs before ``Foresight.lookout.run``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.runner import ForecastRunner
from openems_bridge.foresight.desk import ForesightDesk, TariffBook
from openems_bridge.foresight.forecaster import Forecaster
from openems_bridge.foresight.lookout import BatteryDoor, Lookout, LookoutParts, MarketView
from openems_bridge.foresight.options import SiteOptions, TariffOptions
from openems_bridge.foresight.plan import BatteryNow, HouseholdPlan, Planner
from openems_bridge.foresight.time_zone import machine_time_zone
from openems_bridge.metering.recorder import EdgeRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class ForesightSurroundings:
    """What forecast and plan stand on. ``battery`` tells the battery as it is now, None where there is none to steer."""

    database: Database
    clock: Clock
    grid: SlotGrid
    site: SiteOptions
    tariff: TariffOptions
    records: EdgeRecords
    planner: Planner
    door: BatteryDoor
    market: MarketView
    battery: Callable[[], BatteryNow | None]
    show: Callable[[Mapping[str, Section]], None]
    tell: Callable[[str, Section], None]
    planned: Callable[[HouseholdPlan], None]


@dataclass(frozen=True, slots=True)
class Foresight:
    """The parts: the task, what the API serves, the tariff in force, and where local days begin."""

    lookout: Lookout
    desk: ForesightDesk
    tariffs: TariffBook
    zone: ZoneInfo


def local_zone(site: SiteOptions) -> ZoneInfo:
    """Return the household's time zone: the configured one, else this machine's."""
    return ZoneInfo(site.time_zone or machine_time_zone())


async def build_foresight(around: ForesightSurroundings) -> Foresight:
    """Return the parts, as the store remembers them. Raises StoreError."""
    zone = local_zone(around.site)
    tariffs = await TariffBook.load(around.database, around.tariff)
    forecaster = Forecaster(
        database=around.database,
        grid=around.grid,
        zone=zone,
        site=around.site,
        records=around.records,
        runner=ForecastRunner(),
        now=around.clock.utc,
    )
    lookout = Lookout(
        LookoutParts(
            database=around.database,
            clock=around.clock,
            grid=around.grid,
            zone=zone,
            forecaster=forecaster,
            planner=around.planner,
            door=around.door,
            market=around.market,
            battery=around.battery,
            tariff=tariffs.current,
            show=around.show,
            tell=around.tell,
            planned=around.planned,
        )
    )
    desk = ForesightDesk(
        database=around.database,
        grid=around.grid,
        tariffs=tariffs,
        lookout=lookout,
        now=around.clock.utc,
    )
    return Foresight(lookout, desk, tariffs, zone)
