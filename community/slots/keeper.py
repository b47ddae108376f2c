"""Keeps the slots going: looks at each unfinished one, decides its next steps, and takes them."""

import logging
import sqlite3
from dataclasses import dataclass

from community.chain.slot_events import ChainSlot, DemandKey, read_slot
from community.chain.wishes import Wish, WishState
from community.looking import look_forever
from community.slots import defending, work
from community.slots.building import OwnedOpening, SumsStayClosed
from community.slots.making import make_statement
from community.slots.office import Office
from community.slots.steps import (
    AskFinality,
    Deadlines,
    Defend,
    LeaveUnnetted,
    Make,
    Moment,
    Open,
    Publish,
    Step,
    StoredSlot,
    Wait,
    is_closed,
    next_steps,
)
from community.store import chain_events, readings, slots
from community.store.readings import StoredReading
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.database.errors import StoreError
from dems_protocol.contracts import conversions, meter_ledger, netting
from dems_protocol.contracts.structs import Published
from dems_protocol.readings import Reading

LOOK_SECONDS = 2.0
"""How often the keeper looks, at least; the chain's events wake it earlier."""
_NEVER_BEFORE = 96
"""Slots that a new operator looks back at most."""
_FOR_GOOD = {
    "TooLate": "not_published_in_time",
    "OpeningWindowOver": "not_opened_in_time",
    "TooFewOwners": "too_few_owners",
}
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot as the chain and the store have it."""

    slot: int
    chain: ChainSlot
    stored: StoredSlot


def view_slot(connection: sqlite3.Connection, slot: int) -> SlotView:
    """Return what is known of a slot."""
    return SlotView(slot, read_slot(chain_events.of_slot(connection, slot)), slots.stored(connection, slot))


class SlotKeeper:
    """Takes every slot from its end to its netting. Holds nothing that a restart would miss."""

    def __init__(self, office: Office, client: ChainClient, deadlines: Deadlines) -> None:
        self._office = office
        self._client = client
        self._deadlines = deadlines
        self._serving_since = office.clock.utc()
        self._told: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled; a chain or a disk that fails is told once and tried again."""
        await look_forever(
            "The chain or the store",
            _LOGGER,
            self.tick,
            lambda: self._office.follower.wait_for_news(LOOK_SECONDS),
        )

    async def tick(self) -> None:
        """Look at every unfinished slot once. Raises ChainError, StoreError: nothing is lost then.

        While the clock and the chain's differ, only looks at the clocks.
        """
        await self._begin_slots()
        head = await self._client.head()
        self._office.chain_clock.heard(head.timestamp)
        if self._office.chain_clock.seconds_behind is not None:
            return
        for slot in await self._office.database.run(slots.unfinished):
            moment = Moment(
                now=self._office.clock.utc(), block_time=head.timestamp, serving_since=self._serving_since
            )
            try:
                await self._advance(slot, moment)
            except ChainError, StoreError:
                raise
            except Exception:
                # One slot's trouble must not keep readings from being taken and the other slots from being closed.
                if f"trouble:{slot}" not in self._told:
                    self._told.add(f"trouble:{slot}")
                    _LOGGER.exception("Slot %d cannot be worked on", slot)

    async def _begin_slots(self) -> None:
        first = self._office.follower.registry.first_slot()
        current = self._office.facts.grid.slot_at(self._office.clock.utc())
        if first is None or first >= current:
            return
        last = await self._office.database.run(slots.last_begun)
        start = max(first, current - _NEVER_BEFORE) if last is None else last + 1
        oldest = current - self._deadlines.publish_limit_seconds // self._office.facts.grid.seconds - 1
        await self._office.database.run(slots.begin, range(max(start, oldest), current))

    async def _advance(self, slot: int, moment: Moment) -> None:
        view = await self._office.database.run(view_slot, slot)
        if is_closed(view.chain, view.stored):
            await self._close(view)
            return
        grid = self._office.facts.grid
        for step in next_steps(slot, grid, self._deadlines, view.chain, view.stored, moment):
            await self._take(step, view)

    async def _close(self, view: SlotView) -> None:
        if view.chain.published is None:
            # Nothing was netted, but what stands beside the missing statement counts for the RE accounts.
            standing = await defending.find_standing(self._office, view.chain)
            if standing != set(view.chain.inclusions):
                return
        await self._office.database.run(slots.close, view.slot)
        self._tell_closed(view)

    async def _take(self, step: Step, view: SlotView) -> None:
        match step:
            case Wait():
                return
            case Defend(demands, _):
                await self._defend(view, demands)
            case Make(attempt):
                standing = await defending.find_standing(self._office, view.chain)
                await make_statement(self._office, view.slot, attempt, standing)
            case Publish(attempt):
                await self._publish(view, attempt)
            case AskFinality():
                await self._ask_finality(view)
            case Open():
                await self._open(view)
            case LeaveUnnetted(reason):
                await self._leave_unnetted(view.slot, reason)

    async def _defend(self, view: SlotView, demands: tuple[DemandKey, ...]) -> None:
        published = view.chain.published
        if published is None:
            await defending.find_standing(self._office, view.chain)
            return
        shown = await defending.load_shown(self._office, published)
        if len(shown.leaves) != published.statement.count:
            self._tell_once(
                f"lost:{view.slot}",
                f"The leaves of slot {view.slot} are not in this database (restored from an older backup?): "
                "demands cannot be answered, the slot cannot be opened",
            )
            return
        for demand in demands:
            await defending.answer(self._office, shown, demand)
        single = ChainSlot(published=published)
        for meter, included in view.chain.inclusions.items():
            index = shown.index_of(meter)
            if index is None:
                single.inclusions[meter] = included
            else:
                await defending.exclude_duplicate(self._office, shown, index, included)
        await defending.find_standing(self._office, single)

    async def _publish(self, view: SlotView, attempt: int) -> None:
        found = await self._office.database.run(slots.statement_of, view.slot, attempt)
        assert found is not None  # noqa: S101 - the step says that it is stored
        state = await self._office.want(
            Wish(
                key=f"publish:{view.slot}:{attempt}",
                to=self._office.facts.addresses.ledger,
                call=meter_ledger.Publish(conversions.to_statement(found[0])),
                subject=f"statement of slot {view.slot}, attempt {attempt}",
            )
        )
        await self._heed(view.slot, state)

    async def _ask_finality(self, view: SlotView) -> None:
        assert view.chain.published is not None  # noqa: S101
        if await self._client.read(self._office.facts.addresses.ledger, meter_ledger.IsFinal(_struct(view))):
            await self._office.database.run(slots.mark_final, view.slot)
            await self._open(view)

    async def _open(self, view: SlotView) -> None:
        assert view.chain.published is not None  # noqa: S101
        statement = view.chain.published.statement
        openings, included = await self._openings(view)
        try:
            opened = await self._office.workers.run(
                work.open_sums, statement, openings, included, self._office.facts.minimum_owners
            )
        except SumsStayClosed as reason:
            await self._leave_unnetted(view.slot, reason.reason)
            return
        state = await self._office.want(
            Wish(
                key=f"open:{view.slot}:{statement.attempt}:{view.chain.published.published_block}",
                to=self._office.facts.addresses.netting,
                call=netting.Open(
                    _struct(view),
                    conversions.to_opening(opened.withdrawal),
                    conversions.to_opening(opened.feed_in),
                ),
                subject=f"opening of slot {view.slot}",
            )
        )
        await self._heed(view.slot, state)

    async def _openings(self, view: SlotView) -> tuple[list[OwnedOpening], list[Reading]]:
        assert view.chain.published is not None  # noqa: S101
        shown = await defending.load_shown(self._office, view.chain.published)
        beside = [included.reading for included in view.chain.inclusions.values()]
        found = await self._office.database.run(_find_all, [reading.struct_hash() for reading in beside])
        registry = self._office.follower.registry
        owned = []
        for stored in (*shown.stored, *found):
            record = registry.record_at(stored.reading.meter, view.slot)
            household = b"" if record is None else record.household
            owned.append(OwnedOpening(household, stored.withdrawal, stored.feed_in))
        return owned, beside

    async def _heed(self, slot: int, state: WishState) -> None:
        """Leave a slot unnetted where the contract's refusal is for good; tell any other one, once."""
        if state.refusal is None:
            return
        reason = _FOR_GOOD.get(state.refusal)
        if reason is not None:
            await self._leave_unnetted(slot, reason)
            return
        subject = state.transaction.intent.subject
        self._tell_once(
            f"{subject}:{state.refusal}",
            f"{subject} was refused and will be tried again: {state.explanation}",
        )

    async def _leave_unnetted(self, slot: int, reason: str) -> None:
        _LOGGER.info("Slot %d is not netted (%s): utility prices apply", slot, reason)
        await self._office.database.run(slots.leave_unnetted, slot, reason)

    def _tell_closed(self, view: SlotView) -> None:
        if view.chain.netting is not None:
            found = view.chain.netting
            _LOGGER.info(
                "Slot %d is netted: %d Wh withdrawn, %d Wh fed in", view.slot, found.withdrawal, found.feed_in
            )

    def _tell_once(self, key: str, text: str) -> None:
        if key not in self._told:
            self._told.add(key)
            _LOGGER.error("%s", text)


def _find_all(connection: sqlite3.Connection, hashes: list[bytes]) -> list[StoredReading]:
    found = (readings.by_hash(connection, each) for each in hashes)
    return [stored for stored in found if stored is not None]


def _struct(view: SlotView) -> Published:
    found = view.chain.published
    assert found is not None  # noqa: S101
    return conversions.to_published(found.statement, found.published_at, found.published_block)
