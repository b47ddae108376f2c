"""Pauses between attempts, and what is said about a lost Edge."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_node.backoff import Backoff
from openems_bridge.edge.interface import EdgeLoginRefused, EdgeUnreachable
from openems_bridge.edge.outage import EdgeSilent, EdgeWrongAnswer, Outage, problem_of


def test_pauses_double_to_a_minute() -> None:
    backoff = Backoff(random=lambda: 0.5)
    assert [backoff.next_pause() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.next_pause() == 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_pauses_are_spread_but_stay_in_bounds(random: list[float]) -> None:
    backoff = Backoff(random=lambda: 0.0)
    for attempt, value in enumerate(random):
        backoff.random = lambda value=value: value  # type: ignore[misc]
        pause = backoff.next_pause()
        middle = min(60.0, 2.0**attempt)
        assert 0.75 * middle <= pause <= min(60.0, 1.25 * middle)


def test_problems_have_stable_codes() -> None:
    errors = (EdgeUnreachable(), EdgeLoginRefused(), EdgeSilent(), EdgeWrongAnswer())
    assert [problem_of(error) for error in errors] == [
        "unreachable",
        "login_refused",
        "silent",
        "wrong_answer",
    ]


def test_each_problem_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("The Edge", logging.getLogger("openems_bridge.test"))
    outage.ends()
    first = outage.begins(EdgeUnreachable("Nothing there."))
    assert first is not None
    assert (first.problem, first.detail) == ("unreachable", "Nothing there.")
    assert outage.begins(EdgeUnreachable("Nothing there.")) is None
    assert outage.begins(EdgeLoginRefused("Wrong password.")) is not None, "another problem is news"
    outage.ends()
    outage.ends()
    assert [record.getMessage().split(".")[0] for record in caplog.records] == [
        "The Edge lost (unreachable): Nothing there",
        "The Edge lost (login_refused): Wrong password",
        "The Edge is back",
    ]
