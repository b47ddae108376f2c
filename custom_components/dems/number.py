"""Numbers: the owner's limits, of the battery and of trading, and one signed set-point."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .commands import send
from .const import LARGEST_ENERGY_PER_DAY, LARGEST_POWER, LARGEST_PRICE, MANUAL_COMMAND, WH_PER_KWH
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .market import MICRO, Trading
from .models import BATTERY_POWER, CommandSource, Dispatch, Limits

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsNumberDescription[S](NumberEntityDescription, PartDescription[S]):
    """Describes a number. The key of a limit is the limit's name at the bridge."""

    value: Callable[[S], float | None]


def _power_limit(key: str, value: Callable[[Limits], int | None]) -> DemsNumberDescription[Limits]:
    return DemsNumberDescription(
        key=key,
        translation_key=key,
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=value,
        device_class=NumberDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        native_min_value=0,
        native_max_value=LARGEST_POWER,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    )


LIMITS: tuple[DemsNumberDescription[Limits], ...] = (
    _power_limit("max_charge_power", lambda limits: limits.max_charge_power),
    _power_limit("max_discharge_power", lambda limits: limits.max_discharge_power),
    _power_limit("max_feed_in", lambda limits: limits.max_feed_in),
    _power_limit("max_grid_draw", lambda limits: limits.max_grid_draw),
    DemsNumberDescription(
        key="reserve_soc",
        translation_key="reserve_soc",
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=lambda limits: limits.reserve_soc,
        device_class=NumberDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        mode=NumberMode.SLIDER,
        entity_category=EntityCategory.CONFIG,
    ),
)


def _manual_power(dispatch: Dispatch) -> int | None:
    """Return the battery power that a person asks for now, None where nobody does."""
    target = dispatch.target
    if dispatch.source is not CommandSource.MANUAL or target is None or target.type != BATTERY_POWER:
        return None
    return target.power


SETPOINT = DemsNumberDescription[Dispatch](
    key="manual_setpoint",
    translation_key="manual_setpoint",
    part=Part.BATTERY,
    section=lambda house: house.dispatch,
    value=_manual_power,
    device_class=NumberDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    native_min_value=-LARGEST_POWER,
    native_max_value=LARGEST_POWER,
    native_step=1,
    mode=NumberMode.BOX,
)


@dataclass(frozen=True, kw_only=True)
class TradingNumberDescription(DemsNumberDescription[Trading]):
    """Describes a number of trading. The key is the setting's name at the bridge, ``parts`` of its unit are one of ours."""

    parts: int
    is_price: bool = False
    """Whether its unit is the market's currency per kWh."""


def _price_limit(key: str, value: Callable[[Trading], int | None]) -> TradingNumberDescription:
    def in_currency(trading: Trading) -> float | None:
        micro = value(trading)
        return None if micro is None else micro / MICRO

    return TradingNumberDescription(
        key=key,
        translation_key=key,
        part=Part.MARKET,
        section=lambda house: house.trading,
        value=in_currency,
        parts=MICRO,
        is_price=True,
        native_min_value=-LARGEST_PRICE,
        native_max_value=LARGEST_PRICE,
        native_step=0.0001,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    )


def _energy_per_day(trading: Trading) -> float | None:
    return None if trading.energy_per_day is None else trading.energy_per_day / WH_PER_KWH


TRADING: tuple[TradingNumberDescription, ...] = (
    _price_limit("lowest_price", lambda trading: trading.lowest_price),
    _price_limit("highest_price", lambda trading: trading.highest_price),
    TradingNumberDescription(
        key="energy_per_day",
        translation_key="energy_per_day",
        part=Part.MARKET,
        section=lambda house: house.trading,
        value=_energy_per_day,
        parts=WH_PER_KWH,
        device_class=NumberDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        native_min_value=0,
        native_max_value=LARGEST_ENERGY_PER_DAY,
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    ),
    TradingNumberDescription(
        key="reserve_soc",
        translation_key="trading_reserve_soc",
        part=Part.MARKET,
        section=lambda house: house.trading,
        value=lambda trading: trading.reserve_soc,
        parts=1,
        device_class=NumberDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        mode=NumberMode.SLIDER,
        entity_category=EntityCategory.CONFIG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the numbers of a household."""
    add_with_devices(entry, async_add_entities, LIMITS, LimitNumber)
    add_with_devices(entry, async_add_entities, (SETPOINT,), SetpointNumber)
    add_with_devices(entry, async_add_entities, TRADING, TradingNumber)


class DemsNumber[S](DemsEntity[S], NumberEntity):
    """A number that the bridge keeps."""

    entity_description: DemsNumberDescription[S]

    @property
    @override
    def native_value(self) -> float | None:
        """The value, None where there is none."""
        return None if (section := self.section) is None else self.entity_description.value(section)


class LimitNumber(DemsNumber[Limits]):
    """One of the owner's limits. Unknown means that there is no limit."""

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the limit."""
        change = {self.entity_description.key: round(value)}
        await send(self.coordinator, "limits", self.coordinator.client.set_limits(change))


class SetpointNumber(DemsNumber[Dispatch]):
    """The power that a person asks of the battery, + discharging, for a quarter of an hour."""

    @property
    @override
    def available(self) -> bool:
        """Only a battery that can be steered has a set-point."""
        battery = self.coordinator.data.battery
        return super().available and battery is not None and battery.steerable

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Send a manual command; the bridge refuses it in mode *off*."""
        command = self.coordinator.client.command_battery(round(value), MANUAL_COMMAND.total_seconds(), None)
        await send(self.coordinator, "dispatch", command)


class TradingNumber(DemsNumber[Trading]):
    """One of the owner's limits of trading."""

    entity_description: TradingNumberDescription

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """The unit; a price's is unknown until the bridge has named the market's currency."""
        if not self.entity_description.is_price:
            return super().native_unit_of_measurement
        market = self.coordinator.data.market
        return None if market is None or market.currency is None else f"{market.currency}/kWh"

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the limit."""
        description = self.entity_description
        change = {description.key: round(value * description.parts)}
        await send(self.coordinator, "trading", self.coordinator.market.set_trading(change))
