"""Conditions of automations: what the market and the battery are like now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Unpack, cast, override

import probatio as vol
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition, ConditionCheckParams, ConditionConfig
from homeassistant.helpers.typing import ConfigType, VolDictType
from homeassistant.util import dt as dt_util

from .household_option import HOUSEHOLD_OPTION, check_household, meant_households
from .household_trigger import CONF_CONNECTION, CONNECTIONS
from .ledger import Connection
from .market import MICRO
from .models import CommandSource, EdgeConnection, House, Status
from .price_trigger import CONF_LIMIT

FRESH_FOR: Final = timedelta(hours=3)
"""What netting said of a slot that began longer ago says nothing about now."""
_AT_THE_BATTERY: Final = frozenset({Status.STARTING, Status.FOLLOWING, Status.LIMITED})

type Check = Callable[[House, Mapping[str, Any], datetime], bool]


def _is_suggestion_pending(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    return house.suggestion is not None and house.suggestion.is_pending(now)


def _is_trading_on(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    return house.trading is not None and house.trading.auto_bid is True


def _has_community_surplus(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    """Whether the community fed in more than it took, in the last slot that is settled.

    Netting shares the smaller side in full: where own feed-in went outside, or no own withdrawal came from there, the
    community had more than it needed.
    """
    netting = house.netting
    if netting is None or netting.start is None or now - netting.start > FRESH_FOR:
        return False
    if netting.feed_in_outside:
        return True
    return bool(netting.withdrawal_inside) and netting.withdrawal_outside == 0


def _price(house: House) -> float | None:
    price = None if house.market is None else house.market.price_next
    return None if price is None else price / MICRO


def _is_price_below(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    price = _price(house)
    return price is not None and price < options[CONF_LIMIT]


def _is_price_above(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    price = _price(house)
    return price is not None and price > options[CONF_LIMIT]


def _is_connected(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    community = house.community
    match options[CONF_CONNECTION]:
        case "edge":
            return house.bridge.edge is EdgeConnection.CONNECTED
        case "operator":
            return community is not None and community.operator is Connection.CONNECTED
        case "chain":
            return community is not None and community.chain is Connection.CONNECTED
    # Only households whose bridge answers are asked.
    return True


def _follows_suggestion(house: House, options: Mapping[str, Any], now: datetime) -> bool:
    dispatch = house.dispatch
    return (
        dispatch is not None
        and dispatch.source is CommandSource.SUGGESTION
        and dispatch.status in _AT_THE_BATTERY
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionDescription:
    """Describes a condition: with which options, and when it holds."""

    check: Check
    options: VolDictType = field(default_factory=dict)


_LIMIT: Final[VolDictType] = {vol.Required(CONF_LIMIT): vol.Coerce(float)}
CONDITION_DESCRIPTIONS: Final[Mapping[str, ConditionDescription]] = {
    "connected": ConditionDescription(
        check=_is_connected, options={vol.Required(CONF_CONNECTION): vol.In(CONNECTIONS)}
    ),
    "suggestion_pending": ConditionDescription(check=_is_suggestion_pending),
    "trading_on": ConditionDescription(check=_is_trading_on),
    "community_surplus": ConditionDescription(check=_has_community_surplus),
    "price_below": ConditionDescription(check=_is_price_below, options=_LIMIT),
    "price_above": ConditionDescription(check=_is_price_above, options=_LIMIT),
    "battery_follows_suggestion": ConditionDescription(check=_follows_suggestion),
}


class HouseholdCondition(Condition):
    """Holds where it holds for one of the households that are meant. What is not known does not hold."""

    _description: ConditionDescription

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Check the options. Raises vol.Invalid."""
        schema = vol.Schema(
            {vol.Required(CONF_OPTIONS, default=dict): {**HOUSEHOLD_OPTION, **cls._description.options}}
        )
        checked = cast(ConfigType, schema(config))
        check_household(hass, checked[CONF_OPTIONS])
        return checked

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take the options."""
        super().__init__(hass, config)
        self._options: dict[str, Any] = config.options or {}

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Tell whether it holds now."""
        now = dt_util.utcnow()
        return any(
            self._description.check(household.data, self._options, now)
            for household in meant_households(self._hass, self._options)
        )


def _condition(key: str, description: ConditionDescription) -> type[Condition]:
    name = f"{key.title().replace('_', '')}Condition"
    return type(name, (HouseholdCondition,), {"_description": description})


CONDITIONS: Final[Mapping[str, type[Condition]]] = {
    key: _condition(key, description) for key, description in CONDITION_DESCRIPTIONS.items()
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by their keys."""
    return dict(CONDITIONS)
