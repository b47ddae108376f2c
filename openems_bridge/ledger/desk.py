"""What a person does with the ledger: join, leave, export, claim, redeem. Runs the household's ledger once it has joined.

Nothing heavy is imported before a household has a membership, or looks at an invitation.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

import aiohttp

from dems_node.backoff import Backoff
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.json_types import Json, Section
from dems_node.keys.errors import KeysUnusable
from dems_protocol.slots import SlotGrid
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.plant import Plant
from openems_bridge.store.events import Event

if TYPE_CHECKING:
    import sqlite3

    from dems_protocol.membership import Invitation
    from dems_protocol.typed_data import LedgerDomain
    from openems_bridge.keys.vault import HouseholdKeys, Vault
    from openems_bridge.ledger.building import RunningParts
    from openems_bridge.ledger.household_ledger import HouseholdLedger
    from openems_bridge.ledger.membership import Preview
    from openems_bridge.ledger.membership_state import Membership
    from openems_bridge.trader.building import LedgerSide
    from openems_bridge.trader.market_events import MarketFollower

PROOFS_AT_ONCE = 3000
"""Slots in one file of proofs: a month of quarter hours."""
SETTLEMENTS_AT_ONCE = 1000
_PAGE = 100
_LOGGER = logging.getLogger(__name__)


class LedgerRefused(Exception):
    """What was asked cannot be done. ``code`` is stable, the text says what to do; ``params`` help to translate it."""

    def __init__(self, code: str, detail: str, params: Mapping[str, Json] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.params = {} if params is None else dict(params)


class Companion(Protocol):
    """The market beside the ledger: it follows the chain with it, and uses its account."""

    async def follower(self, membership: Membership) -> MarketFollower | None:
        """Return who follows the market's events, None while none is known."""
        ...

    async def run(
        self, membership: Membership, keys: HouseholdKeys, ledger: LedgerSide, follower: MarketFollower | None
    ) -> None:
        """Trade until cancelled; return where everything must be built anew, because a market was found."""
        ...


