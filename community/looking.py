"""How the operator's parts work: each looks again and again at what is to do, whatever fails on the way."""

import logging
from collections.abc import Awaitable, Callable

from dems_node.chain.errors import ChainError
from dems_node.database.errors import StoreError
from dems_node.outage import Outage


async def look_forever(
    name: str,
    logger: logging.Logger,
    look: Callable[[], Awaitable[None]],
    pause: Callable[[], Awaitable[None]],
) -> None:
    """Look, pause, and look again until cancelled; a chain or a disk that fails is told once and tried again.

    ``name`` begins the sentence that tells what is down.
    """
    outage = Outage(name, logger)
    while True:
        try:
            await look()
            outage.ends()
        except ChainError as error:
            outage.begins(error.problem, str(error))
        except StoreError as error:
            outage.begins("store", str(error))
        await pause()
