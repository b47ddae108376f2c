"""A slot that nobody traded ahead: Bob's house needs energy now, Alice's battery has some, the operator clears it live."""

from collections.abc import Callable

from openems_bridge.foresight.plan import BatteryNow, HouseholdPlan, PlanMode, PlannedSlot, PlanReason
from openems_bridge.foresight.tariff import SlotPrice
from openems_bridge.telemetry import Telemetry
from openems_bridge.trader.building import LiveSide
from openems_bridge.trader.house_now import HouseNow
from tests.community.town import TownClock
from tests.e2e_market.battery_house import BatteryHouse

BOB_NEEDS = 2000
"""W: 500 Wh of a slot."""


def side_of_alice(house: Callable[[], BatteryHouse], slot: Callable[[], int]) -> LiveSide:
    """Return what Alice's bridge lends: a battery whose energy is worth 15 ct per kWh to her own house later."""

    def plan() -> HouseholdPlan:
        planned = PlannedSlot(
            slot=slot(),
            mode=PlanMode.SELF_CONSUMPTION,
            reserve_soc=20,
            grid_energy=None,
            expected_soc=50,
            reason=PlanReason("serves_house"),
            price=SlotPrice(import_price=320_000, export_price=80_000),
            value=150_000,
        )
        return HouseholdPlan(made_at=0.0, slots=[planned], expected_cost=0)

    def battery() -> BatteryNow:
        return BatteryNow(
            capacity=10_000,
            energy=house().soc * 100,
            charge_power=5000,
            discharge_power=5000,
            reserve_soc=20,
            grid_charging=False,
            feed_in=True,
        )

    return LiveSide(
        house=lambda: HouseNow(house().telemetry, has_battery=True),
        battery=battery,
        slot_start=lambda slot: None,
        plan=plan,
        inside_charge=0,
    )


def side_of_bob(clock: TownClock) -> LiveSide:
    """Return what Bob's bridge lends: a house without plant and battery."""
    return LiveSide(
        house=lambda: HouseNow(
            Telemetry(measured_at=clock.now, received_at=clock.now, grid_power=BOB_NEEDS), has_battery=False
        ),
        battery=lambda: None,
        slot_start=lambda slot: None,
        plan=lambda: None,
        inside_charge=0,
    )
