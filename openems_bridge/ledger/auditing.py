"""Checks every published statement once, keeps the verdict with the own proof, and challenges what is wrong."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom

from dems_node.database.database import Database
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.conversions import to_published
from dems_protocol.contracts.demands import Demand, VoidUnanswered
from dems_protocol.contracts.structs import Kind
from dems_protocol.leaves import Leaf
from dems_protocol.readings import Reading
from dems_protocol.signatures import Signature
from dems_protocol.sum_tree import SumTree
from openems_bridge.ledger import audit_memory, journal, objections, verdicts
from openems_bridge.ledger.chain_events import Publication, SlotOnChain, events_named, read_slot
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.objections import Objection
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorRefused
from openems_bridge.ledger.orders import DepositMissing, Order, Orders
from openems_bridge.ledger.own_reading import Delivery
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.ledger.verdicts import CheckedStatement, FoundFault
from openems_bridge.ledger.verification import Auditor, Finding, FindingCode, Restart, Served, Verdict

AUDITED_LEAVES = 8
"""Random leaves of other households that are checked with the registry in each slot."""
KEPT_READINGS = 2000
"""Readings of the last statements that are kept in memory, to see whether the next ones continue them."""
DEMANDS_A_DAY = 8
"""A correct answer earns the bond: a household does not let itself be led to pay one for every slot."""
DAY_SECONDS = 86_400
_UNSEEN = frozenset({FindingCode.OTHER_LEAVES.value, FindingCode.WRONG_COUNT.value})
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audited:
    """A statement that was checked just now."""

    checked: CheckedStatement
    findings: tuple[Finding, ...]


class StatementAudit:
    """Checks statements. ``told`` hears of each verdict once it is stored; ``now`` is UTC s;
    ``instance`` is this copy of the bridge.

    ``orders`` is None where challenges are left to the owner (``challenge: ask``): then the finding is only told.
    """

    def __init__(
        self,
        *,
        operator: OperatorClient,
        reader: ContractReader,
        database: Database,
        orders: Orders | None,
        told: Callable[[Audited], None],
        now: Callable[[], float],
        instance: str,
        audited_leaves: int = AUDITED_LEAVES,
    ) -> None:
        self._operator = operator
        self._reader = reader
        self._database = database
        self._orders = orders
        self._told = told
        self._now = now
        self._instance = instance
        self._audited_leaves = audited_leaves
        self._earlier: dict[bytes, Reading] = {}
        self._reviewed: dict[bytes, int] = {}
        self._random = SystemRandom()

    async def check(self, membership: Membership, slot: int, head: ChainHead) -> CheckedStatement | None:
        """Return the verdict on a slot's current statement; None if there is none yet, or no statement.

        Raises OperatorDown while the leaves cannot be fetched and there is still time; StoreError; and what the
        registry's reader raises.
        """
        chain = await self._database.run(read_slot, slot)
        publication = chain.publication
        await self._raise_due(membership, slot, head)
        if publication is None:
            return None
        await self._insist(membership, chain, publication, head)
        known = await self._database.run(verdicts.load, publication.statement.struct_hash())
        if known is not None and not self._is_to_review(known, chain):
            return known
        try:
            served = await self._fetch(publication)
        except (OperatorDown, OperatorRefused) as error:
            if not self._is_half_over(membership, publication, head):
                raise _as_outage(error) from None
            if known is not None:
                return known
            return await self._keep(membership, chain, publication, _withheld(error), None)
        verdict = await self._check(membership, chain, publication, served, head)
        self._reviewed[publication.statement.struct_hash()] = len(chain.shown)
        checked = await self._keep(membership, chain, publication, verdict, served.signature)
        await self._raise_due(membership, slot, head)
        return checked

    def _is_to_review(self, known: CheckedStatement, chain: SlotOnChain) -> bool:
        """Say whether a verdict was found without the leaves, and there is something new to look at."""
        codes = {fault.code for fault in known.findings}
        if FindingCode.WITHHELD.value in codes:
            return True
        return bool(codes & _UNSEEN) and len(chain.shown) > self._reviewed.get(known.statement_hash, 0)

    async def _fetch(self, publication: Publication) -> Served:
        slot = publication.statement.slot
        statement, signature = await self._operator.statement(slot)
        leaves = await self._operator.leaves(slot)
        return Served(statement=statement, signature=signature, leaves=leaves)

    async def _check(
        self,
        membership: Membership,
        chain: SlotOnChain,
        publication: Publication,
        served: Served,
        head: ChainHead,
    ) -> Verdict:
        slot, terms = publication.statement.slot, membership.community.terms
        own = await self._database.run(journal.of_slot, slot)
        since = await self._database.run(journal.first_slot_of, self._instance)
        is_before = not own and (since is None or slot < since)
        meters = self._sample(membership.meter, served.leaves)
        meters |= {one.leaf.reading.meter for one in chain.shown}
        records = await self._reader.records(meters, slot)
        await self._database.run(audit_memory.settle_leaves, terms, head)
        memory = await self._database.run(audit_memory.recall)
        auditor = Auditor(
            domain=membership.community.domain,
            operator=membership.community.operator,
            meter=membership.meter,
        )
        own_hashes = None if is_before else frozenset(one.hash for one in own)
        verdict = await asyncio.to_thread(
            auditor.check,
            publication,
            served,
            own_hashes=own_hashes,
            records=records,
            earlier={**memory.readings, **self._earlier},
            earlier_leaves=memory.leaves,
        )
        if verdict.tree is None and own_hashes is not None and chain.shown:
            verdict = await asyncio.to_thread(
                auditor.shown,
                verdict,
                publication,
                served.leaves,
                chain.shown,
                own_hashes=own_hashes,
                records=records,
            )
        if verdict.tree is not None and verdict.verified:
            await self._remember(membership, publication, served.leaves, verdict.tree)
        return verdict

    def _sample(self, own: bytes, leaves: Sequence[Leaf]) -> set[bytes]:
        others = [leaf.reading.meter for leaf in leaves if leaf.reading.meter != own]
        chosen = set(self._random.sample(others, min(self._audited_leaves, len(others))))
        return chosen | {leaf.reading.meter for leaf in leaves if leaf.reading.meter == own}

    async def _remember(
        self, membership: Membership, publication: Publication, leaves: Sequence[Leaf], tree: SumTree
    ) -> None:
        for leaf in leaves:
            self._earlier[leaf.reading.struct_hash()] = leaf.reading
        while len(self._earlier) > KEPT_READINGS:
            self._earlier.pop(next(iter(self._earlier)))
        await self._database.run(
            audit_memory.remember,
            publication,
            leaves,
            tree,
            own_meter=membership.meter,
            slot_seconds=membership.community.terms.slot_seconds,
            random=self._random,
        )

    async def _keep(
        self,
        membership: Membership,
        chain: SlotOnChain,
        publication: Publication,
        verdict: Verdict,
        signature: Signature | None,
    ) -> CheckedStatement:
        findings = verdict.findings
        if verdict.is_left_out and await self._was_received(chain.slot):
            findings += (Finding(code=FindingCode.EXCLUDED),)
        statement = publication.statement
        checked = CheckedStatement(
            statement_hash=statement.struct_hash(),
            slot=statement.slot,
            attempt=statement.attempt,
            findings=tuple(FoundFault(finding.code.value, dict(finding.params)) for finding in findings),
            leaves=verdict.leaves,
            own=verdict.own,
            operator_signature=signature,
            checked_at=self._now(),
        )
        before = await self._database.run(verdicts.load, checked.statement_hash)
        is_news = before is None or before.findings != checked.findings
        await self._database.run(verdicts.keep, checked)
        for finding in findings if is_news else ():
            _LOGGER.warning(
                "The statement of slot %d is not right (%s): %s", chain.slot, finding.code, finding.params
            )
        await self._object(membership, publication, findings)
        if is_news:
            self._told(Audited(checked, findings))
        return checked

    async def _was_received(self, slot: int) -> bool:
        readings = await self._database.run(journal.of_slot, slot)
        return any(own.delivery is Delivery.RECEIVED for own in readings)

    async def _object(
        self, membership: Membership, publication: Publication, findings: Sequence[Finding]
    ) -> None:
        """Challenge the first finding that the contract decides by; demand a leaf where nothing can be challenged."""
        if self._orders is None:
            return
        slot, attempt = publication.statement.slot, publication.statement.attempt
        for finding in findings:
            if finding.challenge is not None:
                await self._challenge(membership, slot, attempt, finding.challenge, finding.code.value)
                return
        for finding in findings:
            if finding.restart is not None:
                await self._object_later(publication, finding.restart)
                return
        for finding in findings:
            if finding.demand is not None:
                await self._demand(membership, publication, finding.demand)
                return

    async def _challenge(
        self, membership: Membership, slot: int, attempt: int, call: Call[None], code: str
    ) -> None:
        await self._order(
            membership,
            Order(
                key=f"challenge:{slot}:{attempt}",
                to=membership.community.contracts.challenges,
                call=call,
                subject=f"Challenge of the statement of slot {slot} ({code})",
            ),
        )

    async def _object_later(self, publication: Publication, restart: Restart) -> None:
        statement, earlier = publication.statement, restart.earlier.publication.statement
        await self._database.run(
            objections.keep,
            Objection(
                statement_hash=statement.struct_hash(),
                slot=statement.slot,
                attempt=statement.attempt,
                earlier_slot=earlier.slot,
                earlier_statement=earlier.struct_hash(),
                call=restart.call,
            ),
        )

    async def _raise_due(self, membership: Membership, slot: int, head: ChainHead) -> None:
        """Challenge by an earlier leaf, once its statement is final."""
        if self._orders is None:
            return
        due = await self._database.run(objections.due, slot, membership.community.terms, head)
        if due is not None:
            code = FindingCode.RESTARTED.value
            await self._challenge(membership, slot, due.attempt, due.call, code)

    async def _demand(self, membership: Membership, publication: Publication, index: int) -> None:
        slot = publication.statement.slot
        published = to_published(publication.statement, publication.published_at, publication.published_block)
        index = min(index, max(publication.statement.count - 1, 0))
        events = await self._database.run(events_named, "DemandedEvent")
        lately = [event for event in events if event.at > self._now() - DAY_SECONDS]
        if len(lately) >= DEMANDS_A_DAY:
            _LOGGER.error(
                "Leaf %d of slot %d is not demanded on chain: that was done %d times within a day, and every answer costs "
                "the bond. Ask the operator why it serves other leaves than it publishes.",
                index,
                slot,
                len(lately),
            )
            return
        try:
            await self._order(
                membership,
                Order(
                    key=f"demand:{slot}:{publication.statement.attempt}:{index}",
                    to=membership.community.contracts.demands,
                    call=Demand(published, index, Kind.LEAF, 0),
                    subject=f"Demand of leaf {index} of slot {slot}",
                    deposit=membership.community.terms.demand_bond,
                ),
            )
        except DepositMissing as error:
            _LOGGER.error("Leaf %d of slot %d should be demanded on chain: %s", index, slot, error)

    async def _insist(
        self, membership: Membership, chain: SlotOnChain, publication: Publication, head: ChainHead
    ) -> None:
        """Void a statement whose operator left this household's demand unanswered; the contract refuses if it did not."""
        if self._orders is None:
            return
        terms = membership.community.terms
        for demand in chain.demands:
            over = (
                head.time >= demand.at + terms.answer_seconds
                and head.block >= demand.block + terms.answer_blocks
            )
            answered = any(
                (shown.attempt, shown.proof.index) == (demand.attempt, demand.index) for shown in chain.shown
            )
            if demand.attempt == publication.statement.attempt and over and not answered:
                published = to_published(
                    publication.statement, publication.published_at, publication.published_block
                )
                await self._order(
                    membership,
                    Order(
                        key=f"void:{chain.slot}:{demand.attempt}:{demand.index}",
                        to=membership.community.contracts.demands,
                        call=VoidUnanswered(published, demand.index, Kind.LEAF, 0),
                        subject=f"Void of slot {chain.slot}: leaf {demand.index} was demanded and not shown",
                    ),
                )

    async def _order(self, membership: Membership, order: Order) -> None:
        assert self._orders is not None  # noqa: S101 - asked by who calls
        await self._orders.order(membership, order)

    @staticmethod
    def _is_half_over(membership: Membership, publication: Publication, head: ChainHead) -> bool:
        return head.time >= publication.published_at + membership.community.terms.challenge_seconds // 2


def _withheld(error: Exception) -> Verdict:
    params = {"detail": str(error)[:200]}
    return Verdict(
        findings=(Finding(code=FindingCode.WITHHELD, params=params, demand=0),), own=None, leaves=0
    )


def _as_outage(error: OperatorDown | OperatorRefused) -> OperatorDown:
    if isinstance(error, OperatorDown):
        return error
    return OperatorDown("refusing", f"The operator does not serve the slot ({error.code}): {error.detail}")
