"""The market's vectors that Python and Solidity share: `python -m tests.protocol_market.vectors` writes vectors.json.

Words are 0x-strings of 32 bytes, structs `encoded` as Solidity's abi.encode. Everything is derived from labels, so a
vector changes only if the protocol does.
"""

import json
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from dems_protocol.commitments import Pedersen, sum_openings
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import build_set_tree
from dems_protocol.market.orders import EncryptionKey, Order, OrderReceipt, RevealReceipt
from dems_protocol.market.results import build_result_tree, result_blinding, result_openings
from dems_protocol.sum_tree import Node, SumTree
from tests.protocol_market.samples import (
    CLEARED,
    MARKET,
    ORDERS,
    SLOT,
    TERMS,
    make_results,
    make_set,
)

PATH = Path(__file__).with_name("vectors.json")
ZONE_TYPE = (
    "(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,"
    "uint256[4],uint32)"
)
CLEARING_TYPE = f"(uint64,{ZONE_TYPE}[],(uint32,uint32,uint64)[])"

type Json = dict[str, Any]


def build_vectors() -> Json:
    """Return all vectors as JSON values."""
    pedersen = Pedersen()
    leaves = make_set()
    set_tree = build_set_tree(MARKET, SLOT, leaves)
    clearing = encode([CLEARING_TYPE], [_clearing(pedersen)])
    order = ORDERS[0]
    return {
        "constants": {
            "chainId": MARKET.chain_id,
            "market": "0x" + MARKET.ledger.hex(),
            "slot": SLOT,
            "domainSeparator": _hex(MARKET.separator()),
        },
        "terms": {"encoded": _hex(TERMS.encode()), "hash": _hex(TERMS.hash())},
        "orders": [_order(found) for found in ORDERS],
        "receipts": {
            "receivedAt": 1_789_560_000,
            "order": _hex(OrderReceipt(order.hash(), order.meter, SLOT, 1_789_560_000).struct_hash()),
            "reveal": _hex(RevealReceipt(order.hash(), SLOT, 1_789_560_000).struct_hash()),
            "encryptionKey": _hex(EncryptionKey(order.meter, order.salt, SLOT).struct_hash()),
        },
        "set": {
            "leaves": [
                {"encoded": _hex(leaf.encode()), "hash": _hex(set_tree.node(0, place).hash)}
                for place, leaf in enumerate(leaves)
            ],
            "root": _hex(set_tree.root.hash),
            "descent": _descent(set_tree, 1),
        },
        "zones": [_results(pedersen, zone.zone) for zone in CLEARED.zones],
        "clearing": {"encoded": _hex(clearing), "hash": _hex(keccak(clearing))},
    }


def render(vectors: Json) -> str:
    """Return the file's text."""
    return json.dumps(vectors, indent=1) + "\n"


def _hex(value: int | bytes) -> str:
    return "0x" + (value.to_bytes(32) if isinstance(value, int) else value).hex()


def _order(order: Order) -> Json:
    figures = CLEARED.by_zone()[order.zone]
    filled = figures.fill(order.terms())
    return {
        "encoded": _hex(order.encode()),
        "hash": _hex(order.hash()),
        "sealed": _hex(order.seal().struct_hash()),
        "zone": [found.zone for found in CLEARED.zones].index(order.zone),
        "filled": filled,
        "blinding": _hex(result_blinding(order.salt, SLOT, order.side, filled)),
        "otherBlinding": _hex(result_blinding(order.salt, SLOT, OrderSide(1 - order.side), 0)),
    }


def _descent(tree: SumTree, index: int) -> str:
    return "0x" + b"".join(_children(step.left, step.right) for step in tree.descend(0, index)).hex()


def _children(left: Node, right: Node) -> bytes:
    return left.encode() + right.encode()


def _results(pedersen: Pedersen, zone: int) -> Json:
    leaves = make_results(pedersen, zone)
    tree = build_result_tree(MARKET, SLOT, zone, leaves)
    return {
        "zone": zone,
        "leaves": [
            {"encoded": _hex(leaf.encode()), "hash": _hex(tree.node(0, place).hash)}
            for place, leaf in enumerate(leaves)
        ],
        "root": _hex(tree.root.hash),
    }


def _clearing(pedersen: Pedersen) -> tuple[Any, ...]:
    zones = []
    for found in CLEARED.zones:
        own = [order for order in ORDERS if order.zone == found.zone]
        openings = [result_openings(order, found.fill(order.terms())) for order in own]
        leaves = make_results(pedersen, found.zone)
        root = build_result_tree(MARKET, SLOT, found.zone, leaves).root
        zones.append(
            (
                found.zone,
                found.price,
                found.lower,
                found.upper,
                found.lower_order,
                found.upper_order,
                found.bid_ratio,
                found.offer_ratio,
                found.bought,
                found.sold,
                sum_openings(pair[0] for pair in openings).blinding,
                sum_openings(pair[1] for pair in openings).blinding,
                found.utility_sold,
                found.utility_bought,
                root.hash,
                (*root.sums.withdrawal, *root.sums.feed_in),
                len(leaves),
            )
        )
    return SLOT, zones, [(flow.start, flow.end, flow.energy) for flow in CLEARED.flows]


if __name__ == "__main__":
    PATH.write_text(render(build_vectors()))
