"""Where the arithmetic is done: processes of their own, so that the API answers while signatures are checked."""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache

from dems_protocol.commitments import Pedersen


@cache
def pedersen() -> Pedersen:
    """Return this process's tables of the two generators: a constant that takes a tenth of a second to build."""
    return Pedersen()


class Workers:
    """Runs module-level functions elsewhere. ``processes`` 0 runs them in one thread of this process (for tests)."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._executor = self._new()

    async def run[**P, T](self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``fn``'s result, or raise what it raises. A process that was killed is replaced, and ``fn`` run again, once."""
        work = _Bound(fn, args, kwargs)
        try:
            return await self._run(work)
        except BrokenProcessPool:
            return await self._run(work)

    async def _run[T](self, work: Callable[[], T]) -> T:
        executor = self._executor
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, work)
        except BrokenProcessPool:
            if executor is self._executor:
                executor.shutdown(wait=False)
                self._executor = self._new()
            raise

    async def close(self) -> None:
        """End the processes; what they work on is given up."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)

    def _new(self) -> Executor:
        if self._processes:
            return ProcessPoolExecutor(self._processes, initializer=_leave_signals_to_the_daemon)
        return ThreadPoolExecutor(1, thread_name_prefix="work")


class _Bound[**P, T]:
    """A call that can be sent to another process; it shows nothing of its arguments, which may be openings."""

    __slots__ = ("_args", "_fn", "_kwargs")

    def __init__(self, fn: Callable[P, T], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        self._fn, self._args, self._kwargs = fn, args, kwargs

    def __call__(self) -> T:
        fn: Callable[..., T] = self._fn
        return fn(*self._args, **self._kwargs)


def _leave_signals_to_the_daemon() -> None:
    # Ctrl-C reaches every process of the terminal; the daemon ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
