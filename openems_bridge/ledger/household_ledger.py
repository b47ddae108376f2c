"""One household's ledger while it runs: its tasks, its connections, and what the API shows of them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dems_node.backoff import Backoff
from dems_node.chain import journal as transactions
from dems_node.chain.errors import ChainError
from dems_node.chain.transactions import Link, PerformerState, State, Transaction
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.json_types import Json, Section
from dems_node.keys.errors import KeysUnusable
from dems_node.outage import Outage
from openems_bridge.ledger import journal, settlement, verdicts
from openems_bridge.ledger.auditing import Audited
from openems_bridge.ledger.certificates import CertificateDesk
from openems_bridge.ledger.delivery import Courier
from openems_bridge.ledger.deposits import DepositDesk
from openems_bridge.ledger.membership import MembershipClerk
from openems_bridge.ledger.membership_state import Membership, MembershipStatus
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorError
from openems_bridge.ledger.own_reading import Delivery, OwnReading
from openems_bridge.ledger.sections import LedgerProblem, LedgerView, sections, verdict_section
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.signing_desk import SigningDesk
from openems_bridge.ledger.signing_right import SigningRight
from openems_bridge.ledger.slot_keeper import SlotKeeper, view_slot
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.ledger.verification import FindingCode

if TYPE_CHECKING:
    import sqlite3

    from dems_node.chain.client import ChainClient
    from dems_node.chain.performer import Performer
    from dems_node.chain.watcher import Watcher

MEMBER_LOOK_SECONDS = 60.0
WAITING_LOOK_SECONDS = 5.0
SLOT_LOOK_SECONDS = 5.0
LATE_DAYS = 7
_LOGGER = logging.getLogger(__name__)

_LOST = (Link.LOST, Link.WRONG_CHAIN)

type Tell = Callable[[str, Section], None]
"""Tells the API's clients an event: its kind and its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerParts:
    """What a household's ledger is made of."""

    client: ChainClient
    performer: Performer
    watcher: Watcher
    operator: OperatorClient
    clerk: MembershipClerk
    right: SigningRight
    desk: SigningDesk
    courier: Courier
    keeper: SlotKeeper
    certificates: CertificateDesk
    deposits: DepositDesk


