"""``openems-bridge keys``: shows addresses and ids, never a key."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dems_node.keys.errors import KeysUnusable
from dems_node.keys.passphrase import Passphrase, ask_passphrase, read_passphrase
from dems_protocol.registry_changes import KeyChange, SignedKeyChange
from openems_bridge.backup.errors import BackupUnusable
from openems_bridge.cli.terminal import complain, say
from openems_bridge.configuration.loading import load_configuration
from openems_bridge.data_folder import DataFolderUnusable, locked_data_folder
from openems_bridge.keys.exported import read_keys_file, write_keys_file
from openems_bridge.keys.index import KeyIndex
from openems_bridge.keys.on_this_machine import vault_of
from openems_bridge.keys.options import MeterKeyKind, StoreKind
from openems_bridge.keys.vault import RestoredKeys, Vault


def create(configuration: Path, meter_key: MeterKeyKind | None) -> int:
    """Make the keys and show them. Return the exit status."""
    vault = _vault(configuration, meter_key)

    def work() -> None:
        _show(vault.create())
        say()
        say("Back them up now, to another machine: openems-bridge backup FILE")

    return explained(work)


def show(configuration: Path) -> int:
    """Show addresses and ids. Return the exit status."""
    vault = _vault(configuration)

    def work() -> None:
        index = vault.index()
        if index is None:
            raise KeysUnusable(f"There are no keys in {vault.folder}. Make them: openems-bridge keys create")
        _show(index)

    return explained(work)


def backup(configuration: Path, file: Path, passphrase_file: Path | None) -> int:
    """Write the keys into an encrypted file. Return the exit status."""
    vault = _vault(configuration)

    def work() -> None:
        keys = vault.export()
        write_keys_file(file, keys, new_passphrase(file, passphrase_file), vault.cost)
        vault.mark_backed_up()
        say(f"Wrote {file}. Without its passphrase nobody can use it: keep the two apart.")

    return explained(work)


def restore(
    configuration: Path, file: Path, passphrase_file: Path | None, meter_key: MeterKeyKind | None
) -> int:
    """Take the keys from such a file. Return the exit status."""
    vault = _vault(configuration, meter_key)

    def work() -> None:
        with locked_data_folder(vault.folder):
            vault.refuse_to_replace()
            keys = read_keys_file(file, known_passphrase(file, passphrase_file))
            show_restored(vault.restore(keys))

    return explained(work)


def replace_meter_key(configuration: Path, meter_key: MeterKeyKind | None) -> int:
    """Make a new meter key. Return the exit status."""
    vault = _vault(configuration, meter_key)

    def work() -> None:
        with locked_data_folder(vault.folder):
            show_restored(vault.replace_meter_key())

    return explained(work)


def sign_change(
    configuration: Path, *, chain_id: int, registry: bytes, meter: bytes, from_slot: int, nonce: int
) -> int:
    """Show, as JSON for the operator, the consent to this bridge's meter key. Return the exit status."""
    vault = _vault(configuration)

    def work() -> None:
        keys = vault.export()
        key = keys.meter.public_key
        try:
            digest = KeyChange(meter, key, from_slot, nonce).digest(chain_id, registry)
        except ValueError as error:
            raise KeysUnusable(f"This change cannot be signed: {error}.") from None
        change = SignedKeyChange(meter, key, from_slot, keys.account.sign(digest))
        consent = {"household": keys.account.address, **change.to_json()}
        say(json.dumps(consent, indent=1))

    return explained(work)


def take_over(configuration: Path) -> int:
    """Declare this copy of the bridge to be the one that signs. Return the exit status."""
    vault = _vault(configuration)

    def work() -> None:
        with locked_data_folder(vault.folder):
            index = vault.take_over()
        say(
            f"This bridge is instance {index.instance} now. Once it has asked the operator and the chain what was"
        )
        say("signed, it signs from the next slot on. Make sure that no other bridge runs with these keys.")

    return explained(work)


def explained(work: Callable[[], None]) -> int:
    """Do the work and return 0, or say what is wrong and return 1."""
    try:
        work()
    except (KeysUnusable, BackupUnusable, DataFolderUnusable) as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("Nothing was done.")
        return 1
    return 0


def new_passphrase(file: Path, passphrase_file: Path | None) -> Passphrase:
    """Return the passphrase for a file that is to be written. Raises KeysUnusable."""
    if passphrase_file is not None:
        return read_passphrase(passphrase_file)
    return ask_passphrase(f"for {file}", twice=True)


def known_passphrase(file: Path, passphrase_file: Path | None) -> Passphrase:
    """Return the passphrase of a file. Raises KeysUnusable."""
    if passphrase_file is not None:
        return read_passphrase(passphrase_file)
    return ask_passphrase(f"of {file}", twice=False)


def show_restored(restored: RestoredKeys) -> None:
    """Show keys that were restored or replaced, and what has to be done if the meter key is a new one."""
    _show(restored.index)
    if restored.old_meter_key_id is None:
        return
    say()
    say(
        "The meter key is NEW. Account and meter secret are the old ones. The registry still has the old meter key:"
    )
    say(f"    old  0x{restored.old_meter_key_id.hex()}")
    say(f"    new  0x{restored.index.meter_key.key_id().hex()}")
    say(
        "Until it is told, no reading of this meter is accepted. Start the bridge: it signs the change with the"
    )
    say(
        "household's account and sends it to the operator, and signs readings again two slots later. Where the"
    )
    say("bridge cannot reach the operator: openems-bridge keys sign-change. Back up the new key:")
    say("    openems-bridge backup FILE")


def _vault(configuration: Path, meter_key: MeterKeyKind | None = None) -> Vault:
    loaded = load_configuration(configuration)
    options = loaded.keys if meter_key is None else replace(loaded.keys, meter_key=meter_key)
    return vault_of(loaded.data_dir, options)


def _show(index: KeyIndex) -> None:
    key = index.meter_key
    say(f"account     {index.account}")
    say(f"meter key   0x{key.key_id().hex()}")
    say(f"            {_curve(index)}, x {key.x:#066x}")
    say(f"            {' ' * len(_curve(index))}  y {key.y:#066x}")
    say(f"kept in     {_place(index)}")
    say(f"instance    {index.instance}")
    say(f"backed up   {_moment(index.backed_up_at)}")


def _curve(index: KeyIndex) -> str:
    name = index.meter_key.scheme.name.lower()
    return f"{name} in the TPM" if index.meter_key_in_tpm else name


def _place(index: KeyIndex) -> str:
    return (
        "the operating system's keyring" if index.store is StoreKind.KEYRING else "encrypted keystore files"
    )


def _moment(at: int | None) -> str:
    return (
        "NO: openems-bridge backup FILE"
        if at is None
        else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    )
