"""The coordinator over a real socket: live, lost, polled, flooded, fed with garbage."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import ClientTimeout, web
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.dems.const import DOMAIN, POLL_INTERVAL
from custom_components.dems.coordinator import SHORTEST_PUBLISH_INTERVAL, DemsCoordinator, pause

from .bridge import Certificate, FakeBridge, problem, serve, until
from .conftest import SetUp

POWER = "sensor.grid_meter_power"


def _state(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return None if state is None else state.state


async def test_live(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert _state(hass, POWER) == "-1200"
    await until(lambda: bridge.sockets)
    coordinator: DemsCoordinator = entry.runtime_data
    await until(lambda: coordinator.is_live)
    assert bridge.queries == [{"interval": "10"}]

    await bridge.change(grid={"power": -900})
    await until(lambda: _state(hass, POWER) == "-900")
    await bridge.send({"type": "event", "id": 2, "at": 1.0, "event": "slot_closed", "data": {}})
    await bridge.change(grid={"power": None})
    await until(lambda: _state(hass, POWER) == "unknown")

    assert await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not bridge.sockets)
    assert _state(hass, POWER) == STATE_UNAVAILABLE


async def test_interval_is_asked_for(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entry: Any
) -> None:
    hass.config_entries.async_update_entry(entry, options={"interval": 3})
    await set_up()
    await until(lambda: bridge.queries == [{"interval": "3"}])


async def test_lost_and_restored(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """A bridge that goes away and comes back is logged once each, and its entities are unavailable meanwhile."""
    entry = await set_up()
    coordinator: DemsCoordinator = entry.runtime_data
    await until(lambda: coordinator.is_live)
    caplog.clear()

    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=500)

    bridge.instead.update(dict.fromkeys(("/v1/ws", "/v1/info", "/v1/state"), broken))
    await bridge.hang_up()
    await until(lambda: _state(hass, POWER) == STATE_UNAVAILABLE)
    attempts = 0

    async def counting(request: web.Request) -> web.Response:
        nonlocal attempts
        attempts += 1
        return web.Response(status=502)

    bridge.instead["/v1/ws"] = counting
    await until(lambda: attempts >= 3)
    assert _state(hass, POWER) == STATE_UNAVAILABLE
    assert coordinator.update_interval == POLL_INTERVAL

    bridge.document["grid"]["power"] = 77
    del bridge.instead["/v1/ws"]
    await until(lambda: _state(hass, POWER) == "77")
    told = [
        record.message
        for record in caplog.records
        if record.name == "custom_components.dems.coordinator" and record.levelname in ("INFO", "ERROR")
    ]
    assert len(told) == 2
    assert "Error fetching dems (Musterhaus) data" in told[0]
    assert told[1] == "The connection to dems (Musterhaus) is restored"


async def test_polls_where_the_websocket_cannot_be_had(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    async def no_upgrade(request: web.Request) -> web.Response:
        return web.Response(status=403)

    bridge.instead["/v1/ws"] = no_upgrade
    entry = await set_up()
    bridge.document["grid"]["power"] = 4321
    await until(lambda: _state(hass, POWER) == "4321")
    assert entry.runtime_data.update_interval == POLL_INTERVAL
    assert "ERROR" not in {record.levelname for record in caplog.records}


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "[]",
        '{"type": "change"}',
        '{"type": "nonsense", "state": {}}',
        '{"type": "change", "state": {"grid": 5}}',
        '{"type": "change", "state": {"grid": {"power": "many"}}}',
        '{"type": "change", "state": {"bridge": null}}',
        '{"type": "change", "state": {"dispatch": {"ends_at": 1e300}}}',
        '{"type": "snapshot", "api": 7, "state": {}}',
        '{"type": "change", "state": {"grid": {' + ",".join(f'"k{i}": 1' for i in range(1001)) + "}}}",
    ],
)
async def test_garbage_is_answered_by_a_new_connection(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    garbage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up()
    await until(lambda: len(bridge.queries) == 1 and bridge.sockets)
    await bridge.send(garbage)
    await until(lambda: len(bridge.queries) == 2 and bridge.sockets)
    await bridge.change(grid={"power": 5})
    await until(lambda: _state(hass, POWER) == "5")
    assert "Unexpected error" not in caplog.text


async def test_bridge_that_hangs(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entry: Any) -> None:
    """A bridge that takes requests and never answers is a lost bridge."""
    forever = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await forever.wait()
        return web.Response()

    bridge.instead["/v1/info"] = hang
    with patch("custom_components.dems.client.TIMEOUT", ClientTimeout(total=0.2)):
        await set_up()
        assert entry.state is ConfigEntryState.SETUP_RETRY
        del bridge.instead["/v1/info"]
        bridge.instead["/v1/ws"] = hang
        assert await hass.config_entries.async_reload(entry.entry_id)
        bridge.document["grid"]["power"] = 3
        await until(lambda: _state(hass, POWER) == "3")
    forever.set()


async def test_connection_that_held_is_tried_again_at_once(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    async def hang_up_the(number: int) -> None:
        await until(lambda: len(bridge.queries) == number and bridge.sockets)
        await bridge.hang_up()

    with patch("custom_components.dems.coordinator.pause", return_value=0.01) as pauses:
        await set_up()
        for number in (1, 2, 3):
            await hang_up_the(number)
        await until(lambda: pauses.call_count == 3)
        assert [call.args for call in pauses.call_args_list] == [(0,), (1,), (2,)]
        with patch("custom_components.dems.coordinator._STABLE_AFTER", -1):
            await hang_up_the(4)
            await until(lambda: pauses.call_count == 4)
        assert pauses.call_args.args == (0,)


async def test_bytes_are_garbage(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    await until(lambda: bridge.sockets)
    await bridge.sockets[0].send_bytes(b"\0")
    await until(lambda: len(bridge.queries) == 2)


async def test_a_fault_of_our_own_does_not_end_the_following(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await set_up()
    await until(lambda: bridge.sockets)

    with (
        patch("custom_components.dems.coordinator.SHORTEST_PUBLISH_INTERVAL", 0.0),
        patch.object(entry.runtime_data.devices, "update", side_effect=RuntimeError("a bug of ours")),
    ):
        await bridge.change(grid={"power": 5})
        await until(lambda: "a bug of ours" in caplog.text)
    await until(lambda: len(bridge.queries) > 1 and bridge.sockets)
    await bridge.change(grid={"power": 6})
    await until(lambda: _state(hass, POWER) == "6")


async def test_flood_is_thinned_out(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Thousands of changes become few updates of the entities, other tasks go on, and the last value is shown."""
    entry = await set_up()
    await until(lambda: bridge.sockets)
    updates = 0
    turns = 0

    def count() -> None:
        nonlocal updates
        updates += 1

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    entry.runtime_data.async_add_listener(count)
    ticking = asyncio.create_task(tick())
    began = hass.loop.time()
    for power in range(3000):
        await bridge.send({"type": "change", "state": {"grid": {"power": power}}})
    await until(lambda: _state(hass, POWER) == "2999")
    ticking.cancel()
    assert updates <= (hass.loop.time() - began) / SHORTEST_PUBLISH_INTERVAL + 2
    assert turns > 3000


