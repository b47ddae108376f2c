"""What of the ledger is thrown away: slots that are older than the readings which the bridge keeps."""

import sqlite3

from openems_bridge.ledger import journal, settlement
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
    return _prune_transactions(connection, now) + sum(
        connection.execute(f"DELETE FROM {table} WHERE slot < ?", (horizon,)).rowcount  # noqa: S608 - constants
        for table in tables
    )


def _prune_transactions(connection: sqlite3.Connection, now: float) -> int:
    """Delete transactions that have ended, but for those of slots that are not settled, or that hold a deposit."""
    # Imported when it is needed: a house without a community prunes too.
    from dems_node.chain import journal as transactions
    from openems_bridge.ledger.chain_events import events_named
    from openems_bridge.ledger.deposits import open_inclusions

    names = ("ReadingIncludedEvent", "ReadingExcludedEvent", "DepositReturnedEvent")
    slots = {str(slot) for slot in settlement.unsettled(connection, 0)}
    slots |= {str(event.slot) for event in open_inclusions(events_named(connection, *names))}
    return transactions.prune(connection, now, lambda key: not slots.isdisjoint(key.split(":")))
