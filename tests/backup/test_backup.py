"""A backup holds everything, opens with its passphrase only, and starts the bridge again on a new machine."""

import hashlib
import sqlite3
import stat
import tarfile
from contextlib import closing
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest

from dems_node.database.database import Database
from dems_node.https.tls import CERTIFICATE_FILE
from dems_node.keys.container import CHUNK_BYTES, SealedAltered, SealedReader, SealedTooNew, SealedWriter
from dems_node.keys.errors import KeysMissing, TpmUnavailable, WrongPassphrase
from dems_protocol.signatures import is_signed_by
from openems_bridge.backup import archive
from openems_bridge.backup.archive import BACKUP_KIND, KEYS, MANIFEST
from openems_bridge.backup.errors import BackupUnusable
from openems_bridge.backup.making import make_backup
from openems_bridge.backup.restoring import restore_backup
from openems_bridge.configuration.loading import load_configuration
from openems_bridge.data_folder import DATABASE_FILE, DataFolderUnusable, locked_data_folder
from openems_bridge.keys.index import INDEX_FILE
from openems_bridge.keys.options import MeterKeyKind
from openems_bridge.store.migrations import MIGRATIONS
from tests.backup.house import COMMENT, EDGE_PASSWORD, Machine, add_readings, lived_in, machine, readings
from tests.keys.places import OTHER_PASSPHRASE, PASSPHRASE, simulated_tpm

DIGEST = b"\x55" * 32


@pytest.fixture
def old(tmp_path: Path) -> Machine:
    return lived_in(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> Machine:
    return machine(tmp_path / "new")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dems.backup"


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "bridge.lock"
    }


def _assert_nothing_restored(new: Machine) -> None:
    assert not new.configuration.exists()
    assert [path.name for path in new.data_dir.iterdir()] in ([], ["bridge.lock"])


def test_everything_is_there_on_a_new_machine(old: Machine, new: Machine, file: Path) -> None:
    made = make_backup(old.source, file, OTHER_PASSPHRASE)
    restored = restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert restored.manifest == made
    assert readings(new.database) == readings(old.database)
    assert (new.data_dir / CERTIFICATE_FILE).read_bytes() == (old.data_dir / CERTIFICATE_FILE).read_bytes()
    assert restored.keys is not None
    assert restored.keys.old_meter_key_id is None
    assert new.vault.export().encode() == old.vault.export().encode()
    assert restored.to_do == []


def test_the_configuration_is_the_owners_with_the_new_data_folder(
    old: Machine, new: Machine, file: Path
) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert COMMENT in new.configuration.read_text()
    assert load_configuration(new.configuration).data_dir == new.data_dir
    assert load_configuration(new.configuration).edge == load_configuration(old.configuration).edge


