"""What netting gave, as hourly statistics that Home Assistant's energy dashboard can use.

Energies inside and outside the community, and what they cost or brought, dated to their slot. A slot is decided an hour
or more after it ended and may be decided anew (a statement that fell, a late reading): then its hour and all later sums
are written again. Each row follows from the rows before and the bridge's answer alone, so that writing again adds
nothing twice.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_last_statistics,
    statistics_during_period,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from .client import BridgeClient
from .const import DOMAIN
from .coordinator import DemsCoordinator
from .energy_dashboard import counts_twice
from .errors import BridgeError, InvalidAnswer
from .feed import BridgeEvent
from .ledger import Netting, SettledSlot
from .prices import MICRO, PRICES, PriceList

_LOGGER = logging.getLogger(__name__)

HOUR: Final = timedelta(hours=1)
GATHERING: Final = 2.0
"""s. Results come in bursts: one fetch serves them all."""
SHORTEST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 3600.0
OVERLAP: Final = timedelta(hours=3)
"""How far back results are read again each time."""
OVERLAP_AT_START: Final = timedelta(days=7)
"""How far back results are read again when Home Assistant starts: as long as the bridge keeps its events."""
_WH_PER_KWH: Final = 1000

type Value = Callable[[SettledSlot], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One statistic: ``value`` is what a slot adds, in whole parts of the unit; ``parts`` of them are one unit."""

    key: str
    value: Value
    parts: int
    unit: str
    unit_class: str | None


def _energy(key: str) -> Series:
    def value(slot: SettledSlot) -> int | None:
        energy: int | None = getattr(slot, key)
        return energy

    return Series(
        key=key, value=value, parts=1, unit=UnitOfEnergy.WATT_HOUR, unit_class=EnergyConverter.UNIT_CLASS
    )


def _money(energy: str, prices: PriceList, currency: str) -> Series:
    def value(slot: SettledSlot) -> int | None:
        wh: int | None = getattr(slot, energy)
        price = prices.at(energy, slot.start)
        return None if wh is None or price is None else wh * price

    return Series(key=MONEY[energy], value=value, parts=_WH_PER_KWH * MICRO, unit=currency, unit_class=None)


MONEY: Final = {
    "withdrawal_inside": "cost_inside",
    "withdrawal_outside": "cost_outside",
    "feed_in_inside": "compensation_inside",
    "feed_in_outside": "compensation_outside",
}
"""Under which key the money of an energy is shown."""


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour, in which a statistic's row is kept."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hourly(
    slots: Iterable[SettledSlot], first: datetime, last: datetime, base: float, series: Series
) -> list[StatisticData]:
    """Return the rows of a series from one hour to another, both included, without a gap.

    ``base`` is the sum before the first hour. A slot belongs to the hour in which it begins; an hour in which nothing
    is decided adds nothing.
    """
    added: dict[datetime, int] = {}
    for slot in slots:
        if (value := series.value(slot)) is not None:
            hour = hour_of(slot.start)
            added[hour] = added.get(hour, 0) + value
    rows, total, hour = [], round(base * series.parts), first
    while hour <= last:
        value = added.get(hour, 0)
        total += value
        rows.append(StatisticData(start=hour, state=value / series.parts, sum=total / series.parts))
        hour += HOUR
    return rows


async def fetch(client: BridgeClient, first: int, last: int) -> list[SettledSlot]:
    """Fetch the decided slots from ``first`` to ``last``, both included, page by page. Raises BridgeError."""
    slots: list[SettledSlot] = []
    while first <= last and (page := await client.settlement(first, last)):
        if page[0].slot < first:
            raise InvalidAnswer(f"settlement.slots: slot {page[0].slot} was not asked for")
        slots += page
        first = page[-1].slot + 1
    return slots


