"""One home of the demo's street: its Edge and its bridge, and its place in the community."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from demo.community import CommunityProgram
from demo.household import SLOT_SECONDS, BridgeOptions, BridgeProgram, bridge, fake_edge
from demo.owner import Owner
from demo.weather import HOURS_AHEAD, solar_forecast
from openems_bridge.edge.simulation.profile import HouseProfile, load_profile, shipped_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Who lives there: the name on the door, and what its Edge plays."""

    name: str
    kind: str
    profile: Path | None = None
    """A file of the documented layout to play instead of our own household."""
    index: int = 0

    def played(self) -> HouseProfile:
        """Return what its Edge plays. Raises ProfileError."""
        return load_profile(self.profile, self.index) if self.profile else shipped_profile(self.kind)

    def battery_wh(self, speed: float) -> int:
        """Return what the battery holds: as much of the played day as the measured one does."""
        measured = self.played().battery_wh
        return max(1, round(measured / speed)) if measured else 0

    def arguments(self, speed: float, start: str) -> tuple[str, ...]:
        """Return the fake Edge's arguments."""
        capacity = self.battery_wh(speed)
        battery = ("--battery-wh", str(capacity)) if capacity else ("--ess", "none")
        played = ("--speed", str(speed), "--start", start, "--seed", self.name, *battery)
        if self.profile is None:
            return *played, "--household", self.kind
        return *played, "--profile", str(self.profile), "--household-index", str(self.index)


NOMINAL_TO_HIGHEST = 1.2
"""A plant's nominal power over the highest that the profile shows: a roof rarely reaches what its modules could."""

STREET = (
    Home(name="Musterhaus", kind="family"),
    Home(name="Haus Abendrot", kind="retired_couple"),
    Home(name="Haus Birkenweg", kind="home_office"),
    Home(name="Haus Pendler", kind="commuters"),
    Home(name="Haus Wärmepumpe", kind="heat_pump"),
)


@dataclass(frozen=True, slots=True)
class LivingHome:
    """A home whose Edge and bridge run. The day that its Edge plays began at ``begun_at`` (UTC s)."""

    home: Home
    daemon: BridgeProgram
    begun_at: float
    speed: float
    start: str

    async def join(self, street: CommunityProgram) -> None:
        """Accept an invitation to the community of the street."""
        played = self.home.played()
        await self.daemon.join(
            await street.invite(),
            plant_power=round(NOMINAL_TO_HIGHEST * max(played.pv_w)),
            battery_power=played.battery_w,
            battery_capacity=self.home.battery_wh(self.speed),
        )

    async def trade(self) -> None:
        """Trade, and hear what weather the played day will have, until cancelled."""
        played = self.home.played()
        async with aiohttp.ClientSession() as session:
            owner = await Owner.of(self.daemon, session)
            await owner.let_trade()
            while True:
                if played.has_plant:
                    sun = solar_forecast(played, self.begun_at, self.start, self.speed, time.time())
                    await owner.tell_sun(sun)
                await asyncio.sleep(HOURS_AHEAD * 1800)


@asynccontextmanager
async def living(
    home: Home, folder: Path, speed: float, start: str, *, member: bool
) -> AsyncGenerator[LivingHome]:
    """Run a home's Edge and bridge until the block ends."""
    async with fake_edge(folder, *home.arguments(speed, start)) as edge:
        begun_at = time.time()
        options = BridgeOptions(
            folder=folder / "bridge",
            edge=edge.ports,
            household=home.name,
            slot_seconds=SLOT_SECONDS,
            member=member,
        )
        async with bridge(options) as daemon:
            yield LivingHome(home, daemon, begun_at, speed, start)
