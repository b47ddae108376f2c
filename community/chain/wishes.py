"""Transactions that the operator wants: once each, tried again with pauses where the contract refused for now."""

import sqlite3
from dataclasses import dataclass

from dems_node.chain import journal
from dems_node.chain.transactions import ENDED, Intent, State, Transaction
from dems_protocol.contracts.abi import Call

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 1800.0
_MOST_TRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A call that the operator wants to happen. ``key`` names it for good; ``subject`` tells a person what it is."""

    key: str
    to: bytes
    call: Call[None]
    subject: str


@dataclass(frozen=True, slots=True)
class WishState:
    """How a wish stands: the newest transaction for it, and why the contract refused that, if it did."""

    transaction: Transaction
    is_new: bool

    @property
    def refusal(self) -> str | None:
        """The name of the contract's custom error, None where nothing was refused."""
        error = self.transaction.error
        if self.transaction.state not in (State.REFUSED, State.REVERTED) or error is None:
            return None
        return str(error["name"])

    @property
    def explanation(self) -> str:
        """The contract's refusal as a sentence, empty where there is none."""
        error = self.transaction.error
        return "" if error is None else str(error["text"])


def want(connection: sqlite3.Connection, account: bytes, wish: Wish, now: float) -> WishState:
    """Write a wish into the journal, if it is not there, and return how it stands. ``now``: UTC s.

    A call that the contract refused is asked for again after a pause that doubles: its cause may be gone (a bond topped
    up, a window reached). The caller decides which refusals are for good, and stops wanting then.
    """
    for number in range(_MOST_TRIES):
        key = f"{wish.key}#{number}"
        known = journal.by_key(connection, account, key)
        if known is None:
            intent = Intent(key=key, to=wish.to, data=wish.call.calldata(), subject=wish.subject)
            return WishState(journal.ask(connection, account, intent, now).transaction, True)
        refused = known.state in ENDED and known.state is not State.FINAL
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(number, 16))
        if not refused or now < known.created_at + pause:
            return WishState(known, False)
    raise RuntimeError(f"{wish.key} was refused {_MOST_TRIES} times")
