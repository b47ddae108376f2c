"""The battery as a plan sees it, and what its owner allows."""

from dataclasses import dataclass

SOC_FULL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A battery and the owner's limits. Raises ValueError for what no battery can be.

    Energy in Wh, power in W at the inverter, states of charge in %; ``wear_cost`` in micro-units of the currency per
    kWh discharged. Efficiencies are shares of the energy that survive charging (``efficiency_in``) and discharging.
    ``grid_charging`` and ``feed_in``: whether the battery may be charged from the grid, and discharge into it.
    ``max_draw_w`` limits the draw up to which the battery may charge, ``max_feed_in_w`` what may flow into the grid.
    """

    capacity_wh: int
    charge_w: int
    discharge_w: int
    efficiency_in: float = 0.95
    efficiency_out: float = 0.95
    least_soc: int = 0
    most_soc: int = SOC_FULL
    reserve_soc: int = 10
    wear_cost: int = 0
    grid_charging: bool = False
    feed_in: bool = False
    max_draw_w: int | None = None
    max_feed_in_w: int | None = None

    def __post_init__(self) -> None:
        """Check all fields."""
        for name in ("capacity_wh", "charge_w", "discharge_w", "wear_cost"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 0")
        for name in ("efficiency_in", "efficiency_out"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0 and at most 1")
        for name in ("least_soc", "most_soc", "reserve_soc"):
            if not 0 <= getattr(self, name) <= SOC_FULL:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be within 0 and 100 %")
        for name in ("max_draw_w", "max_feed_in_w"):
            if (value := getattr(self, name)) is not None and value < 0:
                raise ValueError(f"{name} is {value}; it must be at least 0, or null for no limit")

    @property
    def most_wh(self) -> int:
        """The energy up to which it is charged."""
        return self.capacity_wh * self.most_soc // SOC_FULL

    @property
    def least_wh(self) -> int:
        """The energy that is kept: reserve or least state of charge, whichever is more, but not above ``most_wh``."""
        kept = self.capacity_wh * max(self.least_soc, self.reserve_soc) // SOC_FULL
        return min(kept, self.most_wh)
