"""The announcement by zeroconf, so that Home Assistant finds the bridge by itself."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from openems_bridge.api.public_routes import API_VERSION
from openems_bridge.house_state import Identity

SERVICE_TYPE = "_dems-bridge._tcp.local."
_LONGEST_LABEL = 63
_LOGGER = logging.getLogger(__name__)


def service_name(identity: Identity) -> str:
    """Return the instance's name: what people see, made unique, within the 63 bytes of a label."""
    suffix = f" {identity.id[:6]}"
    room = _LONGEST_LABEL - len(suffix)
    readable = identity.name.replace(".", " ").encode()[:room].decode(errors="ignore")
    return f"{readable}{suffix}.{SERVICE_TYPE}"


def service_properties(identity: Identity) -> dict[str, str]:
    """Return the TXT record. ``fp`` is a hint for people and never trusted."""
    return {
        "id": identity.id,
        "name": identity.name[:60],
        "version": identity.version,
        "api": str(API_VERSION),
        "fp": identity.fingerprint.hex()[:16],
    }


@asynccontextmanager
async def announced(
    identity: Identity, port: int, interfaces: list[str] | None = None
) -> AsyncIterator[None]:
    """Announce the bridge while the context lasts.

    ``interfaces`` are addresses to announce on, None is all. A network on which this fails is told in the log: pairing
    by host name works without it.
    """
    try:
        zeroconf = (
            AsyncZeroconf(ip_version=IPVersion.V4Only)
            if interfaces is None
            else AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
        )
    except OSError as error:
        _LOGGER.warning("Not announced on the network (%s): give Home Assistant host and port by hand", error)
        yield
        return
    broadcast = None
    try:
        broadcast = await _register(zeroconf, identity, port, interfaces)
        yield
    finally:
        if broadcast is not None:
            broadcast.cancel()
            await asyncio.gather(broadcast, return_exceptions=True)
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


async def _register(
    zeroconf: AsyncZeroconf, identity: Identity, port: int, interfaces: list[str] | None
) -> asyncio.Future[object] | None:
    """Return the broadcast that goes on in the background, None where the network takes none."""
    info = AsyncServiceInfo(
        SERVICE_TYPE,
        service_name(identity),
        port=port,
        properties=service_properties(identity),
        server=f"dems-bridge-{identity.id[:12]}.local.",
        parsed_addresses=interfaces or _own_addresses(),
    )
    try:
        broadcast = await zeroconf.async_register_service(info, allow_name_change=True)
    except (OSError, ZeroconfError) as error:
        _LOGGER.warning("Not announced on the network (%r): give Home Assistant host and port by hand", error)
        return None
    return asyncio.ensure_future(broadcast)


def _own_addresses() -> list[str]:
    import ifaddr

    found = [
        str(address.ip)
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if address.is_IPv4 and not str(address.ip).startswith(("127.", "169.254."))
    ]
    return found or [socket.gethostbyname("localhost")]
