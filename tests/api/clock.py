"""A clock that moves only when told."""


class FakeClock:
    """Serves ``Clock``."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now
        self.up = 1000.0

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.up

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds
