"""``python -m openems_bridge.fake_edge``."""

import sys

from openems_bridge.fake_edge.app import main

sys.exit(main())
