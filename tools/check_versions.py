"""Checks that every part names the same version, the one that is to be released: ``check_versions.py 1.2.3``."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PATTERNS = {
    "pyproject.toml": r'^version = "([^"]+)"',
    "openems_bridge/__init__.py": r'__version__ = "([^"]+)"',
    "app/config.yaml": r"^version: (\S+)",
    "app/CHANGELOG.md": r"^## (\S+)",
}


def versions(root: Path) -> Mapping[str, str | None]:
    """Return which version each file names, None where it names none."""
    found: dict[str, str | None] = {}
    for name, pattern in _PATTERNS.items():
        match = re.search(pattern, (root / name).read_text(), re.MULTILINE)
        found[name] = match[1] if match else None
    manifest = "custom_components/dems/manifest.json"
    found[manifest] = json.loads((root / manifest).read_text()).get("version")
    return found


def mistakes(root: Path, version: str) -> list[str]:
    """Return a sentence for each file that names another version."""
    return [
        f"{name} names {found}, not {version}" for name, found in versions(root).items() if found != version
    ]


def main(arguments: list[str]) -> int:
    """Check and return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: check_versions.py VERSION\n")
        return 2
    wrong = mistakes(ROOT, arguments[0])
    for mistake in wrong:
        sys.stderr.write(f"{mistake}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
