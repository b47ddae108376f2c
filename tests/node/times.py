"""A clock in the test's hand."""


class HandClock:
    """UTC and monotonic seconds that only a test moves."""

    def __init__(self, now: float = 1_795_132_800.0) -> None:
        self.now = now

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now