def test_the_copy_is_another_instance(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restored = restore_backup(file, OTHER_PASSPHRASE, new.target())
    before = old.vault.index()
    assert restored.keys is not None
    assert before is not None
    assert restored.keys.index.instance != before.instance


def test_the_old_machine_is_left_as_it_was(old: Machine, file: Path) -> None:
    before = _contents(old.data_dir)
    make_backup(old.source, file, OTHER_PASSPHRASE)
    after = _contents(old.data_dir)
    assert {name for name in before | after if before.get(name) != after.get(name)} <= {INDEX_FILE}


def test_a_backup_is_noted_in_the_index(old: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    index = old.vault.index()
    assert index is not None
    assert index.backed_up_at is not None


def test_only_the_owner_can_read_what_was_written(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    for path in (file, new.configuration, *new.data_dir.rglob("*")):
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path


def test_nothing_can_be_read_without_the_passphrase_and_it_is_not_inside(old: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    sealed = file.read_bytes()
    inside = SealedReader(BytesIO(sealed), BACKUP_KIND, OTHER_PASSPHRASE).readall() or b""
    keys = old.vault.export()
    for clear in (
        b"SQLite format 3",
        EDGE_PASSWORD.encode(),
        b"PRIVATE KEY",
        keys.account.private_key().hex().encode(),
    ):
        assert clear in inside
        assert clear not in sealed
    assert OTHER_PASSPHRASE.reveal() not in inside
    assert PASSPHRASE.reveal() not in inside, "the passphrase of the old machine's keystore stays there"


def test_a_household_in_no_community(tmp_path: Path, new: Machine, file: Path) -> None:
    old = lived_in(tmp_path / "old", keys=False)
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restored = restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert restored.keys is None
    assert new.vault.index() is None
    assert readings(new.database) == readings(old.database)


def test_keys_that_cannot_be_read_are_not_left_out_silently(old: Machine, file: Path) -> None:
    for path in (old.data_dir / "keys").rglob("*.sealed"):
        path.unlink()
    with pytest.raises(KeysMissing):
        make_backup(old.source, file, OTHER_PASSPHRASE)
    assert not file.exists()


def test_a_snapshot_while_the_bridge_writes_is_of_one_moment(old: Machine, new: Machine, file: Path) -> None:
    """The writer commits ten readings at a time: a torn copy would hold a part of ten, or fail its check."""
    stop, started = Event(), Event()

    def write() -> None:
        first = 1000
        while not stop.is_set():
            add_readings(old.database, first, 10)
            first += 10
            started.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert started.wait(10)
        make_backup(old.source, file, OTHER_PASSPHRASE)
    finally:
        stop.set()
        writer.join()
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    copied, written = readings(new.database), readings(old.database)
    assert copied == written[: len(copied)]
    assert len(copied) > 100
    assert len(copied) % 10 == 0


def test_what_was_committed_is_in_the_copy_although_only_the_log_has_it(
    old: Machine, new: Machine, file: Path
) -> None:
    with closing(sqlite3.connect(old.database)) as reader:
        # An open reader keeps the write-ahead log from being folded into the file.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM reading").fetchone()
        add_readings(old.database, 5000, 10)
        assert old.database.with_name(f"{DATABASE_FILE}-wal").stat().st_size > 0
        make_backup(old.source, file, OTHER_PASSPHRASE)
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert readings(new.database)[-1] == (5009, 5009 * 7)


async def test_the_bridge_opens_the_restored_database(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    database = await Database.open(new.database, migrations=MIGRATIONS)
    await database.close()
    assert readings(new.database) == readings(old.database)


def test_a_wrong_passphrase(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        restore_backup(file, PASSPHRASE, new.target())
    _assert_nothing_restored(new)


def test_a_truncated_file(old: Machine, new: Machine, file: Path) -> None:
    add_readings(old.database, 10_000, 60_000)  # some chunks
    make_backup(old.source, file, OTHER_PASSPHRASE)
    whole = file.read_bytes()
    assert len(whole) > 2 * CHUNK_BYTES
    header = len(whole) % (CHUNK_BYTES + 16)
    for length in (len(whole) - 1, len(whole) // 2, CHUNK_BYTES + 16 + header, 1000):
        file.write_bytes(whole[:length])
        with pytest.raises((SealedAltered, WrongPassphrase)):
            restore_backup(file, OTHER_PASSPHRASE, new.target())
        _assert_nothing_restored(new)


def test_an_altered_file(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    whole = file.read_bytes()
    for position in (-1, -5000, len(whole) // 2, 2000):
        altered = bytearray(whole)
        altered[position] ^= 1
        file.write_bytes(bytes(altered))
        with pytest.raises(SealedAltered, match="changed"):
            restore_backup(file, OTHER_PASSPHRASE, new.target())
        _assert_nothing_restored(new)


def test_a_newer_format_of_the_file(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    file.write_bytes(file.read_bytes().replace(b'"format":1', b'"format":2', 1))
    with pytest.raises(SealedTooNew, match="Install that version"):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    _assert_nothing_restored(new)


def test_a_newer_content(old: Machine, new: Machine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    monkeypatch.setattr(archive, "_CONTENT_VERSION", 0)
    with pytest.raises(BackupUnusable, match="content has version 1, this bridge knows up to 0"):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    _assert_nothing_restored(new)


def _set_schema(machine: Machine, version: int) -> None:
    with closing(sqlite3.connect(machine.database)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_the_database_of_a_newer_bridge(
    old: Machine, new: Machine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = (*MIGRATIONS, lambda _: None)
    _set_schema(old, len(newer))
    with monkeypatch.context() as installed:
        installed.setattr("openems_bridge.backup.snapshot.MIGRATIONS", newer)
        make_backup(old.source, file, OTHER_PASSPHRASE)
    with pytest.raises(
        BackupUnusable, match=f"version {len(newer)}, this bridge knows up to {len(MIGRATIONS)}"
    ):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    _assert_nothing_restored(new)


async def test_the_database_of_an_older_bridge_is_brought_up_to_date(
    old: Machine, new: Machine, file: Path
) -> None:
    old.database.unlink()
    with closing(sqlite3.connect(old.database)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("CREATE TABLE kept_by_an_older_bridge (id INTEGER)")
    made = make_backup(old.source, file, OTHER_PASSPHRASE)
    assert made.schema == 0
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    database = await Database.open(new.database, migrations=MIGRATIONS)
    await database.close()
    with closing(sqlite3.connect(new.database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM kept_by_an_older_bridge").fetchone() == (0,)


def test_a_damaged_database_is_not_backed_up(old: Machine, file: Path) -> None:
    content = bytearray(old.database.read_bytes())
    content[4096:8192] = bytes(4096)
    old.database.write_bytes(bytes(content))
    with pytest.raises(BackupUnusable, match=r"damaged|cannot be copied"):
        make_backup(old.source, file, OTHER_PASSPHRASE)
    assert not file.exists()


def test_a_bridge_that_never_ran(old: Machine, file: Path) -> None:
    old.database.unlink()
    with pytest.raises(BackupUnusable, match="cannot be copied"):
        make_backup(old.source, file, OTHER_PASSPHRASE)
    assert not old.database.exists()


def test_nothing_is_overwritten(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    with pytest.raises(BackupUnusable, match="left as it is"):
        make_backup(old.source, file, OTHER_PASSPHRASE)
    before = _contents(old.folder)
    with pytest.raises(BackupUnusable, match="nothing is overwritten"):
        restore_backup(file, OTHER_PASSPHRASE, old.target())
    assert _contents(old.folder) == before
    new.configuration.write_text("precious")
    with pytest.raises(BackupUnusable, match="nothing is overwritten"):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert new.configuration.read_text() == "precious"


def test_a_folder_that_a_bridge_uses(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    with locked_data_folder(new.data_dir), pytest.raises(DataFolderUnusable, match="in use"):
        restore_backup(file, OTHER_PASSPHRASE, new.target())


def test_an_interrupted_restoration_can_be_repeated(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    staging = new.data_dir / ".restoring"
    staging.mkdir(parents=True)
    (staging / DATABASE_FILE).write_text("half of it")
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert readings(new.database) == readings(old.database)
    assert not staging.exists()


def test_a_missing_file_and_one_that_is_no_backup(
    new: Machine, tmp_path: Path, old: Machine, file: Path
) -> None:
    with pytest.raises(BackupUnusable, match="No such file"):
        restore_backup(tmp_path / "none", OTHER_PASSPHRASE, new.target())
    with file.open("wb") as target:
        writer = SealedWriter(target, BACKUP_KIND, OTHER_PASSPHRASE)
        writer.write(b"no archive at all")
        writer.finish()
    with pytest.raises((SealedAltered, BackupUnusable)):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    _assert_nothing_restored(new)


def test_names_that_lead_out_of_the_folder_are_ignored(new: Machine, file: Path, tmp_path: Path) -> None:
    with file.open("wb") as target:
        writer = SealedWriter(target, BACKUP_KIND, OTHER_PASSPHRASE)
        with tarfile.open(fileobj=writer, mode="w|") as made:
            for name in ("../outside", str(tmp_path / "outside"), f"../{DATABASE_FILE}", MANIFEST):
                entry = tarfile.TarInfo(name)
                entry.size = 2
                made.addfile(entry, BytesIO(b"{}"))
        writer.finish()
    with pytest.raises(BackupUnusable, match="manifest"):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    assert not (tmp_path / "outside").exists()
    _assert_nothing_restored(new)


def test_after_a_lost_tpm_all_but_the_meter_key_is_there(tmp_path: Path, file: Path) -> None:
    with simulated_tpm() as tcti:
        old = lived_in(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tcti)
        make_backup(old.source, file, OTHER_PASSPHRASE)
        secrets = old.vault.export()
    with simulated_tpm() as tcti:
        new = machine(tmp_path / "new", tcti=tcti)
        restored = restore_backup(file, OTHER_PASSPHRASE, new.target())
        assert restored.keys is not None
        assert restored.keys.old_meter_key_id == secrets.meter.public_key.key_id()
        assert restored.keys.index.meter_key_in_tpm
        keys = new.vault.open()
        assert is_signed_by(restored.keys.index.meter_key, DIGEST, keys.meter.sign(DIGEST))
    assert keys.account.address == secrets.account.address
    assert keys.secret == secrets.meter.secret
    assert readings(new.database) == readings(old.database)
    assert (new.data_dir / CERTIFICATE_FILE).read_bytes() == (old.data_dir / CERTIFICATE_FILE).read_bytes()


def test_a_new_machine_without_tpm_takes_a_key_in_software_only_when_told(tmp_path: Path, file: Path) -> None:
    with simulated_tpm() as tcti:
        old = lived_in(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tcti)
        make_backup(old.source, file, OTHER_PASSPHRASE)
    new = machine(tmp_path / "new", tcti=f"swtpm:path={tmp_path}/none")
    with pytest.raises(TpmUnavailable):
        restore_backup(file, OTHER_PASSPHRASE, new.target())
    _assert_nothing_restored(new)
    restored = restore_backup(file, OTHER_PASSPHRASE, new.target(meter_key=MeterKeyKind.P256))
    assert restored.keys is not None
    assert restored.keys.old_meter_key_id is not None
    assert not restored.keys.index.meter_key_in_tpm


def test_the_keys_stay_out_of_every_file_in_clear(old: Machine, new: Machine, file: Path) -> None:
    make_backup(old.source, file, OTHER_PASSPHRASE)
    restore_backup(file, OTHER_PASSPHRASE, new.target())
    keys = new.vault.export()
    for path in (path for folder in (old.folder, new.folder) for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert path.name != KEYS
        for secret in (keys.account.private_key(), keys.meter.secret.material):
            assert secret not in content
            assert secret.hex().encode() not in content
