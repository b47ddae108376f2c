"""Which prices the community's pool is likely to have: a plan for all its batteries as if they were one.

Limits of orders follow from the value of stored energy, so what a pool costs in an evening depends on what all
batteries can still give by then. Nobody's plan is needed for it, only sums.
"""

from dataclasses import dataclass

import numpy as np

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.programme import Community, Programme, Situation, Tree
from openems_bridge.planner.scenarios import Floats


@dataclass(frozen=True, slots=True)
class Batteries:
    """The sums over all batteries of a community: Wh and W."""

    capacity_wh: int
    power_w: int

    @property
    def storage(self) -> Storage:
        """One battery as large as all."""
        return Storage(
            capacity_wh=self.capacity_wh,
            charge_w=self.power_w,
            discharge_w=self.power_w,
            reserve_soc=0,
            grid_charging=True,
            feed_in=True,
        )


class PoolForecast:
    """Forecasts the pool's prices; kept from slot to slot, it starts from its last solution."""

    def __init__(self, tree: Tree, batteries: Batteries, slot_seconds: int) -> None:
        self._programme = Programme(tree, batteries.storage, slot_seconds, community=True)

    def prices(
        self,
        *,
        owners_net: Floats,
        others_net: Floats,
        stored_wh: float,
        buy: Floats,
        sell: Floats,
        inside_charge: int,
    ) -> Floats:
        """Return the expected price, micro-units per kWh, in the shape of the tree.

        ``owners_net``, ``others_net``: load less generation (Wh) of those with and without a battery. ``buy`` and
        ``sell``: what the utility asks and pays at a meter outside the community. Raises PlanFailed.
        """
        saving = np.maximum(buy - sell - inside_charge, 0.0)
        community = Community(np.maximum(others_net, 0.0), np.maximum(-others_net, 0.0), saving)
        free = np.ones(owners_net.shape, dtype=np.bool_)
        found = self._programme.solve(Situation(owners_net, buy, sell, free, stored_wh, community)).price
        if found is None:
            raise AssertionError("a community's programme has a price")
        return np.clip(found, sell, np.maximum(buy - inside_charge, sell))
