"""``python -m demo``: a household in a real Home Assistant, on this machine."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from demo.app import HOME_ASSISTANT_PORT, DemoOptions, run
from demo.home_assistant import CallRefused
from demo.processes import ProgramFailed


def main() -> int:
    """Run the demo until Ctrl-C. Returns 1, with the reason, if it could not start."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--speed", type=float, default=60, help="seconds of the day played in a second (60)")
    parser.add_argument("--start", default="10:00", help="the time of day at which the house starts (10:00)")
    parser.add_argument(
        "--data",
        type=Path,
        help="measured households instead of our own: .npz with load_w and pv_w (households x steps, W), step_min and meta",
    )
    parser.add_argument("--household-index", type=int, default=0, help="which household of --data (0)")
    parser.add_argument("--household", default="family", help="which of our own households (family)")
    parser.add_argument("--port", type=int, default=HOME_ASSISTANT_PORT, help="Home Assistant's port (8123)")
    parser.add_argument(
        "--folder", type=Path, default=Path(".demo"), help="where it works; removed at the end"
    )
    parser.add_argument(
        "--alone", action="store_true", help="only the house, without chain, operator and neighbours"
    )
    options = DemoOptions(**vars(parser.parse_args()))
    status = 0
    try:
        asyncio.run(run(options, lambda line: print(line, flush=True)))
    except* (ProgramFailed, CallRefused, TimeoutError) as problems:
        for problem in _leaves(problems):
            print(f"The demo could not go on: {problem}", file=sys.stderr)
        status = 1
    return status


def _leaves(group: BaseExceptionGroup) -> Iterator[BaseException]:
    """Yield what the programs that run beside each other failed of."""
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        else:
            yield one


if __name__ == "__main__":
    sys.exit(main())
