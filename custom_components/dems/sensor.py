"""Sensors: powers, counters, the last slot's reading, what the dispatcher does and why; the community's, and those
of forecast, plan and market.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .community_sensors import COMMUNITY_SENSORS
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, add_with_devices
from .market_sensors import FORESIGHT_SENSORS
from .models import (
    Battery,
    Bridge,
    Dispatch,
    Grid,
    GridMode,
    House,
    Quality,
    Reading,
    Status,
)
from .reasons import OTHER, REASONS, known_code
from .sensor_description import DemsSensorDescription

PARALLEL_UPDATES = 0


def _power[S](
    key: str, part: Part, section: Callable[[House], S | None], value: Callable[[S], int | None]
) -> DemsSensorDescription[S]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=part,
        section=section,
        value=value,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    )


def _counter[S](
    key: str, part: Part, section: Callable[[House], S | None], value: Callable[[S], int | None]
) -> DemsSensorDescription[S]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=part,
        section=section,
        value=value,
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
    )


def _register(key: str, part: Part, value: Callable[[Reading], int | None]) -> DemsSensorDescription[Reading]:
    """Describe the energy of one register in the last slot: it starts at zero with each slot."""
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=part,
        section=lambda house: house.reading,
        value=value,
        attributes=_slot,
        began=lambda reading: reading.start,
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_display_precision=0,
    )


def _allowed(key: str, value: Callable[[Battery], int | None]) -> DemsSensorDescription[Battery]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=Part.BATTERY,
        section=lambda house: house.battery,
        value=value,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    )


def _slot(reading: Reading) -> dict[str, Any]:
    return {
        "slot": reading.slot,
        "start": reading.start,
        "end": reading.end,
        "quality": reading.quality,
        "covered_seconds": reading.covered_seconds,
        "source": reading.source,
    }


def _why(dispatch: Dispatch) -> dict[str, Any]:
    return {
        "code": dispatch.reason.code if dispatch.reason else None,
        "parameters": dict(dispatch.reason.params) if dispatch.reason else {},
        "limits": [{"code": clamp.code, **clamp.params} for clamp in dispatch.clamps],
    }


def _command(dispatch: Dispatch) -> dict[str, Any]:
    target = dispatch.target
    return {
        "source": dispatch.source,
        "target": target.type if target else None,
        "target_power": target.power if target else None,
        "target_energy": target.energy if target else None,
        "requested_power": dispatch.requested,
        "note": dispatch.note,
    }


HOUSE_SENSORS: tuple[DemsSensorDescription[Any], ...] = (
    _power("home_power", Part.BRIDGE, lambda house: house.home, lambda home: home.power),
    _counter("home_energy", Part.BRIDGE, lambda house: house.home, lambda home: home.energy),
    _register("slot_consumption", Part.BRIDGE, lambda reading: reading.consumption),
    DemsSensorDescription[Reading](
        key="reading_quality",
        translation_key="reading_quality",
        part=Part.BRIDGE,
        section=lambda house: house.reading,
        value=lambda reading: reading.quality,
        attributes=_slot,
        device_class=SensorDeviceClass.ENUM,
        options=[*Quality],
    ),
    DemsSensorDescription[Bridge](
        key="clock_offset",
        translation_key="clock_offset",
        part=Part.BRIDGE,
        section=lambda house: house.bridge,
        value=lambda bridge: bridge.clock_offset,
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
    _power("grid_power", Part.GRID, lambda house: house.grid, lambda grid: grid.power),
    _counter("grid_import", Part.GRID, lambda house: house.grid, lambda grid: grid.energy_import),
    _counter("grid_export", Part.GRID, lambda house: house.grid, lambda grid: grid.energy_export),
    DemsSensorDescription[Grid](
        key="grid_mode",
        translation_key="grid_mode",
        part=Part.GRID,
        section=lambda house: house.grid,
        value=lambda grid: grid.mode,
        device_class=SensorDeviceClass.ENUM,
        options=[*GridMode],
    ),
    _register("slot_withdrawal", Part.GRID, lambda reading: reading.withdrawal),
    _register("slot_feed_in", Part.GRID, lambda reading: reading.feed_in),
    _power("battery_power", Part.BATTERY, lambda house: house.battery, lambda battery: battery.power),
    DemsSensorDescription[Battery](
        key="battery_soc",
        translation_key="battery_soc",
        part=Part.BATTERY,
        section=lambda house: house.battery,
        value=lambda battery: battery.soc,
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
    ),
    DemsSensorDescription[Battery](
        key="battery_capacity",
        translation_key="battery_capacity",
        part=Part.BATTERY,
        section=lambda house: house.battery,
        value=lambda battery: battery.capacity,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    _counter(
        "battery_charged",
        Part.BATTERY,
        lambda house: house.battery,
        lambda battery: battery.energy_charged,
    ),
    _counter(
        "battery_discharged",
        Part.BATTERY,
        lambda house: house.battery,
        lambda battery: battery.energy_discharged,
    ),
    _allowed("battery_allowed_charge", lambda battery: battery.allowed_charge),
    _allowed("battery_allowed_discharge", lambda battery: battery.allowed_discharge),
    _register("slot_battery_charge", Part.BATTERY, lambda reading: reading.battery_charge),
    _register("slot_battery_discharge", Part.BATTERY, lambda reading: reading.battery_discharge),
    _power("setpoint", Part.BATTERY, lambda house: house.dispatch, lambda dispatch: dispatch.setpoint),
    DemsSensorDescription[Dispatch](
        key="dispatch_status",
        translation_key="dispatch_status",
        part=Part.BATTERY,
        section=lambda house: house.dispatch,
        value=lambda dispatch: dispatch.status,
        attributes=lambda dispatch: {**_command(dispatch), "reason": known_code(dispatch.reason, REASONS)},
        device_class=SensorDeviceClass.ENUM,
        options=[*Status],
    ),
    DemsSensorDescription[Dispatch](
        key="dispatch_reason",
        translation_key="dispatch_reason",
        part=Part.BATTERY,
        section=lambda house: house.dispatch,
        value=lambda dispatch: known_code(dispatch.reason, REASONS),
        attributes=_why,
        device_class=SensorDeviceClass.ENUM,
        options=[*sorted(REASONS), OTHER],
    ),
    DemsSensorDescription[Dispatch](
        key="dispatch_ends",
        translation_key="dispatch_ends",
        part=Part.BATTERY,
        section=lambda house: house.dispatch,
        value=lambda dispatch: dispatch.ends_at,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    _power("solar_power", Part.SOLAR, lambda house: house.solar, lambda solar: solar.power),
    _counter("solar_energy", Part.SOLAR, lambda house: house.solar, lambda solar: solar.energy),
    _register("slot_generation", Part.SOLAR, lambda reading: reading.generation),
)
SENSORS: tuple[DemsSensorDescription[Any], ...] = (*HOUSE_SENSORS, *COMMUNITY_SENSORS, *FORESIGHT_SENSORS)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the sensors of a household."""
    add_with_devices(entry, async_add_entities, SENSORS, DemsSensor)


class DemsSensor[S](DemsEntity[S], SensorEntity):
    """One value of the house."""

    _unrecorded_attributes = frozenset({"certificates", "next", "parameters", "problems"})

    entity_description: DemsSensorDescription[S]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value, None while it is unknown."""
        return None if (section := self.section) is None else self.entity_description.value(section)

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """The unit; of money it is the market's currency, unknown until the bridge has named it."""
        unit, market = self.entity_description.unit, self.coordinator.data.market
        if unit is None:
            return super().native_unit_of_measurement
        return None if market is None or market.currency is None else unit.format(currency=market.currency)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """The start of the slot, for the energy of a slot."""
        began, section = self.entity_description.began, self.section
        return None if began is None or section is None else began(section)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """What belongs to the value."""
        attributes, section = self.entity_description.attributes, self.section
        return None if attributes is None or section is None else attributes(section)
