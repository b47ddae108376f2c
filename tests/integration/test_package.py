"""What Home Assistant and HACS want of the folder, and what it must not import."""

import ast
import json
import re
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from PIL import Image

from custom_components.dems.const import DOMAIN

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "dems"
HACS_KEYS = {
    "name",
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "persistent_directory",
    "render_readme",
    "zip_release",
}


async def test_manifest(hass: HomeAssistant) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.requirements == []
    assert integration.config_flow
    assert integration.iot_class == "local_push"
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert list(manifest) == ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]
    required = {"version", "documentation", "issue_tracker", "codeowners"}
    assert required <= manifest.keys()
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])


def test_hacs() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["name"]
    assert hacs.keys() <= HACS_KEYS


@pytest.mark.parametrize("dark", ["", "dark_"])
@pytest.mark.parametrize(("scale", "suffix"), [(1, ""), (2, "@2x")])
def test_brand(dark: str, scale: int, suffix: str) -> None:
    with Image.open(FOLDER / "brand" / f"{dark}icon{suffix}.png") as icon:
        assert icon.size == (256 * scale, 256 * scale)
        assert icon.mode == "RGBA"
    with Image.open(FOLDER / "brand" / f"{dark}logo{suffix}.png") as logo:
        assert logo.height == 256 * scale
        assert logo.width > logo.height


def test_imports_only_what_home_assistant_brings() -> None:
    """The integration is shipped alone: no bridge, no chain, no keys."""
    allowed = {"homeassistant", "aiohttp", "yarl", "probatio"}
    standard = {
        "abc",
        "asyncio",
        "bisect",
        "collections",
        "contextlib",
        "dataclasses",
        "decimal",
        "datetime",
        "enum",
        "hashlib",
        "hmac",
        "http",
        "itertools",
        "logging",
        "os",
        "pathlib",
        "random",
        "re",
        "secrets",
        "typing",
        "xml",
    }
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.append(node.module)
            assert {name.split(".")[0] for name in names} <= allowed | standard, path.name
