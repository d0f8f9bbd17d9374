"""What a planned study would find: expected alpha, width of the index interval, chance of proving a change.

Studies are drawn from the factor model of the instrument and evaluated as real ones are: alpha from pairwise
covariances, composites renormalised over what was answered, the t interval of a mean, Welch's test at the Bonferroni
level of the family (what it finds Holm finds). All studies of a size are computed together from sums of products.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.alpha_coefficients import feldt_interval
from analysis.planning.factor_model import Block, FactorModel
from analysis.planning.instrument_model import factor_model
from analysis.planning.simulated_answers import draw_answers, item_points, node_points, study_blocks
from analysis.planning.simulated_sums import StudyProducts, StudySums
from analysis.planning.simulation_result import AlphaForecast, ChangeForecast, IndexForecast, SimulationResult
from survey.errors import SatixError

if TYPE_CHECKING:
    from survey.instrument import Instrument
    from survey.plan import PlannedChange, PlannedSimulation

Floats = NDArray[np.float64]

__all__ = ["Watcher", "simulate_model", "simulate_plan"]


class Watcher(Protocol):
    """Told how many studies are drawn, of how many."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take note."""


def _unwatched(done: int, total: int, /) -> None:
    del done, total


def _further(progress: Watcher, before: int, whole: int, done: int, total: int, /) -> None:
    del total
    progress(before + done, whole)


def simulate_plan(
    instrument: Instrument,
    assumptions: PlannedSimulation,
    *,
    confidence: float = 0.95,
    seed: int = 20240101,
    progress: Watcher = _unwatched,
) -> SimulationResult:
    """Simulate an instrument for every number of respondents and items of the plan.

    Each size draws from a generator of its own, seeded with ``seed``, the number of items and the number of
    respondents: adding a size changes none of the others. Errors as in
    :func:`analysis.planning.instrument_model.factor_model`.
    """
    variants: list[int | None] = [None, *dict.fromkeys(assumptions.items)]
    sizes = list(dict.fromkeys(assumptions.respondents))
    models = {variant: factor_model(instrument, assumptions, items_per_factor=variant) for variant in variants}
    total = len(variants) * len(sizes) * assumptions.replicates
    found: list[SimulationResult] = []
    for variant in variants:
        for n in sizes:
            watcher = partial(_further, progress, len(found) * assumptions.replicates, total)
            found.append(
                simulate_model(
                    models[variant],
                    n,
                    replicates=assumptions.replicates,
                    changes=assumptions.changes,
                    items_per_factor=variant,
                    alpha_wanted=assumptions.alpha_wanted,
                    n_tests=assumptions.tests or len(models[None].nodes),
                    design_effect=assumptions.design_effect,
                    confidence=confidence,
                    rng=np.random.default_rng([seed, variant or 0, n]),
                    progress=watcher,
                )
            )
    return SimulationResult(
        alphas=tuple(row for one in found for row in one.alphas),
        indices=tuple(row for one in found for row in one.indices),
        changes=tuple(row for one in found for row in one.changes),
        replicates=assumptions.replicates,
        confidence=confidence,
        n_tests=assumptions.tests or len(models[None].nodes),
        design_effect=assumptions.design_effect,
        alpha_wanted=assumptions.alpha_wanted,
    )


def simulate_model(
    model: FactorModel,
    n: int,
    *,
    replicates: int,
    rng: np.random.Generator,
    changes: Sequence[PlannedChange] = (),
    items_per_factor: int | None = None,
    alpha_wanted: float = 0.7,
    n_tests: int = 1,
    design_effect: float = 1.0,
    confidence: float = 0.95,
    progress: Watcher = _unwatched,
) -> SimulationResult:
    """Draw ``replicates`` studies of ``n`` respondents (and, for changes, a second wave of ``n`` others each).

    ``design_effect`` multiplies the variance of every mean. The two waves of a change are independent samples. Memory
    is bounded by :data:`analysis.planning.simulated_answers.BLOCK_VALUES`, whatever ``n`` and ``replicates`` are.
    """
    from threadpoolctl import threadpool_limits

    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    scales = [item.scale for item in model.items]
    centre = np.array([item.mean for item in model.items])
    moved = []
    for change in changes:
        below = set(model.items_below(change.indicator).tolist())
        moved.append([scale.moved(change.change) if j in below else scale for j, scale in enumerate(scales)])
    alphas = [StudyProducts(replicates, len(block.items)) for block in model.blocks]
    nodes = StudySums(replicates, len(model.nodes))
    later = [StudySums(replicates, 1) for _ in changes]
    with threadpool_limits(limits=1, user_api="blas"):  # the blocks are too small to share out
        for studies, rows in study_blocks(replicates, n, len(model.items)):
            count = studies.stop - studies.start
            drawn = draw_answers(model, count * rows, rng)
            points = item_points(drawn, scales)
            nodes.add(studies, node_points(model, points, drawn.asked))
            for block, products in zip(model.blocks, alphas, strict=True):
                places = list(block.items)
                products.add(studies, points[:, places] - centre[places])
            if changes:
                second = draw_answers(model, count * rows, rng)
                for change, altered, sums in zip(changes, moved, later, strict=True):
                    place = model.nodes.index(change.indicator)
                    sums.add(studies, node_points(model, item_points(second, altered), second.asked, place))
            progress(studies.stop, replicates)
    return SimulationResult(
        alphas=tuple(
            _alpha_forecast(block, products, items_per_factor, n, alpha_wanted, confidence)
            for block, products in zip(model.blocks, alphas, strict=True)
        ),
        indices=_index_forecasts(model, nodes, items_per_factor, n, design_effect, confidence),
        changes=tuple(
            _change_forecast(model, nodes, sums, change, items_per_factor, n, n_tests, design_effect, confidence)
            for change, sums in zip(changes, later, strict=True)
        ),
        replicates=replicates,
        confidence=confidence,
        n_tests=n_tests,
        design_effect=design_effect,
        alpha_wanted=alpha_wanted,
    )


