"""The trigger on suggestions: each by itself, or those that are asked for in one question together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, override

import probatio as vol
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util

from .feed import BridgeEvent
from .household_trigger import HouseholdTrigger, in_currency, moment, number, payload

DISPATCH_SUGGESTED: Final = "dispatch_suggested"
CONF_MINIMUM_GAIN: Final = "minimum_gain"
CONF_BUNDLED: Final = "bundled"
BUNDLED_FOR: Final = 5.0
"""s. The bridge tells the suggestions of one question one after the other."""

SUGGESTION_OPTIONS: Final[VolDictType] = {
    vol.Optional(CONF_MINIMUM_GAIN, default=0.0): vol.Coerce(float),
    vol.Optional(CONF_BUNDLED, default=False): cv.boolean,
}

type _Question = tuple[str, str]
"""The config entry, and the question or the suggestion that stands alone."""


@dataclass(slots=True)
class _Bundle:
    """The suggestions of one question so far, and the timer that will tell them."""

    events: list[BridgeEvent] = field(default_factory=list)
    timer: Any = None


def _is_open(event: BridgeEvent) -> bool:
    """Tell whether a suggestion has not expired: an expired one is never told."""
    expires_at = number(event.data.get("expires_at"))
    return expires_at is None or dt_util.utcnow().timestamp() < expires_at


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def variables(events: Sequence[BridgeEvent]) -> Mapping[str, Any]:
    """Return what an automation is told of one suggestion, or of several that belong together, oldest first."""
    first = events[0].data
    gain = _sum([in_currency(event.data.get("gain")) for event in events])
    energy = _sum([number(event.data.get("energy")) for event in events])
    starts = [at for event in events if (at := number(event.data.get("from"))) is not None]
    ends = [at for event in events if (at := number(event.data.get("to"))) is not None]
    expiries = [at for event in events if (at := number(event.data.get("expires_at"))) is not None]
    return {
        "suggestion": first.get("id"),
        "question": first.get("question") or first.get("id"),
        "action": first.get("action"),
        "energy": None if energy is None else round(energy),
        "gain": None if gain is None else round(gain, 6),
        "from": moment(min(starts, default=None)),
        "to": moment(max(ends, default=None)),
        "expires_at": moment(min(expiries, default=None)),
        "slots": len(events),
    }


class SuggestionTrigger(HouseholdTrigger):
    """Starts an automation when the community suggests what the battery should do."""

    _specific = SUGGESTION_OPTIONS

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the options."""
        super().__init__(hass, config)
        self._bundles: dict[_Question, _Bundle] = {}

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Listen; what is still being bundled when that ends is not told."""
        stop_listening = await super().async_attach_runner(run_action, did_not_trigger)

        @callback
        def stop() -> None:
            stop_listening()
            for bundle in self._bundles.values():
                bundle.timer.cancel()
            self._bundles.clear()

        return stop

    @override
    @callback
    def take(self, entry_id: str, event: BridgeEvent, run_action: TriggerActionRunner) -> None:
        """Start the automation for a suggestion, now or together with what belongs to it."""
        if event.kind != DISPATCH_SUGGESTED or not self.is_in_time(event):
            return
        question = event.data.get("question")
        if not self._options[CONF_BUNDLED] or question is None:
            self._tell(entry_id, [event], run_action)
            return
        key = (entry_id, str(question))
        bundle = self._bundles.setdefault(key, _Bundle())
        bundle.events.append(event)
        if bundle.timer is None:
            bundle.timer = self._hass.loop.call_later(BUNDLED_FOR, self._tell_bundle, key, run_action)

    @callback
    def _tell_bundle(self, key: _Question, run_action: TriggerActionRunner) -> None:
        bundle = self._bundles.pop(key)
        self._tell(key[0], bundle.events, run_action)

    def _tell(self, entry_id: str, events: Sequence[BridgeEvent], run_action: TriggerActionRunner) -> None:
        still_open = [event for event in events if _is_open(event)]
        if not still_open:
            return
        told = variables(still_open)
        wanted: float = self._options[CONF_MINIMUM_GAIN]
        if wanted > 0 and (told["gain"] is None or told["gain"] < wanted):
            return
        all_told = {**payload(self._hass, entry_id, still_open[0]), **told}
        run_action(all_told, f"dispatch suggested ({all_told['household']})")


SUGGESTION_TRIGGERS: Final[Mapping[str, type[Trigger]]] = {DISPATCH_SUGGESTED: SuggestionTrigger}
