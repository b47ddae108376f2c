"""``dems-community run``: the daemon, its log, its signals and its end."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator

from community.app import OperatorStopped, Serving, run_operator
from community.cli.keys import cabinet_of
from community.cli.terminal import EXPLAINED, complain
from community.configuration.model import CommunityConfiguration
from community.keys import OperatorKeys
from dems_node.configuration.values import ConfigurationError
from dems_node.keys.errors import KeysUnusable

_LOGGER = logging.getLogger(__name__)
_CHATTY = ("aiohttp", "asyncio")


def run(configuration: CommunityConfiguration) -> int:
    """Run until SIGINT or SIGTERM. Return 0, or 1 when the daemon could not start or a part of it ended for good."""
    configure_log(configuration.log_level)
    try:
        keys = cabinet_of(configuration).open()
    except KeysUnusable as error:
        complain(f"The operator's daemon cannot run: {error}")
        return 1
    try:
        asyncio.run(_run(configuration, keys))
    except ConfigurationError:
        raise
    except Exception as error:
        return _report(error)
    return 0


def configure_log(level: str) -> None:
    """Log to stderr; libraries only from WARNING on."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


async def _run(configuration: CommunityConfiguration, keys: OperatorKeys) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_operator(configuration, keys, stop, on_serving=_log_serving)
    _LOGGER.info("Stopped")


def _log_serving(serving: Serving) -> None:
    _LOGGER.info("Serving households on port %d; certificate %s", serving.port, serving.fingerprint.hex())


def _report(error: Exception) -> int:
    for cause in _causes(error):
        if isinstance(cause, (*EXPLAINED, OperatorStopped)):
            complain(f"The operator's daemon cannot run: {cause}")
        else:
            _LOGGER.critical("The daemon ends because of an unexpected error", exc_info=cause)
            complain(
                f"The daemon ends because of an unexpected error ({type(cause).__name__}); the log says more."
            )
    return 1


def _causes(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for cause in error.exceptions:
            yield from _causes(cause)
    else:
        yield error
