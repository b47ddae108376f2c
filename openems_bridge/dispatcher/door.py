"""The dispatcher as those see it who have something for the battery: forecast's plan, the market, the running slot."""

from typing import Protocol

from openems_bridge.dispatcher.commands import Command, CommandSource, Mode, Target


class CommandDoor(Protocol):
    """Takes commands; what else a room needs of the dispatcher it adds itself."""

    @property
    def mode(self) -> Mode:
        """The mode in force."""
        ...

    def command(
        self,
        source: CommandSource,
        target: Target,
        *,
        seconds: float | None = None,
        reason: str = "",
        command_id: str | None = None,
        reserve_soc: int = 0,
    ) -> Command:
        """Accept a command. Raises RequestRefused."""
        ...
