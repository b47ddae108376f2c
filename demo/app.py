"""The demo's composition: Edge, bridge, Home Assistant, and the person's first clicks done for them."""

import asyncio
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from demo.chain import anvil
from demo.community import CommunityProgram, community
from demo.dashboard import dashboard, energy_preferences
from demo.home import STREET, Home, living
from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import SLOT_SECONDS
from demo.processes import free_port

HOME_ASSISTANT_PORT = 8123
BLOCK_SECONDS = 2
DASHBOARD = "dems-house"
ENTITIES_SECONDS = 30
MEMBER_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the person who runs the demo may choose."""

    folder: Path
    speed: float
    data: Path | None
    household: str
    household_index: int
    start: str
    port: int = HOME_ASSISTANT_PORT
    alone: bool = False
    """Only the house, without chain, operator and neighbours."""
    login: Login = field(default_factory=Login)


async def run(options: DemoOptions, say: Callable[[str], None]) -> None:
    """Run the demo until SIGINT or SIGTERM, then end everything and remove its folder.

    Raises ProgramFailed if a program does not start, CallRefused if Home Assistant refuses a step.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    shutil.rmtree(options.folder, ignore_errors=True)
    demo = asyncio.create_task(_show(options, say, stopped))
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait((demo, stop), return_when=asyncio.FIRST_COMPLETED)
    if not demo.done():
        say("Ending …")
        demo.cancel()
    stop.cancel()
    outcome = (await asyncio.gather(demo, return_exceptions=True))[0]
    if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
        raise outcome
    shutil.rmtree(options.folder, ignore_errors=True)


async def _show(options: DemoOptions, say: Callable[[str], None], stopped: asyncio.Event) -> None:
    if options.alone:
        await _show_house(options, say, stopped, None)
        return
    say("Starting the chain and the community's operator …")
    async with (
        anvil(options.folder, "--block-time", str(BLOCK_SECONDS)) as chain,
        community(options.folder / "community", chain, SLOT_SECONDS) as street,
        asyncio.TaskGroup() as tasks,
    ):
        neighbours = [tasks.create_task(_live(home, options, street), name=home.name) for home in STREET[1:]]
        try:
            await _show_house(options, say, stopped, street)
        finally:
            for neighbour in neighbours:
                neighbour.cancel()


async def _live(home: Home, options: DemoOptions, street: CommunityProgram) -> None:
    """Let a neighbour live in the community, and trade, until the demo ends."""
    folder = options.folder / home.kind
    async with living(home, folder, options.speed, options.start, member=True) as house:
        await house.join(street)
        await house.trade()


async def _show_house(
    options: DemoOptions, say: Callable[[str], None], stopped: asyncio.Event, street: CommunityProgram | None
) -> None:
    """Show one house in Home Assistant: ours, as its owner sees it."""
    home = replace(STREET[0], kind=options.household, profile=options.data, index=options.household_index)
    say("Starting the house's Edge and its bridge …")
    folder = options.folder / "house"
    async with living(home, folder, options.speed, options.start, member=street is not None) as house:
        if street is not None:
            await house.join(street)
        say("Starting Home Assistant (a few seconds) …")
        write_configuration(options.folder / "home-assistant")
        port = free_port(options.port)
        async with home_assistant(options.folder / "home-assistant", port) as hass:
            await hass.onboard(options.login)
            daemon = house.daemon
            await hass.add_bridge("127.0.0.1", daemon.port, await daemon.pairing_code())
            await furnish(hass, has_battery=home.battery_wh(options.speed) > 0)
            say(_welcome(hass.url, options))
            if street is None:
                await stopped.wait()
                return
            async with asyncio.TaskGroup() as tasks:
                trading = tasks.create_task(house.trade(), name=home.name)
                await _show_community(hass)
                await stopped.wait()
                trading.cancel()


async def _show_community(hass: HomeAssistant) -> None:
    """Add the community to the dashboard once the house is a member, and the market once there is one."""
    for key in ("anchor_status", "market_status"):
        entities = await _entities_with(hass, key, MEMBER_SECONDS)
        await hass.command(type="lovelace/config/save", url_path=DASHBOARD, config=dashboard(entities))


async def _entities_with(hass: HomeAssistant, key: str, seconds: float) -> dict[str, str]:
    async with asyncio.timeout(seconds):
        while key not in (entities := await hass.entities()):
            await asyncio.sleep(1)
    return entities


async def furnish(hass: HomeAssistant, *, has_battery: bool = True) -> None:
    """Give the house its dashboard and its energy preferences."""
    awaited = "battery_soc" if has_battery else "home_power"
    entities = await _entities_with(hass, awaited, ENTITIES_SECONDS)
    await hass.command(
        type="lovelace/dashboards/create",
        url_path=DASHBOARD,
        title="Musterhaus",
        icon="mdi:home-lightning-bolt",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await hass.command(type="lovelace/config/save", url_path=DASHBOARD, config=dashboard(entities))
    await hass.command(type="energy/save_prefs", **energy_preferences(entities))
    await hass.command(type="frontend/set_system_data", key="core", value={"default_panel": DASHBOARD})


def _welcome(url: str, options: DemoOptions) -> str:
    street = (
        ""
        if options.alone
        else "\n  Five homes of the street are in a community: its first statements come after two minutes, its first prices after six."
    )
    steering = (
        'The battery is not steered until you choose the mode "automatic" or "manual".'
        if options.alone
        else "The bridges trade by themselves, and the batteries follow; choose another mode to stop that."
    )
    return f"""
  The house is at   {url}/{DASHBOARD}
  Log in as         {options.login.username}
  with password     {options.login.password}

  One second here plays {options.speed:g} s of the measured day; a slot lasts {SLOT_SECONDS} s.{street}
  {steering}
  Ctrl-C ends everything and leaves nothing behind.
"""
