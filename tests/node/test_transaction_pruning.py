"""Which transactions are forgotten: those that have ended, are old, and that nobody comes back to."""

import sqlite3

from dems_node.chain import journal
from dems_node.chain.journal import KEPT_SECONDS, NEVER_PRUNED
from dems_node.chain.transactions import Attempt, Intent, State
from dems_node.chain.values import Fees

ACCOUNT = b"\x01" * 20
NOW = 1_000_000_000.0


def filled(count: int, *, spacing: float = 86_400.0) -> sqlite3.Connection:
    """Return a journal of so many final transactions, asked for one a day until now."""
    connection = sqlite3.connect(":memory:", autocommit=True)
    journal.create_tables(connection)
    for number in range(count):
        at = NOW - (count - 1 - number) * spacing
        intent = Intent(key=f"publish:{number}:0", to=b"\x02" * 20, data=b"", subject=str(number))
        transaction = journal.ask(connection, ACCOUNT, intent, at).transaction
        attempt = Attempt(
            hash=number.to_bytes(32), raw=b"", fees=Fees(2, 1), gas=3, signed_at=at, signed_block=1
        )
        journal.sign_first(connection, transaction, ACCOUNT, number, attempt)
        journal.settle(connection, transaction, State.FINAL)
    return connection


def keys(connection: sqlite3.Connection) -> list[int]:
    found = journal.latest(connection, ACCOUNT, 1000)
    return sorted(int(one.intent.key.split(":")[1]) for one in found)


def test_what_ended_ninety_days_ago_goes_with_its_signed_bytes() -> None:
    connection = filled(200)
    assert journal.prune(connection, NOW, lambda key: False) == 200 - KEPT_SECONDS // 86_400 - 1
    assert keys(connection) == list(range(109, 200))
    assert connection.execute("SELECT count(*) FROM chain_attempt").fetchone() == (91,)
    assert journal.next_nonce(connection, ACCOUNT) == 200, "no nonce is used again"
    assert journal.prune(connection, NOW, lambda key: False) == 0


def test_what_is_referenced_or_has_not_ended_stays() -> None:
    connection = filled(200)
    connection.execute("UPDATE chain_transaction SET state = ? WHERE key = 'publish:5:0'", (State.SENT,))
    journal.prune(connection, NOW, lambda key: key.startswith("publish:7:"))
    assert keys(connection)[:3] == [5, 7, 109]


def test_the_newest_stay_however_old_and_a_wrong_clock_empties_nothing() -> None:
    connection = filled(NEVER_PRUNED + 6, spacing=100 * 86_400.0)
    assert journal.prune(connection, NOW, lambda key: False) == 6
    assert len(keys(connection)) == NEVER_PRUNED
    connection = filled(80)
    assert journal.prune(connection, NOW * 9, lambda key: False) == 0
