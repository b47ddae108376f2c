"""``python -m demo``: a household in a real Home Assistant, on this machine."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from demo.app import HOME_ASSISTANT_PORT, DemoOptions, run
from demo.home_assistant import CallRefused
from demo.processes import ProgramFailed


def read_options(arguments: Sequence[str]) -> DemoOptions:
    """Return what the command line asks for."""
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
        "--folder", type=_absolute, default=".demo", help="where it works; removed at the end"
    )
    parser.add_argument(
        "--alone", action="store_true", help="only the house, without chain, operator and neighbours"
    )
    return DemoOptions(**vars(parser.parse_args(arguments)))


def _absolute(path: str) -> Path:
    """Return a path that means the same to every program, wherever it is started."""
    return Path(path).resolve()


def main() -> int:
    """Run the demo until it is stopped; return the exit status."""
    options = read_options(sys.argv[1:])
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
