"""A counter that resets, dips, steps back, glitches and falls silent becomes energy that only grows.

The idea: what the counter shows, plus an offset, is the household's total. Such an offset is a *track*. A reset or a
step back begins a new track whose offset continues the total where it stands; the tracks that were left are
remembered for an hour. If the counter turns up again where a left track would be, it had only dipped, and that track's
own offset goes on: the energy counted meanwhile is then contained in it and cannot be counted twice. A rise that no
household can have used is believed when three values agree; it is the end of a dip, or else a new track. The total is
the greatest value that any track has reached, so it never falls.
"""

from dataclasses import dataclass, replace

MS_PER_HOUR = 3_600_000
_REMEMBERED_MS = MS_PER_HOUR
_REMEMBERED = 3
_CONFIRMATIONS = 3
_COARSE_MS = MS_PER_HOUR
_NO_PAUSE_MS = 15_000
_FRESH_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausibility:
    """What a household can use at most: ``power_w`` W, and ``margin_wh`` Wh for time stamps that are not exact."""

    power_w: int = 100_000
    margin_wh: int = 250

    def energy(self, milliseconds: int) -> int:
        """Return the most energy (Wh) in a time span; 0 for a span that runs backwards."""
        return max(0, milliseconds) * self.power_w // MS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Track:
    """``value + offset`` is the household's total (Wh) as this track has it."""

    value: int
    offset: int


@dataclass(frozen=True, slots=True)
class LeftTrack:
    """A track that the counter has left, at ``left_at`` (UTC ms), to show ``left_for`` instead."""

    track: Track
    left_at: int
    left_for: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value too high to be believed yet: the first one seen, the last one, when, and how many agreed."""

    first: int
    last: int
    at: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterState:
    """All there is to know about one counter. Times are UTC ms, energies Wh."""

    track: Track
    total: int
    seen_at: int
    """When a value was last believed."""
    changed_at: int
    """When the value last moved: counters of coarse resolution stand still for minutes."""
    left: tuple[LeftTrack, ...] = ()
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one value of the counter meant."""

    state: CounterState
    energy: int = 0
    """Wh since the value believed before, >= 0."""
    believed: bool = True
    """False: the value told nothing (yet)."""
    continuous: bool = True
    """False: energy may be missing that the counter cannot tell (it was reset, or replaced)."""


def begin(value: int, at: int, total: int = 0) -> CounterState:
    """Return the state after a counter's first value (Wh) at ``at`` (UTC ms), with a total that goes on from before.

    Raises ValueError for a negative value.
    """
    if value < 0:
        raise ValueError(f"a counter cannot show {value} Wh")
    return CounterState(track=Track(value, total - value), total=total, seen_at=at, changed_at=at)


def count(state: CounterState, value: int | None, at: int, rules: Plausibility) -> Count:
    """Take the counter's next value, Wh or None for unknown, at ``at`` (UTC ms; the clock may have jumped)."""
    if value is None or value < 0:
        return Count(state=state, believed=False)
    state = _forget_old_tracks(state, at)
    last = state.track.value
    returned_to = _returned_to(state, value, at, rules)
    if value >= last:
        if value - last > _most_since(state, at, rules):
            return _doubt(state, returned_to, value, at, rules)
        if returned_to is not None and _recovers(state, returned_to, value - last, at):
            return _return(state, returned_to, value, at)
        return _go_on(state, value, at)
    if returned_to is not None:
        return _return(state, returned_to, value, at)
    # Far below the last value, and no more than can have come together since: counted from zero again.
    is_reset = value <= rules.energy(at - state.seen_at) and 2 * value <= last
    offset = state.total if is_reset else state.total - value
    return _begin_track(state, Track(value, offset), value, at)


def add(state: CounterState, energy: int) -> CounterState:
    """Return the state with energy (Wh) that is known from elsewhere and that the counter has missed."""
    track = replace(state.track, offset=state.track.offset + energy)
    return replace(state, track=track, total=state.total + energy)


def _most_since(state: CounterState, at: int, rules: Plausibility) -> int:
    since = max(at - state.seen_at, min(at - state.changed_at, _COARSE_MS))
    return rules.energy(since) + rules.margin_wh


def _forget_old_tracks(state: CounterState, at: int) -> CounterState:
    kept = tuple(left for left in state.left if abs(at - left.left_at) <= _REMEMBERED_MS)
    return state if len(kept) == len(state.left) else replace(state, left=kept)


def _returned_to(state: CounterState, value: int, at: int, rules: Plausibility) -> LeftTrack | None:
    """Return the left track that a value would continue, if there is one."""
    for left in state.left:
        ahead = value + left.track.offset - state.total
        most = rules.energy(at - left.left_at) + rules.margin_wh
        if value >= left.track.value and -rules.margin_wh <= ahead <= most:
            return left
    return None


def _recovers(state: CounterState, left: LeftTrack, rise: int, at: int) -> bool:
    """Tell whether a rise that could be energy is rather the end of a dip: it is at least as large as the dip.

    After a pause so much may well have been used: then only a dip that was fresh when it was last seen counts as one.
    """
    if not rise >= left.track.value - left.left_for > 0:
        return False
    return at - state.seen_at <= _NO_PAUSE_MS or state.seen_at - left.left_at <= _FRESH_MS


def _go_on(state: CounterState, value: int, at: int) -> Count:
    track = Track(value, state.track.offset)
    return _believe(state, track, at, state.left, changed=value != state.track.value)


def _return(state: CounterState, left: LeftTrack, value: int, at: int) -> Count:
    # The dip's own track is forgotten: a later step back to about there is another event.
    others = tuple(other for other in state.left if other is not left)
    return _believe(state, Track(value, left.track.offset), at, others, changed=True)


def _begin_track(state: CounterState, track: Track, first: int, at: int) -> Count:
    remembered = (LeftTrack(state.track, at, first), *state.left)[:_REMEMBERED]
    return replace(_believe(state, track, at, remembered, changed=True), continuous=False)


def _doubt(
    state: CounterState, returned_to: LeftTrack | None, value: int, at: int, rules: Plausibility
) -> Count:
    before = state.candidate
    if before is None or not 0 <= value - before.last <= rules.energy(at - before.at) + rules.margin_wh:
        return Count(state=replace(state, candidate=Candidate(value, value, at, 1)), believed=False)
    candidate = Candidate(before.first, value, at, before.seen + 1)
    if candidate.seen < _CONFIRMATIONS:
        return Count(state=replace(state, candidate=candidate), believed=False)
    if returned_to is not None:
        return _return(state, returned_to, value, at)
    # Nobody can have used that much: the counter was replaced or restored, and goes on from its first such value.
    return _begin_track(state, Track(value, state.total - candidate.first), candidate.first, at)


def _believe(
    state: CounterState, track: Track, at: int, left: tuple[LeftTrack, ...], *, changed: bool
) -> Count:
    total = max(state.total, track.value + track.offset)
    following = CounterState(
        track=track,
        total=total,
        seen_at=at,
        changed_at=at if changed else state.changed_at,
        left=left,
    )
    return Count(state=following, energy=total - state.total)