class CommunityDesk:
    """The ledger of one household, whether it is in a community or not.

    ``show`` takes the ledger's sections of the state document, ``tell`` an event of this moment, ``announce`` an event that
    is stored already. ``edge_clock_offset`` is how far the Edge's clock is ahead of this machine's (s), None if unknown.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        grid: SlotGrid,
        vault: Vault,
        options: LedgerOptions,
        show: Callable[[Mapping[str, Section]], None],
        tell: Callable[[str, Section], None],
        announce: Callable[[Event], None],
        edge_clock_offset: Callable[[], float | None],
        market: Companion | None = None,
    ) -> None:
        self._market = market
        self._edge_clock_offset = edge_clock_offset
        self._database = database
        self._clock = clock
        self._grid = grid
        self._vault = vault
        self._options = options
        self._show = show
        self._tell = tell
        self._announce = announce
        self._ledger: HouseholdLedger | None = None
        self._known: Membership | None = None
        self._changed = asyncio.Event()
        self._joining = asyncio.Lock()

    # The task

    async def run(self) -> None:
        """Run the household's ledger while it has a membership, until cancelled."""
        backoff = Backoff(first=5.0, longest=300.0)
        while True:
            self._changed.clear()
            try:
                membership = await self._membership()
                if membership is None:
                    await self._changed.wait()
                    continue
                self._known = membership
                await self._run(membership)
                backoff.reset()
            except KeysUnusable as error:
                _LOGGER.error("The ledger waits for its keys: %s", error)
                self._show_problem("keys_unusable")
                await self._pause(backoff.next_pause())
            except Exception:
                # The house goes on whatever happens to the ledger, and the journal knows where to go on.
                _LOGGER.exception("The ledger ended unexpectedly; it is started again")
                self._show_problem("internal")
                await self._pause(backoff.next_pause())

    def measured(self) -> None:
        """Hear that slots were measured."""
        if self._ledger is not None:
            self._ledger.measured()

    async def _run(self, membership: Membership) -> None:
        from openems_bridge.ledger.building import Surroundings, build_household_ledger
        from openems_bridge.ledger.signing import nothing_contracted

        keys = await asyncio.to_thread(self._vault.open)
        follower = None if self._market is None else await self._market.follower(membership)
        async with aiohttp.ClientSession() as session:
            parts = build_household_ledger(
                membership,
                keys,
                Surroundings(
                    database=self._database,
                    clock=self._clock,
                    session=session,
                    options=self._options,
                    show=self._show,
                    tell=self._tell,
                    announce=self._announce,
                    key_backed_up=self._is_backed_up,
                    edge_clock_offset=self._edge_clock_offset,
                    market=follower,
                    contracted=market_contracts_signed if follower is not None else nothing_contracted,
                ),
            )
            try:
                self._ledger = parts.ledger
                async with asyncio.TaskGroup() as group:
                    tasks = [
                        group.create_task(parts.performer.run(), name="performer"),
                        group.create_task(parts.watcher.run(), name="watcher"),
                        group.create_task(parts.ledger.run(), name="ledger"),
                    ]
                    if self._market is not None:
                        work = self._trade(self._market, membership, keys, parts, session, follower)
                        tasks.append(group.create_task(work, name="market"))
                    await self._changed.wait()
                    for task in tasks:
                        task.cancel()
            finally:
                self._ledger = None
                await parts.client.close()

    async def _trade(
        self,
        market: Companion,
        membership: Membership,
        keys: HouseholdKeys,
        parts: RunningParts,
        session: aiohttp.ClientSession,
        follower: MarketFollower | None,
    ) -> None:
        from openems_bridge.trader.building import LedgerSide

        ledger = parts.ledger
        await ledger.joined.wait()
        side = LedgerSide(
            client=parts.client,
            performer=parts.performer,
            session=session,
            head=lambda: ledger.head,
            may_trade=lambda: not ledger.is_read_only,
            may_challenge=self._options.challenge,
        )
        backoff = Backoff(first=5.0, longest=300.0)
        while True:
            try:
                await market.run(ledger.membership, keys, side, follower)
            except Exception:
                # The ledger goes on whatever happens to the market, and its journal knows where to go on.
                _LOGGER.exception("The market ended unexpectedly; it is begun again")
                await asyncio.sleep(backoff.next_pause())
                continue
            self._changed.set()
            return

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _show_problem(self, code: str) -> None:
        from openems_bridge.ledger.sections import LedgerProblem, LedgerView, sections

        if self._known is None:
            return
        membership = self._known
        self._show(sections(LedgerView(membership=membership, read_only=True, problem=LedgerProblem(code))))

    def _is_backed_up(self) -> bool:
        try:
            index = self._vault.index()
        except KeysUnusable:
            return False
        return index is not None and index.backed_up_at is not None

    # What a person asks for

    async def preview(self, line: str) -> Mapping[str, Json]:
        """Return what an invitation leads to; nothing of it is stored. Raises LedgerRefused, StoreError."""
        async with self._previewed(line) as found:
            invitation = found.invitation
            index = await asyncio.to_thread(self._vault.index)
            return {
                "name": invitation.name,
                "chain_id": invitation.chain_id,
                "operator": f"0x{invitation.operator.hex()}",
                "operator_url": invitation.operator_url,
                "fingerprint": invitation.fingerprint.hex(),
                "household": None if index is None else index.account,
                "consent_text": found.consent,
                "consent": f"0x{found.consent_hash.hex()}",
            }

    async def join(self, line: str, consent: bytes, plant: Plant) -> Section:
        """Agree, sign and ask to be admitted; return the ``community`` section. Raises LedgerRefused, StoreError.

        Keys are made where there are none yet.
        """
        from openems_bridge.ledger.membership import enrol
        from openems_bridge.ledger.sections import LedgerView, community_section

        async with self._joining:
            before = await self._require_free()
            async with self._previewed(line) as found:
                if consent != found.consent_hash:
                    raise LedgerRefused(
                        "other_consent",
                        "The text that was agreed to is not the one that the operator shows now: read it again.",
                    )
                try:
                    membership = await asyncio.to_thread(self._enrol, enrol, found, plant)
                except KeysUnusable as error:
                    raise LedgerRefused("keys_unusable", str(error)) from None
            moves = before is not None and before.community.domain != membership.community.domain
            await self._database.run(_begin, membership, forget=moves)
            self._changed.set()
            return community_section(LedgerView(membership=membership))

    async def leave(self) -> Section:
        """Leave with the next slot; return the ``community`` section. Raises LedgerRefused, StoreError."""
        ledger = self._require_ledger()
        await ledger.leave()
        return ledger.sections["community"]

    async def anchor_now(self) -> int:
        """Try the waiting readings now; return how many wait. Raises LedgerRefused, StoreError."""
        return await self._require_ledger().anchor_now()

    async def settlement(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        """Return the slots' results in [first, last], oldest first: at most 1000. Raises StoreError."""
        from openems_bridge.ledger import settlement

        found = await self._database.run(settlement.page, first, last, SETTLEMENTS_AT_ONCE)
        return [one.to_json() for one in found]

    async def proofs(self, first: int, last: int) -> Mapping[str, Json]:
        """Return the file with the proofs of slots in [first, last]. Raises LedgerRefused, StoreError."""
        from openems_bridge.ledger.proof_file import proof_document, slot_proof
        from openems_bridge.ledger.slot_keeper import view_slots

        membership = await self._membership()
        if membership is None:
            raise _no_community()
        if last - first >= PROOFS_AT_ONCE:
            raise LedgerRefused(
                "too_many_slots",
                f"A file holds at most {PROOFS_AT_ONCE} slots: ask for a shorter period.",
                {"most": PROOFS_AT_ONCE},
            )
        proofs = []
        for start in range(first, last + 1, _PAGE):
            views = await self._database.run(view_slots, start, min(start + _PAGE - 1, last))
            proofs += [proof for view in views if (proof := slot_proof(view)) is not None]
        return await asyncio.to_thread(proof_document, membership, proofs)

    async def claim(self) -> int:
        """Claim the oldest period of the RE account; return the transaction's id. Raises LedgerRefused, StoreError."""
        from openems_bridge.ledger.certificates import NothingToClaim

        ledger = self._require_ledger()
        if ledger.head is None:
            raise LedgerRefused("chain_unreachable", "The chain has not answered yet: try again.")
        try:
            return await ledger.certificates.claim(ledger.membership, ledger.head)
        except NothingToClaim:
            raise LedgerRefused(
                "nothing_to_claim",
                "No renewable feed-in is final and not credited yet: try again after the next challenge window.",
            ) from None

    async def redeem(self, identifier: int, watt_hours: int, purpose: str) -> int:
        """Redeem certificates; return the transaction's id. Raises LedgerRefused, StoreError."""
        from openems_bridge.ledger.certificates import NotHeld

        ledger = self._require_ledger()
        try:
            return await ledger.certificates.redeem(
                ledger.membership, secrets.token_hex(8), identifier, watt_hours, purpose
            )
        except NotHeld as error:
            raise LedgerRefused(
                "not_held", f"The household holds {error.held} Wh of this certificate.", {"held": error.held}
            ) from None

    async def deposits(self) -> Mapping[str, Json]:
        """Return the household's money in the ledger: ``account`` and ``held``, in the currency's smallest unit.

        Raises LedgerRefused, StoreError.
        """
        ledger = self._require_ledger()
        async with _chain_asked():
            found = await ledger.deposits.holdings(ledger.membership)
        return {"account": found.account, "held": found.held}

    async def withdraw(self, amount: int | None) -> Mapping[str, Json]:
        """Pay money in the ledger out to the household's own account; ``amount`` None is all of it.

        Return the transaction's id and the amount. Raises LedgerRefused, StoreError.
        """
        from openems_bridge.ledger.deposits import NothingToWithdraw, TransactionsPending

        ledger = self._require_ledger()
        try:
            async with _chain_asked():
                transaction, paid = await ledger.deposits.withdraw(ledger.membership, amount)
        except NothingToWithdraw as error:
            raise LedgerRefused(
                "nothing_to_withdraw",
                f"The household's account in the ledger holds {error.found}.",
                {"found": str(error.found)},
            ) from None
        except TransactionsPending:
            raise LedgerRefused(
                "transactions_pending",
                "Transactions of the household are under way, which may need the money: try again when they are done.",
            ) from None
        return {"transaction": transaction, "amount": paid}

    async def _membership(self) -> Membership | None:
        from openems_bridge.ledger import journal

        return await self._database.run(journal.load_membership)

    def _require_ledger(self) -> HouseholdLedger:
        if self._ledger is None:
            raise _no_community()
        return self._ledger

    async def _require_free(self) -> Membership | None:
        """Return the membership that ended, None if there was none; raise LedgerRefused where one is in force."""
        from openems_bridge.ledger.membership_state import MembershipStatus

        before = await self._membership()
        if before is not None and before.status not in {MembershipStatus.REFUSED, MembershipStatus.LEFT}:
            raise LedgerRefused(
                "already_joined",
                f"The household is {before.status} at {before.community.name}: leave that community first.",
                {"name": before.community.name, "status": before.status.value},
            )
        return before

    def _enrol(self, enrol: Callable[..., Membership], found: Preview, plant: Plant) -> Membership:
        if self._vault.index() is None:
            self._vault.create()
        return enrol(found, self._vault.open(), plant)

    @asynccontextmanager
    async def _previewed(self, line: str) -> AsyncIterator[Preview]:
        from dems_node.chain.client import ChainClient
        from dems_node.chain.errors import ChainError
        from openems_bridge.ledger.contract_reading import NotThisCommunity
        from openems_bridge.ledger.membership import preview
        from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorError

        invitation = _decoded(line)
        client = ChainClient.to(self._options.node(invitation.rpc), invitation.chain_id)
        try:
            async with aiohttp.ClientSession() as session:
                operator = OperatorClient(
                    session,
                    invitation.operator_url,
                    invitation.fingerprint,
                    domain=_domain(invitation),
                    now=self._clock.utc,
                )
                found = await preview(invitation, client, operator, self._grid)
        except NotThisCommunity as error:
            raise LedgerRefused(error.code, str(error)) from None
        except OperatorError as error:
            problem = error.problem if isinstance(error, OperatorDown) else "refusing"
            raise LedgerRefused(f"operator_{problem}", str(error)) from None
        except ChainError as error:
            raise LedgerRefused(f"chain_{error.problem}", str(error)) from None
        finally:
            await client.close()
        yield found


@asynccontextmanager
async def _chain_asked() -> AsyncIterator[None]:
    """Turn what the chain's client raises into LedgerRefused."""
    from dems_node.chain.errors import ChainError

    try:
        yield
    except ChainError as error:
        raise LedgerRefused(f"chain_{error.problem}", str(error)) from None


def market_contracts_signed(
    connection: sqlite3.Connection, slots: Sequence[int]
) -> Mapping[int, tuple[int, int]]:
    """Return what was bought and sold (Wh) of some slots, as their readings are split: ``signing.Contracted``."""
    from openems_bridge.trader import journal

    return {slot: (bought, sold) for slot, (bought, sold, _) in journal.contracted(connection, slots).items()}


def _begin(connection: sqlite3.Connection, membership: Membership, *, forget: bool) -> None:
    from dems_node.chain import watch_journal
    from openems_bridge.ledger import journal

    if forget:
        journal.forget_community(connection)
        watch_journal.forget(connection)
    journal.keep_membership(connection, membership)


def _decoded(line: str) -> Invitation:
    from dems_protocol.membership import Invitation

    try:
        return Invitation.decode(line)
    except ValueError as error:
        raise LedgerRefused("bad_invitation", f"The invitation cannot be used: {error}.") from None


def _domain(invitation: Invitation) -> LedgerDomain:
    from dems_protocol.typed_data import LedgerDomain

    return LedgerDomain(invitation.chain_id, invitation.ledger)


def _no_community() -> LedgerRefused:
    return LedgerRefused("no_community", "The household is in no community: accept an invitation first.")
