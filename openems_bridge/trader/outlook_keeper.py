"""Keeps what the operator expects of the whole community, for the planner: asked once a slot, or nothing."""

import asyncio
import logging
from collections.abc import Callable

from dems_node.backoff import Backoff
from dems_node.clock import Clock
from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.plan import Outlook
from openems_bridge.ledger.operator_client import OperatorError, OperatorRefused
from openems_bridge.trader.market_operator import MarketOperator

_LONGEST_PAUSE_SECONDS = 900.0
_LOGGER = logging.getLogger(__name__)


class OutlookKeeper:
    """Asks in each slot until cancelled. ``first`` is called when there is an outlook for the first time."""

    def __init__(
        self, operator: MarketOperator, clock: Clock, grid: SlotGrid, first: Callable[[], None]
    ) -> None:
        self._operator = operator
        self._clock = clock
        self._grid = grid
        self._first = first
        self._outlook: Outlook | None = None

    @property
    def outlook(self) -> Outlook | None:
        """The newest, None where the operator knows too little, or never answered."""
        return self._outlook

    async def run(self) -> None:
        """Ask until cancelled."""
        backoff = Backoff(first=30.0, longest=_LONGEST_PAUSE_SECONDS)
        while True:
            if await self.ask():
                backoff.reset()
                now = self._clock.utc()
                await asyncio.sleep(self._grid.end(self._grid.slot_at(now)) - now)
            else:
                await asyncio.sleep(backoff.next_pause())

    async def ask(self) -> bool:
        """Ask once; return whether the operator answered. An older outlook stands in as long as it reaches."""
        try:
            found = await self._operator.outlook()
        except OperatorRefused as error:
            # Too few members or days are known, or the operator is of an older version: no outlook.
            _LOGGER.debug("There is no outlook: %s", error)
            self._outlook = None
            return True
        except OperatorError as error:
            # Told by the trader, which asks the same operator far more often.
            _LOGGER.debug("The outlook is asked for again: %s", error)
            return False
        is_first = self._outlook is None
        self._outlook = found
        if is_first:
            self._first()
        return True
