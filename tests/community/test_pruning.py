"""Which transactions the operator forgets: those of closed slots; never what changed the registry."""

import sqlite3

from community.pruning import prune_transactions
from community.store import slots
from community.store.schema import MIGRATIONS
from dems_node.chain import journal
from dems_node.chain.transactions import Intent, State
from dems_node.database.migrations import migrate

ACCOUNT = b"\x01" * 20
DAY = 86_400.0


def test_only_transactions_of_closed_slots_are_forgotten() -> None:
    connection = sqlite3.connect(":memory:", autocommit=True)
    migrate(connection, MIGRATIONS)
    slots.begin(connection, [7])
    keys = ["publish:5:0#0", "open:5:0:9#0", "publish:7:0#0", f"admit:{'ab' * 20}:12#0", "open:6:0:9#0"]
    keys += [f"publish:{slot}:0#0" for slot in range(1000, 1064)]
    for number, key in enumerate(keys):
        intent = Intent(key=key, to=b"\x02" * 20, data=b"", subject=key)
        transaction = journal.ask(connection, ACCOUNT, intent, (number + 1) * DAY).transaction
        journal.settle(connection, transaction, State.FINAL)
    assert prune_transactions(connection, 1000 * DAY) == 0, "a wrong clock"
    journal.ask(connection, ACCOUNT, Intent(key="now", to=ACCOUNT, data=b"", subject=""), 500 * DAY)
    assert prune_transactions(connection, 500 * DAY) == 4
    left = {one.intent.key for one in journal.latest(connection, ACCOUNT, 100)}
    assert keys[2] in left, "slot 7 is not closed"
    assert keys[3] in left, "an admission is asked for once for good"
    assert left.isdisjoint({keys[0], keys[1], keys[4]})
