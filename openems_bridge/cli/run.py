"""``openems-bridge run``: the daemon, its log, its signals and its end."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator

from dems_node.configuration.values import ConfigurationError
from dems_node.database.errors import StoreError
from dems_node.https.server import PortTaken
from dems_node.https.tls import CertificateUnusable
from openems_bridge.app import BridgeStopped, Serving, run_bridge
from openems_bridge.cli.terminal import complain
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.data_folder import DataFolderUnusable

_LOGGER = logging.getLogger(__name__)
_EXPLAINED = (BridgeStopped, CertificateUnusable, DataFolderUnusable, PortTaken, StoreError)
_CHATTY = ("aiohttp", "asyncio", "pymodbus", "zeroconf")


def run(configuration: BridgeConfiguration) -> int:
    """Run until SIGINT or SIGTERM. Return 0, or 1 when the bridge could not start or a part of it ended for good."""
    configure_log(configuration.log_level)
    try:
        asyncio.run(_run(configuration))
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


async def _run(configuration: BridgeConfiguration) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_bridge(configuration, stop, on_serving=_log_serving)
    _LOGGER.info("Stopped")


def _log_serving(serving: Serving) -> None:
    _LOGGER.info(
        "Serving Home Assistant on port %d; certificate %s. To pair: openems-bridge pair",
        serving.port,
        serving.fingerprint.hex(),
    )


def _report(error: Exception) -> int:
    for cause in _causes(error):
        if isinstance(cause, _EXPLAINED):
            complain(f"The bridge cannot run: {cause}")
        else:
            _LOGGER.critical("The bridge ends because of an unexpected error", exc_info=cause)
            complain(f"The bridge ends because of an unexpected error: {cause!r}")
    return 1


def _causes(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for cause in error.exceptions:
            yield from _causes(cause)
    else:
        yield error
