"""When what happens to a slot in the market (docs/market.md section 1). Pure."""

from dataclasses import dataclass

from dems_protocol.slots import SlotGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketWindows:
    """What was fixed when the market was deployed: seconds, blocks, money in micro-units."""

    gate_seconds: int
    direct_seconds: int
    set_challenge_seconds: int
    reveal_seconds: int
    publish_seconds: int
    result_challenge_seconds: int
    result_challenge_blocks: int
    answer_seconds: int
    answer_blocks: int
    order_deposit: int
    demand_bond: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTimes:
    """The moments of one slot, UTC s. Each is the first second at which what it is called after is over, or begins."""

    gate: int
    direct_until: int
    set_final: int
    reveal_until: int
    chain_reveal_until: int
    publish_until: int
    start: int
    end: int


def times_of(slot: int, grid: SlotGrid, windows: MarketWindows) -> SlotTimes:
    """Return the moments of a slot."""
    start = grid.start(slot)
    gate = start - windows.gate_seconds
    direct_until = gate + windows.direct_seconds
    set_final = direct_until + windows.set_challenge_seconds
    reveal_until = set_final + windows.reveal_seconds
    chain_reveal_until = reveal_until + windows.direct_seconds
    return SlotTimes(
        gate=gate,
        direct_until=direct_until,
        set_final=set_final,
        reveal_until=reveal_until,
        chain_reveal_until=chain_reveal_until,
        publish_until=chain_reveal_until + windows.publish_seconds,
        start=start,
        end=grid.end(slot),
    )


def first_open_slot(now: float, grid: SlotGrid, windows: MarketWindows) -> int:
    """Return the first slot whose gate has not come at ``now`` (UTC s)."""
    return grid.slot_at(now + windows.gate_seconds) + 1
