"""The operator's real program on a real chain: set up, deployed, serving, stopped."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.processes import free_port
from dems_protocol.membership import Invitation
from dems_protocol.typed_data import LedgerDomain
from tests.community.anvil import CHAIN_ID, AnvilControl, running_anvil
from tests.community.households import Household

pytestmark = pytest.mark.e2e
ANSWER_SECONDS = 90.0


def dems_community(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "community", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "community", "run"], cwd=folder, stderr=log, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def configure(folder: Path, rpc: str, port: int) -> None:
    (folder / "passphrase").write_text("correct horse battery staple")
    (folder / "community.yaml").write_text(
        f"""
name: Musterstraße
data_dir: data
chain: {{rpc: "{rpc}", id: {CHAIN_ID}, confirmations: 1}}
api: {{url: "https://127.0.0.1:{port}", host: 127.0.0.1, port: {port}}}
members: {{auto_approve: true}}
keys: {{passphrase_file: passphrase}}
deployment: {{slot_seconds: 60, minimum_owners: 3, windows: {{publish_seconds: 30}}}}
workers: 1
"""
    )


async def answered(session: aiohttp.ClientSession, url: str, wanted: Any) -> dict[str, Any]:
    """Ask until the answer is the one that is waited for."""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            try:
                async with session.get(url) as response:
                    document: dict[str, Any] = await response.json()
                    if wanted(document):
                        return document
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.5)


@pytest.mark.timeout(600)
async def test_from_an_empty_folder_to_a_member(tmp_path: Path) -> None:
    with running_anvil(int(time.time())) as rpc:
        port = free_port()
        assert dems_community(tmp_path, "check").returncode == 2
        configure(tmp_path, rpc, port)
        made = dems_community(tmp_path, "keys", "--create")
        assert made.returncode == 0, made.stderr
        poor = dems_community(tmp_path, "deploy")
        assert poor.returncode == 1
        assert "nothing to pay for gas" in poor.stderr
        anvil = AnvilControl(rpc)
        for line in made.stdout.splitlines()[:2]:
            await anvil.fund(bytes.fromhex(line.split()[1][2:]))
        deployed = dems_community(tmp_path, "deploy")
        assert deployed.returncode == 0, deployed.stderr
        checked = dems_community(tmp_path, "check")
        assert checked.returncode == 0, checked.stderr
        assert "All is well" in checked.stdout

        with running(tmp_path) as daemon:
            invited = dems_community(tmp_path, "invite", "--note", "Anna")
            invitation = Invitation.decode(invited.stdout)
            await join(invitation)
            listed = json.loads(dems_community(tmp_path, "members", "--json").stdout)
            assert [each["status"] for each in listed] == ["member"]
            status = dems_community(tmp_path, "status")
            assert status.returncode == 0, status.stdout + status.stderr
            assert "members       1 member; 0 open invitations" in status.stdout
            second = dems_community(tmp_path, "run")
            assert second.returncode == 1
            assert "in use by another operator's daemon" in second.stderr
            daemon.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(daemon.wait, 30) == 0
        await anvil.close()
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert invitation.secret.hex() not in log
    assert (os.stat(tmp_path / "data").st_mode & 0o777) == 0o700


async def join(invitation: Invitation) -> None:
    """Let a household enrol, and wait until the chain has it."""
    anna = Household("anna", LedgerDomain(invitation.chain_id, invitation.ledger))
    connector = aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(invitation.fingerprint))
    async with aiohttp.ClientSession(connector=connector) as session:
        url = invitation.operator_url
        info = await answered(session, f"{url}/v1/info", lambda document: "name" in document)
        assert info["name"] == "Musterstraße"
        consent = bytes.fromhex(info["consent"]["hash"][2:])
        enrolment = anna.enrolment(consent, invitation.secret)
        body = anna.enrolment_body(enrolment, invitation.secret)
        async with session.post(f"{url}/v1/enrolments", json=body) as response:
            assert response.status == 201, await response.text()
        standing = f"{url}/v1/enrolments/0x{anna.address.hex()}"
        await answered(session, standing, lambda document: document.get("status") == "member")
