"""A question to a short-lived process of ours, and its answer: JSON in, JSON out, and nothing left of it afterwards."""

import asyncio
import contextlib
import json
import os
from collections.abc import Sequence

_LONGEST_DETAIL = 300


class ChildFailed(Exception):
    """A process did not answer. ``code`` is stable (not_started, timeout, failed, garbage), the text says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


async def ask(command: Sequence[str], question: bytes, timeout_seconds: float) -> bytes:
    """Return what a process writes when it is given a question. Raises ChildFailed.

    The process is ended when the time is over or the call is cancelled. It computes in one thread: the machine is small.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    except OSError as error:
        raise ChildFailed("not_started", f"The process did not start: {error.strerror or error}.") from error
    try:
        async with asyncio.timeout(timeout_seconds):
            output, errors = await process.communicate(question)
    except TimeoutError as error:
        raise ChildFailed("timeout", f"It took longer than {timeout_seconds:g} s.") from error
    finally:
        await _end(process)
    if process.returncode:
        raise ChildFailed("failed", f"It ended with {process.returncode}: {_reason(output, errors)}")
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
