"""Fixtures: fake bridges with their certificates, an entry that is paired, and the integration set up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.dems.const import CONF_FINGERPRINT, DOMAIN

from .bridge import TOKEN, Certificate, FakeBridge, make_certificate, serve
from .samples import BRIDGE_ID

type SetUp = Callable[[], Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Let Home Assistant find the integration, and let tests talk to this machine."""


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Run the loop in asyncio's debug mode, as Home Assistant's own tests do."""
    asyncio.get_running_loop().set_debug(True)


@pytest.fixture(autouse=True)
def expected_lingering_timers() -> bool:
    """aiohttp leaves a WebSocket's heartbeat timer and a connector's clean-up timer behind."""
    return True


@pytest.fixture(autouse=True)
def _no_pause() -> Iterator[None]:
    """Connect again at once: tests measure what happens, not how long the pause is."""
    with patch("custom_components.dems.coordinator.pause", return_value=0.01):
        yield


@pytest.fixture(autouse=True)
def _no_deprecated_use(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Home Assistant says in its log what the integration should no longer use."""
    yield
    assert "Detected that custom integration 'dems'" not in caplog.text


@pytest.fixture
def all_entities_enabled() -> Iterator[None]:
    """Enable also the entities that are disabled by default."""
    with patch("homeassistant.helpers.entity.Entity.entity_registry_enabled_default", return_value=True):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots that know Home Assistant's objects."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The bridge's certificate."""
    return make_certificate(tmp_path_factory.mktemp("certificate") / "bridge.pem")


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Somebody else's certificate."""
    return make_certificate(tmp_path_factory.mktemp("certificate") / "other.pem")


def _leave_to_clients_when_they_go(loop: asyncio.AbstractEventLoop) -> None:
    """Let a client be unloaded in the middle of a handshake: in debug mode the server's side would be an error."""
    usual = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        is_servers = context["message"] == "Error on transport creation for incoming connection"
        if is_servers and isinstance(context.get("exception"), ConnectionError):
            return
        if usual is None:
            loop.default_exception_handler(context)
        else:
            usual(loop, context)

    loop.set_exception_handler(handle)


@pytest.fixture
async def bridge(hass: HomeAssistant, certificate: Certificate) -> AsyncIterator[FakeBridge]:
    """A bridge that runs. Its households are unloaded before it ends, so that nobody connects to a closing server."""
    _leave_to_clients_when_they_go(asyncio.get_running_loop())
    async with serve(FakeBridge(certificate=certificate)) as running:
        yield running
        await hass.async_block_till_done()
        for loaded in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(loaded.entry_id)


@pytest.fixture
def entry(hass: HomeAssistant, bridge: FakeBridge) -> MockConfigEntry:
    """The entry of a household that is paired with the bridge."""
    paired = MockConfigEntry(
        domain=DOMAIN,
        title="Musterhaus",
        unique_id=BRIDGE_ID,
        entry_id="01DEMS",
        data={
            CONF_HOST: "127.0.0.1",
            CONF_PORT: bridge.port,
            CONF_FINGERPRINT: bridge.certificate.fingerprint,
            CONF_TOKEN: TOKEN,
        },
    )
    paired.add_to_hass(hass)
    return paired


@pytest.fixture
def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> SetUp:
    """Set the household up."""

    async def run() -> MockConfigEntry:
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    return run
