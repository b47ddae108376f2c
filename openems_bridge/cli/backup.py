"""``openems-bridge backup`` and ``openems-bridge restore``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from openems_bridge.backup.making import Source, make_backup
from openems_bridge.backup.restoring import Restored, Target, restore_backup
from openems_bridge.cli.keys import explained, known_passphrase, new_passphrase, show_restored
from openems_bridge.cli.terminal import complain, say
from openems_bridge.configuration.loading import load_configuration
from openems_bridge.keys.on_this_machine import vault_of
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import Vault


def back_up(configuration: Path, file: Path, passphrase_file: Path | None) -> int:
    """Write a backup. Return the exit status."""
    loaded = load_configuration(configuration)
    source = Source(configuration, loaded.household, vault_of(loaded.data_dir, loaded.keys))

    def work() -> None:
        manifest = make_backup(source, file, new_passphrase(file, passphrase_file))
        say(
            f"Wrote {file}: {manifest.household}, {file.stat().st_size // 1024} KiB, read back and found sound."
        )
        say("Without its passphrase nobody can use it, you neither: keep the two apart, on other machines.")

    return explained(work)


def restore(
    file: Path,
    passphrase_file: Path | None,
    data_dir: Path,
    configuration: Path,
    *,
    store: StoreKind | None,
    keys_passphrase_file: Path | None,
    meter_key: MeterKeyKind | None,
    tcti: str | None,
) -> int:
    """Restore a backup; what is not None is taken instead of what its configuration says. Return the exit status."""

    def vault(folder: Path, options: KeyOptions) -> Vault:
        chosen = replace(
            options,
            store=store or options.store,
            passphrase_file=keys_passphrase_file or options.passphrase_file,
            meter_key=meter_key or options.meter_key,
            tcti=tcti or options.tcti,
        )
        return vault_of(folder, chosen)

    def work() -> None:
        passphrase = known_passphrase(file, passphrase_file)
        restored = restore_backup(file, passphrase, Target(data_dir, configuration, vault))
        differs = {"passphrase_file": keys_passphrase_file and keys_passphrase_file.absolute(), "tcti": tcti}
        _show(restored, data_dir, configuration, differs)

    return explained(work)


def _show(restored: Restored, data_dir: Path, configuration: Path, differs: Mapping[str, object]) -> None:
    say(f"Restored {restored.manifest.household} into {data_dir}; its configuration is {configuration}.")
    if restored.keys is not None:
        say()
        show_restored(restored.keys)
        say()
        say(
            "This bridge signs nothing before it has asked the operator and the chain what was signed already."
        )
        say("The old machine must not run any more with these keys.")
        for name, value in differs.items():
            if value is not None:
                say(f"Set keys.{name} to {value} in {configuration}: it was given here only.")
    if restored.to_do:
        complain(f"Before it can start, {configuration} needs:")
        for mistake in restored.to_do:
            complain(f"  {mistake}")
