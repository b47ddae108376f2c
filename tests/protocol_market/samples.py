"""A slot of the market with real keys, from which tests and vectors are made. All of it is deterministic."""

from eth_hash.auto import keccak

from dems_protocol.commitments import Pedersen
from dems_protocol.market.clearing import clear
from dems_protocol.market.figures import ClearedMarket
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf, ResultStatus, cleared_leaf
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.signatures import Scheme, SoftwareSigner
from dems_protocol.typed_data import LedgerDomain

MARKET = LedgerDomain(31337, bytes.fromhex("e7f1725e7734ce288f8367e1bb143e90bb3f0512"))
SLOT = 1_988_400
TERMS = Terms((ZoneTerms(1, 300_000, 80_000), ZoneTerms(7, 310_000, 75_000)), (0, 15_000, 20_000, 0))
HOUSEHOLDS = [
    SoftwareSigner.from_private_key(Scheme.SECP256K1, int.from_bytes(keccak(b"trader %d" % i)) >> 8)
    for i in range(4)
]


def make_order(index: int, side: OrderSide, quantity: int, limit: int, zone: int) -> Order:
    return Order(
        meter=(0x2000 + index).to_bytes(32),
        slot=SLOT,
        number=index % 8,
        side=side,
        quantity=quantity,
        battery=quantity // 3,
        limit=limit,
        zone=zone,
        salt=keccak(b"salt %d" % index),
    )


ORDERS = sorted(
    [
        make_order(0, OrderSide.BID, 1000, 200_000, 1),
        make_order(1, OrderSide.BID, 700, 150_000, 1),
        make_order(2, OrderSide.OFFER, 1500, 100_000, 7),
        make_order(3, OrderSide.OFFER, 400, -20_000, 7),
    ],
    key=Order.hash,
)
CLEARED = clear(TERMS, [found.terms() for found in ORDERS])


def signer_of(order: Order) -> SoftwareSigner:
    return HOUSEHOLDS[int.from_bytes(order.meter) - 0x2000]


def make_set() -> list[SetLeaf]:
    """Return the set's leaves in order."""
    return [
        SetLeaf(order.hash(), order.meter, signer_of(order).sign(MARKET.digest(order.seal().struct_hash())))
        for order in ORDERS
    ]


def make_results(pedersen: Pedersen, zone: int, cleared: ClearedMarket = CLEARED) -> list[ResultLeaf]:
    """Return a zone's results in order; the last is of an order that was never revealed."""
    figures = cleared.by_zone()[zone]
    leaves = [
        cleared_leaf(pedersen, order, figures.fill(order.terms())) for order in ORDERS if order.zone == zone
    ]
    return [*leaves, ResultLeaf(b"\xff" * 32, ResultStatus.UNREVEALED)]
