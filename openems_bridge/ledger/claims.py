"""Claims to the renewable-energy account: which difference of running registers can be opened next. Pure.

Source: docs/protocol.md section 13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.commitments import Opening, Register, sum_openings
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.conversions import to_opening
from dems_protocol.contracts.renewable_energy_account import Claim, ClaimFirst
from dems_protocol.contracts.structs import Anchor
from dems_protocol.readings import NO_READING
from openems_bridge.ledger.own_reading import OwnReading

HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """An own reading that the chain vouches for, with what shows it."""

    own: OwnReading
    anchor: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimablePeriod:
    """What can be claimed: the energy after ``first`` (None: from the meter's beginning) up to and with ``last``."""

    first: Anchored | None
    last: Anchored
    feed_in: Opening
    generation: Opening

    @property
    def watt_hours(self) -> int:
        """What is credited: the lesser of feed-in and generation."""
        return min(self.feed_in.value, self.generation.value)

    @property
    def first_slot(self) -> int:
        """The first slot of the period."""
        return self.last.own.slot if self.first is None else self.first.own.slot + 1

    @property
    def key(self) -> str:
        """What names the claim for good."""
        return f"claim:{self.first_slot}:{self.last.own.slot}"

    def call(self) -> Call[int]:
        """Return the call of the account's contract."""
        feed_in, generation = to_opening(self.feed_in), to_opening(self.generation)
        if self.first is None:
            return ClaimFirst(self.last.anchor, feed_in, generation)
        return Claim(self.first.anchor, self.last.anchor, feed_in, generation)


def next_period(
    anchored: Mapping[bytes, Anchored],
    readings: Mapping[bytes, OwnReading],
    *,
    watermark: int,
    slot_seconds: int,
    maximum_seconds: int,
    until: int | None = None,
) -> ClaimablePeriod | None:
    """Return the oldest period that can be claimed and is worth something, as long as the scheme lets it be.

    ``anchored`` are the readings that the chain vouches for, by their hashes; ``readings`` all readings that this bridge
    signed, which join them; ``watermark`` is the first slot that is not credited yet. The energy of a meter's very first
    reading is claimed by itself, because its registers begin with it. With ``until`` (UTC s) the period is over by then,
    and ends with a full hour wherever the scheme lets it.
    """
    for chain in _chains(readings):
        period = _period_in(chain, anchored, watermark, _Bounds(slot_seconds, maximum_seconds, until))
        if period is not None:
            return period
    return None


def _chains(readings: Mapping[bytes, OwnReading]) -> Sequence[Sequence[OwnReading]]:
    """Return the readings as chains, each following the one before, oldest first."""
    followers = {own.reading.previous: own for own in readings.values()}
    starts = [
        own
        for own in sorted(readings.values(), key=lambda one: one.slot)
        if own.reading.previous == NO_READING or own.reading.previous not in readings
    ]
    chains = []
    for start in starts:
        chain = [start]
        while (follower := followers.get(chain[-1].hash)) is not None:
            chain.append(follower)
        chains.append(chain)
    return chains


@dataclass(frozen=True, slots=True)
class _Bounds:
    slot_seconds: int
    maximum_seconds: int
    until: int | None

    def end(self, own: OwnReading) -> int:
        return (own.slot + 1) * self.slot_seconds

    def is_over(self, own: OwnReading) -> bool:
        return self.until is None or self.end(own) <= self.until

    def is_too_long(self, first: OwnReading, last: OwnReading) -> bool:
        seconds = (last.slot - first.slot) * self.slot_seconds
        return bool(self.maximum_seconds) and seconds > self.maximum_seconds

    def is_full(self, own: OwnReading) -> bool:
        return self.until is None or self.end(own) % HOUR_SECONDS == 0


def _period_in(
    chain: Sequence[OwnReading], anchored: Mapping[bytes, Anchored], watermark: int, bounds: _Bounds
) -> ClaimablePeriod | None:
    head = chain[0]
    is_first = head.reading.previous == NO_READING and head.hash in anchored and head.slot >= watermark
    if is_first and bounds.is_over(head):
        period = _period(None, anchored[head.hash], [head])
        if period.watt_hours:
            return period
    for start, first in enumerate(chain):
        if first.hash not in anchored or first.slot + 1 < watermark:
            continue
        end = _last_of(chain, start, anchored, bounds)
        if end is None:
            continue
        period = _period(anchored[first.hash], anchored[chain[end].hash], chain[start + 1 : end + 1])
        if period.watt_hours:
            return period
    return None


def _last_of(
    chain: Sequence[OwnReading], start: int, anchored: Mapping[bytes, Anchored], bounds: _Bounds
) -> int | None:
    """Return where the longest period after ``start`` ends: with a full hour, or, where none is near enough, with any slot.

    None where nothing can be claimed from here, or a full hour may still come.
    """
    full: int | None = None
    longest: int | None = None
    for end in range(start + 1, len(chain)):
        last = chain[end]
        if bounds.is_too_long(chain[start], last):
            return full if full is not None else longest
        if not bounds.is_over(last):
            break
        if last.hash in anchored:
            longest = end
            full = end if bounds.is_full(last) else full
    return full


def _period(first: Anchored | None, last: Anchored, readings: Sequence[OwnReading]) -> ClaimablePeriod:
    return ClaimablePeriod(
        first=first,
        last=last,
        feed_in=sum_openings(
            own.openings[register]
            for own in readings
            for register in (Register.FEED_IN_DELIVERED, Register.FEED_IN_REST)
        ),
        generation=sum_openings(own.openings[Register.GENERATION] for own in readings),
    )
