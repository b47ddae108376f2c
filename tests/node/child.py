"""A performer in a process of its own, to be killed: ``python -m tests.node.child STORE URL CURRENCY CALLS``."""

import asyncio
import sys
from pathlib import Path

from dems_node.chain import journal
from dems_node.chain.client import ChainClient
from dems_node.chain.performer import Performer
from dems_node.chain.transactions import Intent, State
from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.keys.account import AccountKey
from dems_protocol.contracts.demo_currency import Mint
from tests.chain import CHAIN_ID
from tests.node.conftest import MIGRATIONS

ALICE = bytes([1]) * 20


async def live(store: Path, url: str, currency: bytes, calls: int) -> None:
    database = await Database.open(store, migrations=MIGRATIONS)
    client = ChainClient.to(url, CHAIN_ID)
    performer = Performer(
        client=client,
        database=database,
        signer=AccountKey((77).to_bytes(32)),
        clock=SystemClock(),
        confirmations=2,
    )
    sys.stdout.write("alive\n")
    sys.stdout.flush()
    for number in range(1, calls + 1):
        intent = Intent(
            key=f"mint {number}",
            to=currency,
            data=Mint(ALICE, number).calldata(),
            subject=f"Minting {number}",
        )
        await performer.submit(intent)
        await performer.step()
    while any(t.state is not State.FINAL for t in await database.run(journal.latest, performer.account)):
        await performer.step()
        await asyncio.sleep(0.1)
    await client.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3]), int(sys.argv[4])))
