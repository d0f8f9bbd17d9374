"""Do the statistics keep their word? Thousands of studies are drawn from worlds whose truth is known and evaluated.

    python benchmarks/coverage.py
    python benchmarks/coverage.py --studies 200 --seed 7

(a) The 95 % interval of the index and of every dimension holds the truth in 93 to 97 % of the studies.
(b) An indicator that moves by exactly the minimum detectable change is found in at least 80 %.
(c) Among indicators that did not move, any false alarm at all is raised in at most 5 % of the comparisons.

Every figure stands with its Monte-Carlo standard error and must keep its bound within two of them. Beside them stand
figures without a bound: what a reader of unadjusted tests would have been told, and how often all intervals of a
comparison hold at once. Every simulated respondent is attentive and answers independently, so screening and designs
with weights or clusters are not put to the test here. Ends with exit code 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.simulated_studies import (
    MOVERS,
    NOTHING,
    Evaluated,
    Truth,
    World,
    evaluate_study,
    nodes,
    quiet_world,
    shipped_world,
    true_figures,
    world_with_mover,
)

__all__ = ["Row", "Sample", "simulate", "table"]

ALPHA = 0.05
COVERAGE = (0.93, 0.97)
POWER = 0.80
BATCH = 10
DIMENSIONS = ("access", "response", "resolution", "returns", "repair", "people", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Evaluations of many studies of one world; arrays of `Evaluated` stacked along a new first axis."""

    world: World
    truth: Truth
    studies: Evaluated


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``low`` and ``high`` are bounds (None: none on that side)."""

    label: str
    value: float
    std_error: float
    low: float | None = None
    high: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the bounds hold within two Monte-Carlo standard errors; None without a bound."""
        if self.low is None and self.high is None:
            return None
        above = self.low is None or self.value >= self.low - 2 * self.std_error
        return above and (self.high is None or self.value <= self.high + 2 * self.std_error)


def worlds() -> tuple[World, ...]:
    """The worlds of the full run."""
    return (shipped_world(), quiet_world(), *(world_with_mover(indicator) for indicator in MOVERS))


def _batch(task: tuple[World, Truth, int, int, range]) -> list[Evaluated]:
    """Evaluate a few studies; each draws from a generator of its own, so batches may run in any order."""
    from threadpoolctl import threadpool_limits

    world, figures, seed, place, numbers = task
    with threadpool_limits(1):
        return [evaluate_study(world, figures, np.random.default_rng([seed, place, number])) for number in numbers]


def simulate(
    chosen: Sequence[World], *, studies: int, seed: int, processes: int = 1, progress: bool = False
) -> list[Sample]:
    """Draw and evaluate ``studies`` studies of each world; the result does not depend on ``processes``."""
    figures = [true_figures(world) for world in chosen]
    tasks = [
        (world, figures[place], seed, place, range(start, min(start + BATCH, studies)))
        for place, world in enumerate(chosen)
        for start in range(0, studies, BATCH)
    ]
    done: list[list[Evaluated]] = []
    start = time.perf_counter()
    for result in _run(tasks, processes):
        done.append(result)
        if progress:
            elapsed = time.perf_counter() - start
            left = elapsed * (len(tasks) - len(done)) / len(done)
            now = tasks[len(done) - 1][0].name
            text = f"{len(done) / len(tasks):4.0%}  {now:<20} {elapsed:4.0f} s, about {left:.0f} s left"
            print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    per_world = len(tasks) // len(chosen)
    return [
        Sample(world=world, truth=figures[place], studies=_stack(done[place * per_world : (place + 1) * per_world]))
        for place, world in enumerate(chosen)
    ]


def _run(tasks: Sequence[tuple[World, Truth, int, int, range]], processes: int) -> Iterator[list[Evaluated]]:
    if processes == 1:
        yield from map(_batch, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_batch, tasks)


def _stack(batches: Sequence[Sequence[Evaluated]]) -> Evaluated:
    every = [study for batch in batches for study in batch]
    return Evaluated(**{f.name: np.stack([getattr(study, f.name) for study in every]) for f in fields(Evaluated)})


def rate(
    label: str,
    outcomes: NDArray[np.bool_] | NDArray[np.float64],
    *,
    low: float | None = None,
    high: float | None = None,
) -> Row:
    """Mean of an outcome and its standard error; studies along the first axis, averaged within a study first.

    A plain share of studies has the standard error at (successes + 2) / (studies + 4), so that none is zero.
    """
    per_study = np.asarray(outcomes, dtype=np.float64).reshape(len(outcomes), -1).mean(axis=1)
    n = len(per_study)
    std_error = float(per_study.std(ddof=1)) / math.sqrt(n)
    if np.isin(per_study, (0.0, 1.0)).all():
        share = (per_study.sum() + 2) / (n + 4)
        std_error = math.sqrt(share * (1 - share) / n)
    return Row(label=label, value=float(per_study.mean()), std_error=std_error, low=low, high=high)


