"""The verdicts on statements as the store keeps them: functions for the store's thread."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dems_node.json_types import Json
from dems_protocol.leaves import Leaf
from dems_protocol.signatures import Signature
from dems_protocol.sum_tree import InclusionProof

_COLUMNS = (
    "statement_hash, slot, attempt, verified, findings, leaves, leaf, proof, operator_signature, checked_at"
)
_VERDICTS = f"SELECT {_COLUMNS} FROM ledger_verdict"  # noqa: S608 - the names are constants


@dataclass(frozen=True, slots=True)
class FoundFault:
    """A finding as it is kept and shown: its code and its parameters."""

    code: str
    params: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStatement:
    """What this household found of a statement.

    ``own`` is its leaf with the proof, None where it has none. ``operator_signature`` is the operator's on the statement
    that it served, evidence where that is another one than the published.
    """

    statement_hash: bytes
    slot: int
    attempt: int
    findings: tuple[FoundFault, ...]
    leaves: int
    own: tuple[Leaf, InclusionProof] | None
    operator_signature: Signature | None
    checked_at: float

    @property
    def verified(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def keep(connection: sqlite3.Connection, checked: CheckedStatement) -> None:
    """Write a verdict in the place of an earlier one on the same statement."""
    leaf, proof = checked.own if checked.own is not None else (None, None)
    connection.execute(
        f"INSERT OR REPLACE INTO ledger_verdict ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            checked.statement_hash,
            checked.slot,
            checked.attempt,
            int(checked.verified),
            json.dumps([[fault.code, dict(fault.params)] for fault in checked.findings]),
            checked.leaves,
            None if leaf is None else leaf.encode(),
            None if proof is None else proof.encode(),
            None if checked.operator_signature is None else checked.operator_signature.encode(),
            checked.checked_at,
        ),
    )


def load(connection: sqlite3.Connection, statement_hash: bytes) -> CheckedStatement | None:
    """Return the verdict on a statement."""
    row = connection.execute(f"{_VERDICTS} WHERE statement_hash = ?", (statement_hash,)).fetchone()
    return None if row is None else _checked(row)


def last_verified_slot(connection: sqlite3.Connection) -> int | None:
    """Return the newest slot whose statement was verified with the household's own leaf in it."""
    row = connection.execute(
        "SELECT max(slot) FROM ledger_verdict WHERE verified = 1 AND leaf IS NOT NULL"
    ).fetchone()
    return None if row is None else row[0]


def _checked(row: Sequence[Any]) -> CheckedStatement:
    statement_hash, slot, attempt, _, findings, leaves, leaf, proof, signature, checked_at = row
    own = None if leaf is None else (Leaf.decode(leaf), InclusionProof.decode(proof))
    return CheckedStatement(
        statement_hash=statement_hash,
        slot=slot,
        attempt=attempt,
        findings=tuple(FoundFault(code, params) for code, params in json.loads(findings)),
        leaves=leaves,
        own=own,
        operator_signature=None if signature is None else Signature.decode(signature),
        checked_at=checked_at,
    )
