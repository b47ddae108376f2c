"""``python -m openems_bridge.forecast``: reads a job (JSON) on standard input, writes its answer on standard output.

A job that cannot be read ends with ``{"problem": text}`` and exit code 2.
"""

import json
import os
import sys

from openems_bridge.forecast.job import Job, JobError
from openems_bridge.forecast.work import answer

NICENESS = 10
"""Nobody waits for a forecast; the control of the battery must not."""
UNREADABLE = 2


def main() -> int:
    """Do one job and return the exit code."""
    os.nice(NICENESS)
    try:
        document = answer(Job.read(json.load(sys.stdin))).document()
    except (JobError, json.JSONDecodeError, UnicodeDecodeError) as error:
        json.dump({"problem": str(error)}, sys.stdout)
        return UNREADABLE
    json.dump(document, sys.stdout, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
