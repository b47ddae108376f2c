"""What the households of a simulated street withdraw, feed in and generate: whole Wh, the same in every run. Pure."""

import math
from dataclasses import dataclass
from random import Random

from dems_protocol.readings import SlotEnergy
from openems_bridge.ledger.plant import Plant

HOUR = 3600


@dataclass(frozen=True, slots=True)
class House:
    """A house of the street. ``solar`` and ``wind`` in W, ``battery`` in W; one draws ``base`` W when nobody is at home."""

    number: int
    base: int
    solar: int = 0
    wind: int = 0
    battery: int = 0

    @property
    def plant(self) -> Plant:
        """What it tells the community."""
        return Plant(
            plant_power=self.solar + self.wind, battery_power=self.battery, battery_capacity=4 * self.battery
        )

    def energy(self, slot: int, slot_seconds: int) -> SlotEnergy:
        """Return what its meter counts in a slot.

        Within a slot a house draws and feeds in at different minutes, so both may be above 0. A battery feeds in after
        sunset what it kept at noon.
        """
        chance = Random(f"{self.number} {slot}")
        hours = slot_seconds / HOUR
        hour = slot * slot_seconds / HOUR % 24
        sun = max(0.0, math.sin((hour - 6) / 12 * math.pi)) * chance.uniform(0.5, 1.0)
        generation = int((self.solar * sun + self.wind * chance.uniform(0.1, 0.9)) * hours)
        load = int((self.base + 1500 * chance.random() ** 2) * hours)
        own_use = min(load, generation) * chance.randrange(60, 100) // 100
        withdrawal, feed_in = load - own_use, generation - own_use
        if self.battery and sun > 0.4:
            feed_in -= feed_in // 2
        elif self.battery and 18 <= hour < 22:
            feed_in += int(self.battery * chance.uniform(0.2, 0.6) * hours)
        return SlotEnergy(withdrawal_rest=withdrawal, feed_in_rest=feed_in, generation=generation)


def street(count: int) -> list[House]:
    """Return different houses: a third without a plant, some with wind, some with a battery."""
    return [
        House(
            number,
            base=150 + 37 * (number % 9),
            solar=0 if number % 3 == 0 else 4_000 + 700 * (number % 8),
            wind=1_500 if number % 6 == 2 else 0,
            battery=3_000 if number % 5 == 1 else 0,
        )
        for number in range(count)
    ]