def coverage_rows(sample: Sample) -> list[Row]:
    """(a) How often the 95 % interval of the root and of each dimension holds the truth, wave by wave."""
    low, high = COVERAGE
    rows = []
    for code in (nodes()[0], *DIMENSIONS):
        for place, wave in enumerate(sample.world.population.waves):
            held = sample.studies.covered[:, place, nodes().index(code)]
            rows.append(rate(f"{code} {wave}", held, low=low, high=high))
    leaves = [place for place, code in enumerate(nodes()) if code not in (nodes()[0], *DIMENSIONS)]
    rows.append(rate("indicators, all waves together", sample.studies.covered[:, :, leaves], low=low, high=high))
    return rows


def power_rows(sample: Sample) -> list[Row]:
    """(b) How often the indicator that moved by its minimum detectable change is found; none for other worlds."""
    if sample.world.mover is None:
        return []
    place = nodes().index(sample.world.mover)
    return [
        rate(f"{sample.world.mover}: found (Holm)", sample.studies.found[:, 0, place], low=POWER),
        Row(
            label=f"{sample.world.mover}: true change, points",
            value=float(sample.truth.change[0, place]),
            std_error=0.0,
        ),
        rate(f"{sample.world.mover}: mean minimum detectable change", sample.studies.detectable[:, 0, place]),
    ]


def false_alarm_rows(sample: Sample) -> list[Row]:
    """(c) The chance of any false alarm in a comparison that has unmoved indicators, adjusted and naive."""
    unmoved = sample.truth.unmoved
    pairs = [pair for pair in range(len(unmoved)) if unmoved[pair].any()]
    if not pairs:
        return []
    found, p_value = sample.studies.found, sample.studies.p_value
    alarm = np.stack([found[:, pair, unmoved[pair]].any(axis=1) for pair in pairs], axis=1)
    naive = np.stack([(p_value[:, pair, unmoved[pair]] < ALPHA).any(axis=1) for pair in pairs], axis=1)
    count = np.stack([(p_value[:, pair, unmoved[pair]] < ALPHA).sum(axis=1) for pair in pairs], axis=1)
    of = "/".join(str(int(unmoved[pair].sum())) for pair in pairs)
    return [
        rate(f"any false alarm among {of} unmoved (Holm)", alarm, high=ALPHA),
        rate("the same by unadjusted tests", naive),
        rate("false alarms per comparison, unadjusted", count.astype(np.float64)),
    ]


def change_rows(sample: Sample) -> list[Row]:
    """Intervals of the last change and of its two effects, in a world where every figure moved."""
    studies, last = sample.studies, len(sample.truth.change) - 1
    low, high = COVERAGE
    together = np.asarray(studies.change_covered[:, last].all(axis=1), dtype=np.bool_)
    rows = [
        rate("each change, interval at its Holm level", studies.change_covered[:, last], low=0.95),
        rate(f"all {len(nodes())} changes at once, the same intervals", together),
        rate("score effect on the index", studies.score_covered[:, last], low=low, high=high),
        rate("mix effect on the index", studies.mix_covered[:, last], low=low, high=high),
    ]
    still = np.abs(sample.truth.score_effect[last]) < NOTHING
    by_mix = studies.found[:, last, still].sum(axis=1).astype(np.float64)
    rows.append(rate(f"changes found of the {still.sum()} that come from the mix alone", by_mix))
    return rows


def consistency(sample: Sample) -> int:
    """Verdicts that disagree with the adjusted test; none should."""
    return int(np.count_nonzero(sample.studies.found != (sample.studies.p_adjusted <= ALPHA)))


def table(samples: Sequence[Sample]) -> Iterator[tuple[str, list[Row]]]:
    """Sections of the table with their rows."""
    for sample in samples:
        name = sample.world.name
        if name == "shipped":
            yield f"(a) coverage of 95 % intervals, world: {name}", coverage_rows(sample)
            yield f"    change {'–'.join(sample.world.population.waves[-2:])} while the mix shifts", change_rows(sample)
        if sample.world.mover is not None:
            yield f"(b) power, world: {name}", power_rows(sample)
        yield f"(c) false alarms, world: {name}", false_alarm_rows(sample)


def _line(row: Row) -> str:
    bound = ""
    if row.low is not None and row.high is not None:
        bound = f"{row.low:.2f} – {row.high:.2f}"
    elif row.low is not None:
        bound = f"≥ {row.low:.2f}"
    elif row.high is not None:
        bound = f"≤ {row.high:.2f}"
    verdict = {None: "", True: "kept", False: "BROKEN"}[row.kept]
    return f"  {row.label:<50} {row.value:8.4f}  {row.std_error:7.4f}  {bound:<12} {verdict}".rstrip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, print the table, and say whether every bound is kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--studies", type=int, default=2000, help="studies drawn from each world")
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    samples = simulate(worlds(), studies=options.studies, seed=options.seed, processes=options.processes, progress=True)
    print(f"{options.studies} studies of each of {len(samples)} worlds, seed {options.seed}")
    print(f"  {'':<50} {'value':>8}  {'MC s.e.':>7}  bound")
    broken = 0
    for heading, rows in table(samples):
        print(heading)
        for row in rows:
            print(_line(row))
            broken += row.kept is False
    disagreeing = sum(consistency(sample) for sample in samples)
    print(f"verdicts that disagree with the adjusted test: {disagreeing}")
    print(f"{'every bound kept' if not broken else f'{broken} bounds broken'} ({time.perf_counter() - start:.0f} s)")
    return 1 if broken or disagreeing else 0


if __name__ == "__main__":
    sys.exit(main())
