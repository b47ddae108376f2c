"""Keeps the market going: looks at each unfinished slot, decides its next steps, and takes them."""

import logging

from community.chain.wishes import Wish, WishState
from community.looking import look_forever
from community.market import answering, suggesting
from community.market.arithmetic import make_clearing
from community.market.book_closing import close_book, standing_orders
from community.market.forfeiting import forfeit
from community.market.office import MarketOffice, MarketView, view_market
from community.market.steps import (
    Answer,
    Clear,
    Close,
    CloseBook,
    CommitSet,
    LeaveVoid,
    MarketMoment,
    MarketStep,
    PublishClearing,
    Suggest,
    VoidReason,
    next_steps,
)
from community.store import market as store
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.database.errors import StoreError
from dems_protocol.contracts import market as market_contract
from dems_protocol.contracts.market_conversions import to_terms

LOOK_SECONDS = 1.0
"""How often the keeper looks, at least: gates do not wait."""
_LOGGER = logging.getLogger(__name__)


class MarketKeeper:
    """Takes every slot's market from its gate to finality. Holds nothing that a restart would miss."""

    def __init__(self, office: MarketOffice, client: ChainClient) -> None:
        self._office = office
        self._client = client
        self._told: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled; a chain or a disk that fails is told once and tried again."""
        await look_forever(
            "The market's chain or store",
            _LOGGER,
            self.tick,
            lambda: self._office.office.follower.wait_for_news(LOOK_SECONDS),
        )

    async def tick(self) -> None:
        """Look at every unfinished slot once. Raises ChainError, StoreError: nothing is lost then."""
        unfinished = await self._office.office.database.run(store.unfinished)
        if not unfinished:
            return
        head = await self._client.head()
        for slot in unfinished:
            moment = MarketMoment(
                now=self._office.office.clock.utc(),
                block_time=head.timestamp,
                window=self._office.facts.windows.result_challenge_seconds,
            )
            try:
                await self._advance(slot, moment)
            except ChainError, StoreError:
                raise
            except Exception:
                # One slot's trouble must not keep the other slots from being cleared.
                self._tell_trouble(slot)

    async def _advance(self, slot: int, moment: MarketMoment) -> None:
        view = await self._office.office.database.run(view_market, slot)
        for step in next_steps(self._office.times(slot), view.chain, view.stored, moment):
            await self._take(step, view)

    async def _take(self, step: MarketStep, view: MarketView) -> None:
        match step:
            case CloseBook():
                await close_book(self._office, view.slot)
            case CommitSet():
                await self._commit(view)
            case Clear():
                await self._clear(view)
            case PublishClearing():
                await self._publish(view)
            case Suggest():
                await suggesting.suggest(self._office, view)
            case Answer(demands):
                await answering.answer(self._office, view, demands)
            case LeaveVoid(reason):
                await self._leave_void(view.slot, reason)
            case Close():
                await forfeit(self._office, view)
                await self._office.office.database.run(store.close, view.slot)

    async def _commit(self, view: MarketView) -> None:
        found = await self._office.office.database.run(store.set_of, view.slot)
        assert found is not None  # noqa: S101 - the step says that it is stored
        await self._want(
            view.slot,
            "set",
            market_contract.CommitSet(view.slot, found.root, found.count),
            f"order set of slot {view.slot}",
        )

    async def _clear(self, view: MarketView) -> None:
        terms = self._office.terms(view.slot)
        if terms is None:
            await self._leave_void(view.slot, VoidReason.NO_TERMS)
            return
        orders = await standing_orders(self._office, view, terms)
        made = await self._office.office.workers.run(
            make_clearing, self._office.facts.domain, view.slot, terms, orders
        )
        call = market_contract.PublishClearing(made.clearing, to_terms(terms))
        await self._office.office.database.run(
            store.keep_clearing,
            view.slot,
            call.calldata(),
            [
                (zone, place, leaf.encode())
                for zone, leaves in made.leaves.items()
                for place, leaf in enumerate(leaves)
            ],
        )
        _LOGGER.info("Slot %d is cleared: %d orders", view.slot, len(orders))

    async def _publish(self, view: MarketView) -> None:
        data = await self._office.office.database.run(store.clearing_of, view.slot)
        if data is None:
            return  # left void by the step before
        call = market_contract.PublishClearing.of_calldata(data)
        await self._want(view.slot, "clearing", call, f"clearing of slot {view.slot}")

    async def _want(
        self,
        slot: int,
        name: str,
        call: market_contract.CommitSet | market_contract.PublishClearing,
        subject: str,
    ) -> None:
        state = await self._office.office.want(
            Wish(key=f"{name}:{slot}", to=self._office.facts.market, call=call, subject=subject)
        )
        self._tell_refusal(state)

    async def _leave_void(self, slot: int, reason: VoidReason) -> None:
        if reason is not VoidReason.NO_ORDERS:
            _LOGGER.warning("Slot %d has no market (%s): its energy is netted", slot, reason)
        await self._office.office.database.run(store.leave_void, slot, str(reason))

    def _tell_refusal(self, state: WishState) -> None:
        if state.refusal is None:
            return
        subject = state.transaction.intent.subject
        key = f"{subject}:{state.refusal}"
        if key not in self._told:
            self._told.add(key)
            _LOGGER.error("%s was refused and will be tried again: %s", subject, state.explanation)

    def _tell_trouble(self, slot: int) -> None:
        if f"trouble:{slot}" not in self._told:
            self._told.add(f"trouble:{slot}")
            _LOGGER.exception("The market of slot %d cannot be worked on", slot)
