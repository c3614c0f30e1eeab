"""What the comparison claims where there is nothing to claim, what it finds, and how long it takes to compute.

Run it with `make bench-comparison`; it takes some minutes and says how far it is.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context

import numpy as np

from participation.comparing import gates, side_by_side, taking_part, tallies
from participation.comparing.entries import Inputs
from participation.comparing.snapshots import compute
from participation.comparison_json import to_json
from tests.factories import made_up_entries
from tests.factories.made_up_entries import METZ, QUESTIONS, WORMS, City

RUNS = 1000
SQUARES = ("heat_island", "place_type", "square")
# Everybody pins heat islands, as often as people pinned in 2021.
ONLY_HEAT = {"heat_island": 1.0}
LIMITS = {"null": 0.05, "planted": 0.75, "pair_seconds": 20.0, "pair_mb": 500.0, "large_seconds": 120.0}


def null(run: int) -> bool:
    """Whether anything is claimed of two cities of the sizes of 2021 whose people answer and take part alike."""
    rng = np.random.default_rng([1, run])
    people = rng.binomial(METZ.people + WORMS.people, METZ.population / (METZ.population + WORMS.population))
    turnout = [replace(METZ, people=people), replace(WORMS, people=METZ.people + WORMS.people - people)]
    took_part = made_up_entries.inputs(rng, turnout).cities
    found = taking_part.turnout(took_part, [part.entries for part in took_part])
    answers = made_up_entries.inputs(rng, [replace(METZ, icc=0.2), replace(WORMS, icc=0.2)])
    return bool(claims(answers, run)) or (found is not None and found.contributors.verdict == "differs")


def planted(run: int) -> bool:
    """Whether 60 against 40 of 100 squares is found, with a hundred people in each city."""
    rng = np.random.default_rng([2, run])
    cities = [
        replace(city, people=100, shares={SQUARES: share}, kinds=ONLY_HEAT)
        for city, share in ((METZ, 0.6), (WORMS, 0.4))
    ]
    return SQUARES in claims(made_up_entries.inputs(rng, cities), run)


def claims(inputs: Inputs, seed: int) -> list[tuple[str, str, str]]:
    """Kind, question and answer of every difference that would be claimed."""
    counted = tallies.tally([part.entries for part in inputs.cities], tallies.asked(QUESTIONS, inputs.kinds))
    targets = side_by_side.targets(counted)
    if not targets:
        return []
    p = side_by_side.p_values(counted, targets, side_by_side.Effort(seed))
    q = side_by_side.corrected(counted, targets, p)
    found = [target for target, one in zip(targets, q, strict=True) if one <= gates.ALPHA]
    asked = [(counted.questions[target.number], target.column) for target in found]
    return [(one.kind, one.question, one.codes[column] if column is not None else "") for one, column in asked]


def share(what: Callable[[int], bool], runs: int) -> float:
    """In which share of runs it is so, on all processors."""
    found, begun = 0, time.monotonic()
    # Started anew, so that they see how many threads they may have.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for done, one in enumerate(pool.map(what, range(runs), chunksize=4), 1):
            found += one
            if done % max(1, runs // 20) == 0:
                print(f"  {what.__name__}: {done} of {runs}, {found / done:.1%}, {time.monotonic() - begun:.0f} s")
    return found / runs


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes that share the processors do not start threads on top."""
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    yield
    if before is None:
        del os.environ["OPENBLAS_NUM_THREADS"]


def timed(cities: list[City], *, before: bool = False) -> tuple[float, float]:
    """Seconds to compute a comparison of cities, and the most memory this process has taken so far, in MB."""
    inputs = made_up_entries.inputs(np.random.default_rng(3), cities, before=before)
    begun = time.monotonic()
    to_json(compute(inputs))
    return time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure, print, and end with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", choices=("claims", "time"))
    chosen = parser.parse_args()
    found: dict[str, float] = {}
    if chosen.only != "claims":
        pair = [replace(METZ, people=2250), replace(WORMS, people=1525)]
        found["pair_seconds"], found["pair_mb"] = timed(pair, before=True)
        found["large_seconds"], _ = timed([replace(METZ, people=45_000), replace(WORMS, people=1525)])
    if chosen.only != "time":
        with one_thread_each():
            found["null"], found["planted"] = share(null, chosen.runs), share(planted, chosen.runs)
    missed = 0
    for name, value in found.items():
        good = value >= LIMITS[name] if name == "planted" else value <= LIMITS[name]
        missed += not good
        print(f"{name}: {value:.3g} (limit {LIMITS[name]:g}){'' if good else '  MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
