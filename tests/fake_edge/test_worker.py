"""One timer for all values of an API controller."""

import pytest

from openems_bridge.fake_edge.channels import WrongType
from openems_bridge.fake_edge.worker import ApiWorker


def run(worker: ApiWorker, now: int) -> dict[str, object]:
    applied: dict[str, object] = {}

    def apply(address: str, value: object) -> None:
        if value == "bad":
            raise WrongType
        applied[address] = value

    worker.run(now, apply)
    return applied


def test_a_value_is_written_again_in_every_cycle_until_the_timeout() -> None:
    worker = ApiWorker(60)
    worker.write("ess0/SetActivePowerEquals", -3000, now=10)
    assert run(worker, 10) == run(worker, 69) == {"ess0/SetActivePowerEquals": -3000}
    assert run(worker, 70) == {}


def test_any_write_keeps_every_value_alive_and_all_clear_together() -> None:
    worker = ApiWorker(60)
    worker.write("ess0/SetActivePowerEquals", -3000, now=0)
    worker.write("io0/InputOutput0", True, now=59)
    assert len(run(worker, 118)) == 2
    assert run(worker, 119) == {}


def test_a_timeout_of_0_is_never() -> None:
    worker = ApiWorker(0)
    worker.write("ess0/SetActivePowerEquals", 1, now=0)
    assert run(worker, 10_000_000) == {"ess0/SetActivePowerEquals": 1}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_removes_one_value_only(nothing: object) -> None:
    worker = ApiWorker(60)
    worker.write("a/A", 1, now=0)
    worker.write("b/B", 2, now=0)
    worker.write("a/A", nothing, now=1)
    assert run(worker, 2) == {"b/B": 2}


def test_a_wrong_type_stops_the_controller_until_replaced() -> None:
    worker = ApiWorker(60)
    worker.write("a/A", "bad", now=0)
    worker.write("b/B", 2, now=0)
    assert run(worker, 1) == {}
    assert worker.run_failed
    worker.write("a/A", 1, now=2)
    assert run(worker, 3) == {"a/A": 1, "b/B": 2}
    assert not worker.run_failed


def test_a_wrong_type_stops_the_controller_until_it_times_out() -> None:
    worker = ApiWorker(60)
    worker.write("a/A", "bad", now=0)
    run(worker, 59)
    assert worker.run_failed
    run(worker, 60)
    assert not worker.run_failed
