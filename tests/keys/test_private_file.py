"""Files that appear whole, for their owner only, or not at all."""

import stat
from pathlib import Path

import pytest

from dems_node.keys.private_file import new_private_file, replace_private_file


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with new_private_file(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert _mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail_halfway() -> None:
        with new_private_file(tmp_path / "file") as file:
            file.write(b"half of it")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("precious")
    with pytest.raises(FileExistsError), new_private_file(path):
        pytest.fail("it must not get here")
    assert path.read_text() == "precious"


def test_what_an_earlier_crash_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file.unfinished").write_text("half of it")
    with new_private_file(tmp_path / "file") as file:
        file.write(b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    with path.open() as reader:
        replace_private_file(path, b"new")
        assert reader.read() == "old", "who had it open still sees the old one"
    assert path.read_bytes() == b"new"
    assert _mode(path) == 0o600


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        replace_private_file(tmp_path / "none" / "file", b"new")
