"""Cronbach's alpha with every item statistic beside pingouin's plain alpha, where pingouin is installed.

    python benchmarks/reliability.py

Prints n, k, the seconds of both (best of three, taken in turn) and their ratio, and whether the values agree.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis.moments import partial
from analysis.reliability import alpha_from_moments, cronbach_alpha


def seconds(work: Callable[[], float]) -> tuple[float, float]:
    """Wall-clock time of one call and what it returned."""
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def main() -> None:
    """Time both on the same answers of one common factor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", type=int, default=1_000_000, help="respondents")
    parser.add_argument("-k", type=int, default=30, help="items")
    options = parser.parse_args()
    rng = np.random.default_rng(20240501)
    factor = rng.normal(size=options.n)
    codes = np.empty((options.k, options.n), dtype=np.int16)
    for item in range(options.k):
        answer = 3 + 0.8 * factor + rng.normal(size=options.n)
        codes[item] = np.clip(np.rint(answer), 1, 5)
    frame = pd.DataFrame(codes.T.astype(np.float64), columns=[f"Q{item + 1}" for item in range(options.k)])
    tables = [np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])] * options.k

    def from_codes() -> float:
        moments = partial(codes, tables, row_means=[range(options.k)])
        return alpha_from_moments(moments, range(options.k)).raw_alpha

    rivals: dict[str, Callable[[], float]] = {
        "satix, coded answers": from_codes,
        "satix, data frame": lambda: cronbach_alpha(frame).raw_alpha,
    }
    if importlib.util.find_spec("pingouin") is None:
        print("pingouin is not installed: skipped")
    else:
        pingouin = importlib.import_module("pingouin")
        rivals["pingouin, data frame"] = lambda: float(pingouin.cronbach_alpha(data=frame)[0])
    best = dict.fromkeys(rivals, (np.inf, np.nan))
    for _ in range(3):
        for name, work in rivals.items():
            best[name] = min(best[name], seconds(work))
    reference = best.get("pingouin, data frame")
    for name, (elapsed, value) in best.items():
        ratio = "" if reference is None else f"  pingouin takes {reference[0] / elapsed:5.2f} times as long"
        print(f"n={options.n:,} k={options.k} {name:<22} {elapsed:7.3f} s  alpha {value:.12f}{ratio}")


if __name__ == "__main__":
    main()
