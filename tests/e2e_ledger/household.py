"""One household's bridge as far as its ledger goes: keys, store, and the real parts, moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_node.keys.container import ScryptCost
from dems_protocol.readings import SlotEnergy
from dems_protocol.slots import SlotGrid
from dems_protocol.statements import Statement
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import HouseholdKeys, Vault
from openems_bridge.ledger import journal, verdicts
from openems_bridge.ledger.building import RunningParts, Surroundings, build_household_ledger
from openems_bridge.ledger.desk import CommunityDesk
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.operator_client import OperatorClient
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.slot_keeper import SlotView, view_slot
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.store import readings
from openems_bridge.store.events import Event
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register, SourceClass
from tests.community.anvil import AnvilControl
from tests.e2e_ledger.energy import House


@dataclass(slots=True)
class Household:
    """A household at work; ``told`` is what Home Assistant would hear.

    ``operator`` is a way to the operator beside the ledger's own, for whoever wants to send something else.
    """

    house: House
    grid: SlotGrid
    database: Database
    keys: HouseholdKeys
    parts: RunningParts
    operator: OperatorClient
    anvil: AnvilControl
    sections: dict[str, Section]
    told: list[tuple[str, Mapping[str, Any]]]

    @property
    def membership(self) -> Membership:
        """Its membership as it is now."""
        return self.parts.ledger.membership

    async def measure(self, slot: int, energy: SlotEnergy | None = None) -> SlotEnergy:
        """Let the metering close a slot, by the simulation unless ``energy`` says otherwise."""
        found = energy or self.house.energy(slot, self.grid.seconds)
        reading = Reading(
            slot=slot,
            energy={
                Register.WITHDRAWAL: found.withdrawal,
                Register.FEED_IN: found.feed_in,
                Register.GENERATION: found.generation,
            },
            quality=Quality.COMPLETE,
            covered_seconds=self.grid.seconds,
            source=SourceClass.SIMULATION,
        )
        await self.database.run(readings.insert, self.grid.seconds, [reading])
        return found

    async def account(self) -> None:
        """Sign what was measured, and deliver it."""
        await self.parts.ledger.account_once()

    async def follow(self) -> None:
        """Hear of the chain's events, look after every slot, and bring the own transactions forward."""
        await self._look()
        while await self._has_transactions():
            if not await self.anvil.perform(self.parts.performer):
                break
            await self._look()

    async def _look(self) -> None:
        await self.parts.watcher.step()
        await self.parts.ledger.follow_slots_once()

    async def view(self, slot: int) -> SlotView:
        """Return what it knows of a slot."""
        return await self.database.run(view_slot, slot)

    async def own(self) -> list[OwnReading]:
        """Return its readings that are in force."""
        return list(await self.database.run(journal.in_force, 0, 2**40))

    async def findings(self, statement: Statement) -> set[str]:
        """Return the codes of what it found wrong with a statement; empty, too, where it did not look."""
        checked = await self.database.run(verdicts.load, statement.struct_hash())
        return set() if checked is None else {fault.code for fault in checked.findings}

    async def _has_transactions(self) -> bool:
        from dems_node.chain import journal as transactions

        return bool(await self.database.run(transactions.count_unfinished, self.parts.performer.account))


@dataclass(slots=True)
class Home:
    """Where a household's data lie, and how its bridge is started on them again."""

    house: House
    folder: Path
    grid: SlotGrid
    clock: Clock
    options: LedgerOptions
    anvil: AnvilControl
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)

    def vault(self) -> Vault:
        """Return its keys' place: encrypted files, at the least cost that scrypt has."""
        self.folder.mkdir(parents=True, exist_ok=True)
        passphrase = self.folder / "passphrase"
        if not passphrase.exists():
            passphrase.write_text("a passphrase of a test\n")
            passphrase.chmod(0o600)
        scheme = MeterKeyKind.P256 if self.house.number % 2 else MeterKeyKind.SECP256K1
        return Vault(
            folder=self.folder,
            options=KeyOptions(store=StoreKind.FILE, passphrase_file=passphrase, meter_key=scheme),
            keyring=lambda: None,
            now=self.clock.utc,
            cost=ScryptCost(n=2),
        )

    async def join(self, line: str) -> None:
        """Accept an invitation as a person does: look, agree, sign."""
        vault = self.vault()
        database = await self._open()
        try:
            desk = CommunityDesk(
                database=database,
                clock=self.clock,
                grid=self.grid,
                vault=vault,
                options=self.options,
                show=self.sections.update,
                tell=lambda kind, data: None,
                announce=lambda event: None,
                edge_clock_offset=lambda: None,
            )
            shown = await desk.preview(line)
            consent = bytes.fromhex(str(shown["consent"]).removeprefix("0x"))
            await desk.join(line, consent, self.house.plant)
        finally:
            await database.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Household]:
        """Start the ledger on the data folder; leaving the context is what a crash leaves behind."""
        async with AsyncExitStack() as stack:
            database = await self._open()
            stack.push_async_callback(database.close)
            membership = await database.run(journal.load_membership)
            assert membership is not None, "it has not joined"
            keys = await asyncio.to_thread(self.vault().open)
            session = await stack.enter_async_context(aiohttp.ClientSession())
            parts = build_household_ledger(
                membership,
                keys,
                Surroundings(
                    database=database,
                    clock=self.clock,
                    session=session,
                    options=self.options,
                    show=self.sections.update,
                    tell=lambda kind, data: self.told.append((kind, data)),
                    announce=self._announce,
                    key_backed_up=lambda: True,
                    edge_clock_offset=lambda: None,
                ),
            )
            stack.push_async_callback(parts.client.close)
            operator = OperatorClient(
                session,
                membership.community.operator_url,
                membership.community.fingerprint,
                domain=membership.community.domain,
                household=membership.household,
                sign=keys.account.sign,
                now=self.clock.utc,
            )
            yield Household(
                self.house, self.grid, database, keys, parts, operator, self.anvil, self.sections, self.told
            )

    def _announce(self, event: Event) -> None:
        self.told.append((event.kind, event.data))

    async def _open(self) -> Database:
        return await Database.open(self.folder / "bridge.sqlite3", migrations=MIGRATIONS, now=self.clock.utc)
