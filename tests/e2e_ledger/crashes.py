"""Crashes at a chosen point: before or after any access to the store, to the chain, or to the operator."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from dems_node.chain.jsonrpc import HttpTransport
from dems_node.database.database import Database
from openems_bridge.ledger.operator_client import OperatorClient


class Crash(BaseException):
    """The process is gone. No code of the daemons may catch it."""


class Fuse:
    """Blows at the n-th point that it passes, and stays blown: what is dead does nothing more."""

    def __init__(self, points: int) -> None:
        self._left = points

    @property
    def blown(self) -> bool:
        """Whether the process died."""
        return self._left <= 0

    def pass_point(self) -> None:
        """Raise Crash if it is the point."""
        self._left -= 1
        if self._left <= 0:
            raise Crash


_FUSE: ContextVar[Fuse | None] = ContextVar("fuse", default=None)


@contextmanager
def burning(fuse: Fuse) -> Iterator[None]:
    """Let what is called in here crash when the fuse blows; whoever dies of it leaves the block."""
    token = _FUSE.set(fuse)
    try:
        yield
    except Crash:
        assert fuse.blown
    finally:
        _FUSE.reset(token)


def install(patch: pytest.MonkeyPatch) -> None:
    """Make points of the accesses to store, chain and operator: one before, one after each."""
    for owner, name in ((Database, "run"), (HttpTransport, "request"), (OperatorClient, "_request")):
        patch.setattr(owner, name, _with_points(getattr(owner, name)))


def _with_points(access: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        fuse = _FUSE.get()
        if fuse is None:
            return await access(*args, **kwargs)
        fuse.pass_point()
        result = await access(*args, **kwargs)
        fuse.pass_point()
        return result

    return run
