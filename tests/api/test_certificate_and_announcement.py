"""The bridge's certificate, its announcement, and the socket for the command line."""

import asyncio
import hashlib
import os
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from dems_node.https.tls import CERTIFICATE_FILE, CertificateUnusable
from openems_bridge.api.certificate import bridge_certificate
from openems_bridge.api.discovery import (
    SERVICE_TYPE,
    announced,
    keep_announced,
    service_name,
    service_properties,
)
from openems_bridge.house_state import Identity
from openems_bridge.telemetry import SourceClass
from tests.api.house import FakeHouse, fake_house

IDENTITY = Identity(
    id="0123456789abcdef",
    name="Musterhaus",
    version="0.1.0",
    fingerprint=bytes(range(32)),
    source=SourceClass.OPENEMS,
    started_at=0.0,
)


def test_the_certificate_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = bridge_certificate(tmp_path)
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert bridge_certificate(tmp_path) == first
    certificate = x509.load_pem_x509_certificate(first.path.read_bytes())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime.days > 20 * 365
    assert [path.name for path in tmp_path.iterdir()] == [CERTIFICATE_FILE]


def test_a_damaged_certificate_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / CERTIFICATE_FILE
    path.write_bytes(b"damaged")
    with pytest.raises(CertificateUnusable, match="delete it"):
        bridge_certificate(tmp_path)
    assert path.read_bytes() == b"damaged"


def test_a_crash_while_it_is_made_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            bridge_certificate(tmp_path)
    assert not (tmp_path / CERTIFICATE_FILE).exists()
    assert bridge_certificate(tmp_path).fingerprint


async def test_the_fingerprint_is_that_of_the_certificate_on_the_wire(house: FakeHouse) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
    tls = writer.get_extra_info("ssl_object")
    assert tls.version() == "TLSv1.3"
    assert hashlib.sha256(tls.getpeercert(binary_form=True)).digest() == house.identity.fingerprint
    writer.close()
    await writer.wait_closed()


async def test_older_tls_is_refused(house: FakeHouse) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{house.url}/health", ssl=context)


@pytest.mark.parametrize("name", ["Haus", "ä" * 60, "a.b.c", "x" * 60, "🙂" * 40])
def test_a_service_name_fits_into_a_label(name: str) -> None:
    identity = Identity(
        id=IDENTITY.id,
        name=name,
        version="0",
        fingerprint=b"f" * 32,
        source=SourceClass.OPENEMS,
        started_at=0.0,
    )
    label = service_name(identity).removesuffix(f".{SERVICE_TYPE}")
    assert 0 < len(label.encode()) <= 63
    assert "." not in label
    assert IDENTITY.id[:6] in label
    info = ServiceInfo(SERVICE_TYPE, service_name(identity), port=1, properties=service_properties(identity))
    assert info.text


async def test_the_announcement_can_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async with announced(IDENTITY, 8484, ["127.0.0.1"]):
        listener = AsyncZeroconf(interfaces=["127.0.0.1"])
        try:
            info = AsyncServiceInfo(SERVICE_TYPE, service_name(IDENTITY))
            assert await info.async_request(listener.zeroconf, 3000)
        finally:
            await listener.async_close()
    assert info.port == 8484
    assert info.parsed_addresses() == ["127.0.0.1"]
    assert info.decoded_properties == {
        "id": "0123456789abcdef",
        "name": "Musterhaus",
        "version": "0.1.0",
        "api": "1",
        "fp": "0001020304050607",
    }


@pytest.mark.parametrize("host", [None, "0.0.0.0"])
async def test_it_is_announced_anew_when_the_addresses_change(
    host: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, list[str]]] = []

    @asynccontextmanager
    async def noted(identity: Identity, port: int, addresses: list[str]) -> AsyncIterator[None]:
        told.append(("begin", addresses))
        yield
        told.append(("end", addresses))

    found: list[list[str]] = [[], [], ["10.0.0.2"], ["10.0.0.2"], ["10.0.0.2"], ["10.0.0.9"]]
    monkeypatch.setattr("openems_bridge.api.discovery.announced", noted)
    monkeypatch.setattr(
        "openems_bridge.api.discovery._own_addresses", lambda: found.pop(0) if len(found) > 1 else found[0]
    )
    announcing = asyncio.create_task(keep_announced(IDENTITY, 8484, host=host, check_seconds=0))
    async with asyncio.timeout(10):
        while len(told) < 3:
            await asyncio.sleep(0.01)
    announcing.cancel()
    await asyncio.gather(announcing, return_exceptions=True)
    assert told[:3] == [("begin", ["10.0.0.2"]), ("end", ["10.0.0.2"]), ("begin", ["10.0.0.9"])]


async def test_a_network_without_multicast_is_only_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_network(*args: object, **kwargs: object) -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr("openems_bridge.api.discovery.AsyncZeroconf", no_network)
    async with announced(IDENTITY, 8484, ["127.0.0.1"]):
        assert "give Home Assistant host and port by hand" in caplog.text


async def test_the_command_lines_socket(tmp_path: Path) -> None:
    async with fake_house(tmp_path, control=True) as house:
        path = tmp_path / "control.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await house.token()
        async with aiohttp.ClientSession("http://x", connector=aiohttp.UnixConnector(str(path))) as session:
            async with session.post("/pairing") as response:
                assert response.status == 201
                opened = await response.json()
            assert house.desk.is_open
            assert opened["port"] == house.port
            async with session.get("/clients") as response:
                (client,) = (await response.json())["clients"]
            assert client["name"] == "Test"
            assert "token" not in str(client)
            async with session.delete("/clients/none") as response:
                assert response.status == 404
                assert (await response.json(content_type=None))["type"] == "urn:dems:problem:no-such-client"
            async with session.delete(f"/clients/{client['id']}") as response:
                assert response.status == 204
            assert house.clients.listed() == []
    assert not path.exists()
