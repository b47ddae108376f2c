"""Asks the forecast's process, each slot, with all that the household has stored."""

import logging
import math
from collections.abc import Callable
from zoneinfo import ZoneInfo

from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EdgeError
from openems_bridge.forecast.job import Job
from openems_bridge.forecast.runner import ForecastRunner, Latest
from openems_bridge.foresight import announcements, energy_history
from openems_bridge.foresight.options import SiteOptions
from openems_bridge.foresight.time_zone import day_slots
from openems_bridge.metering.recorder import EdgeRecords
from openems_bridge.store import settings

HISTORY_DAYS = 100
"""As far as the forecast looks back, its own test of quality included."""
MOST_SLOTS = 20_000
"""Short slots of a demo: no more of them are handed over than this."""
HORIZON_HOURS = 36
RECORDS_DAYS = 60
RECORDS_ENOUGH_DAYS = 14
"""A household with readings of so many days does not ask its Edge for older ones."""
_DAY = 86_400
_ASKED = "edge_records_asked"
_LOGGER = logging.getLogger(__name__)


class Forecaster:
    """Makes the household's forecasts. ``now`` is UTC s, ``records`` the Edge's own."""

    def __init__(
        self,
        *,
        database: Database,
        grid: SlotGrid,
        zone: ZoneInfo,
        site: SiteOptions,
        records: EdgeRecords,
        runner: ForecastRunner,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._grid = grid
        self._zone = zone
        self._site = site
        self._records = records
        self._runner = runner
        self._now = now

    async def forecast(self, issue_slot: int) -> Latest:
        """Return the forecast from ``issue_slot`` on. Raises StoreError."""
        return await self._runner.forecast(await self._job(issue_slot))

    async def ask_records(self) -> bool:
        """Ask the Edge once in its life for what it recorded before this bridge; return whether that is settled.

        Raises StoreError.
        """
        if await self._database.run(settings.load, _ASKED) is not None:
            return True
        end = self._grid.slot_at(self._now())
        first = end - RECORDS_DAYS * _DAY // self._grid.seconds
        known = await self._database.run(energy_history.load_past, self._grid.seconds, first, end)
        if sum(value is not None for value in known.load) < RECORDS_ENOUGH_DAYS * _DAY // self._grid.seconds:
            try:
                found = await self._records.energy_history(
                    self._grid.start(first), self._grid.start(end), self._grid.seconds
                )
            except EdgeError as error:
                _LOGGER.debug("The Edge's records cannot be read yet: %s", error)
                return False
            except ValueError:
                # Slots that are no whole minutes dividing a day: no Edge records them.
                found = None
            slots = {} if found is None else energy_history.recorded_slots(found, self._grid)
            await self._database.run(energy_history.keep_records, self._grid.seconds, slots)
            if slots:
                _LOGGER.info("The forecast begins with %d slots that the Edge has recorded", len(slots))
        await self._database.run(settings.save, _ASKED, round(self._now()))
        return True

    async def _job(self, issue_slot: int) -> Job:
        first = issue_slot - min(HISTORY_DAYS * _DAY // self._grid.seconds, MOST_SLOTS)
        past = await self._database.run(energy_history.load_past, self._grid.seconds, first, issue_slot)
        issue = self._grid.start(issue_slot)
        sun = await self._database.run(
            announcements.promises_between, issue - announcements.PROMISES_KEPT_DAYS * _DAY, issue + 7 * _DAY
        )
        site = self._site
        return Job(
            issue_slot=issue_slot,
            first_slot=past.first_slot,
            load_wh=past.load,
            pv_wh=past.generation,
            slot_seconds=self._grid.seconds,
            horizon_slots=self._horizon(issue_slot),
            time_zone=self._zone.key,
            holidays=site.holidays,
            annual_load_wh=site.annual_load,
            pv_peak_w=site.pv_peak,
            latitude=site.latitude,
            longitude=site.longitude,
            solar_forecast=sun,
        )

    def _horizon(self, issue_slot: int) -> int:
        """Return how many slots: 36 h, and at least to the end of the next local day."""
        tomorrow = day_slots(self._grid, self._zone, self._grid.start(issue_slot), later=1)
        return max(math.ceil(HORIZON_HOURS * 3600 / self._grid.seconds), tomorrow.stop - issue_slot)
