"""From results of the analysis layer to figures of the results file, with the small-cell rule applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from analysis.results import Figure, Grade
from survey.study import Limits

if TYPE_CHECKING:
    from analysis.design import DesignMeans
    from analysis.figures import Estimate

__all__ = ["figure_of", "figures_of", "grade_of", "suppressed_figure"]

Kind = Literal["index", "share", "net_score", "rate", "gap", "score"]


def grade_of(n: int, limits: Limits) -> Grade:
    """What may be shown of a figure on ``n`` respondents."""
    if n < limits.suppress:
        return "suppressed"
    return "indicative" if n < limits.indicative else "shown"


def suppressed_figure(kind: Kind) -> Figure:
    """A figure that may not be shown: not even its size is given."""
    return Figure(
        kind=kind,
        estimate=None,
        std_error=None,
        lower=None,
        upper=None,
        n=None,
        n_effective=None,
        df=None,
        interval="",
        grade="suppressed",
    )


def figure_of(estimate: Estimate, limits: Limits, *, kind: Kind | None = None) -> Figure:
    """An estimate as a figure; fewer respondents than the limit suppress it."""
    shown = kind or estimate.kind
    if grade_of(estimate.n, limits) == "suppressed":
        return suppressed_figure(shown)
    return Figure(
        kind=shown,
        estimate=estimate.estimate,
        std_error=estimate.std_error,
        lower=estimate.lower,
        upper=estimate.upper,
        n=estimate.n,
        n_effective=estimate.n_effective,
        df=estimate.df,
        interval=estimate.interval,
        grade=grade_of(estimate.n, limits),
    )


def figures_of(means: DesignMeans, limits: Limits, *, kind: Kind = "index") -> list[Figure]:
    """One figure per column of a batch of means."""
    base = "index" if kind == "score" else kind
    return [figure_of(means.figure(place, kind=base), limits, kind=kind) for place in range(len(means.n))]
