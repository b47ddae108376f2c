"""Steering as the API offers it: the dispatcher, with mode and limits that survive a restart."""

import asyncio
from collections.abc import Callable

from dems_node.database.errors import StoreError
from openems_bridge.dispatcher.commands import CommandSource, DispatchState, Limits, Mode, Target
from openems_bridge.dispatcher.dispatcher import Dispatcher
from openems_bridge.owner_settings import OwnerSettings

SETTLING_SECONDS = 1.5


class OwnerSteering:
    """Serves ``api.ports.Steering``. ``changed`` is set from outside with every new state of the dispatcher.

    What allows more is stored before it is in force; OFF is in force before it is stored, so that even a full disk
    does not keep the owner from switching off.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        settings: OwnerSettings,
        *,
        changed: asyncio.Event,
        on_limits: Callable[[Limits], None],
    ) -> None:
        self._dispatcher = dispatcher
        self._settings = settings
        self._on_limits = on_limits
        self._changed = changed
        self._one_at_a_time = asyncio.Lock()

    @property
    def dispatch(self) -> DispatchState:
        """What is done at the battery now."""
        return self._dispatcher.state

    @property
    def limits(self) -> Limits:
        """The owner's limits in force."""
        return self._dispatcher.limits

    async def set_mode(self, mode: Mode) -> None:
        """Change the mode, and keep it. Raises StoreError: then OFF is in force, and another mode is not."""
        async with self._one_at_a_time:
            if mode is Mode.OFF:
                self._dispatcher.set_mode(mode)
                await self._settings.keep_mode(mode)
            else:
                await self._settings.keep_mode(mode)
                self._dispatcher.set_mode(mode)
        await self._settled(lambda: self.dispatch.mode is mode)

    async def set_limits(self, limits: Limits) -> None:
        """Change the limits, and keep them. Raises RequestRefused or StoreError: then the former are in force."""
        async with self._one_at_a_time:
            former = self.limits
            self._dispatcher.set_limits(limits)
            try:
                await self._settings.keep_limits(limits)
            except StoreError:
                self._dispatcher.set_limits(former)
                raise
            self._on_limits(limits)

    async def command(self, target: Target, duration_s: int, note: str) -> None:
        """Follow a target for so many seconds. Raises RequestRefused."""
        command = self._dispatcher.command(CommandSource.MANUAL, target, seconds=duration_s, reason=note)
        await self._settled(
            lambda: self.dispatch.command is not None and self.dispatch.command.id == command.id
        )

    async def withdraw(self) -> None:
        """End the manual command, if there is one."""
        if self._dispatcher.withdraw_all(CommandSource.MANUAL):
            await self._settled(
                lambda: (
                    self.dispatch.command is None or self.dispatch.command.source is not CommandSource.MANUAL
                )
            )

    async def _settled(self, is_done: Callable[[], bool]) -> None:
        """Return when the dispatcher has acted, or after a moment: the answer then shows what holds until it has."""
        try:
            async with asyncio.timeout(SETTLING_SECONDS):
                while not is_done():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return