class SettlementStatistics:
    """Keeps a household's external statistics in step with what the bridge says the slots gave."""

    def __init__(self, hass: HomeAssistant, coordinator: DemsCoordinator) -> None:
        """Take the household's coordinator."""
        self._hass = hass
        self._coordinator = coordinator
        self._prices = PriceList(hass, coordinator.config_entry.entry_id)
        self._dirty: set[int] = set()
        self._wake = asyncio.Event()
        self._overlap = OVERLAP_AT_START
        self._shown: Netting | None = None
        self._is_failing = False

    async def load(self) -> None:
        """Read the prices that were in force, and note the present ones."""
        await self._prices.load(self._coordinator.config_entry.options, dt_util.utcnow())

    async def run(self) -> None:
        """Write statistics whenever something was decided, until cancelled."""
        if "recorder" not in self._hass.config.components:
            return
        forget = (
            self._coordinator.events.subscribe(self._event),
            self._coordinator.async_add_listener(self._updated),
        )
        try:
            self._updated()
            await self._follow()
        finally:
            for end in forget:
                end()

    async def _follow(self) -> None:
        pause = SHORTEST_PAUSE
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(GATHERING)
            dirty, self._dirty = self._dirty, set()
            try:
                await self._write(dirty)
            except Exception as error:
                self._dirty |= dirty
                self._wake.set()
                self._failed(error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
            else:
                pause = SHORTEST_PAUSE
                self._overlap = OVERLAP
                self._worked()
            self._coordinator.issues.energy_counted_twice(
                await counts_twice(self._hass, self._coordinator.bridge_id, self._prefix)
            )

    def _failed(self, error: Exception) -> None:
        """Say once that results are missing; a fault of our own is told with its trace, and is tried again, too."""
        if not self._is_failing:
            _LOGGER.warning(
                "%s: the community's results cannot be written to the statistics: %s",
                self._coordinator.name,
                error,
                exc_info=None if isinstance(error, BridgeError) else error,
            )
        self._is_failing = True

    def _worked(self) -> None:
        if self._is_failing:
            _LOGGER.info(
                "%s: the community's results are written to the statistics again", self._coordinator.name
            )
        self._is_failing = False

    @callback
    def _event(self, event: BridgeEvent) -> None:
        """A result that is new or other than before; also one of a slot long ago."""
        if event.kind == "netting_settled":
            self._mark(event.slot)

    @callback
    def _updated(self) -> None:
        """The state shows another result than the one that was written last."""
        netting = self._coordinator.data.netting
        if netting is not None and netting != self._shown:
            self._shown = netting
            self._mark(netting.slot)

    def _mark(self, slot: int | None) -> None:
        if slot is not None:
            self._dirty.add(slot)
        self._wake.set()

    async def _write(self, dirty: Iterable[int]) -> None:
        """Write all series anew from the first hour that may have changed. Raises BridgeError."""
        slot_seconds = self._coordinator.data.bridge.slot_seconds
        if slot_seconds is None:
            return
        # What was handed to the recorder before must be in its database before it is read.
        await get_instance(self._hass).async_block_till_done()
        series = self._series()
        ends = await self._last_hours(series)
        begin = self._begin(ends, dirty, slot_seconds)
        slots = await fetch(
            self._coordinator.client,
            0 if begin is None else -(-int(begin.timestamp()) // slot_seconds),
            int(dt_util.utcnow().timestamp()) // slot_seconds,
        )
        hours = [hour_of(slot.start) for slot in slots if any(one.value(slot) is not None for one in series)]
        known = [end for end in ends if end is not None]
        if not slots or not (hours or known):
            return
        # What the bridge does not know any more stays as it was; rows have no gap.
        oldest = hour_of(slots[0].start)
        begin = min([max(begin or oldest, oldest), *(end + HOUR for end in known)])
        last = max([*hours, *known])
        names = await self._names()
        bases = await self._sums_before(begin, series)
        for one in series:
            rows = hourly(slots, begin, last, bases.get(self.statistic_id(one), 0.0), one)
            async_add_external_statistics(self._hass, self._metadata(one, names), rows)

    def _begin(
        self, ends: Sequence[datetime | None], dirty: Iterable[int], slot_seconds: int
    ) -> datetime | None:
        """Return the hour from which on rows are written; None: from the first slot that the bridge knows."""
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            return None
        now = dt_util.utcnow().timestamp()
        starts = (slot * slot_seconds for slot in dirty)
        moments = [dt_util.utc_from_timestamp(start) for start in starts if 0 <= start <= now]
        return hour_of(min([min(known) - self._overlap, *moments]))

    def statistic_id(self, series: Series) -> str:
        """Return the id of a series; it belongs to the bridge, so that a household that is added again goes on."""
        return f"{self._prefix}_{series.key}"

    @property
    def _prefix(self) -> str:
        return f"{DOMAIN}:{_slug(self._coordinator.bridge_id)}"

    def _series(self) -> list[Series]:
        """Return what is written: every energy, and the money of those that have a price."""
        currency = self._hass.config.currency
        money = [_money(energy, self._prices, currency) for energy in PRICES if self._prices.is_known(energy)]
        return [*(_energy(key) for key in PRICES), *money]

    async def _last_hours(self, series: Iterable[Series]) -> list[datetime | None]:
        """Return the hour of each series' last row, None where it has none."""
        ids = [self.statistic_id(one) for one in series]

        def read() -> list[datetime | None]:
            last = [get_last_statistics(self._hass, 1, one, convert_units=False, types=set()) for one in ids]
            return [
                dt_util.utc_from_timestamp(rows[one][0]["start"]) if rows.get(one) else None
                for one, rows in zip(ids, last, strict=True)
            ]

        return await get_instance(self._hass).async_add_executor_job(read)

    async def _sums_before(self, hour: datetime, series: Iterable[Series]) -> dict[str, float]:
        """Return the sums in the hour before this one."""
        rows = await get_instance(self._hass).async_add_executor_job(
            statistics_during_period,
            self._hass,
            hour - HOUR,
            hour,
            {self.statistic_id(one) for one in series},
            "hour",
            None,
            {"sum"},
        )
        return {key: found[-1]["sum"] or 0.0 for key, found in rows.items() if found}

    async def _names(self) -> dict[str, str]:
        prefix = f"component.{DOMAIN}.selector.statistics.options."
        words = await async_get_translations(self._hass, self._hass.config.language, "selector", [DOMAIN])
        return {key.removeprefix(prefix): word for key, word in words.items() if key.startswith(prefix)}

    def _metadata(self, series: Series, names: dict[str, str]) -> StatisticMetaData:
        title = self._coordinator.config_entry.title
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=f"{title}: {names.get(series.key, series.key)}",
            source=DOMAIN,
            statistic_id=self.statistic_id(series),
            unit_class=series.unit_class,
            unit_of_measurement=series.unit,
        )


def _slug(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalnum())
