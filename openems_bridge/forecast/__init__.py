"""Load and PV of one household for the next days: expected energy and quantiles per slot, from its own readings.

The core is pure functions over arrays; ``python -m openems_bridge.forecast`` is the short-lived process around them,
``runner`` the daemon's side of it.
"""
