"""What a slot needs next."""

import pytest

from community.chain.slot_events import ChainSlot, DemandKey, PublishedStatement
from community.slots.steps import (
    AskFinality,
    Deadlines,
    Defend,
    LeaveUnnetted,
    Make,
    Moment,
    Open,
    Phase,
    Publish,
    Step,
    StoredSlot,
    Wait,
    next_steps,
    phase_of,
)
from dems_protocol.contracts.structs import Kind
from dems_protocol.netting import Netting
from dems_protocol.slots import SlotGrid
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import NO_SUMS

GRID = SlotGrid(900)
SLOT = 1000
END = GRID.end(SLOT)
DEADLINES = Deadlines(
    publish_after=720,
    catch_up=180,
    publish_seconds=900,
    publish_limit_seconds=604_800,
    challenge_seconds=3600,
)


def published(attempt: int = 0, at: int = END + 730) -> PublishedStatement:
    return PublishedStatement(Statement(SLOT, attempt, bytes(32), NO_SUMS, 0), at, 7, bytes(32))


def steps(
    after_end: float,
    chain: ChainSlot | None = None,
    *,
    serving_since: float = 0,
    made: int | None = None,
    final: bool = False,
    unnetted: str | None = None,
) -> tuple[Step, ...]:
    now = END + after_end
    stored = StoredSlot(made_attempt=made, final=final, unnetted_reason=unnetted)
    moment = Moment(now=now, block_time=int(now), serving_since=serving_since)
    return next_steps(SLOT, GRID, DEADLINES, chain or ChainSlot(), stored, moment)


def test_the_statement_is_made_before_households_may_include_directly() -> None:
    assert steps(719) == (Wait(),)
    assert steps(720) == (Make(0),)
    assert steps(720, made=0) == (Publish(0),)


def test_after_an_outage_households_get_time_to_hand_in() -> None:
    assert steps(5000, serving_since=END + 4900) == (Wait(),)
    assert steps(5080, serving_since=END + 4900) == (Make(0),)


def test_a_statement_that_was_made_is_published_although_it_is_late() -> None:
    assert steps(600_000, made=0) == (Publish(0),)
    assert steps(604_801, made=0) == (LeaveUnnetted("not_published_in_time"),)


def test_finality_is_asked_for_when_the_window_is_over() -> None:
    chain = ChainSlot(published=published())
    assert steps(730 + 3599, chain, made=0) == (Wait(),)
    assert steps(730 + 3600, chain, made=0) == (AskFinality(),)
    chain.extended_until = END + 9000
    assert steps(8999, chain, made=0) == (Wait(),)
    assert steps(9000, chain, made=0) == (AskFinality(),)
    assert steps(9000, chain, made=0, final=True) == (Open(),)


def test_demands_are_answered_and_keep_the_slot_open() -> None:
    demand = DemandKey(3, Kind.LEAF, 0)
    chain = ChainSlot(published=published(), demands={demand})
    assert steps(9000, chain, made=0) == (Defend((demand,), ()), Wait())


def test_a_void_is_replaced_once() -> None:
    assert steps(2000, ChainSlot(due_attempt=1), made=0) == (Make(1),)
    assert steps(2000, ChainSlot(due_attempt=1), made=1) == (Publish(1),)
    assert steps(2000, ChainSlot(due_attempt=2), made=1) == (LeaveUnnetted("voided_twice"),)


@pytest.mark.parametrize("chain", [ChainSlot(netting=Netting(1, 2)), ChainSlot(published=published())])
def test_a_closed_slot_needs_nothing(chain: ChainSlot) -> None:
    assert steps(99_999, chain, made=0, final=True, unnetted="too_few_owners") == ()


def test_phases() -> None:
    nothing, final = StoredSlot(), StoredSlot(made_attempt=0, final=True)
    on_chain = ChainSlot(published=published())
    assert phase_of(ChainSlot(), nothing) is Phase.OPEN
    assert phase_of(on_chain, nothing) is Phase.PUBLISHED
    assert phase_of(on_chain, final) is Phase.FINAL
    assert phase_of(ChainSlot(due_attempt=1), nothing) is Phase.VOIDED
    assert phase_of(on_chain, StoredSlot(unnetted_reason="too_few_owners")) is Phase.UNNETTED
    assert phase_of(ChainSlot(published=published(), netting=Netting(1, 1)), final) is Phase.OPENED
