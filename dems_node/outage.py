"""Telling once that something was lost, and once that it is back."""

import logging


class Outage:
    """Remembers what was already said about a lost connection, so that every new fact is logged once.

    ``name`` is what a person calls the other side; it carries no secret.
    """

    def __init__(self, name: str, logger: logging.Logger) -> None:
        self._name = name
        self._logger = logger
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """The code of what is wrong at the moment, None while all is well."""
        return self._problem

    def begins(self, problem: str, detail: str) -> bool:
        """Note a failure by its stable code, and return whether it is news."""
        if problem == self._problem:
            return False
        self._problem = problem
        self._logger.warning("%s lost (%s): %s Trying again until it answers.", self._name, problem, detail)
        return True

    def ends(self) -> bool:
        """Note that it answers, and return whether that is news."""
        if self._problem is None:
            return False
        self._problem = None
        self._logger.warning("%s is back.", self._name)
        return True
