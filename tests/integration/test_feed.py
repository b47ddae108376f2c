"""The bridge's events: each once, in order, across lost connections and restarts; and the entities that show them."""

import time
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
from aiohttp import web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, STATE_UNKNOWN
from homeassistant.core import CoreState, Event, EventStateChangedData, HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.client import BridgeClient
from custom_components.dems.coordinator import DemsCoordinator
from custom_components.dems.feed import BridgeEvent, EventFeed

from .bridge import FakeBridge, problem, until
from .conftest import SetUp
from .samples import member

CHAIN = "event.musterstrasse_chain_event"
LEDGER = "event.musterstrasse_ledger_event"


def _listen(entry: MockConfigEntry) -> list[int]:
    """Return a list that every event's id is appended to."""
    heard: list[int] = []
    coordinator: DemsCoordinator = entry.runtime_data
    coordinator.events.subscribe(lambda event: heard.append(event.id))
    return heard


async def test_each_event_once_across_lost_connections(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    await bridge.happen("slot_closed")
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    await bridge.happen("slot_closed")
    await until(lambda: heard == [2])
    await bridge.send(bridge.events[1])
    await bridge.hang_up()
    for _ in range(3):
        await bridge.happen("reading_verified", slot=7)
    await until(lambda: heard[-1] == 5)
    await until(lambda: bridge.sockets)
    await bridge.happen("slot_closed")
    await until(lambda: heard[-1] == 6)
    assert heard == [2, 3, 4, 5, 6], "the first happened before we were there, the others came once"
    assert bridge.queries[0] == {"interval": "10"}
    assert bridge.queries[-1] == {"interval": "10", "after": "2"}


async def test_restart_goes_on_where_it_was(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    bridge.document = member()
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    await bridge.happen("reading_verified", slot=1)
    await until(lambda: heard == [1])
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage["dems.01DEMS.events"]["data"] == {"last": 1}
    await until(lambda: not bridge.sockets)
    await bridge.happen("statement_not_verified", slot=2)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: _type(hass, LEDGER) == "statement_not_verified")
    await hass.config_entries.async_remove(entry.entry_id)
    assert "dems.01DEMS.events" not in hass_storage
    assert "dems.01DEMS.prices" not in hass_storage


async def test_bridge_that_began_anew(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Its ids begin at 1 again: what it says must not pass for what was heard long ago."""
    for _ in range(5):
        await bridge.happen("slot_closed")
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    bridge.events.clear()
    await bridge.hang_up()
    await until(lambda: bridge.sockets)
    await bridge.happen("slot_closed")
    await until(lambda: heard == [1])


async def test_nothing_is_told_before_automations_are_armed(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    hass.set_state(CoreState.starting)
    bridge.document = member()
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    await bridge.happen("reading_verified", slot=1)
    await bridge.change(grid={"power": 3})
    await until(lambda: entry.runtime_data.data.grid.power == 3)
    assert (heard, _type(hass, LEDGER)) == ([], None)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await until(lambda: heard == [1])
    assert _type(hass, LEDGER) == "reading_verified"


async def test_acknowledged_before_it_is_handed_out(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """A crash between the two loses an event; it never lets one happen twice."""
    entry = await set_up()
    await until(lambda: bridge.sockets)
    seen: list[tuple[int, int | None]] = []
    entry.runtime_data.events.subscribe(lambda event: seen.append((event.id, bridge.acknowledged)))
    await bridge.happen("slot_closed")
    await until(lambda: seen)
    assert seen == [(1, 1)]


async def test_nothing_twice_where_home_assistant_forgot(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    """Restored from a backup, or crashed before it could store: the bridge knows what was handed out."""
    for _ in range(4):
        await bridge.happen("slot_closed")
    bridge.acknowledged = 3
    hass_storage["dems.01DEMS.events"] = {"version": 1, "key": "dems.01DEMS.events", "data": {"last": 1}}
    entry = await set_up()
    heard = _listen(entry)
    await until(lambda: heard)
    assert heard == [4]
    assert bridge.queries[0]["after"] == "3"


async def test_pairing_is_where_events_begin(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Also for what happened between the pairing and the first connection."""
    bridge.acknowledged = 1
    await bridge.happen("slot_closed")
    await bridge.happen("reading_verified")
    heard = _listen(await set_up())
    await until(lambda: heard == [2])


async def test_bridge_of_the_former_version_keeps_no_acknowledgements(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    async def unknown(request: web.Request) -> web.Response:
        return problem(404, "not-found")

    bridge.instead["/v1/events/acknowledged"] = unknown
    entry = await set_up()
    await until(lambda: bridge.sockets)
    stored: list[int] = []
    entry.runtime_data.events.subscribe(
        lambda event: stored.append(hass_storage["dems.01DEMS.events"]["data"]["last"])
    )
    await bridge.happen("slot_closed")
    await until(lambda: stored)
    assert stored == [1], "our own storage has it before anybody acts"


async def test_waits_for_a_bridge_that_cannot_note_it(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    refusals: list[int] = []

    async def full(request: web.Request) -> web.Response:
        refusals.append(1)
        return problem(507, "disk-full")

    bridge.instead["/v1/events/acknowledged"] = full
    await bridge.happen("slot_closed")
    await until(lambda: refusals)
    assert heard == []
    del bridge.instead["/v1/events/acknowledged"]
    await bridge.hang_up()
    await until(lambda: heard == [1])


async def test_late_and_too_late(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    now = time.time()
    bridge.acknowledged = 0
    await bridge.happen("slot_closed", at=now - 8 * 86400)
    await bridge.happen("slot_closed", at=now - 3600)
    await bridge.happen("slot_closed", at=now)
    entry = await set_up()
    heard: list[BridgeEvent] = []
    entry.runtime_data.events.subscribe(heard.append)
    await until(lambda: len(heard) == 2)
    await bridge.happen("slot_closed", at=now - 3600)
    await until(lambda: len(heard) == 3)
    assert [(event.id, event.late) for event in heard] == [(2, True), (3, False), (4, False)]


@pytest.mark.parametrize("garbage", [{"id": "1"}, {"id": 1}, {"id": 1, "event": "x", "at": 1e300}])
async def test_event_that_cannot_be_read_is_left_out(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    garbage: dict[str, Any],
) -> None:
    entry = await set_up()
    await until(lambda: bridge.sockets)
    heard = _listen(entry)
    await bridge.send({"type": "event", **garbage})
    await bridge.happen("slot_closed")
    await until(lambda: heard == [1])
    assert len(bridge.sockets) == 1, "the connection holds"
    assert "cannot be read, it is left out" in caplog.text
    assert entry.state is ConfigEntryState.LOADED


async def test_fault_of_one_listener_is_not_the_others_loss(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    client = AsyncMock(spec=BridgeClient)
    feed = EventFeed(hass, "01DEMS", client)
    heard: list[int] = []

    def faulty(event: BridgeEvent) -> None:
        raise RuntimeError("nonsense")

    feed.subscribe(faulty)
    forget = feed.subscribe(lambda event: heard.append(event.id))
    task = hass.async_create_task(feed.run())
    feed.take({"id": 1, "at": 1.0, "event": "slot_closed", "data": None})
    await until(lambda: heard == [1])
    assert "Unexpected error while handling the event slot_closed" in caplog.text
    forget()
    feed.take({"id": 2, "at": 1.0, "event": "slot_closed"})
    await until(lambda: caplog.text.count("Unexpected error while handling") == 2)
    assert heard == [1]
    assert [call.args for call in client.acknowledge.await_args_list] == [(1,), (2,)]
    task.cancel()


def _type(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    event_type: str | None = state.attributes.get("event_type")
    return event_type


async def test_chain_events(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    await set_up()
    await until(lambda: bridge.sockets)
    changes: list[str] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == CHAIN and state is not None:
            changes.append(state.state)

    hass.bus.async_listen("state_changed", changed)
    arguments = {"slot": 1988888, "root": "0x" + "11" * 32}
    told: dict[str, Any] = {
        "contract": "ledger",
        "arguments": arguments,
        "block": 12,
        "transaction": "0x" + "22" * 32,
    }
    await bridge.happen("chain_event", at=1790000100.5, event="StatementPublished", **told)
    await until(lambda: _type(hass, CHAIN) == "statement_published")
    state = hass.states.get(CHAIN)
    assert state is not None
    assert {key: state.attributes[key] for key in told} == told
    assert state.attributes["occurred_at"] == datetime(2026, 9, 21, 14, 15, 0, 500000, UTC)
    assert state.attributes["late"] is False, "it came when it came: the clocks may differ"
    for name in ("SlotNetted", "CertificatesIssued", "SomethingOfTheFuture"):
        await bridge.happen("chain_event", event=name, **told)
    await until(lambda: _type(hass, CHAIN) == "other")
    assert len(changes) == len(set(changes)) == 4, "each is a state of its own, however fast they come"
    ledger = hass.states.get(LEDGER)
    assert ledger is not None
    assert ledger.state == STATE_UNKNOWN
    await bridge.happen("netting_settled", slot=1988884, revision=0)
    await until(lambda: _type(hass, LEDGER) == "netting_settled")
    ledger = hass.states.get(LEDGER)
    assert ledger is not None
    assert ledger.attributes["data"] == {"slot": 1988884, "revision": 0}
    await bridge.hang_up()
    await until(lambda: len(bridge.queries) == 2 and bridge.sockets)
    assert _type(hass, LEDGER) == "netting_settled", "what happened has happened"
