"""How long it takes to clear a slot: validity, clearing, exact prices, verification, every order's fill.

``python -m benchmarks.clearing [--orders N] [--zones Z]``. Prices, quantities and charges are drawn from a seed. What
is timed is what the operator does once all orders are revealed, but for the commitments of its results; orders arrive
decoded and hashed, as they were when they were received.
"""

import argparse
import json
import random
import sys
import time

from dems_protocol.market.clearing import clear
from dems_protocol.market.crossing import find_crossed
from dems_protocol.market.figures import ClearedMarket, find_clearing_faults
from dems_protocol.market.fills import OrderSide, OrderTerms
from dems_protocol.market.orders import Order
from dems_protocol.market.terms import LARGEST_ZONE_COUNT, Terms, ZoneTerms

SELL, BUY = 300_000, 80_000
SLOT = 1_988_400
LIMIT_SECONDS = 2.0


def draw_terms(zones: int, seed: random.Random) -> Terms:
    """Return terms with charges between 2 and 40 thousandths of a currency unit per kWh."""
    charges = [0 if a == b else seed.randrange(2_000, 40_000) for a in range(zones) for b in range(zones)]
    return Terms(tuple(ZoneTerms(1 + zone, SELL, BUY) for zone in range(zones)), tuple(charges))


def draw_orders(count: int, zones: int, seed: random.Random) -> list[tuple[bytes, Order, OrderTerms]]:
    """Return orders of as many households, one each; one in five at a round price, so that there are ties."""
    orders = []
    for index in range(count):
        limit = seed.randrange(BUY - 20_000, SELL + 20_000)
        quantity = seed.randrange(50, 3_000)
        order = Order(
            meter=(1 + index).to_bytes(32),
            slot=SLOT,
            number=0,
            side=seed.choice(list(OrderSide)),
            quantity=quantity,
            battery=seed.randrange(quantity),
            limit=round(limit, -4) if seed.random() < 0.2 else limit,
            zone=seed.randrange(1, zones + 1),
            salt=seed.randbytes(32),
        )
        orders.append((seed.randbytes(20), order, order.terms()))
    return orders


def clear_slot(terms: Terms, orders: list[tuple[bytes, Order, OrderTerms]]) -> ClearedMarket:
    """Do what is timed; fail if the result is not proven right."""
    crossed = find_crossed((household, order) for household, order, _ in orders)
    valid = [read for household, _, read in orders if household not in crossed]
    market = clear(terms, valid)
    faults = find_clearing_faults(market, terms, len(orders))
    faults += [fault for order in valid for fault in market.by_zone()[order.zone].find_order_faults(order)]
    fills = market.fills(valid)
    bought = sum(fills[order.hash] for order in valid if order.side is OrderSide.BID)
    if faults or bought != sum(zone.bought for zone in market.zones):
        raise AssertionError(f"the clearing is not right: {faults[:3]}, {bought} Wh bought")
    return market


def main() -> None:
    """Measure and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="how many (10,000)")
    parser.add_argument("--zones", type=int, default=10, help="how many (10)")
    arguments = parser.parse_args()
    if arguments.orders < 0 or not 0 < arguments.zones <= LARGEST_ZONE_COUNT:
        parser.error(f"--orders must not be negative, --zones must be 1 … {LARGEST_ZONE_COUNT}")
    seed = random.Random(4)
    terms = draw_terms(arguments.zones, seed)
    orders = draw_orders(arguments.orders, arguments.zones, seed)
    clear_slot(terms, orders[:100])
    start = time.perf_counter()
    market = clear_slot(terms, orders)
    seconds = time.perf_counter() - start
    bought = sum(zone.bought for zone in market.zones)
    flowing = sum(flow.energy for flow in market.flows)
    print(f"{bought} Wh bought, {flowing} Wh between zones; to reach: {LIMIT_SECONDS} s", file=sys.stderr)
    print(json.dumps({"orders": arguments.orders, "zones": arguments.zones, "seconds": round(seconds, 3)}))


if __name__ == "__main__":
    main()
