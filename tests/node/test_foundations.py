"""What both daemons stand on, where no other test says it: outages told once, secrets unseen."""

import logging

import pytest

from dems_node.outage import Outage
from dems_node.secret import Secret


def test_an_outage_is_told_once_and_again_when_the_reason_changes(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("The chain", logging.getLogger("dems_node.test"))
    assert not outage.ends()
    assert outage.begins("unreachable", "Nobody there.")
    assert not outage.begins("unreachable", "Nobody there, still.")
    assert outage.begins("wrong_chain", "It is another one.")
    assert outage.problem == "wrong_chain"
    assert outage.ends()
    assert not outage.ends()
    assert outage.problem is None
    assert [record.getMessage() for record in caplog.records] == [
        "The chain lost (unreachable): Nobody there. Trying again until it answers.",
        "The chain lost (wrong_chain): It is another one. Trying again until it answers.",
        "The chain is back.",
    ]


def test_a_secret_shows_itself_only_to_who_asks() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2")
    assert secret != Secret("hunter3")
    assert len({secret, Secret("hunter2")}) == 1
