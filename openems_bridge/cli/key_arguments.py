"""The arguments of ``keys``, ``backup`` and ``restore``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from openems_bridge.keys.options import MeterKeyKind, StoreKind

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]
type AddConfiguration = Callable[[argparse.ArgumentParser], None]


def add_key_commands(commands: Commands, add_configuration: AddConfiguration) -> None:
    """Add the three commands; ``add_configuration`` adds the option --config."""
    _add_keys(commands, add_configuration)
    _add_backup(commands, add_configuration)
    _add_restore(commands, add_configuration)


def _add_keys(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser(
        "keys", help="make, show, back up or restore the keys of a member of a community"
    )
    choices = parser.add_subparsers(title="what to do", required=True, metavar="WHAT")
    for name, run, explained in (
        ("create", _create, "make account, meter key and meter secret; shows addresses and ids only"),
        ("show", _show, "show addresses and ids"),
        ("backup", _backup_keys, "write the keys into an encrypted file"),
        ("restore", _restore_keys, "take the keys from such a file"),
        ("replace-meter-key", _replace, "make a new meter key, after a lost TPM for example"),
        ("sign-change", _sign_change, "sign the registry's change to this bridge's meter key"),
        ("take-over", _take_over, "declare this copy of the bridge to be the one that signs"),
    ):
        choice = choices.add_parser(name, help=explained)
        add_configuration(choice)
        if name in ("backup", "restore"):
            choice.add_argument("file", metavar="FILE", type=Path, help="the encrypted file")
            _add_passphrase(choice)
        if name in ("create", "restore", "replace-meter-key"):
            _add_meter_key(choice)
        if name == "sign-change":
            _add_change(choice)
        choice.set_defaults(command=run)


def _add_backup(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser(
        "backup", help="write database, configuration and keys into an encrypted file"
    )
    add_configuration(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="the encrypted file, which must be new")
    _add_passphrase(parser)
    parser.set_defaults(command=_backup)


def _add_restore(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser(
        "restore", help="start again from a backup, on a new machine or after a lost TPM"
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the encrypted file")
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="the new data folder: empty, or yet to be made"
    )
    add_configuration(parser)
    _add_passphrase(parser)
    _add_meter_key(parser)
    parser.add_argument("--store", type=StoreKind, choices=list(StoreKind), help="where to keep the keys now")
    parser.add_argument(
        "--keys-passphrase-file", type=Path, help="the passphrase of the keystore on this machine"
    )
    parser.add_argument("--tcti", help="the way to this machine's TPM, as tpm2-tools name it")
    parser.set_defaults(command=_restore)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file", type=Path, help="a file with the passphrase of FILE; without, it is asked for"
    )


def _add_meter_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--meter-key",
        type=MeterKeyKind,
        choices=list(MeterKeyKind),
        help="what a new meter key is (default: as the configuration says)",
    )


def _add_change(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chain-id", type=int, required=True)
    parser.add_argument("--registry", type=_hex, required=True, metavar="0x…", help="the registry's address")
    parser.add_argument("--meter", type=_hex, required=True, metavar="0x…", help="the meter's id")
    parser.add_argument(
        "--from-slot", type=int, required=True, metavar="SLOT", help="the first slot of the new key"
    )
    parser.add_argument(
        "--nonce", type=int, required=True, help="the registry's nonces(meter): the operator tells it"
    )


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _create(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.create(options.config, options.meter_key)


def _show(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.show(options.config)


def _backup_keys(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.backup(options.config, options.file, options.passphrase_file)


def _restore_keys(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.restore(options.config, options.file, options.passphrase_file, options.meter_key)


def _replace(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.replace_meter_key(options.config, options.meter_key)


def _sign_change(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.sign_change(
        options.config,
        chain_id=options.chain_id,
        registry=options.registry,
        meter=options.meter,
        from_slot=options.from_slot,
        nonce=options.nonce,
    )


def _take_over(options: argparse.Namespace) -> int:
    from openems_bridge.cli import keys

    return keys.take_over(options.config)


def _backup(options: argparse.Namespace) -> int:
    from openems_bridge.cli import backup

    return backup.back_up(options.config, options.file, options.passphrase_file)


def _restore(options: argparse.Namespace) -> int:
    from openems_bridge.cli import backup

    return backup.restore(
        options.file,
        options.passphrase_file,
        options.data_dir,
        options.config,
        store=options.store,
        keys_passphrase_file=options.keys_passphrase_file,
        meter_key=options.meter_key,
        tcti=options.tcti,
    )
