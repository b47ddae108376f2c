"""The plan and the forecast as a drawing (SVG): what a dashboard of standard cards can show of times to come.

Above: energies of each slot (Wh), the expected consumption as a line, the expected generation as an area. Below: the
expected state of charge (%) over bars in the colour of what the battery is to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final
from xml.sax.saxutils import escape

from .foresight import ForecastSlot, PlanMode, PlannedSlot

WIDTH: Final = 900
_LEFT: Final = 50
_RIGHT: Final = 12
_TOP: Final = 30
_PANEL: Final = 150
_GAP: Final = 34
_LEGEND: Final = 52
HEIGHT: Final = _TOP + 2 * _PANEL + _GAP + 22 + _LEGEND
_HOURS_A_MARK: Final = 3
COLOURS: Final = {
    PlanMode.SELF_CONSUMPTION: "#4caf50",
    PlanMode.HOLD: "#9e9e9e",
    PlanMode.SERVE_COMMUNITY: "#00acc1",
    PlanMode.CHARGE_SURPLUS: "#ffb300",
    PlanMode.CHARGE_GRID: "#8e24aa",
    PlanMode.DELIVER: "#e53935",
}
"""Of each mode; the legend names them."""
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#444}.grid{stroke:#8884;stroke-width:1}"
    ".load{fill:none;stroke:#1e88e5;stroke-width:2}.sun{fill:#ffb30066;stroke:#ffb300}"
    ".soc{fill:none;stroke:#222;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}.soc{stroke:#eee}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is written into the drawing, in the language of Home Assistant."""

    load: str
    generation: str
    soc: str
    modes: dict[PlanMode, str]


def draw(
    plan: Sequence[PlannedSlot],
    forecast: Sequence[ForecastSlot],
    slot_length: timedelta,
    zone: tzinfo,
    words: Words,
) -> str:
    """Return the drawing of a plan and a forecast whose slots are equally long, from the plan's first slot on."""
    slots = [(slot.start, slot) for slot in plan if slot.start is not None]
    if not slots:
        return _document(f'<text x="{_LEFT}" y="{_TOP}">–</text>')
    begin, end = slots[0][0], slots[-1][0] + slot_length
    seconds = (end - begin).total_seconds()

    def across(moment: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (moment - begin).total_seconds() / seconds

    expected = [one for one in forecast if begin <= one.start < end]
    lower = _TOP + _PANEL + _GAP
    return _document(
        _marks(begin, end, zone, across)
        + _energies(expected, slot_length, across)
        + _battery(slots, slot_length, across, lower)
        + _legend(words, [slot.mode for _, slot in slots])
    )


def _document(content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<style>{_STYLE}</style>{content}</svg>"
    )


def _marks(begin: datetime, end: datetime, zone: tzinfo, across: Callable[[datetime], float]) -> str:
    """Return a line and its hour every three local hours."""
    local = begin.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    drawn = []
    for hours in range(int((end - begin).total_seconds() // 3600) + 2):
        moment = (local.astimezone(begin.tzinfo) + timedelta(hours=hours)).astimezone(zone)
        if moment.hour % _HOURS_A_MARK or not begin <= moment <= end:
            continue
        x = across(moment)
        bottom = _TOP + 2 * _PANEL + _GAP
        drawn.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>')
        drawn.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{moment:%H}</text>')
    return "".join(drawn)


def _energies(
    expected: Sequence[ForecastSlot], slot_length: timedelta, across: Callable[[datetime], float]
) -> str:
    """Return the upper panel."""
    generated = [0 if one.generation is None else one.generation.p50 for one in expected]
    most = max([1, *(one.load.p50 for one in expected), *generated])
    base = _TOP + _PANEL

    def steps(values: Sequence[int]) -> str:
        return " ".join(
            f"{across(moment):.1f},{base - _PANEL * value / most:.1f}"
            for one, value in zip(expected, values, strict=True)
            for moment in (one.start, one.start + slot_length)
        )

    drawn = f'<text x="4" y="{_TOP + 4}">{most} Wh</text><text x="4" y="{base}">0</text>'
    drawn += f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>'
    if not expected:
        return drawn
    first, last = across(expected[0].start), across(expected[-1].start + slot_length)
    if any(generated):
        drawn += f'<polygon class="sun" points="{first:.1f},{base} {steps(generated)} {last:.1f},{base}"/>'
    return drawn + f'<polyline class="load" points="{steps([one.load.p50 for one in expected])}"/>'


def _battery(
    slots: Sequence[tuple[datetime, PlannedSlot]],
    slot_length: timedelta,
    across: Callable[[datetime], float],
    top: float,
) -> str:
    """Return the lower panel."""
    base = top + _PANEL
    bars = "".join(
        f'<rect x="{across(start):.1f}" y="{top}" width="{across(start + slot_length) - across(start):.2f}"'
        f' height="{_PANEL}" fill="{COLOURS[slot.mode]}" fill-opacity="0.35"/>'
        for start, slot in slots
        if slot.mode is not None
    )
    charged = " ".join(
        f"{across(start + slot_length):.1f},{base - _PANEL * slot.expected_soc / 100:.1f}"
        for start, slot in slots
        if slot.expected_soc is not None
    )
    line = f'<polyline class="soc" points="{charged}"/>' if charged else ""
    return f'{bars}{line}<text x="4" y="{top + 10}">100 %</text><text x="4" y="{base}">0 %</text>'


def _legend(words: Words, modes: Sequence[PlanMode | None]) -> str:
    """Return the names of lines and colours; only of modes that occur."""
    entries = [("#1e88e5", words.load), ("#ffb300", words.generation), ("#777", words.soc)]
    rows = [entries, [(COLOURS[mode], words.modes[mode]) for mode in PlanMode if mode in modes]]
    drawn = []
    for row, named in enumerate(rows):
        y = HEIGHT - _LEGEND + 22 + 20 * row
        for place, (colour, name) in enumerate(named):
            x = _LEFT + place * (WIDTH - _LEFT) // max(len(named), 3)
            drawn.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/>')
            drawn.append(f'<text x="{x + 17}" y="{y}">{escape(name)}</text>')
    return "".join(drawn)
