"""Where the tests keep keys: a keyring in memory, a cheap keystore, a vault of both, a TPM that is a program."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import override

import pytest
from keyring.backend import KeyringBackend

from dems_node.keys.container import ScryptCost
from dems_node.keys.passphrase import Passphrase
from openems_bridge.keys.on_this_machine import vault_of
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import Vault

CHEAP = ScryptCost(n=2**4)
PASSPHRASE = Passphrase("correct horse battery staple")
OTHER_PASSPHRASE = Passphrase("wrong horse battery staple")
_TOOLS = ("swtpm", "tpm2_sign", "tpm2_create")
_STARTING_SECONDS = 20.0


class MemoryKeyring(KeyringBackend):
    """A keyring as good as a real one, as long as the test lasts. ``forgets`` and ``locked`` are its faults."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.forgets = False
        self.locked = False

    @override
    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise RuntimeError("the collection is locked")
        return self.entries.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise RuntimeError(f"could not store {password}")
        if not self.forgets:
            self.entries[service, username] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def file_vault(
    folder: Path,
    *,
    meter_key: MeterKeyKind = MeterKeyKind.SECP256K1,
    tcti: str | None = None,
    now: float = 1e9,
) -> Vault:
    """Return a vault of keystore files; the passphrase file lies beside the data folder."""
    passphrase_file = folder.parent / "keystore-passphrase"
    passphrase_file.parent.mkdir(parents=True, exist_ok=True)
    passphrase_file.write_bytes(PASSPHRASE.reveal() + b"\n")
    options = KeyOptions(
        store=StoreKind.FILE, passphrase_file=passphrase_file, meter_key=meter_key, tcti=tcti
    )
    return Vault(folder=folder, options=options, keyring=lambda: None, now=lambda: now, cost=CHEAP)


def keyring_vault(folder: Path, keyring: KeyringBackend | None, options: KeyOptions | None = None) -> Vault:
    """Return a vault that finds this keyring."""
    return Vault(
        folder=folder, options=options or KeyOptions(), keyring=lambda: keyring, now=lambda: 1e9, cost=CHEAP
    )


def cheap_vault_of(folder: Path, options: KeyOptions) -> Vault:
    """Stand in for the command line's vault: the same, at a cost for tests."""
    return replace(vault_of(folder, options), cost=CHEAP)


@contextmanager
def simulated_tpm() -> Iterator[str]:
    """Run a fresh TPM 2.0 in software and give its TCTI. Skips the test where swtpm is missing; fails it in CI."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        told = f"{', '.join(missing)} not found: run tools/install-tpm-simulator"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    # A Unix socket's path must be short.
    with TemporaryDirectory(prefix="tpm-", dir="/tmp") as name:
        socket = Path(name) / "s"
        command = (
            "swtpm",
            "socket",
            "--tpm2",
            "--tpmstate",
            f"dir={name}",
            "--flags",
            "not-need-init,startup-clear",
        )
        channels = ("--server", f"type=unixio,path={socket}", "--ctrl", f"type=unixio,path={socket}.ctrl")
        program = subprocess.Popen(
            (*command, *channels), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + _STARTING_SECONDS
            while not socket.exists():
                assert program.poll() is None, "swtpm ended at its start"
                assert time.monotonic() < until, "swtpm did not open its socket"
                time.sleep(0.01)
            yield f"swtpm:path={socket}"
        finally:
            program.terminate()
            program.wait(timeout=_STARTING_SECONDS)
