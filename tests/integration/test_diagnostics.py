"""Diagnostics help, and tell nobody who the household is or how to get in."""

import json

from aiohttp import web
from homeassistant.core import HomeAssistant
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.dems.diagnostics import async_get_config_entry_diagnostics

from .bridge import TOKEN, FakeBridge, until
from .conftest import SetUp
from .samples import BRIDGE_ID, CERTIFICATE, COMMANDED, HOUSEHOLD, METER, member


async def test_diagnostics(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, snapshot: SnapshotAssertion
) -> None:
    bridge.document = member(
        dispatch=COMMANDED,
        community={"problem": {"code": "reverted", "params": {"account": HOUSEHOLD}}},
    )
    entry = await set_up()
    await until(lambda: entry.runtime_data.is_live)
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    told = json.dumps(diagnostics, default=str)
    secrets = (
        TOKEN,
        bridge.certificate.fingerprint,
        BRIDGE_ID,
        "127.0.0.1",
        "10.0.0.9",
        "Musterhaus",
        "guests",
        "Musterstraße",
        HOUSEHOLD,
        METER,
        CERTIFICATE,
    )
    assert [secret for secret in secrets if secret in told] == []
    assert diagnostics == snapshot(exclude=props("created_at", "modified_at", "port"))


async def test_diagnostics_without_the_bridge(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()

    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=500)

    bridge.instead["/v1/diagnostics"] = broken
    assert (await async_get_config_entry_diagnostics(hass, entry))["bridge"] == {"error": "InvalidAnswer"}