async def test_counters_never_dip(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    await until(lambda: bridge.sockets)
    await bridge.change(grid={"energy_import": 100, "power": 1})
    await until(lambda: _state(hass, POWER) == "1")
    assert _state(hass, "sensor.grid_meter_import") == "123.456"


async def test_revoked_token_asks_for_a_new_code(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    await set_up()
    await until(lambda: bridge.sockets)
    bridge.tokens.clear()
    await bridge.hang_up()
    await until(lambda: hass.config_entries.flow.async_progress())
    flow = hass.config_entries.flow.async_progress()[0]
    assert (flow["context"]["source"], flow["step_id"]) == (SOURCE_REAUTH, "reauth_confirm")
    assert _state(hass, POWER) == STATE_UNAVAILABLE
    asked = len(bridge.calls)
    await asyncio.sleep(0.1)
    assert len(bridge.calls) <= asked + 1, "a revoked token is not tried again and again"


async def test_changed_certificate_asks_for_a_new_code(
    hass: HomeAssistant,
    certificate: Certificate,
    other_certificate: Certificate,
    entry: Any,
    set_up: SetUp,
    bridge: FakeBridge,
) -> None:
    """Somebody with another certificate never sees the token; the right one heals it without a person."""
    async with serve(FakeBridge(certificate=certificate)) as first:
        hass.config_entries.async_update_entry(entry, data={**entry.data, "port": first.port})
        await set_up()
        await until(lambda: first.sockets)
    async with serve(FakeBridge(certificate=other_certificate, port=first.port)) as other:
        await until(lambda: hass.config_entries.flow.async_progress())
        await until(
            lambda: hass.config_entries.flow.async_progress()[0].get("step_id") == "reauth_certificate"
        )
        assert ("GET", "/v1/state", None) not in other.calls
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"certificate_changed_{entry.entry_id}")
    async with serve(FakeBridge(certificate=certificate, port=first.port)):
        await until(lambda: _state(hass, POWER) == "-1200")
        assert not ir.async_get(hass).async_get_issue(DOMAIN, f"certificate_changed_{entry.entry_id}")


@pytest.mark.parametrize(
    ("path", "answer", "state"),
    [
        ("/v1/state", problem(401, "unauthorized"), ConfigEntryState.SETUP_ERROR),
        ("/v1/state", problem(503, "not-ready"), ConfigEntryState.SETUP_RETRY),
        ("/v1/state", web.Response(text="<html>"), ConfigEntryState.SETUP_RETRY),
        ("/v1/state", web.json_response({"bridge": {}}), ConfigEntryState.SETUP_RETRY),
        ("/v1/state", web.Response(body=b" " * (1 << 21)), ConfigEntryState.SETUP_RETRY),
        ("/v1/state", web.Response(status=500, text="{}"), ConfigEntryState.SETUP_RETRY),
        ("/v1/info", web.json_response({"id": "x", "name": "y"}), ConfigEntryState.SETUP_RETRY),
    ],
)
async def test_set_up_that_fails(
    bridge: FakeBridge, set_up: SetUp, path: str, answer: web.Response, state: ConfigEntryState
) -> None:
    async def answering(request: web.Request) -> web.Response:
        return answer

    bridge.instead[path] = answering
    assert (await set_up()).state is state


@pytest.mark.parametrize(
    ("api", "issue"),
    [
        ({"current": 0, "oldest": 0}, "bridge_too_old"),
        ({"current": 3, "oldest": 2}, "integration_too_old"),
    ],
)
async def test_version_skew_says_what_to_update(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, api: dict[str, int], issue: str
) -> None:
    bridge.api = api
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"{issue}_{entry.entry_id}")
    bridge.api = {"current": 2, "oldest": 1}
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"{issue}_{entry.entry_id}")


async def test_refused_login_at_the_edge_is_an_issue(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    await until(lambda: bridge.sockets)
    issue = f"edge_login_refused_{entry.entry_id}"
    await bridge.change(bridge={"edge": "lost", "edge_problem": "login_refused"})
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, issue))
    assert _state(hass, "binary_sensor.musterhaus_energy_system_connection") == "off"
    await bridge.change(bridge={"edge": "connected", "edge_problem": None})
    await until(lambda: not ir.async_get(hass).async_get_issue(DOMAIN, issue))


def test_pause_grows_to_half_a_minute() -> None:
    assert all(0.5 <= pause(0) <= 1 for _ in range(100))
    assert all(4 <= pause(3) <= 8 for _ in range(100))
    assert all(15 <= pause(attempt) <= 30 for attempt in (6, 10, 10_000))
