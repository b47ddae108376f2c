"""The client by itself: what it tells apart, and that nothing is said before the certificate was checked."""

import asyncio
import socket
from unittest.mock import MagicMock

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from custom_components.dems.client import BridgeClient, read_fingerprint
from custom_components.dems.errors import BridgeProblem, CannotConnect, CertificateChanged, Unauthorized

from .bridge import TOKEN, Certificate, FakeBridge


def _client(hass: HomeAssistant, bridge: FakeBridge, fingerprint: str, token: str = TOKEN) -> BridgeClient:
    session = async_get_clientsession(hass, verify_ssl=False)
    return BridgeClient(session, "127.0.0.1", bridge.port, fingerprint, token)


async def test_fingerprint_is_read_without_saying_anything(hass: HomeAssistant, bridge: FakeBridge) -> None:
    session = async_get_clientsession(hass, verify_ssl=False)
    assert await read_fingerprint(session, "127.0.0.1", bridge.port) == bridge.certificate.fingerprint
    assert bridge.calls == []


async def test_server_without_tls_has_no_fingerprint(hass: HomeAssistant) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(CannotConnect):
        await read_fingerprint(async_get_clientsession(hass, verify_ssl=False), "127.0.0.1", port)
    server.close()


async def test_answer_without_a_certificate_is_no_bridge() -> None:
    with pytest.raises(CannotConnect, match="does not speak TLS"):
        await read_fingerprint(MagicMock(), "bridge", 8484)


async def test_nothing_is_said_to_another_certificate(
    hass: HomeAssistant, bridge: FakeBridge, other_certificate: Certificate
) -> None:
    client = _client(hass, bridge, other_certificate.fingerprint)
    with pytest.raises(CertificateChanged) as changed:
        await client.state()
    assert changed.value.presented == bridge.certificate.fingerprint
    with pytest.raises(CertificateChanged):
        await anext(client.messages(10))
    assert bridge.calls == []


class TwoAddresses(AbstractResolver):
    """Finds the host at two addresses, of which only the first answers."""

    def __init__(self, port: int) -> None:
        self._ports = (port, 1)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=one, family=socket.AF_INET, proto=0, flags=0)
            for one in self._ports
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def test_wrong_certificate_is_not_hidden_by_an_address_that_does_not_answer(
    bridge: FakeBridge, other_certificate: Certificate
) -> None:
    """Such as a name with an IPv4 and an IPv6 address, where the bridge listens on one of them."""
    connector = TCPConnector(resolver=TwoAddresses(bridge.port), use_dns_cache=False)
    async with ClientSession(connector=connector) as session:
        assert await read_fingerprint(session, "bridge.lan", 8484) == bridge.certificate.fingerprint
        stranger = BridgeClient(session, "bridge.lan", 8484, other_certificate.fingerprint, TOKEN)
        with pytest.raises(CertificateChanged) as changed:
            await stranger.state()
        assert changed.value.presented == bridge.certificate.fingerprint
        right = BridgeClient(session, "bridge.lan", 8484, bridge.certificate.fingerprint, TOKEN)
        assert (await right.state())["grid"]["power"] == -1200


async def test_a_checked_connection_is_not_lent_to_another_pin(
    hass: HomeAssistant, bridge: FakeBridge, other_certificate: Certificate
) -> None:
    """Home Assistant's session keeps connections open; one that was checked for one pin serves no other."""
    await _client(hass, bridge, bridge.certificate.fingerprint).info()
    with pytest.raises(CertificateChanged):
        await _client(hass, bridge, other_certificate.fingerprint).info()


async def test_revoked_token(hass: HomeAssistant, bridge: FakeBridge) -> None:
    client = _client(hass, bridge, bridge.certificate.fingerprint, "another")
    with pytest.raises(Unauthorized):
        await client.state()
    with pytest.raises(Unauthorized):
        await anext(client.messages(10))


async def test_secrets_are_in_no_error(hass: HomeAssistant, bridge: FakeBridge) -> None:
    client = _client(hass, bridge, bridge.certificate.fingerprint)
    with pytest.raises(BridgeProblem) as problem:
        await client.command_battery(1, 1, None)
    assert (problem.value.status, problem.value.kind, problem.value.code) == (409, "refused", "mode_off")
    assert TOKEN not in str(problem.value) + repr(problem.value) + repr(client)
