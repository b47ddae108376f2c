"""A whole community on a real chain: the operator, the households, and one clock for all of them in the test's hand."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dems_node.chain.errors import ChainError
from dems_protocol.contracts import demo_currency
from dems_protocol.readings import SlotEnergy
from dems_protocol.slots import SlotGrid
from openems_bridge.ledger.options import LedgerOptions
from tests.community.anvil import AnvilControl
from tests.community.settling import settle
from tests.community.town import TownClock
from tests.e2e_ledger.energy import House, street
from tests.e2e_ledger.household import Home, Household
from tests.e2e_ledger.operator import MINIMUM_OWNERS, PUBLISH_AFTER, OperatorDaemon, Site, running_operator

MIDNIGHT = 1_789_516_800
"""A midnight in UTC; the chain begins here."""


@dataclass(slots=True)
class Quarter:
    """Who lives and works here. ``folder`` holds everybody's data; ``rpc`` is how the daemons reach the chain."""

    site: Site
    folder: Path
    clock: TownClock
    anvil: AnvilControl
    rpc: str
    homes: list[Home] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    measured: dict[int, dict[int, SlotEnergy]] = field(default_factory=dict)
    _operator: OperatorDaemon | None = None
    _operator_stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _household_stacks: list[AsyncExitStack] = field(default_factory=list)
    _port: int = 0

    @property
    def grid(self) -> SlotGrid:
        """The community's division of time."""
        return SlotGrid(self.site.slot_seconds)

    @property
    def slot(self) -> int:
        """The slot that runs now."""
        return self.grid.slot_at(self.clock.now)

    @property
    def operator(self) -> OperatorDaemon:
        """The operator at work."""
        assert self._operator is not None, "the operator is down"
        return self._operator

    def sums(self, slot: int) -> tuple[int, int]:
        """Return what was withdrawn and fed in in a slot, by the simulation."""
        energies = self.measured[slot].values()
        return (
            sum(energy.withdrawal_rest for energy in energies),
            sum(energy.feed_in_rest for energy in energies),
        )

    def is_netted(self, slot: int) -> bool:
        """Say whether enough owners withdrew and fed in in a slot that its sums may be opened."""
        energies = self.measured[slot].values()
        owners = (
            sum(energy.withdrawal_rest > 0 for energy in energies),
            sum(energy.feed_in_rest > 0 for energy in energies),
        )
        return min(owners) >= MINIMUM_OWNERS

    # Starting and stopping

    async def start_operator(self) -> None:
        """Start the operator on its data folder, at the port that the invitations name."""
        self._operator = await self._operator_stack.enter_async_context(
            running_operator(self.site, self.folder / "operator", self.clock, rpc=self.rpc, port=self._port)
        )
        self._port = self._operator.port

    async def stop_operator(self) -> None:
        """Let the operator vanish."""
        self._operator = None
        await self._operator_stack.aclose()
        self._operator_stack = AsyncExitStack()

    async def start_household(self, place: int) -> Household:
        """Start a household's bridge on its data folder."""
        stack = AsyncExitStack()
        household = await stack.enter_async_context(self.homes[place].running())
        if place < len(self.households):
            self.households[place], self._household_stacks[place] = household, stack
        else:
            self.households.append(household)
            self._household_stacks.append(stack)
        return household

    async def stop_household(self, place: int) -> None:
        """Let a household's bridge vanish."""
        await self._household_stacks[place].aclose()

    async def close(self) -> None:
        """Stop everybody."""
        for stack in self._household_stacks:
            await stack.aclose()
        await self._operator_stack.aclose()

    async def move_in(self, houses: Iterable[House], options: LedgerOptions) -> None:
        """Let households join, and the slot begin in which all of them are members."""
        await self.move_to(
            self.clock.now + 3 * self.grid.seconds
        )  # the operator is appointed two slots ahead
        for house in houses:
            name = f"house {house.number}"
            home = Home(house, self.folder / name, self.grid, self.clock, options, self.anvil)
            self.homes.append(home)
            await home.join(await self.operator.invite(name, self.rpc))
            household = await self.start_household(len(self.homes) - 1)
            await self.anvil.fund(household.membership.household)
        await self.all_account()
        await self.operator.settle()
        await self.move_to(self.grid.start(self.slot + 3))
        await self.operator.settle()
        await self.all_account()
        assert all(household.membership.status == "member" for household in self.households)

    # Time

    async def move_to(self, moment: float, blocks: int = 1) -> None:
        """Let it be ``moment`` for everybody, the chain too."""
        self.clock.now = moment
        await self.anvil.move_to(int(moment), blocks)

    async def measure(self, slot: int) -> None:
        """Let every house's metering close a slot, and remember what it was."""
        found = {household.house.number: await household.measure(slot) for household in self.households}
        self.measured[slot] = found

    async def all_account(self) -> None:
        """Let every household sign and deliver."""
        await asyncio.gather(*(household.account() for household in self.households))

    async def all_follow(self) -> None:
        """Let every household look at the chain."""
        await asyncio.gather(*(household.follow() for household in self.households))

    async def all_settle(self) -> None:
        """Let households and operator look and act, until nothing follows any more."""
        stores = [household.database for household in self.households]
        await settle(self._all_step, self.operator.database, *stores)

    async def _all_step(self) -> None:
        await self.all_follow()
        await self.operator.step()

    async def all_work(self) -> None:
        """Let everybody who can look do so; whoever does not reach the chain tries again another time."""
        if self._operator is not None:
            await self.operator.work()
        for household in self.households:
            await household.account()
            with suppress(ChainError):
                await household.follow()

    async def run_slot(self, slot: int) -> None:
        """Let a slot end, be stated, be checked by everybody, and be netted: where slots are longer than all that takes."""
        await self.end(slot)
        await self.publish(slot)
        await self.all_follow()
        await self.let_window_pass()

    async def end(self, slot: int) -> None:
        """Let a slot end, and its readings be delivered."""
        await self.move_to(self.grid.end(slot) + 60)
        await self.measure(slot)
        await self.all_account()

    async def publish(self, slot: int) -> None:
        """Let the operator's time come to state a slot."""
        await self.move_to(self.grid.end(slot) + PUBLISH_AFTER)
        await self.operator.settle()

    async def let_window_pass(self) -> None:
        """Let the challenge window pass, and the operator open what is final."""
        facts = self.operator.base.facts
        await self.move_to(self.clock.now + facts.challenge_seconds + 60, facts.challenge_blocks + 1)
        await self.operator.settle()

    async def give_money(self, household: Household, amount: int) -> None:
        """Give a household's account so much of the currency, for deposits and bonds."""
        currency = household.membership.community.contracts.currency
        account = household.membership.household
        await self.anvil.send(account, currency, demo_currency.Mint(account, amount).calldata())


@asynccontextmanager
async def running_quarter(
    site: Site,
    folder: Path,
    *,
    households: int,
    options: LedgerOptions | None = None,
    rpc: str | None = None,
    hour: int = 0,
) -> AsyncIterator[Quarter]:
    """Start a community of so many households, all of them members, at some hour of the first day."""
    anvil = AnvilControl(site.url)
    clock = TownClock(MIDNIGHT + hour * 3600 + 60)
    quarter = Quarter(site, folder, clock, anvil, rpc or site.url)
    try:
        await quarter.start_operator()
        await quarter.move_in(street(households), options or LedgerOptions(confirmations=1, audited_leaves=8))
        yield quarter
    finally:
        await quarter.close()
        await anvil.close()
