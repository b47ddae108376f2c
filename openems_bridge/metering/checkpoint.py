"""The metering's state as a document, and back. Its layout belongs to the database's schema version."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from dems_protocol.slots import SlotGrid
from openems_bridge.metering.counters import Candidate, CounterState, LeftTrack, Track
from openems_bridge.metering.integration import IntegralState
from openems_bridge.metering.state import MeterState, Portion, RegisterState
from openems_bridge.telemetry import Register


def dump(state: MeterState) -> str:
    """Return the state as JSON."""
    return json.dumps(
        {
            "slot_seconds": state.slot_seconds,
            "open_slot": state.open_slot,
            "waiting_since": state.waiting_since,
            "registers": {
                register.value: _register_out(known) for register, known in state.registers.items()
            },
        },
        separators=(",", ":"),
    )


def load(document: str) -> MeterState:
    """Return the state that ``dump`` wrote. Raises ValueError, naming what was wrong, for any other text."""
    try:
        data = json.loads(document)
        return MeterState(
            slot_seconds=data["slot_seconds"],
            open_slot=data["open_slot"],
            waiting_since=data["waiting_since"],
            registers={Register(name): _register_in(known) for name, known in data["registers"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"the stored state of the metering cannot be read: {error!r}") from error


def fit(state: MeterState, grid: SlotGrid) -> MeterState:
    """Return the state for a grid of another slot length, as after a move to another community.

    Energy of open slots goes, marked estimated, to the first new slot that begins no earlier than they do.
    """
    if state.slot_seconds == grid.seconds or state.open_slot is None:
        return replace(state, slot_seconds=grid.seconds)
    slot = -(-state.open_slot * state.slot_seconds // grid.seconds)
    return MeterState(
        slot_seconds=grid.seconds,
        open_slot=slot,
        registers={
            register: replace(known, portions={slot: _merged(known.portions)})
            for register, known in state.registers.items()
        },
    )


def _merged(portions: Mapping[int, Portion]) -> Portion:
    return Portion(
        energy=sum(portion.energy for portion in portions.values()),
        estimated=True,
        integrated=any(portion.integrated for portion in portions.values()),
    )


def _register_out(known: RegisterState) -> dict[str, Any]:
    kind = "counter" if isinstance(known.source, CounterState) else "integral"
    return {
        "kind": kind,
        "source": asdict(known.source),
        "portions": {str(slot): asdict(portion) for slot, portion in known.portions.items()},
        "missed": known.missed,
    }


def _register_in(data: Mapping[str, Any]) -> RegisterState:
    source = data["source"]
    return RegisterState(
        source=_counter_in(source) if data["kind"] == "counter" else IntegralState(**source),
        portions={int(slot): Portion(**portion) for slot, portion in data["portions"].items()},
        missed=data["missed"],
    )


def _counter_in(data: Mapping[str, Any]) -> CounterState:
    candidate = data["candidate"]
    return CounterState(
        track=Track(**data["track"]),
        total=data["total"],
        seen_at=data["seen_at"],
        changed_at=data["changed_at"],
        left=tuple(
            LeftTrack(Track(**left["track"]), left["left_at"], left["left_for"]) for left in data["left"]
        ),
        candidate=None if candidate is None else Candidate(**candidate),
    )
