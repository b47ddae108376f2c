"""The demo's command line."""

from pathlib import Path

import pytest

from demo.__main__ import read_options


@pytest.mark.parametrize(("arguments", "folder"), [((), ".demo"), (("--folder", "elsewhere"), "elsewhere")])
def test_the_folder_means_the_same_to_every_program(
    arguments: tuple[str, ...], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each program gets it as it is written, and the bridge refuses a relative path to its passphrase."""
    monkeypatch.chdir(tmp_path)
    assert read_options(arguments).folder == tmp_path / folder
