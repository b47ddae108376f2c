"""``dems-community keys``: shows accounts, never a key."""

import asyncio
import secrets
from pathlib import Path

from community.app import load_certificate
from community.cli.terminal import explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import DATABASE_FILE, locked_data_folder
from community.keys import KeyCabinet, OperatorKeys
from community.store.schema import MIGRATIONS
from dems_node.database.database import Database
from dems_node.keys.keyring_store import usable_keyring


def cabinet_of(configuration: CommunityConfiguration) -> KeyCabinet:
    """Return where the configured keys lie."""
    return KeyCabinet(
        folder=configuration.data_dir,
        passphrase_file=configuration.keys.passphrase_file,
        keyring=usable_keyring,
    )


def show(configuration: CommunityConfiguration, *, create: bool) -> int:
    """Show the accounts, with ``create`` after making what is missing. Return the exit status."""

    def work() -> int:
        cabinet = cabinet_of(configuration)
        if create:
            with locked_data_folder(configuration.data_dir) as folder:
                keys = cabinet.create(secrets.randbelow)
                load_certificate(folder)
                asyncio.run(_make_database(folder))
        else:
            keys = cabinet.open()
        _show(keys)
        return 0

    return explained(work)


async def _make_database(folder: Path) -> None:
    # Now, because later the daemon and this command line may come to it at the same time.
    database = await Database.open(folder / DATABASE_FILE, migrations=MIGRATIONS)
    await database.close()


def _show(keys: OperatorKeys) -> None:
    point = keys.sealing.newest.public
    say(f"authority    {keys.authority.address}   admits households, deploys; needs gas")
    say(f"operator     {keys.operator.address}   publishes, answers, holds the bond; needs gas")
    say(f"sealing key  0x{point.x:064x}, 0x{point.y:064x}")
