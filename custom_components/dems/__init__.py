"""The DEMS integration: a household in a local energy community, as its bridge knows it."""

import logging

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

from . import feed
from .client import BridgeClient
from .const import CONF_FINGERPRINT, DOMAIN
from .coordinator import DemsConfigEntry, DemsCoordinator
from .devices import identifier
from .errors import BridgeError, Unauthorized
from .issues import Issues
from .meter_feed import MeterFeed
from .meters import all_meters
from .models import FROM_HOME_ASSISTANT
from .prices import PriceList
from .scripts import Scripts
from .services import async_setup_services
from .setpoints import SetpointJournal, Setpoints
from .settlement import SettlementStatistics
from .solar_feed import SolarFeed
from .tariff import TariffSource
from .tariff_feed import TariffFeed

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
]


def _client(hass: HomeAssistant, entry: DemsConfigEntry) -> BridgeClient:
    return BridgeClient(
        async_get_clientsession(hass, verify_ssl=False),
        entry.data[CONF_HOST],
        entry.data[CONF_PORT],
        entry.data[CONF_FINGERPRINT],
        entry.data[CONF_TOKEN],
    )


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions, which exist whether or not a household is set up."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DemsConfigEntry) -> bool:
    """Set up a household."""
    coordinator = DemsCoordinator(hass, entry, _client(hass, entry))
    setpoints = await _setpoints(hass, entry, coordinator)
    try:
        await coordinator.async_config_entry_first_refresh()
    except ConfigEntryNotReady, ConfigEntryAuthFailed:
        # What the last run has left in force is given back without the bridge, too.
        setpoints.give_back_once_started()
        raise
    if setpoints.is_needed or coordinator.data.bridge.source == FROM_HOME_ASSISTANT:
        coordinator.setpoints = setpoints
    await coordinator.events.load()
    entry.runtime_data = coordinator
    entry.async_on_unload(coordinator.forget)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    settlement = SettlementStatistics(hass, coordinator)
    await settlement.load()
    runs = [
        (coordinator.follow(), "follow"),
        (coordinator.events.run(), "events"),
        (settlement.run(), "settlement"),
    ]
    if coordinator.setpoints is not None:
        runs.append((coordinator.setpoints.run(), "set-points"))
    parts = [subentry.data for subentry in entry.subentries.values()]
    if meters := all_meters(entry.options, parts):
        is_steered = Scripts.read(entry.options) is not None
        feeding = MeterFeed(hass, coordinator.client, meters, entry.title, is_steered=is_steered)
        runs.append((feeding.run(), "meters"))
    if (tariff := TariffSource.read(entry.options)) is not None:
        runs.append((TariffFeed(hass, coordinator.market, entry.title, tariff).run(), "tariff"))
    runs.append((SolarFeed(hass, coordinator.market, entry.title).run(), "solar forecast"))
    entry.async_on_unload(_reload_with_parts(hass, entry))
    for run, name in runs:
        entry.async_create_background_task(hass, run, f"{DOMAIN} {name} {entry.title}")
    return True


def _reload_with_parts(hass: HomeAssistant, entry: DemsConfigEntry) -> CALLBACK_TYPE:
    """Set the household up again when a plant or battery is added, changed or deleted; return what ends that."""
    before = {key: dict(subentry.data) for key, subentry in entry.subentries.items()}

    @callback
    def changed(change: ConfigEntryChange, changed_entry: ConfigEntry) -> None:
        now = {key: dict(subentry.data) for key, subentry in entry.subentries.items()}
        if changed_entry is entry and change is ConfigEntryChange.UPDATED and now != before:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)


async def _setpoints(hass: HomeAssistant, entry: DemsConfigEntry, coordinator: DemsCoordinator) -> Setpoints:
    """Return what steers the battery through the owner's scripts, knowing what the last run owes."""
    scripts = Scripts.read(entry.options)
    journal = SetpointJournal(hass, entry.entry_id)
    await journal.load()
    return Setpoints(hass, coordinator.client, scripts, journal, coordinator.issues, entry.title)


async def async_unload_entry(hass: HomeAssistant, entry: DemsConfigEntry) -> bool:
    """Unload a household."""
    if entry.runtime_data.setpoints is not None:
        await entry.runtime_data.setpoints.close()
    await entry.runtime_data.events.save()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: DemsConfigEntry) -> None:
    """Make the bridge forget us. Where it cannot be reached the owner revokes by ``openems-bridge pair --revoke``."""
    Issues(hass, entry).clear()
    await feed.forget(hass, entry.entry_id)
    await SetpointJournal(hass, entry.entry_id).forget()
    await PriceList(hass, entry.entry_id).forget()
    try:
        await _client(hass, entry).revoke()
    except Unauthorized:
        _LOGGER.debug("%s had forgotten Home Assistant already", entry.title)
    except BridgeError as error:
        _LOGGER.warning(
            "%s could not be told to forget Home Assistant (%s); revoke it with `openems-bridge pair --revoke`",
            entry.title,
            error,
        )


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: DemsConfigEntry, device: DeviceEntry
) -> bool:
    """Let a person remove a device only where the house has no such part any more."""
    coordinator = entry.runtime_data
    return not any(
        identifier(coordinator.bridge_id, part) in device.identifiers for part in coordinator.devices.parts
    )