def _alpha_forecast(
    block: Block, products: StudyProducts, variant: int | None, n: int, wanted: float, confidence: float
) -> AlphaForecast:
    alpha = products.alpha()
    known = alpha[np.isfinite(alpha)]
    expected = float(known.mean()) if len(known) else math.nan
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = (float(q) for q in np.quantile(known, tails)) if len(known) else (math.nan, math.nan)
    answering = round(float(products.respondents.mean()))
    lower, upper = (math.nan, math.nan)
    if len(known) and answering > 1:
        lower, upper = feldt_interval(expected, answering, len(block.items), confidence)
    return AlphaForecast(
        node=block.node,
        items_per_factor=variant,
        n_items=len(block.items),
        respondents=n,
        n=answering,
        estimate=expected,
        std_error=float(known.std(ddof=1)) if len(known) > 1 else math.nan,
        lower=float(lower),
        upper=float(upper),
        range_lower=low,
        range_upper=high,
        chance_wanted=float((known >= wanted).mean()) if len(known) else math.nan,
        undefined=len(alpha) - len(known),
    )


def _index_forecasts(
    model: FactorModel, sums: StudySums, variant: int | None, n: int, design_effect: float, confidence: float
) -> tuple[IndexForecast, ...]:
    from scipy.special import stdtrit

    means, variances = sums.means(), sums.variances()
    rows = []
    for place, node in enumerate(model.nodes):
        kept = np.isfinite(variances[:, place])
        count, variance = sums.n[kept, place], variances[kept, place]
        half = stdtrit(count - 1, (1 + confidence) / 2) * np.sqrt(design_effect * variance / count)
        known = bool(len(half))
        rows.append(
            IndexForecast(
                node=node,
                items_per_factor=variant,
                respondents=n,
                n=float(sums.n[:, place].mean()),
                estimate=float(means[kept, place].mean()) if known else math.nan,
                sd=float(np.sqrt(variance.mean())) if known else math.nan,
                margin=float(half.mean()) if known else math.nan,
                margin_nine_in_ten=float(np.quantile(half, 0.9)) if known else math.nan,
                undefined=int((~kept).sum()),
            )
        )
    return tuple(rows)


def _change_forecast(
    model: FactorModel,
    first: StudySums,
    second: StudySums,
    change: PlannedChange,
    variant: int | None,
    n: int,
    n_tests: int,
    design_effect: float,
    confidence: float,
) -> ChangeForecast:
    from scipy import special

    place = model.nodes.index(change.indicator)
    difference = second.means()[:, 0] - first.means()[:, place]
    parts = [
        design_effect * variance / count
        for variance, count in (
            (first.variances()[:, place], first.n[:, place]),
            (second.variances()[:, 0], second.n[:, 0]),
        )
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        std_error = np.sqrt(parts[0] + parts[1])
        df = std_error**4 / (parts[0] ** 2 / (first.n[:, place] - 1) + parts[1] ** 2 / (second.n[:, 0] - 1))
        statistic = difference / std_error
        level = (1 - confidence) / n_tests
        critical = special.stdtrit(df, 1 - level / 2)
    towards = np.abs(statistic) if change.change == 0 else statistic * np.sign(change.change)
    defined = np.isfinite(statistic) & np.isfinite(critical)
    found = float((towards > critical)[defined].mean()) if defined.any() else math.nan
    used = int(defined.sum())
    return ChangeForecast(
        node=change.indicator,
        items_per_factor=variant,
        respondents=n,
        change=change.change,
        mean_difference=float(difference[defined].mean()) if used else math.nan,
        std_error=float(np.sqrt((std_error[defined] ** 2).mean())) if used else math.nan,
        chance=found,
        chance_std_error=math.sqrt(found * (1 - found) / used) if used else math.nan,
        level=level,
        undefined=len(statistic) - used,
    )
