"""An update with data works: the entry, the storage and the entities of the first release go on as they were."""

import json
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.const import DOMAIN

from .bridge import FakeBridge, until
from .samples import member

FROZEN = json.loads((Path(__file__).parent / "fixtures" / "release_0_1_0.json").read_text())


@pytest.mark.usefixtures("all_entities_enabled")
async def test_entry_of_the_first_release(
    hass: HomeAssistant, bridge: FakeBridge, hass_storage: dict[str, Any]
) -> None:
    bridge.document = member()
    for _ in range(3):
        await bridge.happen("reading_verified", slot=1)
    frozen = FROZEN["entry"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="01DEMS",
        unique_id=frozen["unique_id"],
        title=frozen["title"],
        version=frozen["version"],
        minor_version=frozen["minor_version"],
        options=frozen["options"],
        data={**frozen["data"], "port": bridge.port, "fingerprint": bridge.certificate.fingerprint},
    )
    entry.add_to_hass(hass)
    hass_storage["dems.01DEMS.events"] = {
        "version": 1,
        "key": "dems.01DEMS.events",
        "data": FROZEN["storage"]["events"],
    }
    registry = er.async_get(hass)
    for entity_id, unique_id in FROZEN["entities"].items():
        domain, name = entity_id.split(".")
        registry.async_get_or_create(domain, DOMAIN, unique_id, suggested_object_id=name, config_entry=entry)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options == frozen["options"]
    gone = [
        one
        for one in FROZEN["entities"]
        if (state := hass.states.get(one)) is None or state.attributes.get("restored")
    ]
    assert gone == [], "every entity of the first release is still provided"
    await until(lambda: bridge.sockets)
    assert bridge.queries[0]["after"] == "2", "events go on after the last one that was handed out"
