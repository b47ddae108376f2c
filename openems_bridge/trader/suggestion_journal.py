"""The journal of suggestions. Functions for ``Database.run``."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from openems_bridge.trader.suggestions import Action, Suggestion, SuggestionReason, SuggestionState

_COLUMNS = "slot, question, action, energy, price, gain, order_hash, state, reason, at"
_SELECT = f"SELECT {_COLUMNS} FROM market_suggestion"  # noqa: S608 - names of this module


def keep(connection: sqlite3.Connection, suggestion: Suggestion) -> None:
    """Write a suggestion in the place of the slot's former one."""
    connection.execute(
        f"INSERT OR REPLACE INTO market_suggestion ({_COLUMNS}) VALUES ({', '.join('?' * 10)})",  # noqa: S608
        (
            suggestion.slot,
            suggestion.question,
            suggestion.action.value,
            suggestion.energy,
            suggestion.price,
            suggestion.gain,
            suggestion.order_hash,
            suggestion.state.value,
            json.dumps([suggestion.reason.code, dict(suggestion.reason.params)]),
            suggestion.at,
        ),
    )


def keep_all(connection: sqlite3.Connection, suggestions: Sequence[Suggestion]) -> None:
    """Write several suggestions in one transaction."""
    for suggestion in suggestions:
        keep(connection, suggestion)


def from_slot(connection: sqlite3.Connection, first: int) -> Sequence[Suggestion]:
    """Return the suggestions of slots from ``first`` on, ascending."""
    return [
        _suggestion(row) for row in connection.execute(f"{_SELECT} WHERE slot >= ? ORDER BY slot", (first,))
    ]


def _suggestion(row: Sequence[Any]) -> Suggestion:
    slot, question, action, energy, price, gain, order_hash, state, reason, at = row
    return Suggestion(
        slot=slot,
        question=question,
        action=Action(action),
        energy=energy,
        price=price,
        gain=gain,
        order_hash=order_hash,
        state=SuggestionState(state),
        reason=SuggestionReason(*json.loads(reason)),
        at=at,
    )
