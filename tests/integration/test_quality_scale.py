"""Every rule of the Integration Quality Scale is stated, with evidence that exists."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "dems"
RULES = {
    "bronze": "action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage "
    "dependency-transparency docs-actions docs-triggers docs-conditions docs-high-level-description "
    "docs-installation-instructions docs-removal-instructions entity-event-setup entity-unique-id has-entity-name "
    "runtime-data test-before-configure test-before-setup unique-config-entry",
    "silver": "action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters "
    "entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage",
    "gold": "devices diagnostics discovery discovery-update-info docs-data-update docs-examples "
    "docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases "
    "dynamic-devices stale-devices entity-category entity-device-class entity-disabled-by-default "
    "entity-translations exception-translations icon-translations reconfiguration-flow repair-issues",
    "platinum": "async-dependency inject-websession strict-typing",
}
STATED = yaml.safe_load((FOLDER / "quality_scale.yaml").read_text())["rules"]
_FILE = re.compile(r"[\w./-]+\.(?:py|md|yaml|json|png|ambr|toml)\b|tests/integration\b")


def test_every_rule_is_stated_and_no_other() -> None:
    rules = {rule for tier in RULES.values() for rule in tier.split()}
    assert len(rules) == 54
    assert STATED.keys() == rules


@pytest.mark.parametrize("rule", STATED)
def test_evidence_exists(rule: str) -> None:
    stated = STATED[rule]
    assert stated.keys() == {"status", "comment"}
    assert stated["status"] == "done"
    if rule == "integration-owner":
        return
    named = _FILE.findall(stated["comment"])
    assert named, "evidence is a file"
    for name in named:
        assert (ROOT / name).exists() or (FOLDER / name).exists(), name


@pytest.mark.parametrize(
    ("rule", "file", "section"),
    [
        ("docs-actions", "docs/home-assistant.md", "## Actions"),
        ("docs-triggers", "docs/automations.md", "## Triggers"),
        ("docs-conditions", "docs/automations.md", "## Conditions"),
        ("docs-installation-instructions", "docs/install.md", "## The integration"),
        ("docs-installation-parameters", "docs/install.md", "## What you are asked"),
        ("docs-removal-instructions", "docs/install.md", "## Remove it"),
        ("docs-configuration-parameters", "docs/home-assistant.md", "## Options"),
        ("docs-data-update", "docs/home-assistant.md", "## How it is kept up to date"),
        ("docs-known-limitations", "docs/home-assistant.md", "## Known limits"),
        ("docs-supported-devices", "docs/home-assistant.md", "## Supported devices"),
        ("docs-supported-functions", "docs/home-assistant.md", "## Entities"),
        ("docs-use-cases", "docs/home-assistant.md", "## Use cases"),
    ],
)
def test_document_has_its_section(rule: str, file: str, section: str) -> None:
    assert STATED[rule]["status"] == "done"
    text = (ROOT / file).read_text()
    assert len(text.split(section + "\n", 1)[1].split("\n## ", 1)[0]) > 100


def test_every_action_is_documented() -> None:
    text = (ROOT / "docs" / "home-assistant.md").read_text()
    for action, described in yaml.safe_load((FOLDER / "services.yaml").read_text()).items():
        assert f"`dems.{action}`" in text, action
        assert described["fields"]


@pytest.mark.parametrize("kind", ["trigger", "condition"])
def test_every_trigger_and_condition_is_documented(kind: str) -> None:
    text = (ROOT / "docs" / "automations.md").read_text()
    for key in yaml.safe_load((FOLDER / f"{kind}s.yaml").read_text()):
        assert f"`dems.{key}`" in text, key


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    from custom_components.dems import PLATFORMS

    for platform in PLATFORMS:
        assert "PARALLEL_UPDATES = 0" in (FOLDER / f"{platform}.py").read_text(), platform
