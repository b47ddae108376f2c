"""Somebody who relays everything, with a certificate of his own, gets nothing and is noticed by both sides."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from dems_node.https.tls import OwnCertificate
from openems_bridge.api.certificate import bridge_certificate
from openems_bridge.api.pairing import client_proof, pairing_key, server_proof, transcript
from tests.api.house import FakeHouse, pair


@asynccontextmanager
async def _relay(certificate: OwnCertificate, house: FakeHouse) -> AsyncIterator[tuple[str, bytearray]]:
    """Relay TLS connections to the bridge byte by byte; yield the address and everything that was seen."""
    seen = bytearray()
    upstream = ssl.create_default_context()
    upstream.check_hostname = False
    upstream.verify_mode = ssl.CERT_NONE

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65536):
                seen.extend(data)
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=upstream)
        await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.server_context())
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()
        server.close_clients()
        await server.wait_closed()


@pytest.fixture
def his_certificate(tmp_path: Path) -> OwnCertificate:
    folder = tmp_path / "his"
    folder.mkdir()
    return bridge_certificate(folder)


async def test_a_man_in_the_middle_fails_on_both_sides(
    house: FakeHouse, his_certificate: OwnCertificate
) -> None:
    assert his_certificate.fingerprint != house.identity.fingerprint
    code = (await house.open_code()).code
    async with _relay(his_certificate, house) as (url, seen), aiohttp.ClientSession() as session:
        # The client notes the fingerprint that it is really shown: his.
        status, answer = await pair(session, url, his_certificate.fingerprint, code)
    assert status == 403, "the bridge notices: the proof is not over its own certificate"
    assert answer["type"] == "urn:dems:problem:wrong-code"
    assert "token" not in answer
    assert house.clients.listed() == []
    assert b"wrong-code" in seen, "he sat in the middle indeed"


async def test_without_him_the_same_client_pairs(house: FakeHouse) -> None:
    code = (await house.open_code()).code
    async with aiohttp.ClientSession() as session:
        status, _ = await pair(session, house.url, house.identity.fingerprint, code)
    assert status == 201


async def test_an_impostor_cannot_answer_for_the_bridge(house: FakeHouse) -> None:
    """He lets the client finish by himself: without the code he has no proof that the client takes."""
    prepared = await house.open_code()
    nonce, his_nonce, his_fingerprint = b"n" * 32, b"h" * 32, b"m" * 32
    spoken = transcript("his", nonce, his_nonce, his_fingerprint)
    key = pairing_key(prepared.code, prepared.salt)
    expected = server_proof(key, spoken)
    # All he has seen is the client's own proof over his fingerprint; reflecting it does not do.
    assert client_proof(key, spoken) != expected
    genuine = server_proof(key, transcript("his", nonce, his_nonce, house.identity.fingerprint))
    assert genuine != expected, "nor would a proof that he got out of the bridge"
