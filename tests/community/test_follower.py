"""What the chain tells is kept; what a reorganisation takes away is forgotten."""

from pathlib import Path

from eth_abi.abi import encode

from community.chain.follower import ChainFollower
from community.store import chain_events, slots
from community.store.schema import MIGRATIONS
from dems_node.chain.events import ChainEvent
from dems_node.chain.values import Log
from dems_node.chain.watcher import News
from dems_node.database.database import Database
from dems_protocol.contracts.community_registry import HouseholdChangedEvent, KeyChangedEvent
from dems_protocol.contracts.meter_ledger import WindowExtendedEvent
from tests.community.households import Household
from tests.protocol.samples import DOMAIN

ANNA = Household("anna", DOMAIN)
KEY = ANNA.meter_key.public_key


def event(place: int, topics: tuple[bytes, ...], data: bytes) -> ChainEvent:
    log = Log(
        address=b"\1" * 20,
        topics=topics,
        data=data,
        block_number=100 + place,
        block_hash=bytes([place]) * 32,
        transaction_hash=bytes([place]) * 32,
        index=0,
    )
    return ChainEvent(id=f"0x{place:02x}-0", at=1, log=log)


BELONGS = event(
    1,
    (HouseholdChangedEvent.TOPIC, ANNA.meter, ANNA.address.rjust(32, b"\0")),
    encode(["uint64"], [10]),
)
KEYED = event(
    2,
    (KeyChangedEvent.TOPIC, ANNA.meter, KEY.key_id()),
    encode(["uint64", "uint8", "uint256", "uint256"], [10, int(KEY.scheme), KEY.x, KEY.y]),
)
EXTENDED = event(3, (WindowExtendedEvent.TOPIC, (12).to_bytes(32)), encode(["uint64", "uint64"], [5000, 7]))
STRANGE = event(4, (b"\7" * 32,), b"\1\2\3")
DAMAGED = event(5, (WindowExtendedEvent.TOPIC, (12).to_bytes(32)), b"\1")
EVENTS = (BELONGS, KEYED, EXTENDED, STRANGE, DAMAGED)


async def test_events_are_kept_and_taken_back(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "community.sqlite3", migrations=MIGRATIONS)
    follower = ChainFollower(database)
    await database.run(slots.begin, [12])
    await database.run(slots.close, 12)
    for each in EVENTS:
        await database.run(follower.apply, each)
    follower.heard(News(applied=EVENTS))
    assert follower.registry.record_at(ANNA.meter, 10) is not None
    (extended,) = await database.run(chain_events.of_slot, 12)
    assert isinstance(extended.event, WindowExtendedEvent)
    assert await database.run(slots.unfinished) == [12], "what happens to a slot makes it be looked at again"

    restarted = ChainFollower(database)
    await restarted.start()
    assert restarted.registry.record_at(ANNA.meter, 10) == follower.registry.record_at(ANNA.meter, 10)

    await database.run(slots.close, 12)
    for each in (EXTENDED, KEYED):
        await database.run(follower.undo, each)
    follower.heard(News(undone=(EXTENDED, KEYED)))
    assert follower.registry.record_at(ANNA.meter, 10) is None
    assert follower.registry.is_registered(ANNA.meter)
    assert await database.run(chain_events.of_slot, 12) == []
    assert await database.run(slots.unfinished) == [12]
    await database.close()
