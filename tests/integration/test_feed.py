"""The bridge's events: each once, in order, across lost connections and restarts; and the entities that show them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, STATE_UNKNOWN
from homeassistant.core import CoreState, Event, EventStateChangedData, HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.coordinator import DemsCoordinator
from custom_components.dems.feed import BridgeEvent, EventFeed

from .bridge import FakeBridge, until
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
    feed = EventFeed(hass, "01DEMS")
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
    told = {"contract": "ledger", "arguments": arguments, "block": 12, "transaction": "0x" + "22" * 32}
    await bridge.happen("chain_event", event="StatementPublished", **told)
    await until(lambda: _type(hass, CHAIN) == "statement_published")
    state = hass.states.get(CHAIN)
    assert state is not None
    assert {key: state.attributes[key] for key in told} == told
    assert state.attributes["at"] == datetime(2026, 9, 21, 14, 15, 0, 500000, UTC)
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
