"""What the battery should do in the next 36 hours, and what to buy and sell: a linear programme over scenarios.

The core is pure; ``python -m openems_bridge.planner`` is the short-lived process around it, ``runner`` the daemon's side.
"""
