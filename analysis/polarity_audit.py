"""Which way each item counts in a platform's own total, worked out from the answers alone.

A survey platform adds option scores into a total that its users seldom check. Regressed on the item codes by least
squares, a total made of ``x`` and ``(K + 1) - x`` comes out without residual: coefficients of 1 and -1, and a constant
of K + 1 per reversed item. The coefficients then show reversals nobody declared, items that do not count, and checks
that should not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.figures import TableDisplay
from analysis.polarity_fits import NEGLIGIBLE, ItemFit, LinearFit, fit_by_option, fit_linear, fit_most_rows
from survey.errors import Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Declared", "ItemPolarity", "Keyed", "PolarityAuditResult", "audit_scores", "audit_total"]

Keyed = Literal["positive", "reversed", "not_counted", "multiple", "by_option", "constant", "undetermined"]
Declared = Literal["positive", "reversed", "attention", "not_scored"]
Floats = NDArray[np.float64]
_LISTED = 20
_FEWEST_STEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPolarity:
    """How one item counts in the total.

    ``factor`` is what one step of the code adds (NaN where undetermined); ``keyed`` puts it in words: ``positive`` +x,
    ``reversed`` (K + 1) - x, ``not_counted`` nothing, ``multiple`` another factor, ``by_option`` scores in unequal
    steps, ``constant`` everyone answered alike, ``undetermined`` not to be told from other items. ``agrees`` compares
    with what the instrument declares; None where there is nothing to compare.
    """

    item: str
    keyed: Keyed
    factor: float
    declared: Declared | None = None
    agrees: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarityAuditResult(TableDisplay):
    """What a platform's scores say of the direction of every item.

    ``exact`` is true where total or scores are reproduced to rounding error (``largest_residual``); only then are
    items keyed. ``constant`` is the fixed part of the total, ``steps`` the K that explains it together with the
    reversed items, None where no single K does. ``n`` counts the records used, ``dropped`` those with an unanswered
    item or without a total, ``differing`` names records whose total does not follow the rule all others follow.
    ``rank`` is the number of coefficients the data determine. ``orientation`` is ``opposite`` where the platform
    counts the declared positive items downwards.
    """

    method: Literal["total", "scores"]
    exact: bool
    items: tuple[ItemPolarity, ...]
    constant: float
    steps: int | None
    largest_residual: float
    n: int
    dropped: int
    rank: int
    differing: tuple[str, ...] = ()
    orientation: Literal["same", "opposite"] | None = None
    findings: tuple[Problem, ...] = ()

    def keyed(self, *kinds: Keyed) -> tuple[str, ...]:
        """Items keyed in one of these ways, in their order."""
        return tuple(item.item for item in self.items if item.keyed in kinds)

    def to_frame(self) -> pd.DataFrame:
        """One row per item."""
        import pandas as pd

        return pd.DataFrame([asdict(item) for item in self.items]).set_index("item")

    def summary(self) -> str:
        """How many items count which way."""
        if not self.exact:
            return f"not reproduced (largest residual {self.largest_residual:.3g}, n = {self.n})"
        counts = {kind: len(self.keyed(kind)) for kind in dict.fromkeys(item.keyed for item in self.items)}
        return ", ".join(f"{kind} {count}" for kind, count in counts.items()) + f" (n = {self.n})"


def audit_total(
    codes: pd.DataFrame,
    total: pd.Series,
    *,
    steps: int | None = None,
    declared: Mapping[str, Declared] | None = None,
) -> PolarityAuditResult:
    """Find out from a platform's total which way every item counts.

    Three rules are tried in turn: the total is linear in the codes (ordinary least squares without residual); it is
    so for nine records in ten at least (least absolute deviations, for totals or answers edited by hand); it is a
    score per option (dummy coding, an unanswered item as an option of its own).

    Parameters
    ----------
    codes : DataFrame, shape (n_respondents, n_items)
        Item codes as the platform numbers them, NaN where unanswered.
    total : Series, shape (n_respondents,)
        The platform's total on the same index.
    steps
        K, the options of the items, if known; else it is worked out from the constant.
    declared
        By item, what the instrument says; items it does not name are not compared.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``: the indices differ.

    References
    ----------
    Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes, 72-80 (least squares); Barrodale
    & Roberts (1973), SIAM Journal on Numerical Analysis 10(5), 839-848 (least absolute deviations).
    """
    if list(codes.index) != list(total.index):
        raise SatixError.of("analysis.shapes_differ", first=list(codes.shape), second=list(total.shape))
    names = [str(name) for name in codes.columns]
    values = codes.to_numpy(dtype=np.float64)
    sums = total.to_numpy(dtype=np.float64)
    complete = ~np.isnan(values).any(axis=1) & ~np.isnan(sums)
    n, findings = int(complete.sum()), list[Problem]()
    linear = fit_linear(values[complete], sums[complete])
    fit, differing = linear, tuple[str, ...]()
    if not linear.exact:
        robust = fit_most_rows(values[complete], sums[complete])
        if robust is not None:
            fit, outside = robust
            labels = codes.index[complete][outside]
            differing = tuple(str(label) for label in labels)
            findings.append(_finding("polarity_rows_differ", count=len(differing), rows=_listed(differing)))
        else:
            by_option = fit_by_option(values, sums)
            if by_option is not None:
                fit = by_option
                n = int((~np.isnan(sums)).sum())
    if fit.exact:
        items = [_keyed(name, item) for name, item in zip(names, fit.items, strict=True)]
    else:
        items = [ItemPolarity(item=name, keyed="undetermined", factor=math.nan) for name in names]
        findings.append(_why_not(linear, n, len(names)))
    found = _steps(items, fit.constant, steps) if fit.exact else None
    result = PolarityAuditResult(
        method="total",
        exact=fit.exact,
        items=tuple(items),
        constant=fit.constant,
        steps=found,
        largest_residual=fit.largest_residual,
        n=n,
        dropped=len(sums) - n,
        rank=fit.rank,
        differing=differing,
    )
    return _compared(result, declared or {}, findings)


def audit_scores(
    codes: pd.DataFrame, scores: pd.DataFrame, *, declared: Mapping[str, Declared] | None = None
) -> PolarityAuditResult:
    """Find out from the score each answer was given which way every item counts.

    Parameters
    ----------
    codes, scores : DataFrame, shape (n_respondents, n_items)
        The same answers as codes and as the platform's scores (问卷星 按序号 and 按分数); NaN where unanswered.
    declared
        As in :func:`audit_total`.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``: rows or columns differ.
    """
    if list(codes.index) != list(scores.index) or list(codes.columns) != list(scores.columns):
        raise SatixError.of("analysis.shapes_differ", first=list(codes.shape), second=list(scores.shape))
    items, sums, contradictory = list[ItemPolarity](), list[float](), list[str]()
    for name in codes.columns:
        pairs = _score_of_code(codes[name].to_numpy(dtype=np.float64), scores[name].to_numpy(dtype=np.float64))
        if pairs is None:
            contradictory.append(str(name))
            items.append(ItemPolarity(item=str(name), keyed="undetermined", factor=math.nan))
            continue
        keyed, factor, both = _key_of_scores(pairs)
        items.append(ItemPolarity(item=str(name), keyed=keyed, factor=factor))
        if keyed == "reversed":
            sums.append(both)
    findings = [_finding("polarity_scores_contradict", items=_listed(contradictory))] if contradictory else []
    steps = int(sums[0]) - 1 if sums and len(set(sums)) == 1 and float(sums[0]).is_integer() else None
    result = PolarityAuditResult(
        method="scores",
        exact=not contradictory,
        items=tuple(items),
        constant=math.fsum(sums),
        steps=steps,
        largest_residual=0.0,
        n=len(codes),
        dropped=0,
        rank=len(items),
    )
    return _compared(result, declared or {}, findings)


def _score_of_code(codes: Floats, scores: Floats) -> dict[float, float] | None:
    """The score of every code; None where one code was given several."""
    found: dict[float, float] = {}
    for code, score in zip(codes.tolist(), scores.tolist(), strict=True):
        if math.isnan(code) or math.isnan(score):
            continue
        if abs(found.setdefault(code, score) - score) > NEGLIGIBLE:
            return None
    return found


def _key_of_scores(pairs: Mapping[float, float]) -> tuple[Keyed, float, float]:
    """How scores follow codes, the factor, and the sum of code and score where it is the same throughout."""
    if not pairs:
        return "undetermined", math.nan, math.nan
    if all(abs(score) <= NEGLIGIBLE for score in pairs.values()):
        return "not_counted", 0.0, math.nan
    if len(pairs) == 1:
        return "constant", math.nan, math.nan
    codes = sorted(pairs)
    slopes = [(pairs[b] - pairs[a]) / (b - a) for a, b in pairwise(codes)]
    if max(slopes) - min(slopes) > NEGLIGIBLE:
        return "by_option", math.nan, math.nan
    keyed = _word(slopes[0])
    return keyed, slopes[0], codes[0] + pairs[codes[0]]


def _keyed(name: str, fit: ItemFit) -> ItemPolarity:
    if fit.constant:
        return ItemPolarity(item=name, keyed="constant", factor=math.nan)
    if not fit.determined:
        return ItemPolarity(item=name, keyed="undetermined", factor=math.nan)
    if fit.uneven:
        return ItemPolarity(item=name, keyed="by_option", factor=math.nan)
    return ItemPolarity(item=name, keyed=_word(fit.factor), factor=fit.factor)


def _word(factor: float) -> Keyed:
    words: tuple[tuple[float, Keyed], ...] = ((0.0, "not_counted"), (1.0, "positive"), (-1.0, "reversed"))
    for value, word in words:
        if abs(factor - value) <= NEGLIGIBLE:
            return word
    return "multiple"


def _steps(items: Sequence[ItemPolarity], constant: float, steps: int | None) -> int | None:
    """K, where the constant is K + 1 per reversed item (weighted by the factor of multiples)."""
    reversed_factors = math.fsum(-item.factor for item in items if item.factor < -NEGLIGIBLE)
    if reversed_factors <= NEGLIGIBLE:
        return steps if steps is not None and abs(constant) <= NEGLIGIBLE else None
    both = constant / reversed_factors
    if abs(both - round(both)) > NEGLIGIBLE or round(both) < _FEWEST_STEPS + 1:
        return None
    if steps is not None and round(both) != steps + 1:
        return None
    return round(both) - 1


def _why_not(fit: LinearFit, n: int, items: int) -> Problem:
    """What keeps the total from being reproduced."""
    if n <= fit.rank:
        return _finding("polarity_too_few", found=n, needed=items + 2)
    return _finding("polarity_not_exact", residual=f"{fit.largest_residual:.3g}", explained=f"{fit.explained:.3f}")


def _compared(
    result: PolarityAuditResult, declared: Mapping[str, Declared], findings: list[Problem]
) -> PolarityAuditResult:
    """The result beside what the instrument declares, and what stands out."""
    both = [(item, declared.get(item.item)) for item in result.items]
    counts = {"same": 0, "opposite": 0}
    for item, said in both:
        if said in {"positive", "reversed"} and abs(item.factor) > NEGLIGIBLE:
            counts["same" if (said == "positive") == (item.factor > 0) else "opposite"] += 1
    opposite = counts["opposite"] > counts["same"]
    items = tuple(replace(item, declared=said, agrees=_agrees(item, said, opposite)) for item, said in both)
    sure = [item for item in items if not math.isnan(item.factor)]
    if opposite:
        findings.append(_finding("polarity_opposite", severity="note"))
    against = [item for item in sure if item.declared in {"positive", "reversed"} and item.agrees is False]
    absent = [item.item for item in against if item.keyed == "not_counted"]
    for code, named in (
        ("polarity_attention_counted", [i.item for i in sure if i.declared == "attention" and i.agrees is False]),
        ("polarity_disagrees", [item.item for item in against if item.keyed != "not_counted"]),
        ("polarity_counts_unscored", [i.item for i in sure if i.declared == "not_scored" and i.agrees is False]),
        ("polarity_undetermined", list(result.keyed("undetermined")) if result.exact else []),
        ("polarity_constant", list(result.keyed("constant"))),
        ("polarity_uneven", list(result.keyed("by_option"))),
    ):
        if named:
            findings.append(_finding(code, items=_listed(named)))
    if absent:
        findings.append(_finding("polarity_not_in_total", severity="note", items=_listed(absent)))
    orientation: Literal["same", "opposite"] | None = None
    if sum(counts.values()):
        orientation = "opposite" if opposite else "same"
    return replace(result, items=items, orientation=orientation, findings=tuple(findings))


def _agrees(item: ItemPolarity, said: Declared | None, opposite: bool) -> bool | None:
    if said is None or math.isnan(item.factor):
        return None
    if said in {"attention", "not_scored"}:
        return item.keyed == "not_counted"
    return item.keyed != "not_counted" and (item.factor > 0) == ((said == "positive") != opposite)


def _finding(code: str, *, severity: Literal["warning", "note"] = "warning", **fields: object) -> Problem:
    return Problem(code=f"analysis.{code}", fields=fields, severity=severity)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
