"""How a community stands: what the store and the chain say, for the person who runs it."""

import sqlite3
from collections import Counter
from dataclasses import dataclass

from community.bonds import Bond, read_bond
from community.chain.facts import CommunityFacts
from community.keys import OperatorKeys
from community.members.registrar import SLOTS_AHEAD
from community.slots.keeper import SlotView, view_slot
from community.slots.steps import Phase, phase_of
from community.store import key_changes, members, slots
from community.store.members import Status
from dems_node.chain import journal
from dems_node.chain.client import ChainClient
from dems_node.chain.transactions import State
from dems_node.clock import find_seconds_behind
from dems_protocol.contracts import community_registry

SLOTS_SHOWN = 6
_TRANSACTIONS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot that is over: its phase, how many readings its statement has (None: not made), the two sums in Wh, or why none."""

    slot: int
    phase: Phase
    readings: int | None
    withdrawal: int | None
    feed_in: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """What the store says. ``refused`` are the newest transactions that a contract refused, as sentences."""

    members: dict[Status, int]
    open_invitations: int
    waiting_keys: int
    slots: tuple[SlotLine, ...]
    waiting_transactions: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """What the chain says. ``seconds_behind``: this machine's clock, None while it agrees; balances in wei."""

    block: int
    block_time: int
    seconds_behind: int | None
    balances: dict[str, int]
    bond: Bond
    is_operator: bool
    has_sealing_key: bool

    def find_problems(self) -> list[str]:
        """Return what keeps the operator from its work, each with what to do."""
        found = [
            f"The {name}'s account has nothing to pay for gas: send it some."
            for name, balance in self.balances.items()
            if not balance
        ]
        if self.bond.missing:
            found.append(f"The bond lacks {self.bond.missing}: dems-community lock-bond")
        if self.seconds_behind is not None:
            found.append(f"This machine's clock is {self.seconds_behind} s behind the chain's: set it.")
        if not self.is_operator:
            found.append("The registry names another account as the meter operator: this one cannot publish.")
        if not self.has_sealing_key:
            found.append("The registry has a sealing key that this operator does not have.")
        return found


def view_store(connection: sqlite3.Connection, accounts: list[bytes]) -> StoreView:
    """Return what the store says of members, slots and these accounts' transactions."""
    last = slots.last_begun(connection)
    shown = [] if last is None else range(max(last - SLOTS_SHOWN + 1, 0), last + 1)
    newest = [
        each
        for account in accounts
        for each in journal.latest(connection, account, _TRANSACTIONS_LOOKED_AT)
        if each.state in (State.REFUSED, State.REVERTED) and each.error is not None
    ]
    return StoreView(
        members=dict(Counter(each.status for each in members.all_enrolments(connection))),
        open_invitations=members.count_open_invitations(connection),
        waiting_keys=len(key_changes.waiting(connection)),
        slots=tuple(_line(connection, view_slot(connection, slot)) for slot in shown),
        waiting_transactions=sum(journal.count_unfinished(connection, account) for account in accounts),
        refused=tuple(
            f"{each.intent.subject}: {(each.error or {}).get('text', '')}"
            for each in sorted(newest, key=lambda each: each.created_at)[-3:]
        ),
    )


def _line(connection: sqlite3.Connection, view: SlotView) -> SlotLine:
    made, netting = slots.statement_of(connection, view.slot), view.chain.netting
    return SlotLine(
        view.slot,
        phase_of(view.chain, view.stored),
        None if made is None else made[0].count,
        None if netting is None else netting.withdrawal,
        None if netting is None else netting.feed_in,
        None if netting is not None else view.stored.unnetted_reason,
    )


async def view_chain(client: ChainClient, facts: CommunityFacts, keys: OperatorKeys, now: float) -> ChainView:
    """Ask the chain how the operator stands. ``now``: UTC s. Raises ChainError."""
    await client.identity()
    head = await client.head()
    operator = keys.operator.public_key.address()
    accounts = {"operator": operator, "authority": keys.authority.public_key.address()}
    coming = facts.grid.slot_at(head.timestamp) + SLOTS_AHEAD  # what was changed just now holds then
    registry = facts.addresses.registry
    return ChainView(
        block=head.number,
        block_time=head.timestamp,
        seconds_behind=find_seconds_behind(now, head.timestamp),
        balances={name: await client.balance(account) for name, account in accounts.items()},
        bond=await read_bond(client, facts, operator),
        is_operator=await client.read(registry, community_registry.OperatorAt(coming)) == operator,
        has_sealing_key=keys.sealing.of_hash(
            await client.read(registry, community_registry.SealingKeyHashAt(coming))
        )
        is not None,
    )
