"""The drawing of the plan: nothing to draw, houses without plant or battery, and the day on which the clock changes."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from custom_components.dems.foresight import ForecastSlot, PlanMode, PlannedSlot, Quantiles
from custom_components.dems.plan_plot import COLOURS, Words, draw

WORDS = Words(load="A & B", generation="Sun", soc="Charge", modes={mode: mode.value for mode in PlanMode})
QUARTER = timedelta(minutes=15)
BERLIN = ZoneInfo("Europe/Berlin")
SVG = "{http://www.w3.org/2000/svg}"


def _plan(start: datetime, count: int, soc: int | None = 50) -> list[PlannedSlot]:
    return [
        PlannedSlot(
            slot=one,
            start=start + one * QUARTER,
            mode=PlanMode.HOLD,
            reserve_soc=10,
            grid_energy=None,
            expected_soc=soc,
            reason=None,
            import_price=None,
            import_estimated=None,
            export_price=None,
        )
        for one in range(count)
    ]


def _parse(drawing: str) -> tuple[list[str], set[str]]:
    """Return the texts and the classes of what is drawn."""
    document = ElementTree.fromstring(drawing)
    classes = {one.get("class", "") for one in document.iter()}
    return [one.text or "" for one in document.iter(f"{SVG}text")], classes


def test_no_plan_is_a_drawing() -> None:
    texts, classes = _parse(draw([], [], QUARTER, BERLIN, WORDS))
    assert texts == ["–"]
    assert classes == {""}


def test_house_without_plant_and_battery() -> None:
    start = datetime(2026, 6, 1, 10, tzinfo=UTC)
    load = [ForecastSlot(start=start, load=Quantiles(p10=1, p50=300, p90=9), generation=None)]
    texts, classes = _parse(draw(_plan(start, 4, soc=None), load, QUARTER, BERLIN, WORDS))
    assert {"300 Wh", "A & B", "hold"} <= set(texts)
    assert "load" in classes
    assert not classes & {"sun", "soc"}


def test_hours_are_local_also_when_the_clock_changes() -> None:
    """On 25 October 2026 the hour from two to three comes twice: three o'clock is four hours after midnight."""
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    document = ElementTree.fromstring(draw(_plan(start, 96), [], QUARTER, BERLIN, WORDS))
    marks = {
        one.text: float(one.get("x", "0"))
        for one in document.iter(f"{SVG}text")
        if one.get("text-anchor") == "middle"
    }
    slot = (marks["06"] - marks["03"]) / 12
    assert abs(marks["03"] - marks["00"] - 16 * slot) < 0.5


def test_every_mode_has_a_colour() -> None:
    assert COLOURS.keys() == {*PlanMode}
