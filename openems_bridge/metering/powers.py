"""Which power stands for which register where the Edge does not count it."""

from openems_bridge.telemetry import Register, Telemetry


def power_of(register: Register, telemetry: Telemetry) -> int | None:
    """Return the power (W, >= 0) that flows into a register now, None if it is unknown."""
    match register:
        case Register.WITHDRAWAL:
            return _positive(telemetry.grid_power)
        case Register.FEED_IN:
            return _negative(telemetry.grid_power)
        case Register.GENERATION:
            return _positive(telemetry.solar_power)
        case Register.BATTERY_DISCHARGE:
            return _positive(telemetry.battery_power)
        case Register.BATTERY_CHARGE:
            return _negative(telemetry.battery_power)
        case Register.CONSUMPTION:
            return _positive(telemetry.consumption_power)


def _positive(power: int | None) -> int | None:
    return None if power is None else max(power, 0)


def _negative(power: int | None) -> int | None:
    return None if power is None else max(-power, 0)
