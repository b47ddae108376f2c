"""Slots: the quarter hours (or demo minutes) that every reading, order, price and result belongs to."""

from dataclasses import dataclass

DEFAULT_SLOT_SECONDS = 900
SHORTEST_SLOT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SlotGrid:
    """The division of UTC into slots: ``slot = unix_time // seconds`` (DESIGN.md, Words and units).

    Raises ValueError for a length under 60 s or one that does not divide an hour: a slot must never straddle
    two hours, because statistics and certificates are kept by the hour.
    """

    seconds: int = DEFAULT_SLOT_SECONDS

    def __post_init__(self) -> None:
        if self.seconds < SHORTEST_SLOT_SECONDS or 3600 % self.seconds:
            raise ValueError(f"slot_seconds must be at least 60 and divide 3600, not {self.seconds}")

    def slot_at(self, unix_time: float) -> int:
        """Return the slot that contains a moment given in UTC seconds."""
        return int(unix_time // self.seconds)

    def start(self, slot: int) -> int:
        """Return the first second (UTC) of a slot."""
        return slot * self.seconds

    def end(self, slot: int) -> int:
        """Return the first second (UTC) after a slot."""
        return (slot + 1) * self.seconds
