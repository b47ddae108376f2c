"""What an audit remembers of other meters: enough to go on after a restart, and no more than that."""

from random import Random

from dems_protocol.leaves import Leaf
from dems_protocol.statements import Statement, build_tree
from openems_bridge.ledger import audit_memory
from openems_bridge.ledger.chain_events import Publication
from openems_bridge.ledger.slot_phase import ChainHead
from tests.community.households import Household
from tests.ledger.samples import DOMAIN, METER, TERMS, memory, signed


def test_a_followed_meter_keeps_its_last_readings_and_its_first_leaf() -> None:
    connection, reading = memory(), signed(100)
    for slot in range(100, 104):
        reading = signed(slot, reading if slot > 100 else None)
        leaf = Leaf(reading.reading, 3, reading.signature)
        tree = build_tree(DOMAIN, [leaf])
        publication = Publication(
            statement=Statement.of(slot, tree), published_at=slot * 900, published_block=slot
        )
        audit_memory.remember(
            connection, publication, [leaf], tree, own_meter=METER, slot_seconds=900, random=Random(1)
        )
    recalled = audit_memory.recall(connection)
    assert {one.slot for one in recalled.readings.values()} == {102, 103}
    assert reading.hash in recalled.readings
    earlier = recalled.leaves[METER]
    assert (earlier.slot, earlier.leaf.reading.slot, earlier.proof.index) == (100, 100, 0)
    assert earlier.anchor().published.published_block == 100

    audit_memory.settle_leaves(connection, TERMS, ChainHead(10**9, 10**6))
    assert audit_memory.recall(connection).leaves == {}, "the chain knows no such statement any more"


def test_a_large_community_is_shared_out() -> None:
    connection = memory()
    strangers = [Household(f"stranger {i}", DOMAIN) for i in range(6)]
    leaves = []
    for stranger in strangers:
        opened = stranger.build(100, None)
        leaves.append(Leaf(opened.reading, 1, stranger.sign(opened)))
    leaves.sort(key=lambda leaf: leaf.reading.meter)
    tree = build_tree(DOMAIN, leaves)
    publication = Publication(statement=Statement.of(100, tree), published_at=1, published_block=1)
    for _ in range(2):
        audit_memory.remember(
            connection,
            publication,
            leaves,
            tree,
            own_meter=METER,
            slot_seconds=900,
            random=Random(1),
            most=4,
        )
    followed = set(audit_memory.recall(connection).leaves)
    assert len(followed) == 3, "the own meter has its place, present or not"
    assert followed < {stranger.meter for stranger in strangers}
