"""What of the ledger is thrown away: slots that are older than the readings which the bridge keeps."""

import sqlite3

from openems_bridge.ledger import journal
from openems_bridge.store.readings import KEPT_FOR


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete what is of slots older than two years at ``now`` (UTC s), and return how many rows went.

    The last reading stays however old it is, since the next one follows it; so do the events that belong to no slot, from
    which certificates and keys follow. "Now" is no later than the newest reading: a clock that wakes up in another
    decade must not empty the journal.
    """
    membership, last = journal.load_membership(connection), journal.last_signed(connection)
    if membership is None or last is None:
        return 0
    grid = membership.community.terms.grid
    horizon = grid.slot_at(min(now, grid.end(last.slot)) - KEPT_FOR.total_seconds())
    tables = ("ledger_reading", "ledger_verdict", "ledger_event", "ledger_settlement")
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE slot < ?", (horizon,)).rowcount  # noqa: S608 - constants
        for table in tables
    )
