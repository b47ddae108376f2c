"""What an API controller does with values that clients wrote: keep them alive with one timer for all."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from openems_bridge.fake_edge.channels import WrongType


class ApiWorker:
    """The stored values of one API controller (facts/openems.md, Steering a battery, 1 to 4).

    Every stored value is written again in every cycle. **One timer serves all**: any write by any client keeps every
    value alive, and when ``timeout`` seconds pass without one, all of them clear together. A timeout of 0 is never.
    """

    def __init__(self, timeout: int) -> None:
        self.timeout = timeout
        self.run_failed = False
        self._values: dict[str, object] = {}
        self._written_at = 0

    @property
    def values(self) -> Mapping[str, object]:
        """The stored values by channel address."""
        return MappingProxyType(self._values)

    def write(self, address: str, value: object, now: int) -> None:
        """Store a value; None (and the empty text, as REST sends it) removes it. Restarts the timer in any case."""
        self._written_at = now
        if value is None or value == "":
            self._values.pop(address, None)
        else:
            self._values[address] = value

    def clear(self) -> None:
        """Forget everything, as a restart of the controller does."""
        self._values.clear()
        self.run_failed = False

    def run(self, now: int, apply: Callable[[str, object], None]) -> None:
        """Hand every stored value to its channel, once a cycle.

        A value of the wrong type stops the controller there (``RunFailed``), until it is replaced or times out: the
        values stored after it are not written either.
        """
        if self.timeout > 0 and now - self._written_at >= self.timeout:
            self._values.clear()
        self.run_failed = False
        for address, value in list(self._values.items()):
            try:
                apply(address, value)
            except WrongType:
                self.run_failed = True
                return
