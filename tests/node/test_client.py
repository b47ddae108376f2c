"""The client against a real node, over each way to it, and against nodes that are away or wrong."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from eth_utils.address import to_canonical_address

from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainDown, NodeRefused, Reverted, WrongChain
from dems_node.chain.jsonrpc import transport_for
from dems_node.chain.reverts import ContractError
from dems_node.chain.values import BlockHeader
from dems_protocol.contracts.demo_currency import BalanceOf, Mint, Transfer, TransferEvent
from tests.chain import CHAIN_ID, ETHER, Anvil, running_anvil

ALICE = bytes([1]) * 20
BOB = bytes([2]) * 20


@pytest.fixture(params=["http", "ws", "ipc"])
async def reached(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Anvil, ChainClient]]:
    path = tmp_path / "anvil.ipc"
    async with running_anvil("--ipc", str(path)) as anvil:
        url = {"http": anvil.http, "ws": anvil.ws, "ipc": str(path)}[request.param]
        client = ChainClient.to(url, CHAIN_ID, timeout=10)
        yield anvil, client
        await client.close()


async def test_what_a_daemon_asks(reached: tuple[Anvil, ChainClient]) -> None:
    anvil, client = reached
    currency = await anvil.deploy("DemoCurrency")
    minted = await anvil.transact(currency, Mint(ALICE, 700).calldata())
    await anvil.receipt(minted)
    identity = await client.identity()
    genesis = await client.block(0)
    assert genesis is not None
    assert (identity.chain_id, identity.genesis) == (CHAIN_ID, genesis.hash)
    head = await client.head()
    assert head.number == 2
    before = await client.block(1)
    assert before is not None
    assert before.hash == head.parent
    assert await client.block(99) is None
    assert await client.read(currency, BalanceOf(ALICE)) == 700
    assert await client.read(currency, BalanceOf(ALICE), block=1) == 0
    assert len(await client.code(currency)) > 100
    assert await client.code(ALICE) == b""
    receipt = await client.receipt(minted)
    assert receipt is not None
    assert receipt.succeeded
    assert (receipt.block_number, receipt.block_hash) == (2, head.hash)
    assert await client.receipt(bytes(32)) is None
    assert await client.knows(minted)
    assert not await client.knows(bytes(32))
    sender = to_canonical_address((await anvil.rpc("eth_accounts"))[0])
    assert await client.nonce(sender) == 2
    assert await client.nonce(sender, 1) == 1
    assert 9_999 * ETHER < await client.balance(sender) < 10_000 * ETHER
    assert 20_000 < await client.gas_needed(currency, Mint(ALICE, 1).calldata(), sender=sender) < 100_000
    fees = await client.fees()
    assert 0 < fees.priority_fee < fees.max_fee
    (log,) = await client.logs(0, 2, [currency])
    assert log == (await client.logs_of_block(head.hash, [currency]))[0]
    assert TransferEvent.decode(log.topics, log.data) == TransferEvent(bytes(20), ALICE, 700)
    assert await client.logs_of_block(head.hash, [ALICE]) == []


async def test_a_refusal_is_decoded(reached: tuple[Anvil, ChainClient]) -> None:
    anvil, client = reached
    currency = await anvil.deploy("DemoCurrency")
    for ask in (client.call, client.gas_needed):
        with pytest.raises(Reverted, match=r"insufficient balance .*needed 5") as caught:
            await ask(currency, Transfer(BOB, 5).calldata(), sender=ALICE)
        assert caught.value.error.name == "ERC20InsufficientBalance"
        assert caught.value.error.arguments == {"sender": f"0x{ALICE.hex()}", "balance": 0, "needed": 5}


async def test_requests_side_by_side(reached: tuple[Anvil, ChainClient]) -> None:
    anvil, client = reached
    await anvil.mine(30)
    blocks = await asyncio.gather(*(client.block(number) for number in range(30)))
    assert [block.number for block in blocks if block is not None] == list(range(30))


async def test_an_unknown_block_hash_is_refused(reached: tuple[Anvil, ChainClient]) -> None:
    _, client = reached
    with pytest.raises(NodeRefused):
        await client.logs_of_block(bytes(32), [ALICE])


async def test_another_chain(anvil: Anvil) -> None:
    client = ChainClient.to(anvil.http, 1)
    with pytest.raises(WrongChain, match="follows chain 31337, this community's is 1"):
        await client.identity()
    await client.close()


async def _first_of(heads: AsyncGenerator[BlockHeader], anvil: Anvil) -> BlockHeader:
    """Make blocks until the node pushes one: from then on it is known to push."""
    first = asyncio.ensure_future(anext(heads))
    async with asyncio.timeout(20):
        while not first.done():
            await anvil.mine()
            await asyncio.sleep(0.01)
    return first.result()


async def _follow(heads: AsyncGenerator[BlockHeader]) -> None:
    async for _ in heads:
        pass


async def test_new_blocks_are_pushed(anvil: Anvil) -> None:
    client = ChainClient.to(anvil.ws, CHAIN_ID)
    heads = client.new_heads()
    assert (await _first_of(heads, anvil)).number >= 1
    await heads.aclose()
    await client.close()


async def test_a_lost_connection_is_told_and_made_anew() -> None:
    async with running_anvil() as anvil:
        client = ChainClient.to(anvil.ws, CHAIN_ID, timeout=5)
        assert (await client.head()).number == 0
        heads = client.new_heads()
        await _first_of(heads, anvil)
        waiting = asyncio.ensure_future(_follow(heads))
        port = anvil.port
    with pytest.raises(ChainDown, match="closed the connection"):
        await waiting
    with pytest.raises(ChainDown):
        await client.head()
    async with running_anvil(port=port):
        assert (await client.head()).number == 0
    await client.close()


@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_nobody_there(scheme: str, unused_tcp_port: int) -> None:
    client = ChainClient.to(f"{scheme}://127.0.0.1:{unused_tcp_port}/v3/secret?key=secret", 1)
    with pytest.raises(ChainDown) as caught:
        await client.head()
    assert "secret" not in str(caught.value)
    assert "secret" not in client.name
    await client.close()


async def test_no_socket(tmp_path: Path) -> None:
    client = ChainClient.to(str(tmp_path / "node.ipc"), 1)
    with pytest.raises(ChainDown):
        await client.head()


@pytest.mark.parametrize("url", ["ftp://node/secret", "node/secret", ""])
def test_an_url_of_another_kind(url: str) -> None:
    with pytest.raises(ValueError, match="begins with http") as caught:
        transport_for(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://", "ws:///secret"])
def test_an_url_without_a_host(url: str) -> None:
    with pytest.raises(ValueError, match="names a host"):
        transport_for(url)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"id": 1, "result": "0x"}',
        '{"id": 1, "result": 5}',
        '{"result": {"number": "0x1"}}',
    ],
)
async def test_nonsense(answer: str) -> None:
    async def answering(request: web.Request) -> web.Response:
        return web.Response(text=answer)

    async with _serving(answering) as url:
        client = ChainClient.to(url, 1)
        with pytest.raises(ChainDown):
            await client.head()
        await client.close()


async def test_silence() -> None:
    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response()

    async with _serving(never) as url:
        client = ChainClient.to(url, 1, timeout=0.1)
        with pytest.raises(ChainDown, match="in time"):
            await client.head()
        await client.close()


class _serving:  # noqa: N801 - a context manager
    def __init__(self, handler: object) -> None:
        application = web.Application()
        application.router.add_post("/", handler)  # type: ignore[arg-type]
        self._runner = web.AppRunner(application, shutdown_timeout=5)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


def test_errors_that_no_contract_of_ours_has() -> None:
    assert ContractError.of(b"").name == "none"
    text = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (2).to_bytes(32) + b"no".ljust(32, b"\0")
    assert ContractError.of(text) == ContractError("Error", {"message": "no"})
    assert ContractError.of(bytes.fromhex("4e487b71") + (17).to_bytes(32)).arguments == {"code": 17}
    assert ContractError.of(b"\x01\x02\x03\x04\x05").arguments == {"data": "0x0102030405"}
    damaged = ContractError.of(bytes.fromhex("4e487b71") + b"\x11")
    assert damaged.name == "unknown"
