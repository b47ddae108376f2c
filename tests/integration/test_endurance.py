"""A hundred reloads leave nothing behind, and no bridge, however bad, holds Home Assistant up."""

import asyncio
import gc
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from aiohttp import ClientTimeout, web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import DATA_DISPATCHER

from custom_components.dems.client import BridgeClient
from custom_components.dems.coordinator import DemsCoordinator
from custom_components.dems.feed import SIGNAL_EVENT

from .bridge import FakeBridge, until
from .conftest import SetUp
from .samples import MARKET, SUGGESTION, TRADING, member, state

LONGEST_BLOCK = 0.05
"""s of the loop's own work in one step."""


def _held(hass: HomeAssistant) -> dict[str, int]:
    """Count what a reload could leave behind."""
    gc.collect()
    return {
        "tasks": len(asyncio.all_tasks()),
        "bus listeners": sum(hass.bus.async_listeners().values()),
        "event listeners": len(hass.data.get(DATA_DISPATCHER, {}).get(SIGNAL_EVENT, {})),
        "states": len(hass.states.async_all()),
        "coordinators": sum(isinstance(one, DemsCoordinator) for one in gc.get_objects()),
        "threads": threading.active_count(),
    }


async def test_a_hundred_reloads_leave_nothing(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = {**member(), "market": MARKET, "trading": TRADING, "suggestion": SUGGESTION}
    entry = await set_up()

    async def reload(times: int) -> dict[str, int]:
        for _ in range(times):
            assert await hass.config_entries.async_unload(entry.entry_id)
            assert await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: len(bridge.sockets) == 1)
        await hass.async_block_till_done()
        return _held(hass)

    before = await reload(5)
    after = await reload(95)
    assert all(after[key] <= before[key] + 1 for key in before), (before, after)
    assert after["coordinators"] == 1
    assert len(bridge.sockets) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not bridge.sockets)


@contextmanager
def _steps() -> Iterator[list[float]]:
    """Measure how long each step of the loop works, in time of the processor: other programs do not count."""
    longest = [0.0]
    run = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        longest[0] = max(longest[0], time.thread_time() - began)

    gc.collect()
    with patch.object(asyncio.Handle, "_run", measured):
        yield longest


def _garbage() -> list[str]:
    chance = random.Random(5)  # the same garbage each time
    deep = "[" * 5000 + "]" * 5000
    texts = ["", "nonsense", "[]", "null", "{", deep, '{"type": "change", "state": ' + deep + "}"]
    texts += ["".join(chance.choices('{}[]",:0123456789typesa', k=200)) for _ in range(50)]
    values: list[Any] = [None, -1, 1e308, "x" * 10000, [], {}, [[]], True, {"type": 3}, 2**80]
    for section, keys in state().items():
        texts += [json.dumps({"type": "change", "state": {section: value}}) for value in values]
        texts += [
            json.dumps({"type": "change", "state": {section: {key: value}}})
            for key in keys
            for value in values
        ]
    texts = chance.sample(texts, 50)
    wide = {f"key{number}": number for number in range(20_000)}
    texts.append(json.dumps({"type": "change", "state": {"grid": wide}}))
    texts.append(json.dumps({"type": "event", "id": 10**30, "event": "x" * 500_000, "data": {"a": wide}}))
    return texts


async def test_bridge_that_sends_garbage(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Each text may break its connection, none may break Home Assistant."""
    entry = await set_up()
    await until(lambda: bridge.sockets)
    left = _garbage()

    async def follow(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "snapshot", "api": 1, "state": bridge.document, "event_id": 0})
        if left:
            await socket.send_str(left.pop())
        await socket.close()
        return socket

    with _steps() as longest:
        bridge.instead["/v1/ws"] = follow
        await bridge.hang_up()
        await until(lambda: not left, 60)
        del bridge.instead["/v1/ws"]
        await until(lambda: bridge.sockets, 60)
    assert longest[0] < LONGEST_BLOCK
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.data.bridge.name == "Musterhaus"


async def test_bridge_that_floods(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard: list[int] = []
    entry.runtime_data.events.subscribe(lambda event: heard.append(event.id))
    with _steps() as longest:
        for number in range(1, 301):
            await bridge.send({"type": "change", "state": {"grid": {"power": number}}})
            event = {"slot": number}
            message = {
                "type": "event",
                "id": number,
                "at": time.time(),
                "event": "reading_verified",
                "data": event,
            }
            await bridge.send(message)
        await until(lambda: len(heard) == 300, 60)
    assert heard == list(range(1, 301))
    assert longest[0] < LONGEST_BLOCK


async def test_bridge_that_hangs(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Home Assistant goes on, says that the bridge is gone, and takes it back when it answers."""
    entry = await set_up()
    await until(lambda: bridge.sockets)
    quick = ClientTimeout(total=0.3)
    over = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response(status=503)

    with (
        patch("custom_components.dems.client.TIMEOUT", quick),
        patch.object(BridgeClient.request, "__kwdefaults__", {"query": None, "within": quick}),
        _steps() as longest,
    ):
        bridge.instead.update(dict.fromkeys(("/v1/info", "/v1/state", "/v1/ws"), hang))
        await bridge.hang_up()
        await until(lambda: not entry.runtime_data.last_update_success)
        power = hass.states.get("sensor.grid_meter_power")
        assert power is not None
        assert power.state == STATE_UNAVAILABLE
        bridge.instead.clear()
        over.set()
        await until(lambda: entry.runtime_data.last_update_success and bridge.sockets)
    assert longest[0] < LONGEST_BLOCK
