"""Telling once that an Edge was lost, and once that it is back."""

import logging

from dems_node import outage
from openems_bridge.edge.interface import EdgeError, EdgeLoginRefused, Lost

STEADY_SECONDS = 60.0
"""A connection that has lasted so long is no longer one that flaps: the next pause is the shortest again."""


class EdgeSilent(EdgeError):
    """The connection stands, but no values come over it, or always the same old ones."""


class EdgeWrongAnswer(EdgeError):
    """What answers is not what was expected: another program, another version, a broken message."""


def problem_of(error: EdgeError) -> str:
    """Return the stable code of ``Lost.problem`` for an error."""
    match error:
        case EdgeLoginRefused():
            return "login_refused"
        case EdgeSilent():
            return "silent"
        case EdgeWrongAnswer():
            return "wrong_answer"
        case _:
            return "unreachable"


class Outage:
    """Remembers what was already said about a lost connection, so that every new fact is logged once."""

    def __init__(self, name: str, logger: logging.Logger) -> None:
        self._outage = outage.Outage(name, logger)

    def begins(self, error: EdgeError) -> Lost | None:
        """Return the event to report, or None where the same problem was reported before."""
        problem = problem_of(error)
        if not self._outage.begins(problem, str(error)):
            return None
        return Lost(problem=problem, detail=str(error))

    def ends(self) -> None:
        """Note that values arrive again."""
        self._outage.ends()
