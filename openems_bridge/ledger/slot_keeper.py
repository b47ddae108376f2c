"""Follows every slot of the household from its reading to its settlement: checked, included if need be, settled."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dems_node.database.database import Database
from dems_protocol.readings import SlotEnergy
from openems_bridge.ledger import journal, objections, settlement, verdicts
from openems_bridge.ledger.anchoring import Anchoring, anchoring_of, wants_inclusion
from openems_bridge.ledger.auditing import StatementAudit
from openems_bridge.ledger.chain_events import SlotOnChain, read_slot
from openems_bridge.ledger.inclusion import InclusionDesk, SealingKeyUnknown
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorRefused
from openems_bridge.ledger.orders import DepositMissing
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.settlement import Settlement, settle
from openems_bridge.ledger.signing import energy_of
from openems_bridge.ledger.slot_phase import ChainHead, Phase, phase_of
from openems_bridge.ledger.verdicts import CheckedStatement

if TYPE_CHECKING:
    import sqlite3

ASK_AGAIN_SECONDS = 300.0
"""So often the operator is asked whether it will net a slot that is final and not netted."""
SLOTS_ASKED_OF = 1000
_LOGGER = logging.getLogger(__name__)
_NOTHING = SlotEnergy(withdrawal_rest=0, feed_in_rest=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """All that is known of one slot of this household."""

    slot: int
    own: OwnReading | None
    chain: SlotOnChain
    checked: CheckedStatement | None
    settlement: Settlement | None

    @property
    def anchoring(self) -> Anchoring | None:
        """How the household's reading stands, None without one."""
        return None if self.own is None else anchoring_of(self.own, self.chain, self.checked)

    @property
    def takes_part(self) -> bool:
        """Whether the reading counts in the slot's netting: as a leaf or beside the root."""
        if self.own is None:
            return False
        inclusion = self.chain.inclusion_of(self.own.reading.meter)
        return inclusion is not None or (self.checked is not None and self.checked.own is not None)


def view_slot(connection: sqlite3.Connection, slot: int) -> SlotView:
    """Return all that the store knows of a slot."""
    readings = journal.in_force(connection, slot, slot)
    chain = read_slot(connection, slot)
    checked = None
    if chain.publication is not None:
        checked = verdicts.load(connection, chain.publication.statement.struct_hash())
    return SlotView(
        slot=slot,
        own=readings[0] if readings else None,
        chain=chain,
        checked=checked,
        settlement=settlement.load(connection, slot),
    )


def view_slots(connection: sqlite3.Connection, first: int, last: int) -> list[SlotView]:
    """Return all that the store knows of the slots in [first, last] of which the household has a reading."""
    return [view_slot(connection, own.slot) for own in journal.in_force(connection, first, last)]


class SlotKeeper:
    """Brings slots forward. ``settled`` hears of each settlement that changed; ``now`` is UTC s.

    ``inclusion`` is None where direct inclusion is left to the owner.
    """

    def __init__(
        self,
        *,
        database: Database,
        audit: StatementAudit,
        operator: OperatorClient,
        inclusion: InclusionDesk | None,
        settled: Callable[[Settlement], None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._audit = audit
        self._inclusion = inclusion
        self._settled = settled
        self._now = now
        self._operator = operator
        self._ask_again: dict[int, float] = {}
        self._deposit: DepositMissing | None = None

    @property
    def deposit_missing(self) -> DepositMissing | None:
        """The deposit that a direct inclusion waits for."""
        return self._deposit

    async def keep(self, membership: Membership, touched: Iterable[int], head: ChainHead) -> None:
        """Bring the touched slots and all that are not settled as far as they can come now.

        Raises OperatorDown once all are done as far as possible, if leaves could not be fetched; StoreError; and what the
        chain's client raises.
        """
        first = membership.since_slot or 0
        slots = {slot for slot in touched if slot >= first}
        slots |= set(await self._database.run(settlement.unsettled, first))
        slots |= set(await self._database.run(objections.slots))
        outage: OperatorDown | None = None
        for slot in sorted(slots):
            try:
                await self._audit.check(membership, slot, head)
            except OperatorDown as error:
                outage = error
            await self._bring_forward(membership, slot, head)
        if outage is not None:
            raise outage

    async def _bring_forward(self, membership: Membership, slot: int, head: ChainHead) -> None:
        view = await self._database.run(view_slot, slot)
        if view.own is not None:
            await self._include(membership, view.own, view, head)
            await self._settle(membership, view, head)

    async def _settle(self, membership: Membership, view: SlotView, head: ChainHead) -> None:
        energy = _NOTHING if view.own is None else energy_of(view.own)
        phase = phase_of(view.chain, membership.community.terms, head)
        result = settle(view.slot, phase, energy, view.chain.netting, takes_part=view.takes_part)
        reason = await self._reason_of_operator(view) if phase is Phase.FINAL else None
        if reason is not None:
            unnetted = settle(view.slot, Phase.UNNETTED, energy, None, takes_part=view.takes_part)
            result = replace(unnetted, provisional=True, reason=reason)
        stands = view.takes_part and phase in {Phase.FINAL, Phase.OPENED, Phase.UNNETTED}
        is_anchored = stands and view.chain.publication is not None
        kept = await self._database.run(
            settlement.keep, result, self._now(), anchored=energy if is_anchored else None
        )
        if kept is not None:
            self._settled(kept)

    async def _reason_of_operator(self, view: SlotView) -> str | None:
        """Return why the operator will not net a slot that it could still net, None while it does not say so."""
        before = view.settlement
        if before is not None and before.provisional:
            return before.reason
        if self._now() < self._ask_again.get(view.slot, 0.0):
            return None
        self._ask_again[view.slot] = self._now() + ASK_AGAIN_SECONDS
        while len(self._ask_again) > SLOTS_ASKED_OF:
            self._ask_again.pop(next(iter(self._ask_again)))
        try:
            return await self._operator.unnetted_reason(view.slot)
        except (OperatorDown, OperatorRefused) as error:
            _LOGGER.debug("The operator does not say whether slot %d is netted: %s", view.slot, error)
            return None

    async def _include(
        self, membership: Membership, own: OwnReading, view: SlotView, head: ChainHead
    ) -> None:
        terms = membership.community.terms
        if self._inclusion is None or not wants_inclusion(own, view.chain, view.checked, terms, head):
            return
        try:
            await self._inclusion.include(membership, own, view.chain)
        except DepositMissing as error:
            if self._deposit is None:
                _LOGGER.error("The reading of slot %d cannot be included directly: %s", own.slot, error)
            self._deposit = error
        except SealingKeyUnknown as error:
            _LOGGER.warning("The reading of slot %d cannot be included directly yet: %s", own.slot, error)
        else:
            self._deposit = None
