"""Makes the households that ship with the project: ``python -m openems_bridge.edge.simulation.generate``.

Everything is drawn from a seeded generator and textbook shapes (a fridge's cycle, meals, an evening peak, a clear-sky
curve dimmed by a day's weather); no measured series goes in. One week in spring from a Monday, steps of five minutes.
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from openems_bridge.edge.simulation.profile import SHIPPED_KINDS

STEP_SECONDS = 300
DAYS = 7
STEPS_A_DAY = 86_400 // STEP_SECONDS
WEATHER = (0.92, 0.55, 0.20, 0.75, 1.0, 0.85, 0.40)
"""Share of the clear sky's energy on each day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of household: its people's habits, its roof (Wp, hour of the peak) and its battery."""

    base_w: int
    breakfast_w: int
    lunch_w: int
    evening_w: int
    daytime_w: int
    laundry_days: tuple[int, ...]
    plant_wp: int
    plant_noon: float
    battery_wh: int
    battery_w: int
    heating_w: int = 0


KINDS = {
    "family": Kind(
        base_w=160, breakfast_w=900, lunch_w=700, evening_w=1500, daytime_w=180, laundry_days=(1, 3, 5, 6),
        plant_wp=4200, plant_noon=13.1, battery_wh=10_000, battery_w=5000,
    ),
    "retired_couple": Kind(
        base_w=120, breakfast_w=500, lunch_w=1400, evening_w=600, daytime_w=220, laundry_days=(0, 4),
        plant_wp=6000, plant_noon=12.2, battery_wh=7700, battery_w=4000,
    ),
    "home_office": Kind(
        base_w=190, breakfast_w=500, lunch_w=900, evening_w=900, daytime_w=420, laundry_days=(2, 5),
        plant_wp=9800, plant_noon=13.3, battery_wh=0, battery_w=0,
    ),
    "commuters": Kind(
        base_w=90, breakfast_w=700, lunch_w=0, evening_w=1900, daytime_w=0, laundry_days=(5, 6),
        plant_wp=0, plant_noon=13.0, battery_wh=0, battery_w=0,
    ),
    "heat_pump": Kind(
        base_w=170, breakfast_w=700, lunch_w=500, evening_w=1200, daytime_w=120, laundry_days=(1, 4, 6),
        plant_wp=8200, plant_noon=14.6, battery_wh=12_800, battery_w=6000, heating_w=1700,
    ),
}  # fmt: skip


def main() -> None:
    """Write one JSON file a kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--directory", type=Path, default=Path(__file__).parent / "data")
    directory: Path = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    for name in SHIPPED_KINDS:
        document = household(name)
        (directory / f"{name}.json").write_text(
            json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8"
        )


def household(name: str) -> dict[str, Any]:
    """Return the document of one of KINDS: the same at every call."""
    kind = KINDS[name]
    rng = Random(f"dems household {name}")  # noqa: S311 - repeatable, not a secret
    load = [0.0] * (DAYS * STEPS_A_DAY)
    for step in range(len(load)):
        load[step] += kind.base_w + _fridge(step)
    for day in range(DAYS):
        _live(load, day, kind, rng)
        if day in kind.laundry_days:
            _laundry(load, day, rng)
        if kind.heating_w:
            _heat(load, day, kind.heating_w, rng)
    return {
        "name": name,
        "step_seconds": STEP_SECONDS,
        "battery_wh": kind.battery_wh,
        "battery_w": kind.battery_w,
        "load_w": [max(0, round(value)) for value in load],
        "pv_w": _roof(kind, rng),
    }


def _fridge(step: int) -> float:
    return 75.0 if step % 9 < 4 else 3.0


def _live(load: list[float], day: int, kind: Kind, rng: Random) -> None:
    """A day's habits: bumps of cooking and light around meals, presence in between."""
    late = 1.5 if day >= 5 else 0.0
    meals = (
        (6.9 + late, 0.35, kind.breakfast_w),
        (12.4, 0.4, kind.lunch_w),
        (18.8, 0.55, kind.evening_w),
        (21.0, 1.1, kind.evening_w * 0.25),
    )
    bumps = [
        (hour + rng.gauss(0, 0.3), width, power * rng.uniform(0.75, 1.25)) for hour, width, power in meals
    ]
    presence = kind.daytime_w * (1.6 if day >= 5 else 1.0)
    for index in range(STEPS_A_DAY):
        hour = index * 24 / STEPS_A_DAY
        power = sum(height * math.exp(-(((hour - at) / width) ** 2) / 2) for at, width, height in bumps) + (
            presence if 8 <= hour < 17 else 0
        )
        load[day * STEPS_A_DAY + index] += power * rng.uniform(0.7, 1.3)


def _laundry(load: list[float], day: int, rng: Random) -> None:
    """A washing machine: it heats for a quarter of an hour, turns for an hour, spins at the end."""
    begin = day * STEPS_A_DAY + rng.randrange(9 * 12, 16 * 12)
    course = [2000] * 3 + [180] * 10 + [450] * 2
    for offset, power in enumerate(course):
        load[begin + offset] += power


def _heat(load: list[float], day: int, power: int, rng: Random) -> None:
    """A heat pump: runs of half an hour, denser in the cold of the early morning."""
    index = 0
    while index < STEPS_A_DAY:
        hour = index * 24 / STEPS_A_DAY
        pause = 9 + round(9 * max(0.0, math.sin((hour - 7) / 24 * 2 * math.pi))) + rng.randrange(3)
        for step in range(index, min(index + 6, STEPS_A_DAY)):
            load[day * STEPS_A_DAY + step] += power * rng.uniform(0.9, 1.0)
        index += 6 + pause


def _roof(kind: Kind, rng: Random) -> list[int]:
    """A clear-sky bell between sunrise and sunset, dimmed by the day's weather and by passing clouds."""
    result: list[int] = []
    for day in range(DAYS):
        weather, cloud = WEATHER[day], 1.0
        patchy = 0.35 * math.sin(math.pi * weather)
        for index in range(STEPS_A_DAY):
            hour = index * 24 / STEPS_A_DAY
            height = (
                max(0.0, math.cos((hour - kind.plant_noon) / 7.2 * math.pi / 2))
                if abs(hour - kind.plant_noon) < 7.2
                else 0.0
            )
            cloud = 0.8 * cloud + 0.2 * rng.uniform(1 - 2 * patchy, 1 + patchy)
            result.append(round(0.86 * kind.plant_wp * height**1.4 * min(1.0, max(0.02, weather * cloud))))
    return result


if __name__ == "__main__":
    main()
