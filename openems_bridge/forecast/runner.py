"""Starts the forecast's process, waits for it no longer than it may take, and keeps the last forecast for bad times."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from dems_node.outage import Outage
from openems_bridge.child_process import ChildFailed, ask
from openems_bridge.forecast.answer import Answer, AnswerError
from openems_bridge.forecast.job import Job

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "openems_bridge.forecast")
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The best forecast there is: the new one, or an older one and why (``problem``, a stable code, and ``detail``).

    ``answer`` is None while there has been none, or the last one covers none of the slots asked for.
    """

    answer: Answer | None
    problem: str | None = None
    detail: str | None = None


class ForecastRunner:
    """Runs one job at a time in a process of its own, so that the daemon carries no numpy.

    ``forecast`` never raises for what the process does; a cancelled call ends the process.
    """

    def __init__(self, command: Sequence[str] = COMMAND, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._command = command
        self._timeout = timeout_seconds
        self._outage = Outage("The forecast", logger)
        self._lock = asyncio.Lock()
        self._last: Answer | None = None

    async def forecast(self, job: Job) -> Latest:
        """Return the forecast of a job, or the last one that still covers its first slot, with the reason."""
        async with self._lock:
            try:
                self._last = await self._run(job)
            except ChildFailed as error:
                self._outage.begins(error.code, f"{error} The last forecast is used meanwhile.")
                return Latest(answer=self._covering(job), problem=error.code, detail=str(error))
            self._outage.ends()
            return Latest(answer=self._last)

    def _covering(self, job: Job) -> Answer | None:
        last = self._last
        if last is None or last.slot_seconds != job.slot_seconds:
            return None
        return last if last.issue_slot <= job.issue_slot < last.end_slot else None

    async def _run(self, job: Job) -> Answer:
        question = json.dumps(job.document(), separators=(",", ":")).encode()
        output = await ask(self._command, question, self._timeout)
        try:
            document = json.loads(output)
            return Answer.read(
                document, issue_slot=job.issue_slot, slot_seconds=job.slot_seconds, slots=job.horizon
            )
        except (ValueError, RecursionError) as error:
            text = str(error) if isinstance(error, AnswerError) else "it is not JSON"
            raise ChildFailed("garbage", f"The answer cannot be used: {text}.") from error
