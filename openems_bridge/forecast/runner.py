"""Starts the forecast's process, waits for it no longer than it may take, and keeps the last forecast for bad times."""

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from dems_node.outage import Outage
from openems_bridge.forecast.answer import Answer, AnswerError
from openems_bridge.forecast.job import Job

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "openems_bridge.forecast")
TIMEOUT_SECONDS = 60.0
_LONGEST_DETAIL = 300


class ForecastFailed(Exception):
    """A forecast did not come about. ``code`` is stable, the text says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


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
            except ForecastFailed as error:
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
        output = await self._output(json.dumps(job.document(), separators=(",", ":")).encode())
        try:
            document = json.loads(output)
            return Answer.read(
                document, issue_slot=job.issue_slot, slot_seconds=job.slot_seconds, slots=job.horizon
            )
        except (ValueError, RecursionError) as error:
            text = str(error) if isinstance(error, AnswerError) else "it is not JSON"
            raise ForecastFailed("garbage", f"The answer cannot be used: {text}.") from error

    async def _output(self, question: bytes) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise ForecastFailed(
                "not_started", f"The process did not start: {error.strerror or error}."
            ) from error
        try:
            async with asyncio.timeout(self._timeout):
                output, errors = await process.communicate(question)
        except TimeoutError as error:
            raise ForecastFailed("timeout", f"It took longer than {self._timeout:g} s.") from error
        finally:
            await _end(process)
        if process.returncode:
            raise ForecastFailed("failed", f"It ended with {process.returncode}: {_reason(output, errors)}")
        return output


async def _end(process: asyncio.subprocess.Process) -> None:
    """See to it that nothing is left of a process."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


def _reason(output: bytes, errors: bytes) -> str:
    """Return what a failed process says of itself."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(json.loads(output)["problem"])[:_LONGEST_DETAIL]
    lines = errors.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else "it said nothing")[:_LONGEST_DETAIL]
