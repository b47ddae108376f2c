"""SIGKILL of whole programs, operator's and household's, at random moments: every slot is anchored, and none twice."""

import asyncio
import json
import logging
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

import pytest

from community.folder import DATABASE_FILE as OPERATOR_DATABASE_FILE
from community.store import readings as operator_readings
from demo.processes import Program, program
from dems_node.chain.client import ChainClient
from dems_protocol.contracts import decode_event, meter_ledger
from dems_protocol.contracts.conversions import from_statement
from dems_protocol.statements import Statement
from openems_bridge.data_folder import DATABASE_FILE
from openems_bridge.ledger import journal
from openems_bridge.ledger.own_reading import Delivery
from openems_bridge.ledger.slot_keeper import SlotView, view_slot
from tests.community.anvil import CHAIN_ID, AnvilControl, running_anvil
from tests.e2e.played_programs import CLOCK_FILE, SERVING, WORLD_FILE, FileClock, withdrawn
from tests.e2e_ledger.operator import PUBLISH_AFTER, Site, build_site
from tests.e2e_ledger.quarter import MIDNIGHT, running_quarter

pytestmark = pytest.mark.e2e
SLOTS = 2
STRIKES = (("bridge",), ("operator",), ("bridge", "operator"), ("bridge", "operator"))
"""Two in each slot, in an order of chance."""
WAIT_SECONDS = 90.0
STEP_SECONDS = 30
"""The played time goes on in steps, as the Edge's cycles do."""
_LOGGER = logging.getLogger(__name__)


