"""What a household says of its plant and battery when it joins a community. The operator checks it."""

from dataclasses import dataclass
from datetime import date

from dems_protocol.plants import PlantKind, encode_day, encode_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Nominal powers in W, the battery's usable capacity in Wh; 0 where the house has no such thing.

    ``kind`` None: solar, where there is a plant. ``commissioned`` is the day on which the plant began to operate, ``unit``
    its unit's number in the Marktstammdatenregister. Raises ValueError for what contradicts itself.
    """

    plant_power: int = 0
    battery_power: int = 0
    battery_capacity: int = 0
    kind: PlantKind | None = None
    commissioned: date | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        encode_unit(self.unit)
        encode_day(self.commissioned)
        told = (
            (self.kind not in (None, PlantKind.NONE))
            or self.commissioned is not None
            or self.unit is not None
        )
        if told and not self.plant_power:
            raise ValueError("a plant needs its nominal power in W")
        if self.plant_power and self.kind is PlantKind.NONE:
            raise ValueError(f"a plant of {self.plant_power} W has a kind")

    @property
    def plant_kind(self) -> PlantKind:
        """What generates."""
        if self.kind is not None:
            return self.kind
        return PlantKind.SOLAR if self.plant_power else PlantKind.NONE
