"""SERVQUAL: perceived minus expected service, per item, per dimension and overall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.design import SurveyDesign
from analysis.figures import TableDisplay
from analysis.gap_figures import GapFigure, PairedDifferences
from analysis.paired import EffectSize, PairedComparisonResult, paired_comparison
from analysis.servperf import PerceivedQualityResult, dimension_scores, perceived_quality
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DimensionGapsResult",
    "EffectSize",
    "GapFigure",
    "PairedComparisonResult",
    "ServiceGapResult",
    "difference_score_reliability",
    "paired_comparison",
    "service_gap",
    "summarise_dimension_gaps",
]

EXPECTATION_CEILING = 5.5 / 6  # of the scale's width: 6.5 on a seven-point scale
POINTS_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGapResult(TableDisplay):
    """Gaps of a SERVQUAL study, SERVPERF beside them, and how far the difference scores can be trusted."""

    items: tuple[GapFigure, ...]
    dimensions: tuple[GapFigure, ...]
    unweighted: GapFigure  # mean of the dimensions
    weighted: GapFigure | None  # sum of points/100 * gap; None without importance points
    importance_points: Mapping[str, float] | None
    servperf: PerceivedQualityResult  # perceptions alone, every perception answered
    difference_reliability: Mapping[str, float]  # per dimension; NaN with one item or no spread
    scale: tuple[float, float]
    confidence: float
    design_based: bool
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per figure: items, dimensions, overall."""
        import pandas as pd

        overall = (self.unweighted, *([self.weighted] if self.weighted else []))
        rows = [asdict(figure) for figure in (*self.items, *self.dimensions, *overall)]
        return pd.DataFrame(rows).set_index(["level", "code"])

    def summary(self) -> str:
        """Overall gap and the dimension that falls shortest."""
        worst = min(self.dimensions, key=lambda figure: figure.estimate)
        return (
            f"gap {self.unweighted.estimate:+.1f} index points ({self.unweighted.lower:+.1f} to "
            f"{self.unweighted.upper:+.1f}); largest shortfall {worst.code} {worst.estimate:+.1f}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionGapsResult(TableDisplay):
    """Overall figures from dimension gaps; same points as the gaps given."""

    gaps: Mapping[str, float]
    total: float
    unweighted: float
    weighted: float  # NaN without importance points
    largest_gap: str  # the dimension that falls furthest short

    def to_frame(self) -> pd.DataFrame:
        """One row per dimension."""
        import pandas as pd

        return pd.DataFrame({"estimate": dict(self.gaps)})

    def summary(self) -> str:
        """Unweighted and weighted gap."""
        return f"unweighted {self.unweighted:+.3f}, weighted {self.weighted:+.3f}, largest gap: {self.largest_gap}"


def service_gap(
    perception: pd.DataFrame,
    expectation: pd.DataFrame,
    design: SurveyDesign | None = None,
    *,
    scale: tuple[float, float],
    dimensions: Mapping[str, Sequence[str]] | None = None,
    importance_points: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> ServiceGapResult:
    """Gaps between perceived and expected service, tested as paired differences under the design.

    Parameters
    ----------
    perception, expectation : DataFrame, shape (n_respondents, n_items)
        Same rows, columns and scale; NaN = missing. A respondent enters an item with both answers, and a dimension
        with the mean over the items answered on both.
    design : SurveyDesign
        Left out, every respondent counts once: the test is the paired t test with n - 1 degrees of freedom.
    scale
        Declared ends of the items; gaps are given in scale points and, times 100 / width, in index points.
    dimensions
        Dimension name to its items; left out, all items form one.
    importance_points
        Points per dimension, adding up to 100.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``, ``analysis.outside_scale``, ``analysis.items_unknown``,
        ``analysis.points_not_100``.
    InsufficientDataError
        ``analysis.too_few_pairs``: no item was answered on both by two respondents.

    References
    ----------
    Parasuraman, Zeithaml & Berry (1988), J. Retailing 64(1), 12-40; (1991), 67(4), 420-450; Zeithaml, Parasuraman &
    Berry (1990), Delivering Quality Service; Cronin & Taylor (1992), J. Marketing 56(3), 55-68.
    """
    if perception.shape != expectation.shape or list(perception.columns) != list(expectation.columns):
        raise SatixError.of("analysis.shapes_differ", first=list(perception.shape), second=list(expectation.shape))
    _check_scale(perception, expectation, scale)
    groups = dict(dimensions) if dimensions is not None else {"all": list(perception.columns)}
    if importance_points is not None:
        _check_points(importance_points, groups)
    design = design or SurveyDesign.simple(len(perception))
    to_index = 100 / (scale[1] - scale[0])
    both = perception.notna().to_numpy() & expectation.notna().to_numpy()
    p, e = perception.where(both), expectation.where(both)
    by_item = PairedDifferences.of(p.to_numpy(dtype=np.float64), e.to_numpy(dtype=np.float64), design, confidence)
    if not (by_item.means.n >= 2).any():
        raise InsufficientDataError.of("analysis.too_few_pairs", found=int(by_item.means.n.max(initial=0)), needed=2)
    by_dimension = PairedDifferences.of(dimension_scores(p, groups), dimension_scores(e, groups), design, confidence)
    points = None if importance_points is None else np.array([importance_points[name] for name in groups]) / 100
    return ServiceGapResult(
        items=by_item.figures([str(name) for name in perception.columns], "item", to_index),
        dimensions=by_dimension.figures(list(groups), "dimension", to_index),
        unweighted=by_dimension.combined("unweighted", np.full(len(groups), 1 / len(groups)), to_index),
        weighted=None if points is None else by_dimension.combined("weighted", points, to_index),
        importance_points=importance_points,
        servperf=perceived_quality(perception, groups, design, confidence=confidence),
        difference_reliability={
            name: _difference_reliability(p[list(members)], e[list(members)], design)
            for name, members in groups.items()
        },
        scale=scale,
        confidence=confidence,
        design_based=design.probability_sample,
        findings=tuple(
            Problem(
                code="analysis.expectation_ceiling",
                fields={"dimension": name, "mean": f"{mean:.2f}", "highest": scale[1]},
                severity="warning",
            )
            for name, mean in zip(groups, by_dimension.expectation, strict=True)
            if mean > scale[0] + EXPECTATION_CEILING * (scale[1] - scale[0])
        ),
    )


def summarise_dimension_gaps(
    gaps: Mapping[str, float], *, importance_points: Mapping[str, float] | None = None
) -> DimensionGapsResult:
    """Sum, unweighted mean and importance-weighted mean (sum of points/100 * gap) of given dimension gaps."""
    if not gaps:
        raise SatixError.of("analysis.items_unknown", found="-")
    weighted = math.nan
    if importance_points is not None:
        _check_points(importance_points, gaps)
        weighted = math.fsum(importance_points[name] / 100 * gap for name, gap in gaps.items())
    total = math.fsum(gaps.values())
    return DimensionGapsResult(
        gaps=dict(gaps),
        total=total,
        unweighted=total / len(gaps),
        weighted=weighted,
        largest_gap=min(gaps, key=lambda name: gaps[name]),
    )


def difference_score_reliability(
    sd_perception: float,
    sd_expectation: float,
    reliability_perception: float,
    reliability_expectation: float,
    correlation: float,
) -> float:
    """Reliability of P - E: (sP^2 rP + sE^2 rE - 2 r sP sE) / (sP^2 + sE^2 - 2 r sP sE); NaN without any spread.

    References
    ----------
    Peter, Churchill & Brown (1993), J. Consumer Research 19(4), 655-662.
    """
    shared = 2 * correlation * sd_perception * sd_expectation
    observed = sd_perception**2 + sd_expectation**2 - shared
    true = sd_perception**2 * reliability_perception + sd_expectation**2 * reliability_expectation - shared
    return true / observed if observed > 0 else math.nan


def _difference_reliability(p: pd.DataFrame, e: pd.DataFrame, design: SurveyDesign) -> float:
    """The formula with raw alpha of either block for the reliabilities, over respondents complete on both blocks."""
    k = p.shape[1]
    joint = np.concatenate([p.to_numpy(dtype=np.float64), e.to_numpy(dtype=np.float64)], axis=1)
    complete = ~np.isnan(joint).any(axis=1) & (design.case_weights > 0)
    if k < 2 or np.count_nonzero(complete) < 2:
        return math.nan
    covariance = np.cov(joint[complete], rowvar=False, aweights=design.case_weights[complete])
    block_p, block_e, cross = covariance[:k, :k], covariance[k:, k:], covariance[:k, k:]
    variance_p, variance_e = float(block_p.sum()), float(block_e.sum())
    if not (variance_p > 0 and variance_e > 0):
        return math.nan
    alpha_p = k / (k - 1) * (1 - float(np.trace(block_p)) / variance_p)
    alpha_e = k / (k - 1) * (1 - float(np.trace(block_e)) / variance_e)
    sd_p, sd_e = math.sqrt(variance_p), math.sqrt(variance_e)
    return difference_score_reliability(sd_p, sd_e, alpha_p, alpha_e, float(cross.sum()) / (sd_p * sd_e))


def _check_scale(perception: pd.DataFrame, expectation: pd.DataFrame, scale: tuple[float, float]) -> None:
    values = np.concatenate([perception.to_numpy(dtype=np.float64), expectation.to_numpy(dtype=np.float64)])
    outside = (values < scale[0]) | (values > scale[1])
    if not scale[0] < scale[1] or outside.any():
        found = f"{np.count_nonzero(outside)} x" if outside.any() else f"{scale[0]:g} - {scale[1]:g}"
        raise SatixError.of("analysis.outside_scale", found=found, lowest=scale[0], highest=scale[1])


def _check_points(points: Mapping[str, float], dimensions: Mapping[str, object]) -> None:
    if set(points) != set(dimensions) or abs(math.fsum(points.values()) - 100) > POINTS_TOLERANCE:
        found = math.fsum(points.values())
        raise SatixError.of("analysis.points_not_100", found=f"{found:g}", dimensions=", ".join(dimensions))
