"""What a slot comes to for this household: energy inside and outside the community. Pure, but for the store's functions.

A settlement changes when a statement falls, is replaced or is opened; each change has a higher revision, so that hourly
statistics can be rewritten.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from dems_node.json_types import Json
from dems_protocol.netting import Netting, Share, Side
from dems_protocol.readings import SlotEnergy
from openems_bridge.ledger.slot_phase import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A slot's result. Energies in whole Wh that add up to the household's own; None while they are not decided.

    ``share`` is the part of the own withdrawal that came from inside (0 … 1), None without withdrawal. ``provisional`` is a
    result that so far only the operator says, with the ``reason`` that it names; the chain may still say another one.
    """

    slot: int
    phase: Phase
    withdrawal_inside: int | None = None
    withdrawal_outside: int | None = None
    feed_in_inside: int | None = None
    feed_in_outside: int | None = None
    provisional: bool = False
    reason: str | None = None
    revision: int = 0

    @property
    def share(self) -> float | None:
        """The part of the own withdrawal that came from inside the community."""
        if self.withdrawal_inside is None or self.withdrawal_outside is None:
            return None
        total = self.withdrawal_inside + self.withdrawal_outside
        return self.withdrawal_inside / total if total else None

    def to_json(self) -> dict[str, Json]:
        """Return it as the API shows it."""
        return {
            "slot": self.slot,
            "phase": self.phase.value,
            "withdrawal_inside": self.withdrawal_inside,
            "withdrawal_outside": self.withdrawal_outside,
            "feed_in_inside": self.feed_in_inside,
            "feed_in_outside": self.feed_in_outside,
            "share": self.share,
            "provisional": self.provisional,
            "reason": self.reason,
            "revision": self.revision,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read `to_json`'s output."""
        fields = {key: value for key, value in document.items() if key not in {"share", "phase"}}
        return cls(phase=Phase(document["phase"]), **fields)


def settle(
    slot: int, phase: Phase, energy: SlotEnergy, netting: Netting | None, *, takes_part: bool
) -> Settlement:
    """Return what a slot comes to.

    ``takes_part``: the reading is a leaf of the slot's statement, or stands beside its root. Who takes no part, and
    everybody in a slot that is not netted, has all of it outside, at utility prices. What is delivered under a contract
    (d) is settled by the market and is not counted here.
    """
    if phase is Phase.OPENED and netting is not None and takes_part:
        withdrawal = netting.share(Side.WITHDRAWAL, energy.withdrawal_rest)
        feed_in = netting.share(Side.FEED_IN, energy.feed_in_rest)
    elif phase in {Phase.UNNETTED, Phase.OPENED}:
        withdrawal, feed_in = Share(energy.withdrawal_rest, 0), Share(energy.feed_in_rest, 0)
    else:
        return Settlement(slot=slot, phase=phase)
    return Settlement(
        slot=slot,
        phase=phase,
        withdrawal_inside=withdrawal.inside,
        withdrawal_outside=withdrawal.outside,
        feed_in_inside=feed_in.inside,
        feed_in_outside=feed_in.outside,
    )


def keep(
    connection: sqlite3.Connection, settlement: Settlement, now: float, *, anchored: SlotEnergy | None = None
) -> Settlement | None:
    """Write a slot's settlement with the next revision; None if it says nothing new.

    ``anchored`` is the energy of the reading once the chain vouches for it for good, for the renewable-energy account.
    """
    feed_in, generation = (0, 0) if anchored is None else (anchored.feed_in, anchored.generation)
    before = load(connection, settlement.slot)
    if before is not None and replace(before, revision=0) == replace(settlement, revision=0):
        connection.execute(
            "UPDATE ledger_settlement SET renewable_feed_in = ?, renewable_generation = ? WHERE slot = ? "
            "AND (renewable_feed_in <> ? OR renewable_generation <> ?)",
            (feed_in, generation, settlement.slot, feed_in, generation),
        )
        return None
    kept = replace(settlement, revision=0 if before is None else before.revision + 1)
    connection.execute(
        "INSERT OR REPLACE INTO ledger_settlement "
        "(slot, document, revision, changed_at, renewable_feed_in, renewable_generation) VALUES (?, ?, ?, ?, ?, ?)",
        (
            kept.slot,
            json.dumps(kept.to_json(), separators=(",", ":")),
            kept.revision,
            now,
            feed_in,
            generation,
        ),
    )
    return kept


def renewable_since(connection: sqlite3.Connection, first: int) -> int:
    """Return the renewable energy (Wh) of anchored readings from a slot on: the lesser of feed-in and generation."""
    feed_in, generation = connection.execute(
        "SELECT coalesce(sum(renewable_feed_in), 0), coalesce(sum(renewable_generation), 0) "
        "FROM ledger_settlement WHERE slot >= ?",
        (first,),
    ).fetchone()
    return int(min(feed_in, generation))


def load(connection: sqlite3.Connection, slot: int) -> Settlement | None:
    """Return the settlement of a slot."""
    row = connection.execute("SELECT document FROM ledger_settlement WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else Settlement.from_json(json.loads(row[0]))


def page(
    connection: sqlite3.Connection, first: int | None, last: int | None, limit: int
) -> Sequence[Settlement]:
    """Return at most ``limit`` settlements of slots in [first, last], oldest first; None leaves an end open.

    Without ``first`` they are the newest ones, with it the oldest, so that a client can page on.
    """
    order = "DESC" if first is None else "ASC"
    rows = connection.execute(
        f"SELECT document FROM ledger_settlement WHERE slot >= ? AND slot <= ? ORDER BY slot {order} LIMIT ?",  # noqa: S608
        (0 if first is None else first, 2**62 if last is None else last, limit),
    )
    found = [Settlement.from_json(json.loads(row[0])) for row in rows]
    return found[::-1] if first is None else found


def latest_opened(connection: sqlite3.Connection) -> Settlement | None:
    """Return the settlement of the newest slot that was netted."""
    row = connection.execute(
        "SELECT document FROM ledger_settlement WHERE json_extract(document, '$.phase') = ? "
        "ORDER BY slot DESC LIMIT 1",
        (Phase.OPENED.value,),
    ).fetchone()
    return None if row is None else Settlement.from_json(json.loads(row[0]))


def unsettled(connection: sqlite3.Connection, first: int) -> Sequence[int]:
    """Return the slots from ``first`` on whose result is not decided, oldest first."""
    rows = connection.execute(
        "SELECT slot FROM ledger_settlement WHERE slot >= ? AND (json_extract(document, '$.phase') NOT IN (?, ?) "
        "OR json_extract(document, '$.provisional')) ORDER BY slot",
        (first, Phase.OPENED.value, Phase.UNNETTED.value),
    )
    return [row[0] for row in rows]