class Street:
    """The two programs, the chain, and the time that they all live by."""

    def __init__(self, folder: Path, anvil: AnvilControl, house: str, stack: AsyncExitStack) -> None:
        self.clock = FileClock(folder)
        self.restarts = {"operator": 0, "bridge": 0}
        self._folder = folder
        self._anvil = anvil
        self._house = house
        self._stack = stack
        self._programs: dict[str, Program] = {}
        self._until = 0.0

    async def start(self, part: str) -> None:
        """Start a program on its data folder, and do not wait for it."""
        command = (sys.executable, "-m", "tests.e2e.played_programs", part, self._folder)
        log = self._folder / f"{part}-{self.restarts[part]}.log"
        self._programs[part] = await self._stack.enter_async_context(program(f"the {part}", command, log))

    async def kill(self, part: str) -> None:
        """Kill a program and start it again."""
        victim = self._programs[part]
        assert victim.process.returncode is None, victim.failure("ended by itself")
        victim.kill()
        await victim.process.wait()
        self.restarts[part] += 1
        await self.start(part)

    async def serves(self, part: str) -> None:
        """Wait until a program serves."""
        await self._programs[part].line(re.compile(SERVING), WAIT_SECONDS)

    def goes_on_to(self, moment: float) -> None:
        """Let time pass slowly, up to a moment, while the test waits for something."""
        self._until = moment

    def stands_still(self) -> None:
        """Let no time pass while the test waits."""
        self._until = 0.0

    async def turn_to(self, moment: float) -> None:
        """Let time pass for everybody, until a moment that may be over already."""
        if moment <= self.clock.utc():
            return
        while self.clock.utc() < moment:
            self.clock.turn(min(self.clock.utc() + STEP_SECONDS, moment))
            await asyncio.sleep(0.03)
        await self._anvil.move_to(int(moment))

    def of_household[T](self, ask: Callable[[sqlite3.Connection, int], T], slot: int) -> T:
        """Ask the household's store of a slot."""
        return _ask(self._folder / self._house / DATABASE_FILE, ask, slot)

    def of_operator[T](self, ask: Callable[[sqlite3.Connection, int], T], slot: int) -> T:
        """Ask the operator's store of a slot."""
        return _ask(self._folder / "operator" / OPERATOR_DATABASE_FILE, ask, slot)

    async def eventually(self, what: str, ask: Callable[[], bool]) -> None:
        """Wait until something is so; only a generous time-out ends that."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not ask():
            for running in self._programs.values():
                assert running.process.returncode is None, running.failure("ended by itself")
            assert time.monotonic() < deadline, self._failure(what)
            await asyncio.sleep(0.1)
            if self.clock.utc() < self._until:
                await self.turn_to(min(self.clock.utc() + STEP_SECONDS, self._until))

    def _failure(self, what: str) -> str:
        ends = [str(running.failure("is where it is")) for running in self._programs.values()]
        return "\n".join((f"after {WAIT_SECONDS:g} s still not: {what}", *ends))


def _ask[T](file: Path, ask: Callable[[sqlite3.Connection, int], T], slot: int) -> T:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, autocommit=True)) as connection:
        return ask(connection, slot)


@pytest.mark.timeout(300)
async def test_whatever_is_killed_every_slot_is_anchored_once(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(10**6)
    _LOGGER.info("The seed is %d", seed)
    rng = Random(seed)
    strikes = rng.sample(STRIKES, 2 * SLOTS)
    with running_anvil(MIDNIGHT) as url:
        site = await build_site(url, 900)
        async with AsyncExitStack() as stack:
            street, first = await _settled(stack, site, tmp_path)
            for slot in range(first, first + SLOTS):
                end = (slot + 1) * site.slot_seconds
                await street.turn_to(end + 5)
                await _strike(street, strikes.pop(), rng)
                await street.eventually(
                    f"the reading of slot {slot} is received", partial(_is_received, street, slot)
                )
                await street.turn_to(end + PUBLISH_AFTER)
                await _strike(street, strikes.pop(), rng)
                for part in ("operator", "bridge"):
                    await street.serves(part)
                # An operator that was down waits for late readings before it makes a statement: time goes on meanwhile,
                # but never so far that the next slot's reading would come too late, and not before it is back.
                street.goes_on_to(end + site.slot_seconds + PUBLISH_AFTER - 60)
                await street.eventually(f"slot {slot} is verified", partial(_is_verified, street, slot))
                street.stands_still()
            _LOGGER.info("Killed: %s", street.restarts)
            await _require_anchored_once(street, site, range(first, first + SLOTS))


async def _settled(stack: AsyncExitStack, site: Site, folder: Path) -> tuple[Street, int]:
    """Let a household become a member, then start both programs on the folders; return them and the first whole slot."""
    async with running_quarter(site, folder, households=1) as quarter:
        await quarter.move_to(quarter.grid.start(quarter.slot + 1) - 60)
        now, slot = quarter.clock.now, quarter.slot
        (home,) = quarter.homes
        found = site.deployed.deployment
        world = {
            "rpc": site.url,
            "port": quarter.operator.port,
            "since_block": site.deployed.since_block,
            "addresses": {
                name: getattr(found, name).hex() for name in ("registry", "ledger", "netting", "account")
            },
            "house": home.folder.name,
            "meter_key": home.vault().options.meter_key.value,
            "slot_seconds": site.slot_seconds,
        }
    (folder / WORLD_FILE).write_text(json.dumps(world))
    (folder / CLOCK_FILE).touch()
    anvil = AnvilControl(site.url)
    stack.push_async_callback(anvil.close)
    street = Street(folder, anvil, str(world["house"]), stack)
    street.clock.turn(now)
    for part in ("operator", "bridge"):
        await street.start(part)
    for part in ("operator", "bridge"):
        await street.serves(part)
    return street, slot + 1


async def _strike(street: Street, victims: Sequence[str], rng: Random) -> None:
    """Kill programs, each at its own moment."""

    async def strike(part: str, after: float) -> None:
        await asyncio.sleep(after)
        await street.kill(part)

    await asyncio.gather(*(strike(part, rng.uniform(0, 1.2)) for part in victims))


def _is_received(street: Street, slot: int) -> bool:
    own = street.of_household(journal.of_slot, slot)
    return bool(own) and own[0].delivery is Delivery.RECEIVED


def _view(street: Street, slot: int) -> SlotView:
    return street.of_household(view_slot, slot)


def _is_verified(street: Street, slot: int) -> bool:
    checked = _view(street, slot).checked
    return checked is not None and checked.verified and checked.own is not None


async def _require_anchored_once(street: Street, site: Site, slots: Sequence[int]) -> None:
    """Hold household, operator and chain to each other."""
    client = ChainClient.to(site.url, CHAIN_ID)
    try:
        published = await _publications(client, site)
    finally:
        await client.close()
    total = 0
    for slot in slots:
        (own,) = street.of_household(journal.of_slot, slot)
        (arrived,) = street.of_operator(operator_readings.of_slot, slot)
        assert arrived.reading == own.reading, "signed once, arrived once"
        (statement,) = (one for one in published if one.slot == slot)
        assert statement.count == 1, "published once, with this leaf alone"
        view = _view(street, slot)
        assert view.chain.publication is not None
        assert view.chain.publication.statement.root == statement.root
        assert view.chain.voids == ()
        total += own.openings[1].value
    start, end = slots[0] * site.slot_seconds, (slots[-1] + 1) * site.slot_seconds
    assert total == withdrawn(end) - withdrawn(start), "no energy lost, none counted twice"


async def _publications(client: ChainClient, site: Site) -> list[Statement]:
    head = await client.head()
    logs = await client.logs(0, head.number, [site.deployed.deployment.ledger])
    events = [decode_event(log.topics, log.data) for log in logs]
    return [
        from_statement(event.statement)
        for event in events
        if isinstance(event, meter_ledger.StatementPublishedEvent)
    ]
