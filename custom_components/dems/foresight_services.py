"""The actions of forecast and plan: look at them, announce a load, keep the battery from discharging."""

from datetime import datetime, timedelta
from typing import Any, Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .commands import ask
from .const import DOMAIN, LARGEST_POWER, LONGEST_NAME, LONGEST_NOTE
from .document import Reason
from .foresight import ForecastSlot, PlannedSlot, Quantiles
from .market import MICRO
from .proofs import Period
from .targets import HOUSEHOLD, household

SERVICE_GET_FORECAST: Final = "get_forecast"
SERVICE_GET_PLAN: Final = "get_plan"
SERVICE_ANNOUNCE_LOAD: Final = "announce_load"
SERVICE_FORGET_LOAD: Final = "forget_load"
SERVICE_HOLD_BATTERY: Final = "hold_battery"
SERVICE_RELEASE_HOLD: Final = "release_hold"

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_POWER: Final = "power"
ATTR_ENERGY: Final = "energy"
ATTR_NAME: Final = "name"
ATTR_REASON: Final = "reason"
ATTR_LOAD: Final = "load"
ATTR_HOLD: Final = "hold"

LARGEST_LOAD: Final = 1_000_000
"""Wh."""
_FURTHEST: Final = timedelta(days=4)
"""Further than any forecast reaches."""
_ID: Final = cv.matches_regex(r"^[0-9a-zA-Z]{1,64}$")
_GET_FORECAST: Final = vol.Schema(
    {**HOUSEHOLD, vol.Optional(ATTR_START): cv.datetime, vol.Optional(ATTR_END): cv.datetime}
)
_GET_PLAN: Final = vol.Schema(HOUSEHOLD)
_ANNOUNCE_LOAD: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Required(ATTR_POWER): vol.All(vol.Coerce(int), vol.Range(min=1, max=LARGEST_POWER)),
        vol.Required(ATTR_ENERGY): vol.All(vol.Coerce(int), vol.Range(min=1, max=LARGEST_LOAD)),
        vol.Optional(ATTR_START): cv.datetime,
        vol.Required(ATTR_END): cv.datetime,
        vol.Optional(ATTR_NAME, default=""): vol.All(cv.string, vol.Length(max=LONGEST_NAME)),
    }
)
_FORGET_LOAD: Final = vol.Schema({**HOUSEHOLD, vol.Required(ATTR_LOAD): _ID})
_HOLD_BATTERY: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Optional(ATTR_START): cv.datetime,
        vol.Required(ATTR_END): cv.datetime,
        vol.Optional(ATTR_REASON, default=""): vol.All(cv.string, vol.Length(max=LONGEST_NOTE)),
    }
)
_RELEASE_HOLD: Final = vol.Schema({**HOUSEHOLD, vol.Required(ATTR_HOLD): _ID})


@callback
def async_setup_foresight_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for service, action, schema, response in (
        (SERVICE_GET_FORECAST, _get_forecast, _GET_FORECAST, SupportsResponse.ONLY),
        (SERVICE_GET_PLAN, _get_plan, _GET_PLAN, SupportsResponse.ONLY),
        (SERVICE_ANNOUNCE_LOAD, _announce_load, _ANNOUNCE_LOAD, SupportsResponse.OPTIONAL),
        (SERVICE_FORGET_LOAD, _forget_load, _FORGET_LOAD, SupportsResponse.NONE),
        (SERVICE_HOLD_BATTERY, _hold_battery, _HOLD_BATTERY, SupportsResponse.OPTIONAL),
        (SERVICE_RELEASE_HOLD, _release_hold, _RELEASE_HOLD, SupportsResponse.NONE),
    ):
        hass.services.async_register(DOMAIN, service, action, schema, supports_response=response)


