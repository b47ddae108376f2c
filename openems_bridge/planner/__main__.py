"""``python -m openems_bridge.planner``: reads a job (JSON) on standard input, writes its plan on standard output.

A job that cannot be read or solved ends with ``{"problem": text}`` and exit code 2.
"""

import json
import os
import sys

from openems_bridge.planner.job import Job
from openems_bridge.planner.programme import PlanFailed
from openems_bridge.planner.structure import StructureError
from openems_bridge.planner.work import plan

NICENESS = 10
"""Nobody waits for a plan; the control of the battery must not."""
UNUSABLE = 2


def main() -> int:
    """Do one job and return the exit code."""
    os.nice(NICENESS)
    try:
        document = plan(Job.read(json.load(sys.stdin))).document()
    except (StructureError, PlanFailed, json.JSONDecodeError, UnicodeDecodeError) as error:
        json.dump({"problem": str(error)}, sys.stdout)
        return UNUSABLE
    json.dump(document, sys.stdout, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
