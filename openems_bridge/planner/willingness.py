"""At which price of the community's pool a battery does what: the limits of its orders, from the value of what it stores."""

from dataclasses import dataclass

from openems_bridge.planner.battery import Storage

LEAST_GAIN = 10_000
"""Micro-units per kWh that waiting or buying must gain at least (1 ct): a plan's value is no more exact than that, and
serving the own house now is certain."""


@dataclass(frozen=True, slots=True)
class Willingness:
    """Prices of the pool, micro-units per kWh, ascending as far as efficiencies are below 1.

    ``buy_to_store``: up to it, energy is bought to be stored. ``buy_to_save``: up to it, the house buys though the
    battery could serve it. ``sell_surplus``: from it on, own surplus is sold instead of being stored. ``discharge``:
    from it on, the battery serves the community.
    """

    buy_to_store: int
    buy_to_save: int
    sell_surplus: int
    discharge: int


def willingness(value: float, storage: Storage, inside_charge: int) -> Willingness:
    """Return what a value of stored energy (micro-units per kWh) means at the meter.

    Who buys pays ``inside_charge`` on top of the pool's price. Wear is already in the value, except that of
    discharging for others.
    """
    stored, delivered = value * storage.efficiency_in, value / storage.efficiency_out
    return Willingness(
        buy_to_store=round(stored) - inside_charge - LEAST_GAIN,
        buy_to_save=round(delivered) - inside_charge - LEAST_GAIN + storage.wear_cost,
        sell_surplus=round(stored),
        discharge=round(delivered) + storage.wear_cost,
    )
