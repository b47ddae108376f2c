"""Challenges that cannot be made yet, because what they show must be final first: functions for the store's thread.

A leaf that begins its meter's registers anew is challenged by an earlier leaf of that meter, whose statement may itself
still fall. So the call is kept until it is final, which is before the window of the later slot is over.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from dems_protocol.contracts.challenges import ChallengeRestart
from openems_bridge.ledger.chain_events import read_slot
from openems_bridge.ledger.community import Terms
from openems_bridge.ledger.slot_phase import ChainHead, is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A challenge of the statement of ``slot`` that waits until the statement of ``earlier_slot`` is final."""

    statement_hash: bytes
    slot: int
    attempt: int
    earlier_slot: int
    earlier_statement: bytes
    call: ChallengeRestart


def keep(connection: sqlite3.Connection, objection: Objection) -> None:
    """Write an objection; one to the same statement stays."""
    connection.execute(
        "INSERT OR IGNORE INTO ledger_objection "
        "(statement_hash, slot, attempt, earlier_slot, earlier_statement, data) VALUES (?, ?, ?, ?, ?, ?)",
        (
            objection.statement_hash,
            objection.slot,
            objection.attempt,
            objection.earlier_slot,
            objection.earlier_statement,
            objection.call.calldata(),
        ),
    )


def slots(connection: sqlite3.Connection) -> Sequence[int]:
    """Return the slots to which there is an objection."""
    return [row[0] for row in connection.execute("SELECT slot FROM ledger_objection")]


def due(connection: sqlite3.Connection, slot: int, terms: Terms, head: ChainHead) -> Objection | None:
    """Return the objection to the slot's current statement that can be raised now.

    Those to a statement that fell, or by one that fell, or that came too late, are forgotten.
    """
    row = connection.execute(
        "SELECT statement_hash, attempt, earlier_slot, earlier_statement, data FROM ledger_objection WHERE slot = ?",
        (slot,),
    ).fetchone()
    if row is None:
        return None
    statement_hash, attempt, earlier_slot, earlier_statement, data = row
    chain, earlier = read_slot(connection, slot), read_slot(connection, earlier_slot)
    stands = (
        chain.publication is not None
        and chain.publication.statement.struct_hash() == statement_hash
        and not is_final(chain, terms, head)
        and earlier.publication is not None
        and earlier.publication.statement.struct_hash() == earlier_statement
    )
    if not stands:
        connection.execute("DELETE FROM ledger_objection WHERE statement_hash = ?", (statement_hash,))
        return None
    if not is_final(earlier, terms, head):
        return None
    return Objection(
        statement_hash=statement_hash,
        slot=slot,
        attempt=attempt,
        earlier_slot=earlier_slot,
        earlier_statement=earlier_statement,
        call=ChallengeRestart.of_calldata(data),
    )
