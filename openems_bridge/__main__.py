"""``openems-bridge`` and ``python -m openems_bridge``."""

import sys

from openems_bridge.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
