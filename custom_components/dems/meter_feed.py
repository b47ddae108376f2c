"""Feeds the states of a household's meters to its bridge, for as long as the household is loaded."""

import asyncio
import logging
from typing import Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .client import BridgeClient
from .errors import BridgeError, BridgeProblem
from .meters import Measured, Meters, Quantity, measured_together, samples

_LOGGER = logging.getLogger(__name__)

REPEAT_SECONDS: Final = 20.0
"""The bridge believes a value for two minutes; a meter that reports only what changes is repeated for so long as it is
available."""
REPEAT_STEERED_SECONDS: Final = 1.5
"""A battery is steered by values that are no older than five seconds."""
SHORTEST_SECONDS: Final = 1.0
"""s between two pushes: many entities of one device change one after the other."""
LONGEST_PAUSE: Final = 60.0
NOT_PUSHED: Final = "not-pushed"


class MeterFeed:
    """Pushes what the entities say whenever one of them changes, and again while nothing does."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: BridgeClient,
        meters: tuple[Meters, ...],
        title: str,
        *,
        is_steered: bool = False,
    ) -> None:
        """Take whose meters they are, and which; ``is_steered``: the bridge sets the battery's power by them."""
        self._repeat = REPEAT_STEERED_SECONDS if is_steered else REPEAT_SECONDS
        self._hass = hass
        self._client = client
        self._meters = meters
        self._title = title
        self._changed = asyncio.Event()
        self._is_lost = False
        self._refused: set[tuple[str, str]] = set()

    def measured(self) -> dict[Quantity, Measured]:
        """Return what is measured now. What is unavailable is said to be unknown."""
        return measured_together(self._meters, self._hass.states.get)

    async def run(self) -> None:
        """Push until cancelled, or until the bridge says that it wants no readings."""

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            self._changed.set()

        forget = async_track_state_change_event(
            self._hass, {one for meters in self._meters for one in meters.entity_ids}, changed
        )
        try:
            await self._push_all()
        finally:
            forget()

    async def _push_all(self) -> None:
        pause = SHORTEST_SECONDS
        while True:
            self._changed.clear()
            try:
                refusals = await self._client.push(samples(self.measured(), dt_util.utcnow().timestamp()))
            except BridgeProblem as problem:
                if problem.kind == NOT_PUSHED:
                    _LOGGER.error(
                        "%s reads its energy system itself and takes no meters from Home Assistant: set "
                        "`edge.type: pushed` at the bridge, or remove the meters here",
                        self._title,
                    )
                    return
                pause = self._failed(problem, pause)
            except BridgeError as error:
                pause = self._failed(error, pause)
            else:
                self._succeeded(refusals)
                pause = SHORTEST_SECONDS
            await asyncio.sleep(pause)
            if not self._is_lost:
                await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout(self._repeat):
                await self._changed.wait()
        except TimeoutError:
            return

    def _failed(self, error: BridgeError, pause: float) -> float:
        """Say once that the bridge does not take readings; return how long to wait."""
        if not self._is_lost:
            _LOGGER.warning("%s does not take the meters' readings: %s", self._title, error)
        self._is_lost = True
        return min(LONGEST_PAUSE, 2 * pause)

    def _succeeded(self, refusals: list[tuple[str, str, str]]) -> None:
        if self._is_lost:
            _LOGGER.info("%s takes the meters' readings again", self._title)
        self._is_lost = False
        refused = {(key, code) for key, code, _ in refusals}
        for key, code, detail in refusals:
            if (key, code) not in self._refused:
                _LOGGER.warning("%s refused a reading of %s (%s): %s", self._title, key, code, detail)
        self._refused = refused
