"""What a command works on beside the running daemon: the store, the chain, and the registry as the store knows it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from community.chain.facts import CommunityFacts, known_facts
from community.chain.registry import Registry
from community.configuration.model import CommunityConfiguration
from community.folder import DATABASE_FILE, contracts_of
from community.store import chain_events
from community.store.schema import MIGRATIONS
from dems_node.chain.client import ChainClient
from dems_node.database.database import Database


@dataclass(frozen=True, slots=True)
class Records:
    """The store, the chain's client, what the contracts say of themselves, and the registry up to the daemon's cursor."""

    database: Database
    client: ChainClient
    facts: CommunityFacts
    registry: Registry


def with_records[T](configuration: CommunityConfiguration, work: Callable[[Records], Awaitable[T]]) -> T:
    """Return what ``work`` returns. Raises StoreError, ChainError, WrongContracts, ConfigurationError."""

    async def run() -> T:
        async with opened_records(configuration) as records:
            return await work(records)

    return asyncio.run(run())


@asynccontextmanager
async def opened_records(configuration: CommunityConfiguration) -> AsyncIterator[Records]:
    """Open store and chain for a command; the daemon may run meanwhile."""
    contracts = await asyncio.to_thread(contracts_of, configuration)
    async with AsyncExitStack() as stack:
        client = ChainClient.to(configuration.chain.rpc, configuration.chain.chain_id)
        stack.push_async_callback(client.close)
        database = await opened_database(configuration)
        stack.push_async_callback(database.close)
        facts = await known_facts(client, contracts.addresses, database)
        history = await database.run(chain_events.of_registry)
        yield Records(database, client, facts, Registry(event for _, event in history))


async def opened_database(configuration: CommunityConfiguration) -> Database:
    """Open the operator's store. Raises StoreError."""
    configuration.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
