"""The forecast's process and the daemon's side of it: jobs, answers, time-outs and garbage."""

import asyncio
import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from openems_bridge.forecast.answer import Answer, AnswerError
from openems_bridge.forecast.job import Job, JobError
from openems_bridge.forecast.runner import ForecastRunner
from tests.forecast.samples import MONDAY, bell, habits, slots_between

SLOTS = slots_between(MONDAY - timedelta(days=20), MONDAY)
JOB = Job(
    issue_slot=int(SLOTS[-1]) + 1,
    first_slot=int(SLOTS[0]),
    load_wh=habits(SLOTS).round(1).tolist(),
    pv_wh=[None, *bell(SLOTS).round(1).tolist()[1:]],
    time_zone="Europe/Berlin",
    holidays=("2026-06-04",),
    horizon_slots=144,
)


def _command(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def _answer(job: Job) -> dict[str, Any]:
    slots = [100] * job.horizon
    load = {"expected_wh": slots, "deciles_wh": [slots] * 9, "basis": "readings", "quality": None}
    return {
        "version": 1,
        "issue_slot": job.issue_slot,
        "slot_seconds": job.slot_seconds,
        "load": load,
        "pv": None,
    }


def _told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "openems_bridge.forecast.runner"]


async def test_the_real_process_forecasts() -> None:
    found = await ForecastRunner().forecast(JOB)
    assert found.problem is None
    assert found.answer is not None
    assert len(found.answer.load.expected_wh) == 144
    assert found.answer.load.basis == "readings"
    assert found.answer.load.quality is not None
    assert found.answer.load.quality.days == 7
    assert found.answer.pv is not None
    assert max(found.answer.pv.high_wh) > 500
    assert sum(found.answer.load.low_wh) < sum(found.answer.load.median_wh) < sum(found.answer.load.high_wh)


async def test_without_any_knowledge_it_says_so() -> None:
    found = await ForecastRunner().forecast(Job(issue_slot=1_900_000, first_slot=1_900_000, load_wh=()))
    assert found.answer is not None
    assert found.answer.load.basis == "assumed"
    assert found.answer.load.quality is None
    assert found.answer.pv is None
    assert found.answer.end_slot == 1_900_000 + 192


def test_the_daemons_side_carries_no_numpy() -> None:
    code = "import sys, openems_bridge.forecast.runner; print('numpy' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "False"


async def test_a_lost_process_leaves_the_last_forecast(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    good = tmp_path / "answer.json"
    good.write_text(json.dumps(_answer(JOB)))
    code = f"import sys, pathlib; sys.stdin.read(); print(pathlib.Path({str(good)!r}).read_text())"
    runner = ForecastRunner(_command(code))
    first = await runner.forecast(JOB)
    good.unlink()
    later = replace(JOB, issue_slot=JOB.issue_slot + 1)
    with caplog.at_level(logging.WARNING):
        second = await runner.forecast(later)
        third = await runner.forecast(later)
    assert first.answer is not None
    assert second.answer == third.answer == first.answer
    assert second.problem == "failed"
    assert second.detail is not None
    assert "FileNotFoundError" in second.detail
    assert [record.message.count("The forecast lost") for record in _told(caplog)] == [1], "told once"
    much_later = replace(JOB, issue_slot=JOB.issue_slot + 144)
    assert (await runner.forecast(much_later)).answer is None, "the old forecast says nothing of that time"
    good.write_text(json.dumps(_answer(JOB)))
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert (await runner.forecast(JOB)).problem is None
    assert ["back" in record.message for record in _told(caplog)] == [True]


async def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        f"import os, pathlib, time; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    found = await ForecastRunner(_command(code), timeout_seconds=2).forecast(JOB)
    assert found.answer is None
    assert found.problem == "timeout"
    assert found.detail == "It took longer than 2 s."
    assert not psutil.pid_exists(int(pid.read_text()))


async def test_a_cancelled_call_ends_the_process(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    part = tmp_path / "part"
    code = (
        f"import os, pathlib, time; part = pathlib.Path({str(part)!r}); part.write_text(str(os.getpid()));"
        f"part.rename({str(pid)!r}); time.sleep(600)"
    )
    task = asyncio.create_task(ForecastRunner(_command(code)).forecast(JOB))
    async with asyncio.timeout(30):
        while not pid.exists():
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(int(pid.read_text()))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("hello", "it is not JSON"),
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "not an answer of version 1"),
        ('{"version": 1}', "another slot"),
    ],
)
async def test_garbage_is_no_forecast(output: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text(output)
    code = f"import sys, pathlib; sys.stdin.read(); print(pathlib.Path({str(file)!r}).read_text())"
    found = await ForecastRunner(_command(code)).forecast(JOB)
    assert found.answer is None
    assert found.problem == "garbage"
    assert found.detail is not None
    assert reason in found.detail


async def test_a_process_that_does_not_start(tmp_path: Path) -> None:
    found = await ForecastRunner((str(tmp_path / "nothing"),)).forecast(JOB)
    assert found.problem == "not_started"


async def test_a_process_that_reads_nothing() -> None:
    found = await ForecastRunner(_command("raise SystemExit(3)")).forecast(JOB)
    assert found.problem == "failed"
    assert found.detail == "It ended with 3: it said nothing"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"expected_wh": [1]}, "9 deciles of 144 slots"),
        ({"deciles_wh": [[1] * 144] * 8}, "9 deciles of 144 slots"),
        ({"expected_wh": [-1] * 144}, "integer >= 0"),
        ({"expected_wh": [1.5] * 144}, "integer >= 0"),
        ({"expected_wh": [None] * 144}, "integer >= 0"),
        ({"deciles_wh": [[9 - row] * 144 for row in range(9)]}, "ascending"),
        ({"quality": {"days": 1}}, "lacks or misnames"),
    ],
)
def test_a_wrong_answer_is_refused(change: dict[str, Any], reason: str) -> None:
    document = _answer(JOB)
    document["load"] |= change
    with pytest.raises(AnswerError, match=reason):
        Answer.read(document, issue_slot=JOB.issue_slot, slot_seconds=900, slots=144)


