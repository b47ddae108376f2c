"""Constants of the DEMS integration."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "dems"

CONF_FINGERPRINT: Final = "fingerprint"
"""SHA-256 of the bridge's certificate, 64 lower-case hex digits: the only certificate that is accepted."""
CONF_INTERVAL: Final = "interval"
"""How often measurements are wanted, s. Everything else is sent at once."""

CONF_INVITATION: Final = "invitation"
CONF_CONSENT: Final = "consent"
CONF_PLANT_POWER: Final = "plant_power"
CONF_BATTERY_POWER: Final = "battery_power"
CONF_BATTERY_CAPACITY: Final = "battery_capacity"
CONF_PLANT_KIND: Final = "plant_kind"
CONF_PLANT_UNIT: Final = "plant_unit"
CONF_COMMISSIONED: Final = "commissioned"

DEFAULT_PORT: Final = 8484
DEFAULT_INTERVAL: Final = 10
SHORTEST_INTERVAL: Final = 1
LONGEST_INTERVAL: Final = 60

API_VERSION: Final = 1
"""The version of the bridge's API that this integration speaks (docs/api.md)."""

POLL_INTERVAL: Final = timedelta(seconds=60)
"""How often the state is fetched while the WebSocket cannot be had."""

MANUAL_COMMAND: Final = timedelta(minutes=15)
LONGEST_COMMAND: Final = timedelta(hours=4)
LARGEST_POWER: Final = 100_000
"""W. What the number entities and the action accept; the bridge clamps to what the battery can do."""
LONGEST_NOTE: Final = 200
LONGEST_PURPOSE: Final = 200
LARGEST_PRICE: Final = 10.0
"""Per kWh, in Home Assistant's currency."""
LARGEST_ENERGY_PER_DAY: Final = 10_000
"""kWh that the bridge may be told to trade a day."""
WH_PER_KWH: Final = 1000
LONGEST_NAME: Final = 100
"""Of an announced load."""
