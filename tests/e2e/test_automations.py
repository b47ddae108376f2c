"""Triggers, conditions and blueprints in the newest Home Assistant, with a bridge that tells what a test wants."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.processes import free_port
from tests.e2e.household import DEMO_PYTHON, eventually
from tests.integration.bridge import CODE, FakeBridge, make_certificate, serve
from tests.integration.samples import MARKET, SUGGESTION, TRADING, member

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "custom_components" / "dems"
BLUEPRINTS = ROOT / "blueprints" / "automation" / "dems"
OPTIONS: dict[str, dict[str, Any]] = {
    "price_below": {"limit": 0.1},
    "price_above": {"limit": 0.1},
    "connected": {"connection": "edge"},
}
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "violation_found": ("market_violated", {"slot": 7}),
    "connection_lost": ("edge_lost", {}),
    "connection_restored": ("edge_restored", {}),
    "chain_event": ("chain_event", {"contract": "meter_ledger", "event": "SlotNetted"}),
    "dispatch_suggested": ("dispatch_suggested", SUGGESTION),
}
"""What is told for the triggers that are not called as their event is."""
INPUTS: dict[str, dict[str, Any]] = {
    "follow_suggestions": {},
    "ask_first": {"phone": "0123456789abcdef"},
    "run_appliance": {"appliance": ["switch.washer"]},
    "charge_car": {"charger": "switch.charger"},
    "keep_reserve": {"warnings": ["binary_sensor.storm"], "reserve": "number.battery_reserve"},
    "sell_above_price": {"state_of_charge": "sensor.battery_state_of_charge"},
    "notify_trouble": {},
    "relieve_grid": {"loads": ["switch.heater"]},
    "monthly_report": {"statistics": ["dems:b_cost"]},
}


def _keys(kind: str) -> list[str]:
    return [*yaml.safe_load((FOLDER / f"{kind}s.yaml").read_text())]


def _automations() -> list[dict[str, Any]]:
    triggered = [
        {
            "id": f"trigger_{key}",
            "alias": f"trigger {key}",
            "triggers": [{"trigger": f"dems.{key}", "options": OPTIONS.get(key, {})}],
            "actions": [],
        }
        for key in _keys("trigger")
    ]
    conditioned = [
        {
            "id": f"condition_{key}",
            "alias": f"condition {key}",
            "triggers": [{"trigger": "dems.reading_verified"}],
            "conditions": [{"condition": f"dems.{key}", "options": OPTIONS.get(key, {})}],
            "actions": [],
        }
        for key in _keys("condition")
    ]
    made = [
        {
            "id": f"blueprint_{name}",
            "alias": f"blueprint {name}",
            "use_blueprint": {"path": f"dems/{name}.yaml", "input": inputs},
        }
        for name, inputs in INPUTS.items()
    ]
    return [*triggered, *conditioned, *made]


def _configure(folder: Path) -> None:
    write_configuration(folder)
    shutil.copytree(BLUEPRINTS, folder / "blueprints" / "automation" / "dems")
    configuration = folder / "configuration.yaml"
    text = configuration.read_text().replace("automation:\n", f"automation: {json.dumps(_automations())}\n")
    configuration.write_text(text)


async def _last_triggered(hass: HomeAssistant, name: str) -> str | None:
    found: str | None = (await hass.state(f"automation.{name}"))["attributes"].get("last_triggered")
    return found


async def test_all_of_them_in_the_newest_home_assistant(
    tmp_path: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {path.stem for path in BLUEPRINTS.glob("*.yaml")} == INPUTS.keys()
    _configure(tmp_path / "hass")
    document = {**member(), "market": {**MARKET, "price_next": 150000}, "trading": TRADING}
    fake = FakeBridge(certificate=make_certificate(tmp_path / "bridge.pem"), document=document)
    async with (
        serve(fake) as bridge,
        home_assistant(tmp_path / "hass", free_port(), DEMO_PYTHON) as hass,
    ):
        await hass.onboard(Login())
        await hass.add_bridge("127.0.0.1", bridge.port, CODE)
        states = {one["entity_id"]: one["state"] for one in await hass.rest("GET", "states")}
        ours = {one: state for one, state in states.items() if one.startswith("automation.")}
        assert len(ours) == len(_automations())
        assert set(ours.values()) == {"on"}, {one for one, state in ours.items() if state != "on"}

        async def connected() -> bool:
            return bool(bridge.sockets)

        await eventually("the integration follows the bridge", connected)
        await _tell_everything(bridge)
        for key in _keys("trigger"):

            async def fired(name: str = f"trigger_{key}") -> str | None:
                return await _last_triggered(hass, name)

            await eventually(f"the trigger {key} fires", fired)
        holding = {"trading_on", "price_above", "connected"}
        for key in _keys("condition"):
            ran = await _last_triggered(hass, f"condition_{key}")
            assert (ran is not None) is (key in holding), key
        text = (tmp_path / "hass" / "console.log").read_text()
        complaints = [
            line for line in text.splitlines() if "ERROR" in line and ("dems" in line or "automation" in line)
        ]
        # No action is there for what the notification of trouble and its like would do.
        assert [line for line in complaints if "Error setting up trigger" in line or "validate" in line] == []


async def _tell_everything(bridge: FakeBridge) -> None:
    """Let every kind of event happen once; the prices pass both limits."""
    now = time.time()
    for price in (200000, 90000, 200000):
        slots = [{"slot": 1, "start": now + 600, "price": price}]
        await bridge.tell("prices_changed", {"slots": slots})
    for key in _keys("trigger"):
        if key.startswith("price_"):
            continue
        kind, data = EVENTS.get(key, (key, {"slot": 7}))
        fresh = (
            {"from": now, "to": now + 900, "expires_at": now + 900} if kind == "dispatch_suggested" else {}
        )
        await bridge.tell(kind, {**data, **fresh})
