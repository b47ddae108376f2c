"""What follows from what the chain and the operator said: phases, settlements, direct inclusion. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.contracts.structs import Finding
from dems_protocol.leaves import Leaf, MeterRecord
from dems_protocol.netting import Netting
from dems_protocol.readings import SlotEnergy
from dems_protocol.sealing import OperatorKey, seal
from dems_protocol.statements import Statement, build_tree
from openems_bridge.ledger import settlement
from openems_bridge.ledger.anchoring import (
    AnchorStatus,
    anchoring_of,
    is_refusal_justified,
    wants_inclusion,
)
from openems_bridge.ledger.chain_events import IncludedDirectly, Publication, SlotOnChain
from openems_bridge.ledger.own_reading import Delivery, OwnReading, Refusal
from openems_bridge.ledger.settlement import Settlement, settle
from openems_bridge.ledger.slot_phase import ChainHead, Phase, is_includable, phase_of
from openems_bridge.ledger.verdicts import CheckedStatement, FoundFault
from tests.ledger.samples import DOMAIN, KEY, PEDERSEN, RECORD, SECRET, TERMS, memory, signed

SLOT = 100
END = (SLOT + 1) * 900
OWN = replace(signed(SLOT), delivery=Delivery.RECEIVED, received_at=END + 10, tried_at=float(END + 9))
TREE = build_tree(DOMAIN, [Leaf(OWN.reading, 3, OWN.signature)])
STATEMENT = Statement.of(SLOT, TREE)
MANY = replace(STATEMENT, sums=replace(STATEMENT.sums, withdrawal_owners=6, feed_in_owners=6))
PUBLICATION = Publication(statement=MANY, published_at=END + 800, published_block=50)
PUBLISHED = SlotOnChain(slot=SLOT, publication=PUBLICATION)
EMPTY = SlotOnChain(slot=SLOT)


def head(seconds: int, blocks: int = 0) -> ChainHead:
    """Return a head so long after publication."""
    return ChainHead(PUBLICATION.published_at + seconds, PUBLICATION.published_block + blocks)


def checked(*codes: str, own: bool = False) -> CheckedStatement:
    return CheckedStatement(
        statement_hash=MANY.struct_hash(),
        slot=SLOT,
        attempt=0,
        findings=tuple(FoundFault(code, {}) for code in codes),
        leaves=1,
        own=(Leaf(OWN.reading, 3, OWN.signature), TREE.prove(0)) if own else None,
        operator_signature=None,
        checked_at=0.0,
    )


def included() -> SlotOnChain:
    sealed = seal(SECRET, OWN.reading, OWN.openings, OperatorKey(99).public)
    one = IncludedDirectly(reading=OWN.reading, sealed=sealed, included_at=1, included_block=1)
    return replace(PUBLISHED, inclusions=(one,))


@pytest.mark.parametrize(
    ("chain", "now", "phase"),
    [
        (EMPTY, ChainHead(END + 900, 1), Phase.OPEN),
        (EMPTY, ChainHead(END + 604_801, 1), Phase.UNNETTED),
        (PUBLISHED, head(3599, 240), Phase.PUBLISHED),
        (PUBLISHED, head(3600, 239), Phase.PUBLISHED),
        (PUBLISHED, head(3600, 240), Phase.FINAL),
        (replace(PUBLISHED, extended=(END + 9000, 10)), head(3600, 240), Phase.PUBLISHED),
        (PUBLISHED, head(3600 + 86_400, 240 + 5760), Phase.UNNETTED),
        (PUBLISHED, head(3600 + 86_400, 240 + 5759), Phase.FINAL),
        (replace(PUBLISHED, netting=Netting(1, 1)), head(9_999_999, 99_999), Phase.OPENED),
        (
            replace(EMPTY, voids=(Finding.WRONG_LEAF,), voided=(END, 5)),
            ChainHead(END + 3600, 244),
            Phase.VOIDED,
        ),
        (
            replace(EMPTY, voids=(Finding.WRONG_LEAF,), voided=(END, 5)),
            ChainHead(END + 3600, 245),
            Phase.UNNETTED,
        ),
        (
            replace(EMPTY, voids=(Finding.WRONG_LEAF, Finding.WRONG_NODE), voided=(END, 5)),
            ChainHead(END, 5),
            Phase.UNNETTED,
        ),
    ],
)
def test_the_phase_needs_time_and_blocks(chain: SlotOnChain, now: ChainHead, phase: Phase) -> None:
    assert phase_of(chain, TERMS, now) is phase


def test_too_few_owners_are_never_netted() -> None:
    alone = replace(PUBLISHED, publication=replace(PUBLICATION, statement=STATEMENT))
    assert phase_of(alone, TERMS, head(3600, 240)) is Phase.UNNETTED


@pytest.mark.parametrize(
    ("own", "chain", "verdict", "now", "wanted"),
    [
        (OWN, PUBLISHED, checked("excluded"), head(10), True),
        (OWN, PUBLISHED, checked(own=True), head(10), False),
        (OWN, PUBLISHED, None, head(10), False),
        (OWN, PUBLISHED, checked("excluded"), head(3600, 240), False),
        (OWN, PUBLISHED, checked("other_leaves"), head(10), False),
        (OWN, PUBLISHED, checked("other_leaves"), head(1800), True),
        (OWN, included(), checked("excluded"), head(10), False),
        (replace(OWN, delivery=Delivery.LATE, received_at=None), PUBLISHED, checked(), head(10), False),
        (OWN, EMPTY, None, ChainHead(END + 7200, 1), False),
        (OWN, EMPTY, None, ChainHead(END + 604_800 - 60, 1), True),
        (OWN, EMPTY, None, ChainHead(END + 604_801, 1), False),
        (
            replace(OWN, delivery=Delivery.SIGNED, received_at=None, tried_at=END + 899.0),
            PUBLISHED,
            checked(),
            head(10),
            True,
        ),
        (
            replace(OWN, delivery=Delivery.SIGNED, received_at=None, tried_at=END + 901.0),
            PUBLISHED,
            checked(),
            head(10),
            False,
        ),
        (
            replace(
                OWN, delivery=Delivery.REFUSED, received_at=None, refusal=Refusal("bad-signature", {}, False)
            ),
            PUBLISHED,
            checked(),
            head(10),
            True,
        ),
        (
            replace(
                OWN, delivery=Delivery.REFUSED, received_at=None, refusal=Refusal("bad-signature", {}, True)
            ),
            PUBLISHED,
            checked(),
            head(10),
            False,
        ),
    ],
)
def test_direct_inclusion_is_for_who_was_in_time_and_left_out(
    own: OwnReading, chain: SlotOnChain, verdict: CheckedStatement | None, now: ChainHead, wanted: bool
) -> None:
    assert wants_inclusion(own, chain, verdict, TERMS, now) is wanted


def test_before_the_due_time_nobody_includes() -> None:
    assert not is_includable(EMPTY, TERMS, ChainHead(END + 899, 1))
    assert is_includable(EMPTY, TERMS, ChainHead(END + 900, 1))


@pytest.mark.parametrize(
    ("own", "chain", "verdict", "status", "code"),
    [
        (replace(OWN, delivery=Delivery.SIGNED), EMPTY, None, AnchorStatus.WAITING, None),
        (OWN, EMPTY, None, AnchorStatus.RECEIVED, None),
        (OWN, PUBLISHED, None, AnchorStatus.PUBLISHED, None),
        (OWN, PUBLISHED, checked(own=True), AnchorStatus.VERIFIED, None),
        (OWN, PUBLISHED, checked("excluded"), AnchorStatus.EXCLUDED, "excluded"),
        (OWN, PUBLISHED, checked("wrong_leaf", own=True), AnchorStatus.NOT_VERIFIED, "wrong_leaf"),
        (OWN, included(), checked("excluded"), AnchorStatus.INCLUDED, None),
        (replace(OWN, delivery=Delivery.LATE), PUBLISHED, checked(), AnchorStatus.LATE, None),
    ],
)
def test_how_a_reading_stands(
    own: OwnReading,
    chain: SlotOnChain,
    verdict: CheckedStatement | None,
    status: AnchorStatus,
    code: str | None,
) -> None:
    anchoring = anchoring_of(own, chain, verdict)
    assert anchoring.status is status
    assert (anchoring.reason.code if anchoring.reason else None) == code


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
)
def test_inside_and_outside_add_up_to_the_reading(
    withdrawal: int, feed_in: int, other_withdrawal: int, other_feed_in: int
) -> None:
    energy = SlotEnergy(withdrawal_rest=withdrawal, feed_in_rest=feed_in)
    netting = Netting(withdrawal + other_withdrawal, feed_in + other_feed_in)
    result = settle(SLOT, Phase.OPENED, energy, netting, takes_part=True)
    assert result.withdrawal_inside is not None
    assert result.withdrawal_outside is not None
    assert result.feed_in_inside is not None
    assert result.feed_in_outside is not None
    assert result.withdrawal_inside + result.withdrawal_outside == withdrawal
    assert result.feed_in_inside + result.feed_in_outside == feed_in
    assert max(result.withdrawal_inside, result.feed_in_inside) <= netting.matched
    assert result.share is None or 0 <= result.share <= 1
    alone = settle(SLOT, Phase.OPENED, energy, netting, takes_part=False)
    assert (alone.withdrawal_inside, alone.withdrawal_outside) == (0, withdrawal)


def test_a_settlement_is_rewritten_with_a_higher_revision() -> None:
    connection = memory()
    open_ = Settlement(slot=SLOT, phase=Phase.PUBLISHED)
    assert settlement.keep(connection, open_, 1.0) == open_
    assert settlement.keep(connection, open_, 2.0) is None, "nothing new"
    energy = SlotEnergy(withdrawal_rest=10, feed_in_rest=4)
    opened = settle(SLOT, Phase.OPENED, energy, Netting(10, 5), takes_part=True)
    kept = settlement.keep(connection, opened, 3.0, anchored=energy)
    assert kept == replace(opened, revision=1)
    assert settlement.unsettled(connection, 0) == []
    voided = Settlement(slot=SLOT, phase=Phase.VOIDED)
    assert settlement.keep(connection, voided, 4.0) == replace(voided, revision=2)
    assert settlement.unsettled(connection, 0) == [SLOT]
    assert settlement.renewable_since(connection, 0) == 0, "what fell is not credited"


def test_the_newest_settlements_come_without_a_first_slot() -> None:
    connection = memory()
    for slot in range(5):
        settlement.keep(connection, Settlement(slot=slot, phase=Phase.OPEN), 1.0)

    def slots(found: Sequence[Settlement]) -> list[int]:
        return [one.slot for one in found]

    assert slots(settlement.page(connection, None, None, 2)) == [3, 4]
    assert slots(settlement.page(connection, 1, None, 2)) == [1, 2]
    assert slots(settlement.page(connection, 1, 1, 9)) == [1]


@pytest.mark.parametrize(
    ("code", "params", "record", "justified"),
    [
        ("bad-signature", {}, RECORD, False),
        ("bad-signature", {}, None, True),
        ("wrong-key", {}, RECORD, False),
        ("bad-opening", {"register": "generation"}, RECORD, False),
        ("bad-point", {}, RECORD, False),
        ("above-plant", {"register": "feed_in"}, RECORD, False),
        ("above-plant", {"register": "generation"}, MeterRecord(b"\x33" * 20, KEY.public_key, 100), True),
        ("above-plant", {"register": "withdrawal"}, RECORD, True),
        ("broken-chain", {}, RECORD, True),
        ("because-i-say-so", {}, RECORD, False),
    ],
)
def test_which_refusals_are_without_cause(
    code: str, params: dict[str, str], record: MeterRecord | None, justified: bool
) -> None:
    assert (
        is_refusal_justified(
            code, params, OWN, record, pedersen=PEDERSEN, domain=DOMAIN, terms=TERMS, battery_power=0
        )
        is justified
    )
