"""What hassfest and the HACS validation ask of manifest, texts, icons and descriptions, applied to our files."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from homeassistant.helpers.selector import selector

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "dems"
MANIFEST_KEYS = {
    "domain",
    "name",
    "after_dependencies",
    "codeowners",
    "config_flow",
    "dependencies",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "loggers",
    "quality_scale",
    "requirements",
    "version",
    "zeroconf",
}
"""What a custom integration may have in its manifest, of what we need."""
_SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_ICON = re.compile(r"mdi:[a-z0-9]+(?:-[a-z0-9]+)*")
_HTML = re.compile(r"<[a-z/]")


def _json(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def _yaml(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


STRINGS = _json("strings.json")
ICONS = _json("icons.json")


def _strings(document: Any) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in _strings(value)]
    return [document]


def _keys(document: Any) -> list[str]:
    if not isinstance(document, dict):
        return []
    return [*document, *(key for value in document.values() for key in _keys(value))]


def test_manifest() -> None:
    manifest = _json("manifest.json")
    assert manifest.keys() <= MANIFEST_KEYS
    assert manifest["domain"] == FOLDER.name
    assert manifest["integration_type"] == "hub"
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    for address in (manifest["documentation"], manifest["issue_tracker"]):
        assert address.startswith("https://")
    assert all(kind.endswith("._tcp.local.") for kind in manifest["zeroconf"])


def test_hacs_finds_one_integration_and_its_files() -> None:
    assert [
        one.name for one in (ROOT / "custom_components").iterdir() if (one / "manifest.json").exists()
    ] == ["dems"]
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert isinstance(hacs["name"], str)
    assert re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", hacs["homeassistant"])
    assert (ROOT / "README.md").stat().st_size > 0
    if hacs.get("zip_release"):
        assert hacs["filename"].endswith(".zip")


@pytest.mark.parametrize("name", ["strings.json", "translations/de.json"])
def test_texts(name: str) -> None:
    document = _json(name)
    for text in _strings(document):
        assert isinstance(text, str)
        assert text == text.strip(), text
        assert not _HTML.search(text), text
        assert "http" not in text, f"addresses are placeholders: {text}"
    for key in _keys(document):
        assert _SLUG.fullmatch(key), key
    allowed = {
        "config",
        "options",
        "entity",
        "exceptions",
        "issues",
        "services",
        "selector",
        "triggers",
        "conditions",
    }
    assert document.keys() <= allowed | {"device", "config_subentries"}
    for issue in document["issues"].values():
        assert {"title", "description"} <= issue.keys() or {"title", "fix_flow"} <= issue.keys()
    for exception in document["exceptions"].values():
        assert exception.keys() == {"message"}


def test_flow_fields_are_explained() -> None:
    for flow in ("config", "options"):
        for name, step in STRINGS[flow]["step"].items():
            assert step.get("data", {}).keys() >= step.get("data_description", {}).keys(), (flow, name)


@pytest.mark.parametrize(
    ("file", "words", "icon"),
    [
        ("services.yaml", "services", "service"),
        ("triggers.yaml", "triggers", "trigger"),
        ("conditions.yaml", "conditions", "condition"),
    ],
)
def test_descriptions(file: str, words: str, icon: str) -> None:
    described = _yaml(file)
    assert described.keys() == STRINGS[words].keys() == ICONS[words].keys()
    for key, one in described.items():
        said = STRINGS[words][key]
        assert said.keys() == {"name", "description", "fields"}
        assert one.keys() <= {"fields", "target"}
        assert one["fields"].keys() == said["fields"].keys(), key
        assert ICONS[words][key].keys() == {icon}
        for name, field in one["fields"].items():
            assert said["fields"][name].keys() == {"name", "description"}
            assert field.keys() <= {"required", "default", "example", "selector"}
            selector(field["selector"])
            _check_options(field["selector"])


def _check_options(described: dict[str, Any]) -> None:
    """Options with a translation key have a word each; those without are never shown by their keys."""
    select = described.get("select")
    if not select:
        return
    words = STRINGS["selector"][select["translation_key"]]["options"]
    assert words.keys() == set(select["options"])


def test_icons() -> None:
    for name in (text for text in _strings(ICONS)):
        assert _ICON.fullmatch(name), name
    assert ICONS.keys() <= {"entity", "services", "triggers", "conditions"}
