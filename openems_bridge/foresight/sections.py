"""The sections ``forecast`` and ``plan`` of the state document, and the long series of the API. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from dems_node.json_types import Json, Section
from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.answer import Answer, SlotForecast
from openems_bridge.foresight.energy_history import PastEnergy
from openems_bridge.foresight.plan import HouseholdPlan, PlannedSlot

NEXT_SLOTS = 8

_PROVIDER = "provider"


def forecast_section(
    answer: Answer, issued_at: float, measured: PastEnergy, today: range, tomorrow: range
) -> Section:
    """Return what the forecast says of the next slot, today and tomorrow (local days), Wh.

    Today is what was measured since midnight and what is forecast of the rest; ``measured`` are the slots before the
    forecast's first. A house of which no plant is known generates None.
    """
    load, pv = answer.load, answer.pv
    rest = range(max(today.start, answer.issue_slot), today.stop)
    return {
        "issued_at": round(issued_at, 1),
        "load_next": load.expected_wh[0],
        "generation_next": None if pv is None else pv.expected_wh[0],
        "load_today": _measured(measured.load, measured, today) + _sum(load, answer, rest),
        "generation_today": None
        if pv is None
        else _measured(measured.generation, measured, today) + _sum(pv, answer, rest),
        "load_tomorrow": _sum(load, answer, tomorrow),
        "generation_tomorrow": None if pv is None else _sum(pv, answer, tomorrow),
        "generation_remaining_today": None if pv is None else _sum(pv, answer, rest),
        "load_error": None if load.quality is None else round(load.quality.error, 4),
        "generation_error": None if pv is None or pv.quality is None else round(pv.quality.error, 4),
        "quality_days": 0 if load.quality is None else load.quality.days,
        "source": _PROVIDER if pv is not None and pv.basis == _PROVIDER else "own",
    }


def forecast_series(answer: Answer, grid: SlotGrid, slots: Iterable[int]) -> Sequence[Mapping[str, Json]]:
    """Return the quantiles (Wh) of the slots that the forecast covers."""
    return [
        {
            "slot": slot,
            "start": grid.start(slot),
            "load": _quantiles(answer.load, slot - answer.issue_slot),
            "generation": None if answer.pv is None else _quantiles(answer.pv, slot - answer.issue_slot),
        }
        for slot in slots
        if answer.issue_slot <= slot < answer.end_slot
    ]


def _quantiles(forecast: SlotForecast, index: int) -> Mapping[str, Json]:
    return {
        "p10": forecast.low_wh[index],
        "p50": forecast.median_wh[index],
        "p90": forecast.high_wh[index],
    }


def _sum(forecast: SlotForecast, answer: Answer, slots: range) -> int:
    first, end = max(slots.start, answer.issue_slot), min(slots.stop, answer.end_slot)
    return sum(forecast.expected_wh[first - answer.issue_slot : max(first, end) - answer.issue_slot])


def _measured(values: Sequence[int | None], measured: PastEnergy, slots: range) -> int:
    begin = max(slots.start - measured.first_slot, 0)
    end = max(slots.stop - measured.first_slot, 0)
    return sum(value or 0 for value in values[begin:end])


def plan_section(plan: HouseholdPlan, slot: int, grid: SlotGrid) -> Section | None:
    """Return what is planned for the running slot and the next eight, None where the plan has ended."""
    running = plan.of(slot)
    if running is None:
        return None
    following = [planned for planned in plan.slots if slot < planned.slot <= slot + NEXT_SLOTS]
    return {
        "made_at": round(plan.made_at, 1),
        **_planned(running, grid),
        "problems": [problem.section() for problem in plan.problems],
        "next": [_planned(planned, grid) for planned in following],
    }


def plan_document(plan: HouseholdPlan, slot: int, grid: SlotGrid) -> Section:
    """Return the whole plan from the running slot on."""
    return {
        "slot_seconds": grid.seconds,
        "made_at": round(plan.made_at, 1),
        "expected_cost": plan.expected_cost,
        "problems": [problem.section() for problem in plan.problems],
        "slots": [
            {
                **_planned(planned, grid),
                "import_price": planned.price.import_price,
                "import_estimated": planned.price.import_estimated,
                "export_price": planned.price.export_price,
            }
            for planned in plan.slots
            if planned.slot >= slot
        ],
    }


def _planned(planned: PlannedSlot, grid: SlotGrid) -> Section:
    return {
        "slot": planned.slot,
        "start": grid.start(planned.slot),
        "mode": planned.mode.value,
        "reserve_soc": planned.reserve_soc,
        "grid_energy": planned.grid_energy,
        "expected_soc": planned.expected_soc,
        "reason": planned.reason.section(),
    }
