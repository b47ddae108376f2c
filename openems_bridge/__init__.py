"""One household's daemon: reads the Edge, keeps the slots' readings, steers the battery, serves Home Assistant."""

__version__ = "0.1.0"
