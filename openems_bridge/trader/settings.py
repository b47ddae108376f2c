"""What the owner lets the bridge do in the market (docs/api.md, ``trading``)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo

from dems_node.database.database import Database
from dems_node.json_types import Section
from openems_bridge.store import settings

LARGEST_PRICE = 10**12
LARGEST_ENERGY = 10_000_000
_KEY = "trading"
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class DispatchChoice(StrEnum):
    """What becomes of a suggestion: nothing, a question to a person, or the battery follows."""

    IGNORE = "ignore"
    ASK = "ask"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSettings:
    """The owner's limits. Prices in micro-units per kWh: nothing is sold below ``lowest_price`` or bought above ``highest_price``.

    ``energy_per_day`` (Wh) bounds what automatic orders of one local day sum up to, each side for itself; ``reserve_soc`` (%)
    is kept for the household. ``follow_live``: in the running slot the household's net load is told to the market operator about
    once a minute, and a battery that is steered automatically follows what comes of it. Within quiet hours (local times, ``HH:MM``) no question is asked.
    """

    auto_bid: bool = False
    dispatch: DispatchChoice = DispatchChoice.IGNORE
    lowest_price: int = 80_000
    highest_price: int = 320_000
    energy_per_day: int = 20_000
    reserve_soc: int = 20
    quiet_from: str = "22:00"
    quiet_to: str = "07:00"
    follow_live: bool = True

    def section(self) -> Section:
        """Return them as the API shows them."""
        return {**asdict(self), "dispatch": self.dispatch.value}

    def is_quiet(self, moment: float, zone: ZoneInfo) -> bool:
        """Return whether a moment (UTC s) lies within the quiet hours; equal ends mean that there are none."""
        now = datetime.fromtimestamp(moment, zone).time()
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to)
        if begin <= end:
            return begin <= now < end
        return now >= begin or now < end


class OutOfBounds(ValueError):
    """A setting makes no sense. Nothing was changed; ``key`` names it."""

    def __init__(self, key: str, detail: str) -> None:
        super().__init__(detail)
        self.key = key


def changed(current: TradingSettings, changes: Mapping[str, Any]) -> TradingSettings:
    """Return the settings with some changed. Raises OutOfBounds."""
    wanted = dict(changes)
    if "dispatch" in wanted:
        wanted["dispatch"] = DispatchChoice(wanted["dispatch"])
    new = replace(current, **wanted)
    for key in ("lowest_price", "highest_price"):
        if abs(getattr(new, key)) > LARGEST_PRICE:
            raise OutOfBounds(key, f"{key}: at most {LARGEST_PRICE} micro-units per kWh")
    if not 0 <= new.energy_per_day <= LARGEST_ENERGY:
        raise OutOfBounds("energy_per_day", f"energy_per_day: from 0 to {LARGEST_ENERGY} Wh")
    if not 0 <= new.reserve_soc <= 100:
        raise OutOfBounds("reserve_soc", "reserve_soc: from 0 to 100 %")
    for key in ("quiet_from", "quiet_to"):
        if not _TIME.fullmatch(getattr(new, key)):
            raise OutOfBounds(key, f"{key}: expected a time such as 22:00")
    return new


class TradingBook:
    """The owner's settings, kept over a restart. ``on_change`` hears of each change once it is stored."""

    def __init__(self, database: Database, current: TradingSettings) -> None:
        self._database = database
        self._current = current
        self._listeners: list[Callable[[TradingSettings], None]] = []

    @classmethod
    async def load(cls, database: Database) -> TradingBook:
        """Return the book as it was kept. Raises StoreError."""
        known = await database.run(settings.load, _KEY)
        names = {field.name for field in fields(TradingSettings)}
        kept = known if isinstance(known, dict) else {}
        try:
            current = changed(
                TradingSettings(), {name: cast("Any", value) for name, value in kept.items() if name in names}
            )
        except ValueError, TypeError:
            # Written by another version: nothing is traded until the owner says so again.
            current = TradingSettings()
        return cls(database, current)

    @property
    def current(self) -> TradingSettings:
        """The settings in force."""
        return self._current

    def listen(self, listener: Callable[[TradingSettings], None]) -> None:
        """Tell a listener of each change."""
        self._listeners.append(listener)

    async def change(self, changes: Mapping[str, Any]) -> TradingSettings:
        """Change some of them. Raises OutOfBounds or StoreError: then nothing has changed."""
        new = changed(self._current, changes)
        await self._database.run(settings.save, _KEY, new.section())
        self._current = new
        for listener in self._listeners:
            listener(new)
        return new
