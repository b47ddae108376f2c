"""The market's actions: place and withdraw orders, answer suggestions."""

from datetime import datetime
from typing import Any, Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from .commands import ask, send
from .const import DOMAIN, LARGEST_PRICE
from .market import MICRO, Order, Side
from .targets import HOUSEHOLD, member

SERVICE_PLACE_ORDER: Final = "place_order"
SERVICE_WITHDRAW_ORDER: Final = "withdraw_order"
SERVICE_ACCEPT_SUGGESTION: Final = "accept_suggestion"
SERVICE_REJECT_SUGGESTION: Final = "reject_suggestion"

ATTR_START: Final = "start"
ATTR_SIDE: Final = "side"
ATTR_ENERGY: Final = "energy"
ATTR_LIMIT: Final = "limit"
ATTR_BATTERY: Final = "battery"
ATTR_ORDER: Final = "order"
ATTR_SUGGESTION: Final = "suggestion"

_ENERGY: Final = vol.All(vol.Coerce(int), vol.Range(min=1))
_ID: Final = cv.matches_regex(r"^[0-9a-zA-Z]{1,64}$")
_PLACE_ORDER: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Required(ATTR_START): cv.datetime,
        vol.Required(ATTR_SIDE): vol.All(vol.In([side.value for side in Side]), vol.Coerce(Side)),
        vol.Required(ATTR_ENERGY): _ENERGY,
        vol.Required(ATTR_LIMIT): vol.All(
            vol.Coerce(float), vol.Range(min=-LARGEST_PRICE, max=LARGEST_PRICE)
        ),
        vol.Optional(ATTR_BATTERY, default=0): vol.All(vol.Coerce(int), vol.Range(min=0)),
    }
)
_WITHDRAW_ORDER: Final = vol.Schema({**HOUSEHOLD, vol.Required(ATTR_ORDER): _ID})
_ANSWER: Final = vol.Schema({**HOUSEHOLD, vol.Optional(ATTR_SUGGESTION): _ID})


@callback
def async_setup_market_services(hass: HomeAssistant) -> None:
    """Register the actions; those that may cost money are for administrators."""
    for service, action, schema in (
        (SERVICE_PLACE_ORDER, _place_order, _PLACE_ORDER),
        (SERVICE_WITHDRAW_ORDER, _withdraw_order, _WITHDRAW_ORDER),
    ):
        async_register_admin_service(
            hass, DOMAIN, service, action, schema, supports_response=SupportsResponse.OPTIONAL
        )
    hass.services.async_register(DOMAIN, SERVICE_ACCEPT_SUGGESTION, _accept_suggestion, _ANSWER)
    hass.services.async_register(DOMAIN, SERVICE_REJECT_SUGGESTION, _reject_suggestion, _ANSWER)


async def _place_order(call: ServiceCall) -> ServiceResponse:
    """Place an order for one slot."""
    coordinator = await member(call)
    start: datetime = dt_util.as_utc(call.data[ATTR_START])
    if call.data[ATTR_BATTERY] > call.data[ATTR_ENERGY]:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="battery_above_energy",
            translation_placeholders={
                "battery": str(call.data[ATTR_BATTERY]),
                "energy": str(call.data[ATTR_ENERGY]),
            },
        )
    slot_seconds = coordinator.data.bridge.slot_seconds
    if slot_seconds and start.timestamp() % slot_seconds:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_start_of_slot",
            translation_placeholders={"start": start.isoformat(), "minutes": f"{slot_seconds / 60:g}"},
        )
    order = await ask(
        coordinator,
        coordinator.market.place_order(
            start=start,
            side=call.data[ATTR_SIDE],
            energy=call.data[ATTR_ENERGY],
            limit=round(call.data[ATTR_LIMIT] * MICRO),
            battery=call.data[ATTR_BATTERY],
        ),
    )
    return _told(order)


async def _withdraw_order(call: ServiceCall) -> ServiceResponse:
    """Take an order back before its gate closes."""
    coordinator = await member(call)
    return _told(await ask(coordinator, coordinator.market.withdraw_order(call.data[ATTR_ORDER])))


async def _accept_suggestion(call: ServiceCall) -> None:
    """Let the battery follow a suggestion."""
    await _answer(call, accept=True)


async def _reject_suggestion(call: ServiceCall) -> None:
    """Let the battery not follow a suggestion."""
    await _answer(call, accept=False)


async def _answer(call: ServiceCall, *, accept: bool) -> None:
    """Answer the named suggestion or question, or the one that waits now."""
    coordinator = await member(call)
    named = call.data.get(ATTR_SUGGESTION)
    if named is None:
        waiting = coordinator.data.suggestion
        if waiting is None or not waiting.is_pending(dt_util.utcnow()):
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_suggestion")
        named = waiting.question or waiting.id
    await send(coordinator, "suggestion", coordinator.market.answer_suggestion(named, accept=accept))


def _told(order: Order) -> dict[str, Any]:
    """Return an order as an answer, its limit per kWh in the currency."""
    return {
        "order": order.id,
        "start": None if order.start is None else order.start.isoformat(),
        "side": order.side,
        "energy": order.energy,
        "battery": order.battery,
        "limit": None if order.limit is None else order.limit / MICRO,
        "state": order.state,
    }
