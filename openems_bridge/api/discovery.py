"""The announcement by zeroconf, so that Home Assistant finds the bridge by itself."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from openems_bridge.api.public_routes import API_VERSION
from openems_bridge.house_state import Identity

SERVICE_TYPE = "_dems-bridge._tcp.local."
ADDRESS_CHECK_SECONDS = 60.0
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


async def keep_announced(
    identity: Identity, port: int, host: str | None = None, *, check_seconds: float = ADDRESS_CHECK_SECONDS
) -> None:
    """Announce the bridge until cancelled, anew whenever this machine's addresses change.

    At boot the bridge is often up before the network is. ``host`` is the only address to announce, None all.
    """
    while True:
        addresses = await _addresses(host)
        if not addresses:
            await asyncio.sleep(check_seconds)
            continue
        async with announced(identity, port, addresses):
            while addresses == await _addresses(host):  # noqa: ASYNC110 - the system tells nobody
                await asyncio.sleep(check_seconds)
        _LOGGER.info("This machine's addresses changed: the bridge is announced anew")


@asynccontextmanager
async def announced(identity: Identity, port: int, addresses: list[str]) -> AsyncIterator[None]:
    """Announce the bridge at these IPv4 addresses while the context lasts.

    A network on which this fails is told in the log: pairing by host name works without it.
    """
    try:
        zeroconf = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
    except OSError as error:
        _LOGGER.warning("Not announced on the network (%s): give Home Assistant host and port by hand", error)
        yield
        return
    broadcast = None
    try:
        broadcast = await _register(zeroconf, identity, port, addresses)
        yield
    finally:
        if broadcast is not None:
            broadcast.cancel()
            await asyncio.gather(broadcast, return_exceptions=True)
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


async def _register(
    zeroconf: AsyncZeroconf, identity: Identity, port: int, addresses: list[str]
) -> asyncio.Future[object] | None:
    """Return the broadcast that goes on in the background, None where the network takes none."""
    info = AsyncServiceInfo(
        SERVICE_TYPE,
        service_name(identity),
        port=port,
        properties=service_properties(identity),
        server=f"dems-bridge-{identity.id[:12]}.local.",
        parsed_addresses=addresses,
    )
    try:
        broadcast = await zeroconf.async_register_service(info, allow_name_change=True)
    except (OSError, ZeroconfError) as error:
        _LOGGER.warning("Not announced on the network (%r): give Home Assistant host and port by hand", error)
        return None
    return asyncio.ensure_future(broadcast)


async def _addresses(host: str | None) -> list[str]:
    address = None if host is None else _address_of(host)
    if host is None or (address is not None and address.is_unspecified):
        return await asyncio.to_thread(_own_addresses)
    return [str(address)] if isinstance(address, ipaddress.IPv4Address) else []


def _address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _own_addresses() -> list[str]:
    found = {
        str(address.ip)
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if address.is_IPv4 and not str(address.ip).startswith(("127.", "169.254."))
    }
    return sorted(found)
