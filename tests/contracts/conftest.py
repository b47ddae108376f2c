"""A real anvil, and a community deployed on it."""

import re
import socket
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_socket

from tests.contracts.bindings import ROOT
from tests.contracts.chain import SLOT_SECONDS, Chain, DeployedCommunity, deploy
from tests.contracts.village import Village, settle

ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
START_SLOT = 1_988_400


@pytest.fixture(scope="session")
def anvil() -> Iterator[str]:
    """The URL of an anvil that runs for the session; its clock is set by the tests."""
    command = [
        str(ANVIL),
        "--port",
        "0",
        "--hardfork",
        "osaka",
        "--timestamp",
        str(START_SLOT * SLOT_SECONDS),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://{_listening_address(process)}"
    finally:
        process.terminate()
        process.wait(10)


def _listening_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Listening on (\S+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1]
    pytest.fail("anvil ended at its start")


@pytest.fixture
async def chain(anvil: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chain]:
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)
    chain = Chain.at(anvil)
    yield chain
    await chain.close()


@dataclass(slots=True)
class Kept:
    """The settled village of the session: every test starts from the same snapshot of the chain."""

    village: Village | None = None
    snapshot: str = ""


@pytest.fixture(scope="session")
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def village(chain: Chain, kept: Kept) -> Village:
    if kept.village is None:
        kept.village = await settle(await deploy(chain))
    else:
        assert await chain.rpc("evm_revert", kept.snapshot)
    kept.snapshot = await chain.rpc("evm_snapshot")
    return kept.village.on(chain)


@pytest.fixture
def community(village: Village) -> DeployedCommunity:
    return village.community
