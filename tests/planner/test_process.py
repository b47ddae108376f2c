"""The planner's process, and the daemon's side of it."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openems_bridge.planner.job import CommunityOutlook, Job
from openems_bridge.planner.plan import Plan
from openems_bridge.planner.reasons import relaxation_sentence, sentence
from openems_bridge.planner.runner import PlanRunner
from openems_bridge.planner.structure import StructureError
from openems_bridge.planner.work import plan
from tests.planner.houses import ISSUE, house, outlook


def test_a_job_and_a_plan_survive_json() -> None:
    job = house(stored_wh=3000, community=outlook((100,) * 36, (200,) * 36))
    assert Job.read(json.loads(json.dumps(job.document()))) == job
    made = plan(job)
    again = Plan.read(json.loads(json.dumps(made.document())), issue_slot=ISSUE, slot_seconds=3600, slots=36)
    assert again == made
    assert isinstance(job.community, CommunityOutlook)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"stored_wh": "much"}, "the job.stored_wh is 'much'; expected int"),
        ({"stored_wh": -1}, "stored_wh is -1"),
        ({"horizon": 3}, "unknown field 'horizon'"),
        ({"pv": {"expected": [1], "low": [1], "high": [1]}}, "pv.expected has 1 slots; the load has 36"),
        ({"slot_seconds": 7}, "slot_seconds must be at least 60"),
        ({"holds": 5}, "the job.holds is 5; expected a list"),
        ({"announced": [{"id": "x"}]}, "lacks a field"),
        (
            {"announced": [{"id": "x", "power_w": 1, "slots": 0, "first_slot": 1, "end_slot": 2}]},
            "'x' needs a power",
        ),
    ],
)
def test_a_bad_job_is_told_what_is_wrong(change: dict[str, Any], complaint: str) -> None:
    document = json.loads(json.dumps(house().document())) | change
    with pytest.raises(StructureError, match=complaint):
        Job.read(document)


def test_a_battery_that_cannot_be_is_refused() -> None:
    document = json.loads(json.dumps(house().document()))
    document["storage"]["efficiency_in"] = 1.2
    with pytest.raises(StructureError, match=r"efficiency_in is 1\.2; it must be above 0 and at most 1"):
        Job.read(document)


def test_every_slot_and_every_concession_has_a_sentence() -> None:
    made = plan(house(stored_wh=100, reserve_soc=20, max_feed_in_w=200, max_draw_w=100))
    assert len(made.relaxed) == 3
    for text in [*map(sentence, made.slots), *map(relaxation_sentence, made.relaxed)]:
        assert text.endswith(".")
        assert "{" not in text


async def test_the_process_plans() -> None:
    job = house(stored_wh=3000)
    latest = await PlanRunner().plan(job)
    assert latest.problem is None
    assert latest.plan == plan(job)


def test_an_unreadable_job_ends_with_its_problem() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openems_bridge.planner"], input=b"{}", capture_output=True, check=False
    )
    assert done.returncode == 2
    assert "lacks a field" in json.loads(done.stdout)["problem"]


async def test_the_last_plan_is_kept_when_the_planner_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = house(stored_wh=3000)
    answer = tmp_path / "answer"
    answer.write_text(json.dumps(plan(job).document()))
    runner = PlanRunner(["cat", str(answer)])
    good = await runner.plan(job)
    answer.write_text("nonsense")
    for _ in range(2):
        bad = await runner.plan(job)
        assert bad.plan == good.plan
        assert bad.problem == "garbage"
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


async def test_a_process_that_hangs_is_ended() -> None:
    latest = await PlanRunner(["sleep", "60"], timeout_seconds=0.05).plan(house())
    assert latest.problem == "timeout"
    assert latest.plan is None


async def test_a_program_that_is_not_there_is_reported() -> None:
    latest = await PlanRunner(["/nowhere/planner"]).plan(house())
    assert latest.problem == "not_started"


async def test_a_cancelled_call_leaves_no_process(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = asyncio.create_task(PlanRunner(["sh", "-c", f"echo $$ > {pid}; exec sleep 60"]).plan(house()))
    async with asyncio.timeout(20):
        while not (pid.exists() and pid.read_text().strip()):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_the_daemons_side_needs_neither_numpy_nor_highs() -> None:
    code = (
        "import sys, openems_bridge.planner.runner, openems_bridge.planner.orders, openems_bridge.planner.willingness;"
        "sys.exit('numpy' in sys.modules or 'highspy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
