"""What the planner's process is asked: everything it may use, as records and as JSON. Needs no numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

from dems_node.json_types import Json
from dems_protocol.slots import SlotGrid
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.structure import StructureError, document_of, record_of

DEFAULT_HORIZON_HOURS = 36
LONGEST_HORIZON_HOURS = 72
_LARGEST = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyBand:
    """Energy (Wh) of consecutive slots: expected, 10 % and 90 % quantile. A net energy may be negative."""

    expected: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retail:
    """What the supplier asks and pays, micro-units per kWh by slot; ``estimated``: where that is not known yet."""

    import_price: tuple[int, ...]
    feed_in_price: tuple[int, ...]
    estimated: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityOutlook:
    """What is expected of the community, from published sums (Wh by slot): net load with and without a battery.

    ``inside_charge``: micro-units per kWh that who buys inside pays on top of the pool's price. The rest are the sums
    over all its batteries.
    """

    inside_charge: int
    owners_net: EnergyBand
    others_net: EnergyBand
    capacity_wh: int
    power_w: int
    stored_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedLoad:
    """A load that somebody will switch on: power for so many slots, to begin and end within a window of slots."""

    id: str
    power_w: int
    slots: int
    first_slot: int
    end_slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Slots (``first <= slot < end``) in which the battery must not discharge."""

    first_slot: int
    end_slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A household's outlook from ``issue_slot`` on, its battery, and what has been asked of it.

    All sequences have the same length, the horizon. Raises StructureError.
    """

    issue_slot: int
    slot_seconds: int
    stored_wh: int
    storage: Storage
    load: EnergyBand
    pv: EnergyBand
    retail: Retail
    community: CommunityOutlook | None = None
    announced: tuple[AnnouncedLoad, ...] = ()
    holds: tuple[Hold, ...] = ()

    def __post_init__(self) -> None:
        """Check what the types do not say."""
        try:
            SlotGrid(self.slot_seconds)
        except ValueError as error:
            raise StructureError(str(error)) from error
        longest = LONGEST_HORIZON_HOURS * 3600 // self.slot_seconds
        if not 1 <= self.horizon <= longest:
            raise StructureError(f"the horizon has {self.horizon} slots; it must have 1 to {longest}")
        _within("issue_slot", self.issue_slot, 0)
        _within("stored_wh", self.stored_wh, 0)
        for name, values, least in self._series():
            if len(values) != self.horizon:
                raise StructureError(f"{name} has {len(values)} slots; the load has {self.horizon}")
            for place, value in enumerate(values):
                _within(f"{name}[{place}]", value, least)
        for load in self.announced:
            if load.slots < 1 or load.power_w < 0 or load.end_slot <= load.first_slot:
                raise StructureError(
                    f"the announced load {load.id!r} needs a power >= 0, a slot or more, and a window that ends after it begins"
                )

    def _series(self) -> Sequence[tuple[str, Sequence[int], int]]:
        found: list[tuple[str, Sequence[int], int]] = [
            (f"{name}.{part}", getattr(band, part), 0)
            for name, band in (("load", self.load), ("pv", self.pv))
            for part in ("expected", "low", "high")
        ]
        found.append(("retail.import_price", self.retail.import_price, -_LARGEST))
        found.append(("retail.feed_in_price", self.retail.feed_in_price, -_LARGEST))
        found.append(("retail.estimated", self.retail.estimated, 0))
        if (community := self.community) is not None:
            for name, band in (("owners_net", community.owners_net), ("others_net", community.others_net)):
                found += [
                    (f"community.{name}.{part}", getattr(band, part), -_LARGEST)
                    for part in ("expected", "low", "high")
                ]
            for part in ("inside_charge", "capacity_wh", "power_w", "stored_wh"):
                _within(f"community.{part}", getattr(community, part), 0)
        return found

    @property
    def horizon(self) -> int:
        """How many slots are planned."""
        return len(self.load.expected)

    def document(self) -> Mapping[str, Json]:
        """Return the job as JSON."""
        return document_of(self)

    @classmethod
    def read(cls, document: Any) -> Self:
        """Read a job from parsed JSON. Raises StructureError."""
        return record_of(cls, document, "the job")


def _within(name: str, value: float, least: float) -> None:
    if not (isfinite(value) and least <= value <= _LARGEST):
        raise StructureError(f"{name} is {value}; it must be within {least} and {_LARGEST}")
