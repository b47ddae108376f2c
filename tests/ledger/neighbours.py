"""What the tests on the chain begin with: several bridges that are members."""

from contextlib import AsyncExitStack

from openems_bridge.ledger.options import LedgerOptions
from tests.ledger.street import Bridge, Street


async def neighbours(
    stack: AsyncExitStack, street: Street, count: int, options: LedgerOptions | None = None
) -> list[Bridge]:
    """Let bridges join, and the slot begin in which all of them are members."""
    bridges = [
        await stack.enter_async_context(street.bridge(f"house {i}", options=options)) for i in range(count)
    ]
    for bridge in bridges:
        await street.town.anvil.fund(bytes.fromhex(bridge.keys.account.address[2:]))
        await bridge.step()
    await street.town.settle()
    await street.town.move_to(street.town.facts.grid.start(street.town.slot + 3))
    await street.town.settle()
    for bridge in bridges:
        await bridge.step()
    return bridges


async def close_slot(street: Street, bridges: list[Bridge], *, feed_in: int = 50) -> int:
    """Let the running slot end, and every bridge measure, sign and submit; return the slot."""
    slot = street.town.slot
    await street.town.end_slot(slot)
    for i, bridge in enumerate(bridges):
        await bridge.measure(slot, withdrawal=100 * (i + 1), feed_in=feed_in * i)
        await bridge.step()
    return slot