class HouseholdLedger:
    """Signs, delivers, verifies and settles for one membership until it is cancelled.

    ``show`` gets the sections whenever they changed. ``run`` never ends by itself; outages are told once and tried again.
    """

    def __init__(
        self,
        membership: Membership,
        parts: LedgerParts,
        database: Database,
        clock: Clock,
        *,
        show: Callable[[Mapping[str, Section]], None],
        tell: Tell,
        key_backed_up: Callable[[], bool],
    ) -> None:
        self._membership = membership
        self._parts = parts
        self._database = database
        self._clock = clock
        self._show = show
        self._tell = tell
        self._key_backed_up = key_backed_up
        self._operator_outage = Outage(f"The operator of {membership.community.name}", _LOGGER)
        self._operator = "connecting"
        self._chain = Link.CONNECTING
        self._problem: LedgerProblem | None = None
        self._wake = asyncio.Event()
        self._news = asyncio.Event()
        self._touched: set[int] = set()
        self._head: ChainHead | None = None
        self._shown: Mapping[str, Section] = {}
        self.joined = asyncio.Event()
        """Set once the registry has the household's meter."""
        self._note_joined()

    @property
    def membership(self) -> Membership:
        """The membership as it is now."""
        return self._membership

    @property
    def head(self) -> ChainHead | None:
        """The chain's newest block, None before it was first reached."""
        return self._head

    @property
    def is_read_only(self) -> bool:
        """Whether another copy of this bridge signs, so that this one must not."""
        return self._parts.right.read_only is not None

    @property
    def operator(self) -> OperatorClient:
        """The operator."""
        return self._parts.operator

    @property
    def certificates(self) -> CertificateDesk:
        """The renewable-energy account and its certificates."""
        return self._parts.certificates

    @property
    def deposits(self) -> DepositDesk:
        """The household's money in the ledger."""
        return self._parts.deposits

    @property
    def sections(self) -> Mapping[str, Section]:
        """What the API shows now."""
        return self._shown

    # What others tell

    def measured(self) -> None:
        """Hear that slots were measured: they are signed and submitted at once."""
        self._wake.set()

    def touched(self, slot: int | None) -> None:
        """Hear that the chain said something, of a slot or of none."""
        if slot is not None:
            self._touched.add(slot)
        self._news.set()

    def delivered(self, own: OwnReading) -> None:
        """Hear what became of a reading at the operator."""
        if own.delivery is Delivery.REFUSED:
            refusal = own.refusal
            reason: Json = None
            if refusal is not None:
                reason = {"code": refusal.code.replace("-", "_"), "params": dict(refusal.params)}
            self._tell("reading_refused", {"slot": own.slot, "status": "refused", "reason": reason})
        self._touched.add(own.slot)
        self._news.set()

    def audited(self, audited: Audited) -> None:
        """Hear a verdict."""
        checked = audited.checked
        if any(finding.code is FindingCode.OTHER_READING for finding in audited.findings):
            self._parts.right.found_foreign(checked.slot)
        if not checked.verified:
            self._tell("statement_not_verified", verdict_section(checked))
        elif checked.own is not None:
            self._tell("reading_verified", verdict_section(checked))

    def settled(self, result: Settlement) -> None:
        """Hear that the result of a slot changed."""
        if result.withdrawal_inside is not None or result.revision > 0:
            self._tell("netting_settled", result.to_json())

    def chain_changed(self) -> None:
        """Hear that performer or watcher see the chain otherwise than before."""
        link = self._chain_link()
        if link is self._chain:
            return
        before, self._chain = self._chain, link
        if link in _LOST and before is Link.CONNECTED:
            self._tell("chain_lost", {"problem": link.value})
        if link is Link.CONNECTED and before in _LOST:
            self._tell("chain_restored", {"problem": before.value})
        self._news.set()

    def _chain_link(self) -> Link:
        """Return the worse of what performer and watcher say; neither has been asked yet: connecting."""
        links = {self._parts.performer.state.link, self._parts.watcher.state.link}
        return next(
            (link for link in (Link.WRONG_CHAIN, Link.LOST, Link.CONNECTED) if link in links), Link.CONNECTING
        )

    # What a person asks for

    async def leave(self) -> None:
        """Leave the community with the next slot. Raises StoreError."""
        await self._keep(replace(self._membership, leaving=True))
        self._wake.set()

    async def anchor_now(self) -> int:
        """Try the waiting readings now; return how many wait. Raises StoreError."""
        waiting = await self._database.run(journal.count_with, Delivery.SIGNED)
        self._wake.set()
        return waiting

    # The tasks

    async def run(self) -> None:
        """Work until cancelled."""
        await self.refresh()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._account(), name="ledger accounting")
            group.create_task(self._follow_slots(), name="ledger slots")

    async def _account(self) -> None:
        backoff = Backoff(first=2.0, longest=60.0)
        while True:
            self._wake.clear()
            pause = await self.account_once()
            if pause is None:
                pause = backoff.next_pause()
            else:
                backoff.reset()
            await self.refresh()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def account_once(self) -> float | None:
        """Do what can be done now; return after how many s to look again, None after a failure."""
        try:
            chain_problem = await self._try_membership()
            if self._membership.since_slot is None:
                self._problem = chain_problem
                self._operator_answers()
                return WAITING_LOOK_SECONDS
            await self._parts.desk.sign_measured(self._membership)
            delivered = await self._parts.courier.deliver(self._membership)
            self._operator_answers()
            self._problem = chain_problem
        except OperatorError as error:
            self._operator_fails(error)
            return None
        except ChainError as error:
            self._problem = LedgerProblem(error.problem)
            return None
        except (StoreError, KeysUnusable) as error:
            _LOGGER.warning("The ledger waits: %s", error)
            self._problem = LedgerProblem("store" if isinstance(error, StoreError) else "keys_unusable")
            return None
        return MEMBER_LOOK_SECONDS if delivered else WAITING_LOOK_SECONDS

    async def _try_membership(self) -> LedgerProblem | None:
        """Follow the membership; a chain that is away keeps no member from signing and delivering."""
        try:
            await self._follow_membership()
        except ChainError as error:
            return LedgerProblem(error.problem)
        return None

    async def _follow_membership(self) -> None:
        before = self._membership
        if before.status in {MembershipStatus.REFUSED, MembershipStatus.LEFT} and not before.leaving:
            return
        if before.community.sealing_key is None:
            info = await self._parts.operator.info()
            before = replace(before, community=replace(before.community, sealing_key=info.sealing_key))
        after = await self._parts.clerk.step(before)
        if after != self._membership:
            await self._keep(after)

    async def _keep(self, membership: Membership) -> None:
        await self._database.run(journal.keep_membership, membership)
        if membership.status is not self._membership.status:
            _LOGGER.info(
                "%s: the household is %s%s",
                membership.community.name,
                membership.status,
                "" if membership.reason is None else f" ({membership.reason})",
            )
        self._membership = membership
        self._note_joined()
        await self.refresh()

    def _note_joined(self) -> None:
        if self._membership.since_slot is not None:
            self.joined.set()

    def _operator_answers(self) -> None:
        if self._operator_outage.ends():
            self._tell("operator_restored", {"problem": None})
        self._operator = "connected"

    def _operator_fails(self, error: OperatorError) -> None:
        problem = error.problem if isinstance(error, OperatorDown) else "refusing"
        if self._operator_outage.begins(problem, str(error)) and self._operator != "lost":
            self._tell("operator_lost", {"problem": problem})
        self._operator = "lost"

    async def _follow_slots(self) -> None:
        backoff = Backoff(first=2.0, longest=60.0)
        while True:
            self._news.clear()
            pause = SLOT_LOOK_SECONDS
            if await self.follow_slots_once():
                backoff.reset()
            else:
                pause = backoff.next_pause()
            await self.refresh()
            try:
                async with asyncio.timeout(pause):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def follow_slots_once(self) -> bool:
        """Bring every slot as far as it can come now; False if something has to be tried again soon."""
        touched, self._touched = self._touched, set()
        try:
            head = await self._parts.client.head()
            self._head = ChainHead(head.timestamp, head.number)
            if self._membership.since_slot is not None:
                await self._parts.keeper.keep(self._membership, touched, self._head)
                await self._parts.deposits.call_back(self._membership, self._head)
                await self._parts.certificates.claim_daily(self._membership, self._head)
        except (ChainError, OperatorError, StoreError) as error:
            self._touched |= touched
            _LOGGER.debug("Slots wait: %s", error)
            return False
        return True

    # What the API shows

    async def refresh(self) -> None:
        """Show what changed."""
        try:
            view = await self._view()
        except StoreError as error:
            _LOGGER.warning("The ledger's state cannot be read: %s", error)
            return
        shown = sections(view)
        if shown != self._shown:
            self._shown = shown
            self._show(shown)

    async def _view(self) -> LedgerView:
        state = self._parts.performer.state
        read_only = self._parts.right.read_only
        stored = await self._database.run(
            _read_stored, self._membership, self._clock.utc() - LATE_DAYS * 86_400
        )
        account = await self._parts.certificates.account(self._membership)
        return replace(
            stored,
            operator=self._operator,
            chain=self._chain.value,
            balance=state.balance,
            pending_transactions=state.waiting,
            read_only=read_only is not None,
            key_backed_up=await asyncio.to_thread(self._key_backed_up),
            problem=self._problem_now(state) or stored.problem,
            account=account,
        )

    def _problem_now(self, state: PerformerState) -> LedgerProblem | None:
        read_only = self._parts.right.read_only
        if read_only is not None:
            return LedgerProblem(read_only.reason.value, dict(read_only.params))
        problem = state.problem or self._parts.watcher.state.problem
        if problem is not None and problem.code != "unreachable":
            return LedgerProblem(problem.code, dict(problem.params))
        missing = self._parts.keeper.deposit_missing
        if missing is not None:
            params = {"needed": str(missing.needed), "found": str(missing.found)}
            return LedgerProblem("deposit_missing", dict(params))
        doubt = self._parts.desk.clock_doubt
        if doubt is not None:
            return LedgerProblem("clock_differs", {"against": doubt.against.value, "seconds": doubt.seconds})
        if self._parts.desk.problem is not None:
            return LedgerProblem(self._parts.desk.problem)
        return self._problem


def _read_stored(connection: sqlite3.Connection, membership: Membership, late_since: float) -> LedgerView:
    newest = transactions.latest(connection, membership.household, 1)
    last = journal.last_signed(connection)
    first_late = membership.community.terms.grid.slot_at(late_since)
    return LedgerView(
        membership=membership,
        last=None if last is None else view_slot(connection, last.slot),
        waiting=journal.count_with(connection, Delivery.SIGNED),
        late=journal.count_with(connection, Delivery.LATE, first_late),
        last_verified_slot=verdicts.last_verified_slot(connection),
        opened=settlement.latest_opened(connection),
        problem=_refusal(newest[0]) if newest and newest[0].created_at >= late_since else None,
    )


def _refusal(newest: Transaction) -> LedgerProblem | None:
    """Return the problem of an account whose newest transaction was refused by its contract."""
    if newest.state not in {State.REFUSED, State.REVERTED} or newest.error is None:
        return None
    params: dict[str, Json] = {
        "subject": newest.intent.subject,
        "error": str(newest.error.get("name", "unknown")),
        "text": str(newest.error.get("text", ""))[:300],
    }
    return LedgerProblem("reverted", params)
