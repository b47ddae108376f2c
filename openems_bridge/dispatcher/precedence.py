"""Which command is in force: manual, accepted suggestion, the running slot's market, plan; each to its own end."""

from collections.abc import Iterable
from dataclasses import dataclass

from openems_bridge.dispatcher.commands import Command, CommandSource, GridEnergy, Mode, Target

_RANK = {
    CommandSource.MANUAL: 0,
    CommandSource.SUGGESTION: 1,
    CommandSource.LIVE: 2,
    CommandSource.PLAN: 3,
}
_OBEYED = {
    Mode.OFF: frozenset[CommandSource](),
    Mode.MANUAL: frozenset({CommandSource.MANUAL}),
    Mode.AUTOMATIC: frozenset(CommandSource),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, on both clocks: monotonic seconds for ends, UTC seconds and the slot for what belongs to a slot."""

    monotonic: float
    utc: float
    slot: int


def is_over(command: Command, moment: Moment) -> bool:
    """Return whether a command's lease has ended, by its own end or because its slot has passed."""
    slot_passed = isinstance(command.target, GridEnergy) and command.target.slot < moment.slot
    return slot_passed or moment.monotonic >= command.ends_at


def in_force(commands: Iterable[Command], mode: Mode, moment: Moment) -> Command | None:
    """Return the command that a mode obeys now, the one accepted last among equals, or None.

    ``commands`` are in the order of their acceptance. An energy in a later slot waits for its slot. The running slot's
    market goes before an accepted suggestion only where it asks for more of the same: what was promised is never undercut.
    """
    candidates = [
        command
        for command in commands
        if command.source in _OBEYED[mode] and not is_over(command, moment) and _has_begun(command, moment)
    ]
    first = min(reversed(candidates), key=lambda command: _RANK[command.source], default=None)
    if first is None or first.source is not CommandSource.SUGGESTION:
        return first
    live = (one for one in reversed(candidates) if one.source is CommandSource.LIVE)
    return next((one for one in live if _goes_further(one.target, first.target)), first)


def is_further(energy: int, promised: int) -> bool:
    """Return whether an energy at the meter (Wh, + import) lies beyond a promised one, on the same side of 0."""
    return energy * promised > 0 and abs(energy) > abs(promised)


def _goes_further(target: Target, promised: Target) -> bool:
    match target, promised:
        case GridEnergy(energy, slot), GridEnergy(least, promised_slot) if slot == promised_slot:
            return is_further(energy, least)
    return False


def accepted(commands: tuple[Command, ...], new: Command) -> tuple[Command, ...]:
    """Return the commands after a new one: it takes the place of its predecessor, which never comes back.

    The predecessor is the command of the same id, the earlier manual command, or for suggestions and plans the
    one of the same source for the same slot (or, for those without a slot, the other one without a slot).
    """
    return (*(command for command in commands if not _replaces(new, command)), new)


def _has_begun(command: Command, moment: Moment) -> bool:
    return not isinstance(command.target, GridEnergy) or command.target.slot <= moment.slot


def _replaces(new: Command, old: Command) -> bool:
    if new.id == old.id:
        return True
    if new.source is not old.source:
        return False
    return new.source is CommandSource.MANUAL or _slot(new) == _slot(old)


def _slot(command: Command) -> int | None:
    return command.target.slot if isinstance(command.target, GridEnergy) else None
