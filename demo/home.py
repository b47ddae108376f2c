"""One home of the demo's street: its Edge and its bridge, and its place in the community."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.community import CommunityProgram
from demo.household import SLOT_SECONDS, BridgeOptions, BridgeProgram, bridge, fake_edge
from openems_bridge.edge.simulation.profile import load_profile, shipped_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Who lives there: the name on the door, and what its Edge plays."""

    name: str
    kind: str
    profile: Path | None = None
    """A file of the documented layout to play instead of our own household."""
    index: int = 0

    def arguments(self, speed: float, start: str) -> tuple[str, ...]:
        """Return the fake Edge's arguments."""
        played = ("--speed", str(speed), "--start", start, "--seed", self.name)
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


@asynccontextmanager
async def living(
    home: Home, folder: Path, speed: float, start: str, *, member: bool
) -> AsyncGenerator[BridgeProgram]:
    """Run a home's Edge and bridge until the block ends."""
    async with fake_edge(folder, *home.arguments(speed, start)) as edge:
        options = BridgeOptions(
            folder=folder / "bridge",
            edge=edge.ports,
            household=home.name,
            slot_seconds=SLOT_SECONDS,
            member=member,
        )
        async with bridge(options) as daemon:
            yield daemon


async def join(home: Home, daemon: BridgeProgram, street: CommunityProgram) -> None:
    """Let a home accept an invitation to the community of its street."""
    played = load_profile(home.profile, home.index) if home.profile else shipped_profile(home.kind)
    await daemon.join(
        await street.invite(),
        plant_power=round(NOMINAL_TO_HIGHEST * max(played.pv_w)),
        battery_power=played.battery_w,
        battery_capacity=played.battery_wh,
    )
