"""A bridge on the old machine, with something to lose, and the new machine."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dems_node.database.migrations import migrate
from openems_bridge.api.certificate import bridge_certificate
from openems_bridge.backup.making import Source
from openems_bridge.backup.restoring import Target
from openems_bridge.data_folder import DATABASE_FILE
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import Vault
from openems_bridge.store.migrations import MIGRATIONS
from tests.keys.places import CHEAP, file_vault

EDGE_PASSWORD = "password-of-the-edge"
COMMENT = "# what the owner wrote beside it"


@dataclass(frozen=True)
class Machine:
    """A folder with bridge.yaml and data/."""

    folder: Path
    vault: Vault

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def configuration(self) -> Path:
        return self.folder / "bridge.yaml"

    @property
    def database(self) -> Path:
        return self.data_dir / DATABASE_FILE

    @property
    def source(self) -> Source:
        return Source(self.configuration, "Musterhaus", self.vault)

    def target(self, *, meter_key: MeterKeyKind | None = None) -> Target:
        """Return where to restore; the vault is that of this machine, its meter key as configured unless given."""

        def vault(folder: Path, options: KeyOptions) -> Vault:
            here = self.vault.options
            chosen = KeyOptions(
                store=StoreKind.FILE,
                passphrase_file=here.passphrase_file,
                meter_key=meter_key or options.meter_key,
                tcti=here.tcti,
            )
            return Vault(folder=folder, options=chosen, keyring=lambda: None, now=self.vault.now, cost=CHEAP)

        return Target(self.data_dir, self.configuration, vault)


def machine(
    folder: Path, *, meter_key: MeterKeyKind = MeterKeyKind.SECP256K1, tcti: str | None = None
) -> Machine:
    """Return an empty machine."""
    folder.mkdir(parents=True)
    return Machine(folder, file_vault(folder / "data", meter_key=meter_key, tcti=tcti))


def lived_in(
    folder: Path,
    *,
    keys: bool = True,
    meter_key: MeterKeyKind = MeterKeyKind.SECP256K1,
    tcti: str | None = None,
) -> Machine:
    """Return a machine whose bridge has readings, a certificate and (unless not wanted) keys."""
    old = machine(folder, meter_key=meter_key, tcti=tcti)
    old.data_dir.mkdir(mode=0o700)
    old.configuration.write_text(
        f"{COMMENT}\nhousehold: Musterhaus\ndata_dir: data\nedge:\n  type: openems\n  host: edge\n  username: owner\n"
        f"  password: {EDGE_PASSWORD}\nkeys:\n  store: file\n  passphrase_file: {old.vault.options.passphrase_file}\n"
        f"  meter_key: {meter_key}\n"
    )
    with closing(sqlite3.connect(old.database, autocommit=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, MIGRATIONS)
    add_readings(old.database, 0, 100)
    bridge_certificate(old.data_dir)
    if keys:
        old.vault.create()
    return old


def add_readings(database: Path, first: int, count: int) -> None:
    """Write readings of some slots in one transaction."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO reading (slot_seconds, slot, withdrawal, quality, covered_seconds, source, integrated) "
            "VALUES (900, ?, ?, 'complete', 900, 'meter', '[]')",
            [(slot, slot * 7) for slot in range(first, first + count)],
        )


def readings(database: Path) -> list[tuple[int, int]]:
    """Return slot and withdrawal of all readings."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT slot, withdrawal FROM reading ORDER BY slot").fetchall()
