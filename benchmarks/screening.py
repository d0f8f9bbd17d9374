"""Seconds of every index of careless responding on simulated answers of a large study.

    python benchmarks/screening.py

Prints n, p, the share missing, and per index the seconds (best of three), the respondents judged and the peak memory of
the process so far. Near-duplicates, whose work grows with the square of n, take the first respondents only.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis.blocked_products import single_threaded_blas
from analysis.careless.consistency import even_odd, psychometric_synonyms, reversed_pairs
from analysis.careless.mahalanobis import mahalanobis_distance
from analysis.careless.near_duplicates import largest_match
from analysis.careless.strings import answer_strings
from analysis.careless.variability import individual_variability, repeating_pattern


def main() -> None:
    """Time each index on answers of six factors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", type=int, default=50_000, help="respondents")
    parser.add_argument("-p", type=int, default=60, help="items, a multiple of six")
    parser.add_argument("--missing", type=float, default=0.02, help="share of answers missing at random")
    parser.add_argument("--matched", type=int, default=10_000, help="respondents compared for near-duplicates")
    options = parser.parse_args()
    n, p = options.n, options.p
    rng = np.random.default_rng(20240501)
    factor = np.repeat(rng.normal(size=(n, 6)), p // 6, axis=1)
    answers = np.clip(np.rint(3 + factor + 0.6 * rng.normal(size=(n, p))), 1, 5)
    answers[rng.random((n, p)) < options.missing] = np.nan
    codes = np.where(np.isnan(answers), -9, answers).T.astype(np.int16).copy()
    scales = [range(start, start + p // 6) for start in range(0, p, p // 6)]
    work: dict[str, Callable[[], Any]] = {
        "strings": lambda: answer_strings(codes, scales),
        "irv": lambda: individual_variability(answers),
        "pattern": lambda: repeating_pattern(answers)[0],
        "synonyms": lambda: psychometric_synonyms(answers)[0],
        "even_odd": lambda: even_odd(answers, scales),
        "reversed_pairs": lambda: reversed_pairs(answers / 5, [(place, place + 1) for place in range(p // 3)]),
        "mahalanobis": lambda: mahalanobis_distance(answers)[0],
        f"near_duplicate (n = {options.matched})": lambda: largest_match(codes[:, : options.matched])[0],
    }
    print(f"n = {n}, p = {p}, missing {options.missing:.0%}")
    with single_threaded_blas():
        for name, run in work.items():
            best = np.inf
            for _ in range(3):
                start = time.perf_counter()
                found = run()
                best = min(best, time.perf_counter() - start)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{name:<28} {best:6.2f} s   judged {int(np.sum(found.judged)):>7}   peak {peak:5.0f} MB")


if __name__ == "__main__":
    main()
