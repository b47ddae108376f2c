"""The operator is not trusted: what it may answer, and what the client makes of it."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from dems_node.https.tls import load_or_create_certificate
from dems_protocol.leaves import Leaf
from dems_protocol.membership import is_access_valid, parse_access
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from openems_bridge.ledger import operator_client
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorRefused
from tests.ledger.samples import DOMAIN, METER, chain, signed

ACCOUNT = SoftwareSigner.from_private_key(Scheme.SECP256K1, 77)
type Answer = Callable[[web.Request], web.Response]


@dataclass(slots=True)
class Scripted:
    """An operator that answers whatever it is told."""

    client: OperatorClient
    stranger: OperatorClient
    answer: Answer
    asked: list[web.Request]


@pytest.fixture
async def operator(tmp_path: Path, real_sockets: None) -> AsyncIterator[Scripted]:
    async with running(tmp_path) as scripted:
        yield scripted


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Scripted]:
    certificate = load_or_create_certificate(folder, name="Test", host="test.local")
    context: ssl.SSLContext = certificate.server_context()
    scripted: Scripted

    async def serve(request: web.Request) -> web.Response:
        await request.read()
        scripted.asked.append(request)
        return scripted.answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:

        def client(fingerprint: bytes) -> OperatorClient:
            return OperatorClient(
                session,
                f"https://127.0.0.1:{port}",
                fingerprint,
                domain=DOMAIN,
                household=ACCOUNT.public_key.address(),
                sign=ACCOUNT.sign,
                now=lambda: 1_790_000_000.0,
            )

        scripted = Scripted(
            client(certificate.fingerprint), client(b"\x01" * 32), lambda _: web.json_response({}), []
        )
        try:
            yield scripted
        finally:
            await runner.cleanup()


def problem(status: int, kind: str, **more: Any) -> Answer:
    document = {"type": f"urn:dems:problem:{kind}", "title": "t", "status": status, "detail": "why", **more}
    return lambda _: web.json_response(document, status=status)


async def test_another_certificate_is_not_spoken_to(operator: Scripted) -> None:
    with pytest.raises(OperatorDown) as raised:
        await operator.stranger.info()
    assert raised.value.problem == "wrong_certificate"
    assert operator.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: web.Response(text="<html>"),
        lambda _: web.json_response([]),
        lambda _: web.json_response({"status": "king"}),
        lambda _: web.Response(body=b"x" * (operator_client.LARGEST_ANSWER + 1)),
        lambda _: web.Response(status=302, headers={"Location": "https://elsewhere.example/"}),
        lambda _: web.Response(status=500, text="oops"),
        problem(503, "busy"),
        problem(429, "too-many"),
    ],
)
async def test_nonsense_and_failures_are_an_operator_that_is_down(operator: Scripted, answer: Answer) -> None:
    operator.answer = answer
    with pytest.raises(OperatorDown):
        await operator.client.enrolment(b"\x01" * 20)


async def test_a_refusal_keeps_its_code_and_values(operator: Scripted) -> None:
    own = signed(100)
    operator.answer = problem(422, "above-plant", params={"register": "feed_in", "wh": 9})
    with pytest.raises(OperatorRefused) as raised:
        await operator.client.submit(own.reading, own.signature, own.openings)
    assert (raised.value.code, raised.value.params["wh"]) == ("above-plant", 9)


async def test_members_show_who_they_are(operator: Scripted) -> None:
    operator.answer = problem(404, "not-found")
    assert await operator.client.last_reading(METER) is None
    (asked,) = operator.asked
    access, signature = parse_access(asked.headers["Authorization"], asked.raw_path)
    assert is_access_valid(access, DOMAIN, signature, 1_790_000_000.0)


async def test_leaves_come_as_they_are_and_no_part_of_one_is_taken(operator: Scripted) -> None:
    leaves = [Leaf(own.reading, 1, own.signature) for own in chain(range(100, 103))]
    body = b"".join(leaf.encode() for leaf in leaves)
    operator.answer = lambda _: web.Response(body=body)
    assert await operator.client.leaves(100) == leaves
    operator.answer = lambda _: web.Response(body=body[:-1])
    with pytest.raises(OperatorDown):
        await operator.client.leaves(100)


async def test_a_late_receipt_says_so(operator: Scripted) -> None:
    own = signed(100)
    receipt = {
        "reading": f"0x{own.hash.hex()}",
        "meter": f"0x{METER.hex()}",
        "slot": 100,
        "revision": 0,
        "received_at": 5,
        "late": True,
    }
    signature = f"0x{Signature(1, 2, 27).encode().hex()}"
    operator.answer = lambda _: web.json_response({"receipt": receipt, "signature": signature}, status=201)
    assert (await operator.client.submit(own.reading, own.signature, own.openings)).late
    operator.answer = lambda _: web.json_response(
        {"receipt": {**receipt, "late": False}, "signature": signature}, status=201
    )
    assert not (await operator.client.submit(own.reading, own.signature, own.openings)).late
