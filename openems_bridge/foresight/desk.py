"""What people and Home Assistant tell the household's plan, and ask of it (docs/api.md, The forecast, the plan, the market)."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from dems_node.database.database import Database
from dems_node.json_types import Json, Section
from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.answer import Answer
from openems_bridge.foresight import announcements
from openems_bridge.foresight.announcements import AnnouncedLoad, BatteryHold, PromisedSun, TooMany
from openems_bridge.foresight.options import TariffOptions
from openems_bridge.foresight.plan import HouseholdPlan
from openems_bridge.foresight.sections import forecast_series, plan_document
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.refusal import Refused
from openems_bridge.store import settings

PLACING_SECONDS = 8.0
"""So long an announced load waits for its place in the plan before the answer goes without it."""
LONGEST_AHEAD_SECONDS = 7 * 86_400
_TARIFF = "tariff"


class Looking(Protocol):
    """The lookout, as far as the desk uses it."""

    @property
    def forecast(self) -> Answer | None:
        """The newest forecast."""
        ...

    @property
    def plan(self) -> HouseholdPlan | None:
        """The newest plan."""
        ...

    def replan(self) -> None:
        """Plan again soon."""
        ...

    async def replanned(self, seconds: float) -> None:
        """Return once a new plan was made, or after ``seconds``."""
        ...


class TariffBook:
    """The tariff in force: the one that was handed over last, else the configured one."""

    def __init__(self, database: Database, current: Tariff) -> None:
        self._database = database
        self._current = current

    @classmethod
    async def load(cls, database: Database, options: TariffOptions) -> TariffBook:
        """Return the book as it was kept. Raises StoreError."""
        known = await database.run(settings.load, _TARIFF)
        try:
            current = Tariff.read(known) if known is not None else Tariff.configured(options)
        except KeyError, TypeError, ValueError:
            # Written by another version: Home Assistant hands it over again.
            current = Tariff.configured(options)
        return cls(database, current)

    def current(self) -> Tariff:
        """Return the tariff in force."""
        return self._current

    async def change(self, tariff: Tariff, now: float) -> Tariff:
        """Keep another tariff, with what was known of the last days. Raises StoreError: then the former is in force."""
        merged = tariff.after(self._current, now)
        await self._database.run(settings.save, _TARIFF, merged.document())
        self._current = merged
        return merged


class ForesightDesk:
    """Serves ``api.ports.Foresight``. ``now`` is UTC s."""

    def __init__(
        self,
        *,
        database: Database,
        grid: SlotGrid,
        tariffs: TariffBook,
        lookout: Looking,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._grid = grid
        self._tariffs = tariffs
        self._lookout = lookout
        self._now = now

    def forecast(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        """Return the forecast's quantiles for slots in [first, last], as far as it reaches. Raises Refused."""
        answer = self._lookout.forecast
        if answer is None:
            raise Refused("no_forecast", "There is no forecast yet: the first one is made after the start.")
        begin = answer.issue_slot if first is None else max(first, answer.issue_slot)
        end = answer.end_slot if last is None else min(last + 1, answer.end_slot)
        return forecast_series(answer, self._grid, range(begin, end))

    def plan(self) -> Section:
        """Return the whole plan from the running slot on. Raises Refused."""
        plan = self._lookout.plan
        if plan is None:
            raise Refused("no_plan", "There is no plan yet: the first one is made after the start.")
        return plan_document(plan, self._grid.slot_at(self._now()), self._grid)

    async def set_tariff(self, tariff: Tariff) -> int | None:
        """Put another tariff in force; return until when (UTC s) it is known, None for a fixed one. Raises StoreError."""
        changed = await self._tariffs.change(tariff, self._now())
        self._lookout.replan()
        return changed.until

    async def keep_solar_forecast(self, promises: Sequence[PromisedSun]) -> int:
        """Keep Home Assistant's solar forecast; return of how many periods. Raises StoreError.

        It is used by the forecast of the next slot: a new one does not change the running slot.
        """
        return await self._database.run(announcements.keep_promises, promises, self._now())

    async def announce_load(self, name: str, power: int, energy: int, earliest: int, latest: int) -> Section:
        """Plan for a device that will run; return its id and when to start it. Raises Refused, StoreError."""
        now = self._now()
        needed = energy * 3600 // power
        if latest - max(earliest, now) < needed:
            raise Refused(
                "window_too_short",
                f"The window is shorter than the {needed} s that {energy} Wh at {power} W take.",
                {"seconds": needed},
            )
        self._require_near(latest)
        load = AnnouncedLoad(
            id=secrets.token_hex(8), name=name, power=power, energy=energy, earliest=earliest, latest=latest
        )
        try:
            await self._database.run(announcements.add_load, load)
        except TooMany as error:
            raise _too_many(error) from None
        await self._lookout.replanned(PLACING_SECONDS)
        plan = self._lookout.plan
        return {"id": load.id, "start": None if plan is None else plan.starts.get(load.id)}

    async def hold(self, start: int, end: int, reason: str) -> Section:
        """Do not discharge the battery in [start, end) (UTC s); return the hold's id. Raises Refused, StoreError."""
        if end <= max(start, self._now()):
            raise Refused("window_over", "The time in which the battery is to hold is over.")
        self._require_near(end)
        hold = BatteryHold(id=secrets.token_hex(8), reason=reason, start=start, end=end)
        try:
            await self._database.run(announcements.add_hold, hold)
        except TooMany as error:
            raise _too_many(error) from None
        self._lookout.replan()
        return {"id": hold.id}

    async def forget_load(self, identifier: str) -> bool:
        """Take an announced load back; return whether there was one. Raises StoreError."""
        found = await self._database.run(announcements.remove_load, identifier)
        self._lookout.replan()
        return found

    async def release_hold(self, identifier: str) -> bool:
        """End a hold; return whether there was one. Raises StoreError."""
        found = await self._database.run(announcements.remove_hold, identifier)
        self._lookout.replan()
        return found

    def _require_near(self, end: int) -> None:
        if end > self._now() + LONGEST_AHEAD_SECONDS:
            raise Refused(
                "too_far_ahead",
                f"It ends more than {LONGEST_AHEAD_SECONDS // 86_400} days from now.",
                {"days": LONGEST_AHEAD_SECONDS // 86_400},
            )


def _too_many(error: TooMany) -> Refused:
    return Refused(
        "too_many", f"There are {error.most} of these already: take some back.", {"most": error.most}
    )
