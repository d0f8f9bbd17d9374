"""Composite indices per respondent, with weights renormalised over what was answered, and what each part adds.

Respondent i's composite over leaves l with weights W_l is sum w_il v_il, w_il = W_l a_il / sum_m W_m a_im, where
a_il says whether the leaf was answered; it exists when the answered weight is at least ``minimum_share`` of the
applicable weight. A leaf that did not concern the respondent (not applicable, not shown, not in this version) leaves
that denominator; one left unanswered stays in it.

The contribution of a leaf is the weighted mean of w_il v_il over the respondents with a composite, so contributions
add up to the composite's estimate with missing answers too; its potential is the mean of w_il (100 - v_il), the points
lost to 100.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.design import SurveyDesign, design_mean, design_means
from analysis.figures import Estimate, TableDisplay
from analysis.rescaling import rescale_to_index
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

ROUNDING = 1e-9  # an answered share this little below the minimum is equal to it

__all__ = [
    "CompositeResult",
    "ContributionResult",
    "composite_index",
    "composite_matrix",
    "contributions",
    "indicator_values",
    "weighted_composite",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContributionResult(TableDisplay):
    """What each leaf adds to a composite; arrays of shape (L,), in index points unless said otherwise.

    ``contribution`` adds up to the composite's estimate; ``potential`` to 100 minus it. ``effective_weight`` is the
    mean weight after renormalisation (adds up to 1), ``indicator_weights`` the declared one, ``leaf_mean`` the mean
    over the respondents with a composite who answered the leaf, ``n`` how many they are.
    """

    names: tuple[str, ...]
    contribution: Floats
    std_error: Floats
    potential: Floats
    effective_weight: Floats
    indicator_weights: Floats
    leaf_mean: Floats
    n: NDArray[np.int64]
    n_composite: int

    def to_frame(self) -> pd.DataFrame:
        """One row per leaf, indexed by name; ``estimate`` is the contribution."""
        import pandas as pd

        columns = ("std_error", "potential", "effective_weight", "indicator_weights", "leaf_mean", "n")
        table = {"estimate": self.contribution, **{name: getattr(self, name) for name in columns}}
        return pd.DataFrame(table, index=pd.Index(self.names, name="indicator"))

    def summary(self) -> str:
        """The sum of the contributions in one line."""
        return f"{len(self.names)} parts add up to {self.contribution.sum():.1f} points (n = {self.n_composite})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompositeResult(TableDisplay):
    """A composite index: its estimate, the respondents' values (NaN without one) and what each indicator adds.

    ``dropped`` counts respondents who answered less than ``minimum_share`` of the applicable weight.
    """

    figure: Estimate
    respondent_index: pd.Series
    contributions: ContributionResult
    minimum_share: float
    n_rows: int
    dropped: int

    def to_frame(self) -> pd.DataFrame:
        """One row: the estimate and the counts."""
        import pandas as pd

        row = {**asdict(self.figure), "n_rows": self.n_rows, "dropped": self.dropped}
        return pd.DataFrame([{**row, "minimum_share": self.minimum_share}])

    def summary(self) -> str:
        """The index, its interval and n in one line."""
        return self.figure.summary()


def composite_matrix(
    values: ArrayLike,
    membership: ArrayLike,
    *,
    applicable: ArrayLike | None = None,
    minimum_share: float = 0.5,
) -> Floats:
    """Composites of many nodes at once, (n, nodes); NaN where too little was answered.

    Parameters
    ----------
    values : (n, L) index points, NaN where missing.
    membership : (L, nodes) weight of each leaf in each node, 0 where it has no part; any scale.
    applicable : (n, L) whether the leaf concerned the respondent (default: always). An answer makes it so.
    minimum_share : least answered share of the applicable weight, above 0 and at most 1.

    Raises
    ------
    SatixError
        A node without positive weight, a negative weight, or an impossible minimum share.
    """
    if not 0 < minimum_share <= 1:
        raise SatixError.of("analysis.minimum_share_invalid", found=f"{minimum_share:g}")
    matrix, weights = _checked(values, membership)
    answered = ~np.isnan(matrix)
    answered_weight = answered @ weights
    if applicable is None:
        applicable_weight: Floats = np.broadcast_to(weights.sum(axis=0), answered_weight.shape)
    else:
        applicable_weight = (np.asarray(applicable, dtype=np.bool_) | answered) @ weights
    enough = (answered_weight > 0) & (answered_weight >= (minimum_share - ROUNDING) * applicable_weight)
    total = np.where(answered, matrix, 0.0) @ weights
    composites: Floats = np.divide(total, answered_weight, out=np.full(total.shape, np.nan), where=enough)
    return composites


def composite_index(
    values: ArrayLike,
    *,
    indicator_weights: ArrayLike,
    applicable: ArrayLike | None = None,
    minimum_share: float = 0.5,
) -> Floats:
    """One composite per respondent, (n,): `composite_matrix` with ``indicator_weights`` (L,) for a single node."""
    column = np.asarray(indicator_weights, dtype=np.float64).reshape(-1, 1)
    return composite_matrix(values, column, applicable=applicable, minimum_share=minimum_share)[:, 0]


def indicator_values(
    values: ArrayLike, indicator_of_item: ArrayLike, *, n_indicators: int, question_weights: ArrayLike | None = None
) -> Floats:
    """Indicators from the items that measure them, (n, n_indicators): the mean of the answered items.

    ``values`` (n, q) index points; ``indicator_of_item`` (q,) position of each item's indicator;
    ``question_weights`` (q,) weights within the indicator (default equal). NaN where no item was answered.
    """
    places = np.asarray(indicator_of_item, dtype=np.int64)
    membership = np.zeros((len(places), n_indicators))
    weights = np.ones(len(places)) if question_weights is None else np.asarray(question_weights, dtype=np.float64)
    membership[np.arange(len(places)), places] = weights
    return composite_matrix(values, membership, minimum_share=ROUNDING)


def contributions(
    values: ArrayLike,
    *,
    indicator_weights: ArrayLike,
    applicable: ArrayLike | None = None,
    minimum_share: float = 0.5,
    design: SurveyDesign | None = None,
    names: Sequence[str] | None = None,
    parent_of_leaf: Sequence[str] | None = None,
) -> ContributionResult:
    """What each leaf (or each parent of leaves) adds to the composite's estimate; see the module's formulas.

    ``values``, ``indicator_weights``, ``applicable`` and ``minimum_share`` as in `composite_index`; means and
    standard errors are under ``design`` (default: equal weights). ``parent_of_leaf`` (L,) adds the leaves up by
    parent, in order of first appearance; ``leaf_mean`` is then the parent's mean over its answered weight.
    """
    matrix, weights = _checked(values, np.asarray(indicator_weights, dtype=np.float64).reshape(-1, 1))
    composite = composite_matrix(matrix, weights, applicable=applicable, minimum_share=minimum_share)[:, 0]
    kept = ~np.isnan(composite)
    answered = ~np.isnan(matrix)
    used = np.divide(
        answered * weights[:, 0], (answered @ weights), out=np.zeros(matrix.shape), where=kept[:, None] & answered
    )
    points = used * np.where(answered, matrix, 0.0)
    labels = [str(place) for place in range(matrix.shape[1])] if names is None else [str(name) for name in names]
    declared = weights[:, 0]
    if parent_of_leaf is not None:
        labels = list(dict.fromkeys(str(parent) for parent in parent_of_leaf))
        belongs = np.array([[str(parent) == label for label in labels] for parent in parent_of_leaf], dtype=np.float64)
        used, points, declared = used @ belongs, points @ belongs, declared @ belongs
    plan = SurveyDesign.simple(len(matrix)) if design is None else design
    added = design_means(points, plan, mask=kept)
    effective = design_means(used, plan, mask=kept).estimate
    part = np.divide(points, used, out=np.full(used.shape, np.nan), where=used > 0)
    leaf = design_means(part, plan, mask=kept)
    return ContributionResult(
        names=tuple(labels),
        contribution=added.estimate,
        std_error=added.std_error,
        potential=100 * effective - added.estimate,
        effective_weight=effective,
        indicator_weights=declared / declared.sum(),
        leaf_mean=leaf.estimate,
        n=leaf.n,
        n_composite=int((kept & (plan.case_weights > 0)).sum()),
    )


def weighted_composite(
    responses: pd.DataFrame,
    indicator_weights: Mapping[str, float] | pd.Series,
    *,
    scale: tuple[float, float] | Mapping[str, tuple[float, float]],
    reverse: Collection[str] = (),
    design: SurveyDesign | None = None,
    applicable: pd.DataFrame | None = None,
    confidence: float = 0.95,
    minimum_share: float = 0.5,
) -> CompositeResult:
    """Composite index of a table of answers in one call.

    Parameters
    ----------
    responses : (n, columns) scores, NaN where missing; the columns named in ``indicator_weights`` are used.
    indicator_weights : weight of each column in the index; any scale.
    scale : declared ends (lowest, highest), for all columns or per column.
    reverse : columns in which a high score is bad.
    design : sampling design of the rows (default: equal weights, no strata or clusters).
    applicable : (n, columns) whether the question concerned the respondent (default: always).
    confidence, minimum_share : coverage of the t interval; least answered share of the applicable weight.

    Raises
    ------
    SatixError
        A weight or a reversal for an unknown column, bad weights, or a score outside the scale.
    """
    import pandas as pd

    names = [str(name) for name in indicator_weights.keys()]  # noqa: SIM118 - a Series iterates over its values
    columns = [str(column) for column in responses.columns]
    for name in (*names, *reverse):
        if name not in columns:
            raise SatixError.of("analysis.indicator_unknown", found=name, expected=", ".join(columns))
    ends = {name: scale[name] if isinstance(scale, Mapping) else scale for name in names}
    points = np.empty((len(responses), len(names)))
    for place, name in enumerate(names):
        scores = responses[name].to_numpy(dtype=np.float64, na_value=np.nan)
        lowest, highest = ends[name]
        points[:, place] = rescale_to_index(scores, lowest=lowest, highest=highest, reverse=name in reverse)
    weights = np.array([float(indicator_weights[name]) for name in names])
    concerned = None if applicable is None else applicable[names].to_numpy(dtype=np.bool_)
    plan = SurveyDesign.simple(len(responses)) if design is None else design
    index = composite_index(points, indicator_weights=weights, applicable=concerned, minimum_share=minimum_share)
    parts = contributions(
        points,
        indicator_weights=weights,
        applicable=concerned,
        minimum_share=minimum_share,
        design=plan,
        names=names,
    )
    return CompositeResult(
        figure=design_mean(index, plan, confidence=confidence, kind="index"),
        respondent_index=pd.Series(index, index=responses.index, name="index"),
        contributions=parts,
        minimum_share=minimum_share,
        n_rows=len(responses),
        dropped=int(np.isnan(index).sum()),
    )


def _checked(values: ArrayLike, membership: ArrayLike) -> tuple[Floats, Floats]:
    matrix, weights = np.asarray(values, dtype=np.float64), np.asarray(membership, dtype=np.float64)
    fits = matrix.ndim == 2 and weights.ndim == 2 and len(weights) == matrix.shape[1]
    if not fits or not np.isfinite(weights).all() or (weights < 0).any() or (weights.sum(axis=0) <= 0).any():
        expected = matrix.shape[1] if matrix.ndim == 2 else matrix.shape
        raise SatixError.of("analysis.indicator_weights_invalid", expected=expected, found=weights.tolist())
    return matrix, weights