def test_answers_and_jobs_survive_the_wire() -> None:
    document = json.loads(json.dumps(JOB.document()))
    again = Job.read(document)
    assert again.document() == JOB.document()
    answer = Answer.read(_answer(JOB), issue_slot=JOB.issue_slot, slot_seconds=900, slots=144)
    wire = json.loads(json.dumps(answer.document()))
    assert Answer.read(wire, issue_slot=JOB.issue_slot, slot_seconds=900, slots=144) == answer


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "version is 2"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"load_wh": "many"}, "load_wh is 'many'"),
        ({"load_wh": [1, -1]}, r"load_wh\[1\] is -1"),
        ({"pv_wh": [float("nan")]}, r"pv_wh\[0\] is nan"),
        ({"pv_wh": [True]}, "pv_wh"),
        ({"slot_seconds": 7}, "slot_seconds must be"),
        ({"horizon_slots": 0}, "horizon_slots is 0"),
        ({"horizon_slots": 10_000}, "horizon_slots is 10000"),
        ({"issue_slot": 10**15}, "issue_slot"),
        ({"time_zone": "Mars/Phobos"}, "Europe/Berlin"),
        ({"time_zone": "../../etc/passwd"}, "Europe/Berlin"),
        ({"holidays": ["christmas"]}, "2026-12-25"),
        ({"latitude": 52.0}, "both or none"),
        ({"solar_forecast": {"soon": 1}}, "solar_forecast"),
        ({"solar_forecast": {"0": 1}}, "start of a period"),
        ({"solar_forecast": {str((JOB.issue_slot + 4) * 900): -1}}, "must be within 0"),
        ({"pv_peak_w": -5}, "pv_peak_w is -5"),
    ],
)
def test_a_job_that_cannot_be_read_names_the_mistake(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(JobError, match=reason):
        Job.read({**JOB.document(), **change})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(JobError, match="'load_wh' is missing"):
        Job.read({"version": 1, "issue_slot": 1, "first_slot": 1})


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("{", "Expecting property name"),
        ("[]", "a job is a JSON object"),
        (json.dumps({**JOB.document(), "latitude": 99, "longitude": 9}), "latitude 99"),
    ],
    ids=["no JSON", "no object", "no place"],
)
def test_the_process_says_what_is_wrong_with_a_job(job: str, reason: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "openems_bridge.forecast"],
        input=job,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 2
    assert reason in json.loads(found.stdout)["problem"]
    assert found.stderr == ""