async def _get_forecast(call: ServiceCall) -> ServiceResponse:
    """Answer with the forecast slot by slot: energies in Wh with their quantiles."""
    coordinator = await household(call)
    first = last = None
    if ATTR_START in call.data or ATTR_END in call.data:
        slot_seconds = coordinator.data.bridge.slot_seconds
        if slot_seconds is None:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="slots_unknown")
        start = dt_util.as_utc(call.data.get(ATTR_START, dt_util.utcnow()))
        end = dt_util.as_utc(call.data.get(ATTR_END, start + _FURTHEST))
        period = Period.between(start, end, slot_seconds)
        first, last = period.first, period.last
    series = await ask(coordinator, coordinator.market.forecast(first, last))
    return {"slots": [_forecast(slot, series.slot_length) for slot in series.slots]}


async def _get_plan(call: ServiceCall) -> ServiceResponse:
    """Answer with the plan slot by slot: energies in Wh, prices per kWh in the currency."""
    coordinator = await household(call)
    plan = await ask(coordinator, coordinator.market.plan())
    return {
        "made_at": _iso(plan.made_at),
        "expected_cost": _in_currency(plan.expected_cost),
        "problems": [_reason(one) for one in plan.problems],
        "slots": [_planned(slot, plan.slot_length) for slot in plan.slots],
    }


async def _announce_load(call: ServiceCall) -> ServiceResponse:
    """Announce a load, and answer with when the plan starts it."""
    coordinator = await household(call)
    start, end = _window(call)
    load, placed = await ask(
        coordinator,
        coordinator.market.announce_load(
            power=call.data[ATTR_POWER],
            energy=call.data[ATTR_ENERGY],
            start=start,
            end=end,
            name=call.data[ATTR_NAME],
        ),
    )
    return {"load": load, "start": _iso(placed)}


async def _forget_load(call: ServiceCall) -> None:
    """Take an announced load back."""
    coordinator = await household(call)
    await ask(coordinator, coordinator.market.forget_load(call.data[ATTR_LOAD]))


async def _hold_battery(call: ServiceCall) -> ServiceResponse:
    """Keep the battery from discharging for a while."""
    coordinator = await household(call)
    start, end = _window(call)
    hold = await ask(coordinator, coordinator.market.hold(start, end, call.data[ATTR_REASON]))
    return {"hold": hold}


async def _release_hold(call: ServiceCall) -> None:
    """Let the battery discharge again."""
    coordinator = await household(call)
    await ask(coordinator, coordinator.market.release_hold(call.data[ATTR_HOLD]))


def _window(call: ServiceCall) -> tuple[datetime, datetime]:
    """Return from when to when; it begins now where nothing is said. Raises ServiceValidationError."""
    start = dt_util.as_utc(call.data.get(ATTR_START, dt_util.utcnow()))
    end = dt_util.as_utc(call.data[ATTR_END])
    if end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="window_empty",
            translation_placeholders={"start": start.isoformat(), "end": end.isoformat()},
        )
    return start, end


def _forecast(slot: ForecastSlot, length: timedelta) -> dict[str, Any]:
    return {
        "start": slot.start.isoformat(),
        "end": (slot.start + length).isoformat(),
        "load": _quantiles(slot.load),
        "generation": None if slot.generation is None else _quantiles(slot.generation),
    }


def _quantiles(expected: Quantiles) -> dict[str, Any]:
    return {"p10": expected.p10, "p50": expected.p50, "p90": expected.p90}


def _planned(slot: PlannedSlot, length: timedelta) -> dict[str, Any]:
    return {
        "start": _iso(slot.start),
        "end": None if slot.start is None else (slot.start + length).isoformat(),
        "mode": slot.mode,
        "reserve_soc": slot.reserve_soc,
        "grid_energy": slot.grid_energy,
        "expected_soc": slot.expected_soc,
        "import_price": _in_currency(slot.import_price),
        "import_estimated": slot.import_estimated,
        "export_price": _in_currency(slot.export_price),
        "reason": _reason(slot.reason),
    }


def _reason(reason: Reason | None) -> dict[str, Any] | None:
    return None if reason is None else {"code": reason.code, "parameters": dict(reason.params)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _in_currency(micro: int | None) -> float | None:
    return None if micro is None else micro / MICRO
