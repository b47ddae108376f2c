"""What planning and trading are worth to a community: our batteries against greedy ones, and against perfect foresight.

``python -m benchmarks.dispatch [--data FILE] [--days N] [--signal gate|slot|live]``: tariff as in the README of the
data; batteries empty at the start, their charge free at the end. Each forecast is made only from what came before, anew every three
hours for a household with a battery and every hour for the sum of the others; each battery plans every hour, and the
pool is cleared every slot. ``--signal`` says what that clearing knows of the slot's balance (``live``: the meters' reports within the slot,
docs/planner.md). Without a file, on a community that the project generates itself.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.households.data import Households, read_households
from benchmarks.households.foresight import perfect
from benchmarks.households.generated import generated_households
from benchmarks.households.outlooks import Wanted, forecast_all
from benchmarks.households.tariff import Energy, Fleet, Tariff, greedy, self_sufficiency
from benchmarks.households.trading import HORIZON_HOURS, Community, Outlook, Signal

OWNERS_STRIDE_HOURS = 3


def measure(households: Households, signals: list[Signal], processes: int) -> dict[str, float]:
    """Run the community greedily, with our planner and with foresight; return the figures for the last signal."""
    hours = households.grid.seconds / 3600
    load = households.load_w * hours
    net = load - households.pv_w * hours
    fleet, tariff = _fleet(households), Tariff()
    if not len(fleet.owners):
        raise ValueError(f"{households.name}: no household has a battery, so there is nothing to plan")
    baseline = tariff.cost(greedy(net, fleet))
    with ProcessPoolExecutor(1) as aside:
        ideal = aside.submit(perfect, net, fleet, tariff, households.slots_a_day)
        outlook = _outlook(households, fleet, max(processes - 1, 1))
        grids = {}
        for signal in signals:
            begun = time.perf_counter()
            grids[signal] = Community(net, fleet, tariff, outlook, households.grid.seconds).run(signal)
            print(
                f"{signal}: {tariff.cost(grids[signal]):.2f} in {time.perf_counter() - begun:.0f} s",
                flush=True,
            )
        best = tariff.cost(ideal.result())
    for signal, grid in grids.items():
        print(f"gap closed with the signal {signal}: {_closed(baseline, tariff.cost(grid), best):.3f}")
    ours = grids[signals[-1]]
    return {
        "cost_greedy": round(baseline, 2),
        "cost_ours": round(tariff.cost(ours), 2),
        "cost_perfect": round(best, 2),
        "gap_closed": round(_closed(baseline, tariff.cost(ours), best), 4),
        "self_sufficiency_household": round(self_sufficiency(load, ours, netted=False), 4),
        "self_sufficiency_community": round(self_sufficiency(load, ours, netted=True), 4),
    }


def _closed(baseline: float, ours: float, best: float) -> float:
    return (baseline - ours) / (baseline - best)


def _fleet(households: Households) -> Fleet:
    owners = [
        place for place, battery in enumerate(households.batteries) if battery.capacity_wh and battery.power_w
    ]
    batteries = [households.batteries[place] for place in owners]
    return Fleet(
        owners=np.array(owners, dtype=np.int64),
        capacity=np.array([float(battery.capacity_wh) for battery in batteries]),
        power=np.array([battery.power_w * households.grid.seconds / 3600 for battery in batteries]),
    )


def _outlook(households: Households, fleet: Fleet, processes: int) -> Outlook:
    hours = households.grid.seconds / 3600
    an_hour = 3600 // households.grid.seconds
    load, pv = households.load_w * hours, households.pv_w * hours

    def wanted(energy: Energy, solar: bool, stride: int) -> Wanted:
        ahead = HORIZON_HOURS * an_hour + stride
        return Wanted(households.grid, households.first_slot, energy, solar, stride, ahead)

    own = OWNERS_STRIDE_HOURS * an_hour
    jobs = [wanted(np.delete(load, fleet.owners, axis=0).sum(axis=0), False, an_hour)]
    jobs += [wanted(np.delete(pv, fleet.owners, axis=0).sum(axis=0), True, an_hour)]
    jobs += [wanted(load[owner], False, own) for owner in fleet.owners]
    jobs += [wanted(pv[owner], True, own) for owner in fleet.owners]
    made = forecast_all(jobs, processes)
    count = len(fleet.owners)
    return Outlook(loads=made[2 : 2 + count], pvs=made[2 + count :], others_load=made[0], others_pv=made[1])


def main() -> None:
    """Measure and print one JSON object as the last line."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="an .npz file of the documented layout (default: generated)"
    )
    parser.add_argument("--days", type=int, help="use only the first N days of the data")
    parser.add_argument(
        "--signal", choices=[*Signal, "all"], default=Signal.LIVE, help="what the clearing knows of the slot"
    )
    parser.add_argument("--processes", type=int, default=os.process_cpu_count() or 1, help="how many at once")
    options = parser.parse_args()
    households = generated_households() if options.data is None else read_households(options.data)
    if options.days is not None:
        if options.days < 1:
            parser.error(f"--days is {options.days}; it must be at least 1")
        households = households.until(options.days)
    signals = list(Signal) if options.signal == "all" else [Signal(options.signal)]
    print(json.dumps(measure(households, signals, options.processes)))


if __name__ == "__main__":
    main()
