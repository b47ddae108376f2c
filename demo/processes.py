"""Programs of the demo as child processes: started in order, ended in the opposite order, never left behind."""

import asyncio
import contextlib
import os
import random
import re
import signal
import socket
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

STOP_SECONDS = 20
BELOW_OUTGOING = range(18_000, 32_000)
PORT_TRIES = 50


class ProgramFailed(Exception):
    """A program ended, or did not get ready in time. The text names its log."""


class Program:
    """A running child process and the file that its output goes to."""

    def __init__(self, name: str, process: Process, log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    @property
    def pid(self) -> int:
        """The process id, for measuring and for killing in tests."""
        return self.process.pid

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would."""
        self.process.kill()

    async def stop(self) -> None:
        """Ask it to end (SIGTERM), and end it by force after STOP_SECONDS."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def failure(self, what: str) -> ProgramFailed:
        """Describe a failure with the end of the log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        tail = "\n".join(text.splitlines()[-15:])
        return ProgramFailed(f"{self.name} {what}; its log is {self.log}:\n{tail}")

    async def line(self, pattern: re.Pattern[str], seconds: float) -> re.Match[str]:
        """Wait until the program's log holds what the pattern finds, and return that. Raises ProgramFailed."""
        async with self.watched(seconds):
            while True:
                text = self.log.read_text(errors="replace")
                if found := pattern.search(text[: text.rfind("\n") + 1]):
                    return found
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def watched(self, seconds: float) -> AsyncGenerator[None]:
        """Bound a wait for this program: by time, and by its end. Raises ProgramFailed."""
        waiter = asyncio.current_task()
        ended = asyncio.create_task(self.process.wait())
        ended.add_done_callback(lambda task: task.cancelled() or waiter is None or waiter.cancel())
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise self.failure(f"was not ready after {seconds:g} s") from None
        except asyncio.CancelledError:
            if ended.done() and not ended.cancelled() and waiter is not None:
                waiter.uncancel()
                raise self.failure(f"ended with status {self.process.returncode}") from None
            raise
        finally:
            ended.cancel()


@asynccontextmanager
async def program(
    name: str, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Program]:
    """Run a program in a session of its own, so that Ctrl-C reaches the demo alone, which ends it in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            start_new_session=True,
        )
    running = Program(name, process, log)
    try:
        yield running
    finally:
        await asyncio.shield(running.stop())


def free_port(preferred: int | None = None) -> int:
    """Return a free TCP port of this machine: the preferred one if it is free.

    Others lie below the range from which the system serves outgoing connections, so that between this answer and the
    program's start no connection takes the port.
    """
    candidates = random.sample(BELOW_OUTGOING, PORT_TRIES)
    for port in candidates if preferred is None else (preferred, *candidates):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no free TCP port on 127.0.0.1 among {PORT_TRIES} tried")
