"""The bridge as an app: its options, its backups, and how Home Assistant learns of it."""

import json
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from openems_bridge.configuration.loading import load_configuration
from openems_bridge.supervised.announcing import RENEW_SECONDS, Unavailable, announce
from openems_bridge.supervised.preparing import BACKUP_FILE, NotPrepared, prepare
from tools.check_versions import mistakes, versions

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
CONFIG = yaml.safe_load((APP / "config.yaml").read_text())
OPENED = {"code": "AAAA-BBBB-CCCC", "id": "b1", "name": "Home", "port": 8484, "fingerprint": "ab" * 32}


def _no_restore(*arguments: Path) -> int:
    raise AssertionError("nothing is restored")


def _options(data: Path, **changed: Any) -> None:
    (data / "options.json").write_text(json.dumps({**CONFIG["options"], **changed}))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"edge_host": "192.168.1.9", "edge_password": "secret", "rest_port": 8075}, "openems"),
        ({"energy_system": "home_assistant"}, "pushed"),
        ({"energy_system": "simulation", "chain_node": "wss://node.example"}, "simulation"),
    ],
)
def test_options_become_a_configuration_that_the_bridge_takes(
    tmp_path: Path, changed: dict[str, Any], kind: str
) -> None:
    _options(tmp_path, **changed)
    file = prepare(tmp_path, _no_restore)
    loaded = load_configuration(file)
    assert loaded.household == "My home"
    assert loaded.data_dir == tmp_path / "bridge"
    assert yaml.safe_load(file.read_text())["edge"]["type"] == kind
    assert "secret" not in file.read_text()
    secrets = [tmp_path / "edge-password", tmp_path / "keys-passphrase", file]
    assert [stat.S_IMODE(one.stat().st_mode) for one in secrets] == [0o600] * 3
    passphrase = (tmp_path / "keys-passphrase").read_text()
    prepare(tmp_path, _no_restore)
    assert (tmp_path / "keys-passphrase").read_text() == passphrase, "the keys stay readable"


def test_options_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotPrepared, match="save them again"):
        prepare(tmp_path, _no_restore)


def test_restored_backup_is_unpacked_once(tmp_path: Path) -> None:
    _options(tmp_path)
    restored: list[tuple[Path, ...]] = []

    def restore(*arguments: Path) -> int:
        restored.append(arguments)
        (tmp_path / "bridge").mkdir()
        (tmp_path / "bridge" / "bridge.sqlite3").touch()
        return 0

    (tmp_path / BACKUP_FILE).touch()
    prepare(tmp_path, restore)
    assert len(restored) == 1
    assert not (tmp_path / BACKUP_FILE).exists()
    (tmp_path / BACKUP_FILE).touch()
    prepare(tmp_path, _no_restore)
    assert not (tmp_path / BACKUP_FILE).exists(), "a left-over of a backup that was interrupted"


def test_backup_that_cannot_be_restored_is_kept_and_nothing_starts(tmp_path: Path) -> None:
    _options(tmp_path)
    (tmp_path / BACKUP_FILE).touch()
    with pytest.raises(NotPrepared, match="could not be restored"):
        prepare(tmp_path, lambda *arguments: 1)
    assert (tmp_path / BACKUP_FILE).exists()


class _Bridge:
    """A bridge that is paired after some questions, and away before."""

    def __init__(self, away: int, paired_after: int) -> None:
        self.away, self.left = away, paired_after
        self.codes = 0

    async def has_clients(self) -> bool:
        if self.away > 0:
            self.away -= 1
            raise Unavailable("it starts")
        self.left -= 1
        return self.left < 0

    async def open_code(self) -> Mapping[str, Any]:
        self.codes += 1
        return {**OPENED, "code": str(self.codes)}


async def test_announced_with_a_fresh_secret_until_somebody_is_paired(
    caplog: pytest.LogCaptureFixture,
) -> None:
    posted: list[Mapping[str, Any]] = []
    slept: list[float] = []

    async def post(message: Mapping[str, Any]) -> None:
        posted.append(message)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    bridge = _Bridge(away=3, paired_after=70)
    await announce(bridge, post, sleep=sleep)
    assert [one["config"]["code"] for one in posted] == ["1", "2", "3"]
    assert posted[0]["service"] in CONFIG["discovery"]
    assert posted[0]["config"].keys() == {"host", "port", "id", "name", "fingerprint", "code"}
    assert sum(slept) > 2 * RENEW_SECONDS
    assert caplog.text.count("not told of the bridge yet") == 1


def test_app_is_as_the_supervisor_wants_it() -> None:
    assert {"name", "version", "slug", "description", "arch", "image", "options", "schema"} <= CONFIG.keys()
    assert set(CONFIG["arch"]) == {"amd64", "aarch64"}
    assert CONFIG["host_network"] is True
    assert CONFIG["watchdog"] == "https://[HOST]:[PORT:8484]/health"
    assert CONFIG["options"].keys() <= CONFIG["schema"].keys()
    for language in ("en", "de"):
        words = yaml.safe_load((APP / "translations" / f"{language}.yaml").read_text())
        assert words["configuration"].keys() == CONFIG["schema"].keys()
    repository = yaml.safe_load((ROOT / "repository.yaml").read_text())
    assert repository.keys() == {"name", "url", "maintainer"}
    for name in ("README.md", "DOCS.md", "CHANGELOG.md", "icon.png", "logo.png", "Dockerfile"):
        assert (APP / name).stat().st_size > 0, name


def test_image_is_built_from_the_apps_folder_alone() -> None:
    dockerfile = (APP / "Dockerfile").read_text()
    copied = [line.split()[-2] for line in dockerfile.splitlines() if line.startswith("COPY")]
    assert copied == ["dist/", "dems-backup"]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yaml").read_text())
    build = workflow["jobs"]["image"]["steps"][-1]["with"]
    assert build["context"] == "app"
    for arch in CONFIG["arch"]:
        assert arch in [one["arch"] for one in workflow["jobs"]["image"]["strategy"]["matrix"]["include"]]
    assert CONFIG["image"].replace("{arch}", "${{ matrix.arch }}") in build["tags"]


def test_backup_script_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "household.backup").touch()
    script = [str(APP / "dems-backup")]
    environment = {"DEMS_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"}
    assert subprocess.run([*script, "post"], env=environment, check=False).returncode == 0
    assert not (tmp_path / "household.backup").exists()
    assert subprocess.run([*script, "x"], env=environment, check=False, capture_output=True).returncode == 2


def test_every_part_names_the_same_version() -> None:
    (version,) = set(versions(ROOT).values())
    assert version
    assert mistakes(ROOT, version) == []
    assert len(mistakes(ROOT, "9.9.9")) == 5
