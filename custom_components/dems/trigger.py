"""Triggers of automations: what happened at the bridge, at the operator and on the chain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, override

import probatio as vol
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import Trigger, TriggerActionRunner
from homeassistant.helpers.typing import VolDictType

from .event import CHAIN_EVENT
from .feed import BridgeEvent
from .household_trigger import CONF_CONNECTION, CONNECTIONS, HouseholdTrigger, in_currency, moment, payload
from .market import Side
from .models import CommandSource
from .price_trigger import PRICE_TRIGGERS
from .suggestion_trigger import SUGGESTION_TRIGGERS

CONF_SIDE: Final = "side"
CONF_SOURCE: Final = "source"
CONF_CONTRACT: Final = "contract"
CONF_EVENT: Final = "event"

type Filter = Callable[[BridgeEvent, Mapping[str, Any]], bool]
type Variables = Callable[[BridgeEvent], Mapping[str, Any]]


def _passes(event: BridgeEvent, options: Mapping[str, Any]) -> bool:
    return True


def _nothing(event: BridgeEvent) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTriggerDescription:
    """Describes a trigger: events of which kinds, with which options; and what the automation is told of them."""

    kinds: frozenset[str]
    text: str
    """What happened, for the trace."""
    options: VolDictType = field(default_factory=dict)
    passes: Filter = _passes
    variables: Variables = _nothing


def _has_side(event: BridgeEvent, options: Mapping[str, Any]) -> bool:
    return CONF_SIDE not in options or event.data.get("side") == options[CONF_SIDE]


def _has_source(event: BridgeEvent, options: Mapping[str, Any]) -> bool:
    return not options[CONF_SOURCE] or event.data.get("source") in options[CONF_SOURCE]


def _is_connection(event: BridgeEvent, options: Mapping[str, Any]) -> bool:
    return not options[CONF_CONNECTION] or event.kind.partition("_")[0] in options[CONF_CONNECTION]


def _is_chain_event(event: BridgeEvent, options: Mapping[str, Any]) -> bool:
    wanted = {"contract": options[CONF_CONTRACT], "event": options[CONF_EVENT]}
    return all(not name or str(event.data.get(key)).casefold() == name for key, name in wanted.items())


def _cleared(event: BridgeEvent) -> Mapping[str, Any]:
    data = event.data
    return {
        "price": in_currency(data.get("price")),
        "quantity": data.get("energy"),
        "side": data.get("side"),
        "status": data.get("status"),
        "start": moment(data.get("start")),
    }


def _dispatch(event: BridgeEvent) -> Mapping[str, Any]:
    reason = event.data.get("reason")
    return {
        "source": event.data.get("source"),
        "setpoint": event.data.get("setpoint"),
        "reason": reason.get("code") if isinstance(reason, dict) else None,
    }


def _reason(event: BridgeEvent) -> Mapping[str, Any]:
    reason = event.data.get("reason")
    return {"reason": reason.get("code") if isinstance(reason, dict) else reason}


def _connection(event: BridgeEvent) -> Mapping[str, Any]:
    return {"connection": event.kind.partition("_")[0], "problem": event.data.get("problem")}


def _chain(event: BridgeEvent) -> Mapping[str, Any]:
    return {key: event.data.get(key) for key in ("contract", "event", "arguments", "block", "transaction")}


def _casefolded(value: object) -> str:
    return cv.string(value).strip().casefold()


_SOURCE: Final[VolDictType] = {
    vol.Optional(CONF_SOURCE, default=list): vol.All(cv.ensure_list, [vol.In([*CommandSource])])
}
_CONNECTION: Final[VolDictType] = {
    vol.Optional(CONF_CONNECTION, default=list): vol.All(cv.ensure_list, [vol.In(CONNECTIONS)])
}


def _dispatch_trigger(kind: str, text: str) -> EventTriggerDescription:
    return EventTriggerDescription(
        kinds=frozenset({kind}), text=text, options=_SOURCE, passes=_has_source, variables=_dispatch
    )


def _connection_trigger(ending: str) -> EventTriggerDescription:
    return EventTriggerDescription(
        kinds=frozenset(f"{connection}_{ending}" for connection in CONNECTIONS),
        text=f"connection {ending}",
        options=_CONNECTION,
        passes=_is_connection,
        variables=_connection,
    )


def _plain(kind: str, text: str, variables: Variables = _nothing) -> EventTriggerDescription:
    return EventTriggerDescription(kinds=frozenset({kind}), text=text, variables=variables)


EVENT_TRIGGERS: Final[Mapping[str, EventTriggerDescription]] = {
    "market_cleared": EventTriggerDescription(
        kinds=frozenset({"market_cleared"}),
        text="market cleared",
        options={vol.Optional(CONF_SIDE): vol.In([*Side])},
        passes=_has_side,
        variables=_cleared,
    ),
    "market_void": _plain("market_void", "a slot's market is void", _reason),
    "order_refused": _plain("order_refused", "order refused", _reason),
    "suggestion_expired": _plain(
        "suggestion_expired", "suggestion expired", lambda event: {"suggestion": event.data.get("id")}
    ),
    "dispatch_started": _dispatch_trigger("dispatch_started", "dispatch started"),
    "dispatch_ended": _dispatch_trigger("dispatch_ended", "dispatch ended"),
    "dispatch_overridden": _dispatch_trigger("dispatch_overridden", "dispatch overridden"),
    "reading_verified": _plain("reading_verified", "reading verified"),
    "reading_refused": _plain("reading_refused", "reading refused", _reason),
    "netting_settled": _plain("netting_settled", "netting settled"),
    "certificates_issued": _plain("certificates_issued", "certificates issued"),
    "violation_found": EventTriggerDescription(
        kinds=frozenset({"statement_not_verified", "market_violated"}),
        text="violation found",
        variables=_reason,
    ),
    "connection_lost": _connection_trigger("lost"),
    "connection_restored": _connection_trigger("restored"),
    "chain_event": EventTriggerDescription(
        kinds=frozenset({CHAIN_EVENT}),
        text="chain event",
        options={
            vol.Optional(CONF_CONTRACT, default=""): _casefolded,
            vol.Optional(CONF_EVENT, default=""): _casefolded,
        },
        passes=_is_chain_event,
        variables=_chain,
    ),
}


class EventTrigger(HouseholdTrigger):
    """Starts an automation for each event of certain kinds."""

    _description: EventTriggerDescription

    @override
    @callback
    def take(self, entry_id: str, event: BridgeEvent, run_action: TriggerActionRunner) -> None:
        """Start the automation for an event that is asked for."""
        described = self._description
        if event.kind not in described.kinds or not self.is_in_time(event):
            return
        if not described.passes(event, self._options):
            return
        told = {**payload(self._hass, entry_id, event), **described.variables(event)}
        run_action(told, f"{described.text} ({told['household']})")


def _event_trigger(key: str, description: EventTriggerDescription) -> type[Trigger]:
    return type(
        f"{key.title().replace('_', '')}Trigger",
        (EventTrigger,),
        {"_description": description, "_specific": description.options},
    )


TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    **{key: _event_trigger(key, description) for key, description in EVENT_TRIGGERS.items()},
    **PRICE_TRIGGERS,
    **SUGGESTION_TRIGGERS,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by their keys."""
    return dict(TRIGGERS)
