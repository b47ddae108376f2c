"""Keeps the state document up to date with what the Edge, the metering and the dispatcher say, and tells events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from dems_node.json_types import Section, StateDocument
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import DispatchState, Limits, Status
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.edge.interface import Connected, Cycle, EdgeEvent, Lost, Topology
from openems_bridge.house_state import (
    House,
    Identity,
    dispatch_section,
    reading_section,
    state_document,
)
from openems_bridge.metering.readings import Reading
from openems_bridge.telemetry import Register

DENSE_SECONDS = 5.0
_PERHAPS_HELD = frozenset(
    {
        ReasonCode.STARTING,
        ReasonCode.RELEASING,
        ReasonCode.RELEASING_BY_SILENCE,
        ReasonCode.RELEASE_FAILED,
        ReasonCode.JOURNAL_FAILED,
        ReasonCode.INTERNAL_ERROR,
    }
)
"""Reasons with which a set-point of a run that died may still be in force."""


class HouseWatch:
    """The one writer of the state document. All methods are called in the loop and return at once."""

    def __init__(
        self,
        identity: Identity,
        grid: SlotGrid,
        house: House,
        *,
        publish: Callable[[StateDocument], None],
        happened: Callable[[str, Section], None],
        owes_end: bool = False,
    ) -> None:
        """``owes_end``: the last run told the begin of a set-point and died before it could tell the end."""
        self._identity = identity
        self._grid = grid
        self._house = house
        self._publish = publish
        self._happened = happened
        self._owes_end = owes_end

    @property
    def house(self) -> House:
        """What is known now."""
        return self._house

    @property
    def topology(self) -> Topology | None:
        """The house as it is, or was last known."""
        return self._house.topology

    @property
    def edge_clock_offset(self) -> float | None:
        """How far the Edge's clock is ahead of this machine's (s), None while it does not tell."""
        telemetry = self._house.telemetry
        return None if telemetry is None else telemetry.clock_offset

    def observe(self, event: EdgeEvent, totals: Mapping[Register, int]) -> None:
        """Take in what happened at the Edge, with the household's own counters (Wh)."""
        match event:
            case Connected():
                self._connected(event)
            case Cycle():
                self._show(telemetry=event.telemetry, totals=totals)
            case Lost():
                self._lost(event)
            case _ as unknown:
                assert_never(unknown)

    def closed(self, readings: Sequence[Reading]) -> None:
        """Show the last of some readings that were stored, and tell each."""
        for reading in readings:
            self._happened("slot_closed", reading_section(self._grid, reading))
        if readings:
            self._show(reading=readings[-1])

    def dispatched(self, state: DispatchState) -> None:
        """Show what is done at the battery; tell begin, end and override."""
        before = self._house.dispatch
        self._show(dispatch=state)
        told = dispatch_events(before, state)
        if self._owes_end and (told or _is_free(state)):
            self._owes_end = False
            told.insert(0, "dispatch_ended")
        for kind in told:
            self._happened(kind, dispatch_section(state))

    def limited(self, limits: Limits) -> None:
        """Show other limits."""
        self._show(limits=limits)

    def counted(self, totals: Mapping[Register, int], now: float) -> None:
        """Show the household's own counters where no cycle that brings them is to be expected soon.

        ``now`` is monotonic. Between dense cycles they travel with the next one.
        """
        telemetry = self._house.telemetry
        is_dense = telemetry is not None and now - telemetry.received_at < DENSE_SECONDS
        if not is_dense and totals != self._house.totals:
            self._show(totals=totals)

    def anchored(self, sections: Mapping[str, Section]) -> None:
        """Show the ledger's sections."""
        self._show(ledger=sections)

    def looked_ahead(self, sections: Mapping[str, Section | None]) -> None:
        """Show some sections of forecast, plan and market anew; None takes one away."""
        merged = {**self._house.outlook, **sections}
        outlook = {name: section for name, section in merged.items() if section is not None}
        if outlook != self._house.outlook:
            self._show(outlook=outlook)

    def disk(self, *, has_room: bool) -> None:
        """Show whether the disk has room."""
        if has_room != self._house.disk_has_room:
            self._show(disk_has_room=has_room)

    def _connected(self, event: Connected) -> None:
        problem = self._house.edge_problem
        if self._house.edge == "lost":
            self._happened("edge_restored", {"problem": problem})
        self._show(edge="connected", edge_problem=None, topology=event.topology)

    def _lost(self, event: Lost) -> None:
        if self._house.edge != "lost":
            self._happened("edge_lost", {"problem": event.problem})
        self._show(edge="lost", edge_problem=event.problem, telemetry=None)

    def _show(self, **changed: object) -> None:
        self._house = replace(self._house, **changed)  # type: ignore[arg-type]
        self._publish(state_document(self._identity, self._grid, self._house))


def dispatch_events(before: DispatchState, after: DispatchState) -> list[str]:
    """Return which events a change of the dispatcher's state is."""
    told = []
    if before.setpoint is not None and after.setpoint is None:
        told.append("dispatch_ended")
    is_new = before.setpoint is None or _id(before) != _id(after)
    # A path that knows no release keeps a set-point for a while after its command has ended.
    if after.setpoint is not None and after.command is not None and is_new:
        told.append("dispatch_started")
    if after.status is Status.OVERRIDDEN and before.status is not Status.OVERRIDDEN:
        told.append("dispatch_overridden")
    return told


def _is_free(state: DispatchState) -> bool:
    """Return whether nothing is in force, that of a former run included."""
    return state.setpoint is None and state.reason.code not in _PERHAPS_HELD


def _id(state: DispatchState) -> str | None:
    return None if state.command is None else state.command.id
