"""The moments kernel beside the bare matrix products of the same shapes.

    python benchmarks/moments.py

Prints, for each shape, the processor seconds of `analysis.moments.partial` on int16 codes (5 % missing) and of the
float64 products W = A'DA, S = X'DA, X = X'DX and N = A'A group by group on arrays that lie in memory already. The two
are timed in turn; the best of five counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis.moments import partial


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time of all threads for one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(n: int, p: int, n_groups: int, *, weighted: bool, repeats: int = 5) -> None:
    """Time both sides and print one line."""
    rng = np.random.default_rng(20240501)
    codes = rng.integers(1, 6, size=(p, n)).astype(np.int16)
    codes[rng.random((p, n)) < 0.05] = -2
    tables = [np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])] * p
    groups = rng.integers(0, n_groups, size=n)
    case_weights = rng.uniform(0.3, 3.0, size=n) if weighted else None
    order = np.argsort(groups, kind="stable")
    answered = (codes[:, order] > 0).astype(np.float64)
    scores = np.where(answered > 0, codes[:, order] - 3.0, 0.0)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=n_groups))])
    weighted_scores, weighted_answered = scores, answered
    if case_weights is not None:
        weighted_scores, weighted_answered = scores * case_weights[order], answered * case_weights[order]

    def kernel() -> object:
        return partial(codes, tables, groups=groups, n_groups=n_groups, case_weights=case_weights)

    def products() -> None:
        for left, right in pairwise(bounds):
            a, x = answered[:, left:right], scores[:, left:right]
            da, dx = weighted_answered[:, left:right], weighted_scores[:, left:right]
            _ = da @ a.T, dx @ a.T, dx @ x.T
            if weighted:
                _ = a @ a.T

    kernel_times, product_times = [], []
    with threadpool_limits(1):
        for _ in range(repeats):
            kernel_times.append(processor_seconds(kernel))
            product_times.append(processor_seconds(products))
    kernel_best, product_best = min(kernel_times), min(product_times)
    print(
        f"n={n:>9,} p={p:>3} groups={n_groups:>3} weights={'yes' if weighted else 'no ':<3} "
        f"kernel {kernel_best:7.3f} s  bare DGEMM {product_best:7.3f} s  ratio {kernel_best / product_best:5.2f}"
    )


def main() -> None:
    """Run the shapes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="only the smaller shape, three repeats")
    options = parser.parse_args()
    compare(50_000, 60, 1, weighted=False, repeats=3 if options.quick else 5)
    compare(50_000, 60, 10, weighted=True, repeats=3 if options.quick else 5)
    if not options.quick:
        compare(1_000_000, 30, 50, weighted=True)
        compare(1_000_000, 30, 1, weighted=False)


if __name__ == "__main__":
    main()
