"""The operator's clock beside the chain's: while they differ, nothing is signed and nothing published."""

import logging
from collections.abc import Callable

from dems_node.clock import find_seconds_behind

_LOGGER = logging.getLogger(__name__)


class ChainClock:
    """Compares this machine's clock (``now``, UTC s) with the newest block that it heard of. Tells a difference once."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._behind: int | None = None

    @property
    def seconds_behind(self) -> int | None:
        """By how many seconds this machine's clock is behind the chain's; None while they agree."""
        return self._behind

    def heard(self, block_time: int) -> None:
        """Take in the time (unix seconds) of the chain's newest block."""
        before, self._behind = self._behind, find_seconds_behind(self._now(), block_time)
        if self._behind is not None and before is None:
            _LOGGER.error(
                "This machine's clock is %d s behind the chain's: nothing is signed or published until they agree. Set "
                "it, or let it follow a time server",
                self._behind,
            )
        if self._behind is None and before is not None:
            _LOGGER.warning("The clocks agree again")
