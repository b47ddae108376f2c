"""What the owner has set through the API, and what else must survive a restart: the bridge's id, the last topology."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, cast

from dems_node.database.database import Database
from dems_node.json_types import Json
from openems_bridge.dispatcher.commands import Limits, Mode
from openems_bridge.edge.interface import Battery, BatteryKind, Component, ControlPath, Topology
from openems_bridge.store import settings
from openems_bridge.telemetry import SourceClass

_ID, _MODE, _LIMITS, _TOPOLOGY = "bridge_id", "mode", "limits", "topology"


class OwnerSettings:
    """Typed access to the store's settings. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bridge_id(self) -> str:
        """Return the id of this bridge, drawn at its first start."""
        known = await self._database.run(settings.load, _ID)
        if isinstance(known, str):
            return known
        drawn = secrets.token_hex(8)
        await self._database.run(settings.save, _ID, drawn)
        return drawn

    async def mode(self) -> Mode:
        """Return the mode, OFF unless the owner has chosen another."""
        known = await self._database.run(settings.load, _MODE)
        return Mode(known) if isinstance(known, str) and known in set(Mode) else Mode.OFF

    async def keep_mode(self, mode: Mode) -> None:
        """Keep the mode over a restart."""
        await self._database.run(settings.save, _MODE, mode.value)

    async def limits(self) -> Limits:
        """Return the owner's limits."""
        known = await self._database.run(settings.load, _LIMITS)
        names = {field.name for field in fields(Limits)}
        if not isinstance(known, dict):
            return Limits()
        return Limits(**{name: cast("Any", value) for name, value in known.items() if name in names})

    async def keep_limits(self, limits: Limits) -> None:
        """Keep the limits over a restart."""
        await self._database.run(settings.save, _LIMITS, asdict(limits))

    async def topology(self) -> Topology | None:
        """Return the house as it was last known, None before the first time."""
        known = await self._database.run(settings.load, _TOPOLOGY)
        try:
            return topology_from(known) if isinstance(known, dict) else None
        except KeyError, TypeError, ValueError:
            # Written by another version: the Edge will tell it again.
            return None

    async def keep_topology(self, topology: Topology) -> None:
        """Keep the house for the time before the Edge answers after a restart."""
        await self._database.run(settings.save, _TOPOLOGY, topology_document(topology))


def topology_document(topology: Topology) -> dict[str, Json]:
    """Return a topology as JSON."""
    document: dict[str, Json] = asdict(topology)
    return document


def topology_from(document: Mapping[str, Any]) -> Topology:
    """Return the topology that ``topology_document`` has written. Raises KeyError, TypeError or ValueError."""
    grid_meter, battery, control = document["grid_meter"], document["battery"], document["control"]
    return Topology(
        source=SourceClass(document["source"]),
        grid_meter=None if grid_meter is None else Component(**grid_meter),
        battery=None if battery is None else Battery(**{**battery, "kind": BatteryKind(battery["kind"])}),
        plants=tuple(Component(**plant) for plant in document["plants"]),
        control=None if control is None else ControlPath(**_with_tuples(control)),
        notes=tuple(document["notes"]),
    )


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
