"""Counters that never dip, so that the energy dashboard never counts an energy twice."""

from dataclasses import replace

from .models import House

_COUNTERS = {
    "home": ("energy",),
    "grid": ("energy_import", "energy_export"),
    "battery": ("energy_charged", "energy_discharged"),
    "solar": ("energy",),
}


class HighWater:
    """Remembers the highest value of each energy counter, also while it is unknown.

    Only within one run of the bridge: after a restart (``started_at`` differs) a lower counter is a counter that
    was replaced, and Home Assistant must see that it begins again.
    """

    def __init__(self) -> None:
        """Start without marks."""
        self._run: float | None = None
        self._marks: dict[tuple[str, str, str | None], int] = {}

    def hold(self, house: House) -> House:
        """Return the house with no energy counter below what it was before."""
        if house.bridge.started_at != self._run:
            self._run = house.bridge.started_at
            self._marks.clear()
        held = {}
        for name, counters in _COUNTERS.items():
            section = getattr(house, name)
            if section is None:
                continue
            component = getattr(section, "component", None)
            values = {
                counter: self._highest((name, counter, component), value)
                for counter in counters
                if (value := getattr(section, counter)) is not None
            }
            held[name] = replace(section, **values)
        return replace(house, **held)

    def _highest(self, counter: tuple[str, str, str | None], value: int) -> int:
        highest = max(value, self._marks.get(counter, value))
        self._marks[counter] = highest
        return highest
