"""The physical layer: one interface (interface.py) and the adapters that implement it."""
