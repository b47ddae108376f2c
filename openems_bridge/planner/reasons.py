"""What a plan says in words: stable codes with parameters for the integration, English sentences for logs and tools."""

from collections.abc import Mapping

from openems_bridge.planner.orders import Mode
from openems_bridge.planner.plan import Because, PlannedSlot, Relaxation, Relaxed

_SENTENCES = {
    Because.NOTHING_STORED: "Nothing is stored above the reserve of {reserve_wh} Wh.",
    Because.SERVES_HOUSE: "The house takes what it needs from the battery: that saves {buy_price} ct/kWh.",
    Because.STORES_SURPLUS: "The surplus is stored: it will be worth {value} ct/kWh, and now only {sell_price}.",
    Because.FULL: "The battery is full, so the surplus is sold.",
    Because.COMMUNITY_NEEDS: "Others pay {sell_price} ct/kWh, and stored energy is worth {value} ct/kWh to this house.",
    Because.LATER_SURPLUS: "The sun will fill the battery later, and now others pay {sell_price} ct/kWh.",
    Because.ENOUGH: "What is stored will do, and the surplus brings {sell_price} ct/kWh.",
    Because.CHEAP_ENERGY: "Energy costs {buy_price} ct/kWh now; stored it will be worth {value} ct/kWh.",
    Because.DEARER_LATER: "Energy costs {buy_price} ct/kWh now; what is stored will be worth {value} ct/kWh.",
    Because.HELD: "Somebody asked that the battery does not discharge.",
}
_RELAXED = {
    Relaxed.LOAD_WINDOW: "The load {about} does not fit in its window, by {amount} slots: it begins as early as it can.",
    Relaxed.LOAD_OUTSIDE: "The load {about} lies outside of the plan.",
    Relaxed.FEED_IN_LIMIT: "{amount} Wh may not flow into the grid and will be curtailed.",
    Relaxed.DRAW_LIMIT: "The house alone exceeds its limit by {amount} Wh: the battery does not charge then.",
    Relaxed.RESERVE: "{amount} Wh are missing to the reserve: nothing is discharged.",
    Relaxed.MOST_SOC: "{amount} Wh more are stored than allowed: nothing is added.",
}


def parameters(planned: PlannedSlot) -> Mapping[str, int | str | None]:
    """Return the parameters of a slot's reason: energies in Wh, prices and values in micro-units per kWh."""
    return {
        "mode": planned.mode.value,
        "grid_wh": planned.grid_wh,
        "reserve_wh": planned.reserve_wh,
        "buy_price": planned.buy_price,
        "sell_price": planned.sell_price,
        "value": planned.value,
    }


def sentence(planned: PlannedSlot) -> str:
    """Return why a slot is planned as it is, in English."""
    told = {name: _cents(value) for name, value in parameters(planned).items() if name in _PRICES}
    text = _SENTENCES[planned.because].format(reserve_wh=planned.reserve_wh, **told)
    if planned.mode is Mode.SELF_CONSUME or planned.grid_wh is None:
        return text
    way = "drawn from" if planned.grid_wh > 0 else "fed into"
    return f"{text} {abs(planned.grid_wh)} Wh are to be {way} the grid."


def relaxation_sentence(relaxation: Relaxation) -> str:
    """Return what gave way, in English."""
    return _RELAXED[relaxation.what].format(about=relaxation.about, amount=relaxation.amount)


_PRICES = ("buy_price", "sell_price", "value")


def _cents(price: int | str | None) -> str:
    return f"{int(price or 0) / 10_000:.1f}"
