"""Differential item functioning (DIF): does an item favour a group among respondents of the same level?

Ordinal logistic regression of each item on the matching score (model 0), plus group (model 1), plus their product
(model 2). The likelihood ratio of 1 against 0 tests uniform DIF, of 2 against 1 non-uniform, of 2 against 0 both. The
effect is the change of Nagelkerke's pseudo-R2; with large samples the test finds trifles, so both must speak.

Purification: items with DIF leave the matching score and all are tested again, until the set no longer changes.
The studied item itself always counts in its matching score, as is usual for logistic regression.

References
----------
Swaminathan & Rogers (1990), J. of Educational Measurement 27, 361-370; Zumbo (1999), A Handbook on the Theory and
Methods of DIF; Jodoin & Gierl (2001), Applied Measurement in Education 14, 329-349; Nagelkerke (1991), Biometrika 78,
691-692; Holm (1979), Scandinavian J. of Statistics 6, 65-70.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import nan
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from analysis.multiplicity import MultiplicityMethod, adjust_p_values
from analysis.proportional_odds import proportional_odds
from analysis.reliability import oriented_items
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
EffectRule = Literal["jodoin_gierl", "zumbo_thomas"]
Matching = Literal["total", "rest"]
Verdict = Literal["none", "negligible", "moderate", "large"]

CUT_OFFS: dict[EffectRule, tuple[float, float]] = {"jodoin_gierl": (0.035, 0.070), "zumbo_thomas": (0.13, 0.26)}

__all__ = ["CUT_OFFS", "EffectRule", "ItemBiasResult", "ItemDif", "Matching", "item_bias"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDif:
    """One item. Chi-squares are likelihood ratios; ``p_adjusted`` belongs to the test of both kinds together.

    ``r_squared_change`` is Nagelkerke's from model 0 to model 2, ``r_squared_uniform`` from 0 to 1. ``verdict`` is
    ``"none"`` where the adjusted test is not significant, else by the size of the change. NaN where not estimable.
    """

    item: str
    chisq_uniform: float
    p_uniform: float
    chisq_non_uniform: float
    p_non_uniform: float
    chisq: float
    df: int
    p_value: float
    p_adjusted: float
    r_squared_uniform: float
    r_squared_change: float
    verdict: Verdict
    kind: Literal["none", "uniform", "non_uniform"]
    n: int
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBiasResult(TableDisplay):
    """DIF of every item between groups; ``anchors`` are the items left in the matching score."""

    items: tuple[ItemDif, ...]
    groups: tuple[str, ...]
    anchors: tuple[str, ...]
    purified: bool
    rounds: int
    settled: bool
    matching: Matching
    effect_rule: EffectRule
    adjustment: MultiplicityMethod
    alpha: float
    n: int
    dropped: int
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row per item."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.items]).set_index("item")

    def summary(self) -> str:
        """Items with more than negligible DIF in one line."""
        found = [
            f"{one.item} ({one.kind}, {one.verdict})" for one in self.items if one.verdict in {"moderate", "large"}
        ]
        return f"DIF between {', '.join(self.groups)}: {', '.join(found) or 'none'} (n = {self.n})"


def item_bias(
    items: pd.DataFrame,
    groups: ArrayLike,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    matching: Matching = "total",
    purify: bool = True,
    effect_rule: EffectRule = "jodoin_gierl",
    adjustment: MultiplicityMethod = "holm",
    alpha: float = 0.05,
    rounds: int = 10,
) -> ItemBiasResult:
    """DIF of the items of one scale between groups, by ordinal logistic regression; listwise.

    Parameters
    ----------
    items : (n, k) scores, NaN where missing; at least three items. ``reversed_items`` and ``scale`` as in
        `analysis.reliability.cronbach_alpha`.
    groups : (n,) label per respondent; a missing label leaves the respondent out. Two groups or more.
    matching : ``"total"`` counts the studied item in its matching score, ``"rest"`` does not.
    purify : leave items with moderate or large DIF out of the matching score and test again, at most ``rounds`` times.
    effect_rule : cut-offs for the change of Nagelkerke's R2, moderate and large: Jodoin and Gierl .035 and .070, Zumbo
        and Thomas .13 and .26.

    Raises
    ------
    InsufficientDataError
        Fewer than three items or two groups, too few respondents, or a group without variation in the scores.
    """
    import pandas as pd

    values, names, _ = oriented_items(items, reversed_items=reversed_items, scale=scale)
    if len(names) < 3:
        raise InsufficientDataError.of("analysis.too_few_items", found=len(names), needed=3)
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    used = (codes >= 0) & ~np.isnan(values).any(axis=1)
    x, codes = values[used], codes[used]
    present, codes = np.unique(codes, return_inverse=True)
    group_names = tuple(str(labels[code]) for code in present)
    if len(group_names) < 2:
        raise InsufficientDataError.of("analysis.invariance_one_group", found=len(group_names))
    for place, name in enumerate(group_names):
        if np.ptp(x[codes == place].sum(axis=1)) == 0:
            raise InsufficientDataError.of("analysis.group_without_variation", group=name)
    dummies = (codes[:, None] == np.arange(1, len(group_names))).astype(np.float64)
    anchors = set(range(len(names)))
    seen: list[frozenset[int]] = []
    settled, found = not purify, _tests(x, dummies, anchors, matching)
    verdicts = _verdicts(found, adjustment, alpha, effect_rule)
    while purify and len(seen) < rounds:
        biased = {place for place, verdict in enumerate(verdicts) if verdict[1] in {"moderate", "large"}}
        left = frozenset(set(range(len(names))) - biased)
        if left == frozenset(anchors):
            settled = True
            break
        if len(left) < 2 or left in seen:
            break
        seen.append(left)
        anchors = set(left)
        found = _tests(x, dummies, anchors, matching)
        verdicts = _verdicts(found, adjustment, alpha, effect_rule)
    findings = [
        Problem(code="analysis.item_without_variance", fields={"item": names[place]}, severity="warning")
        for place in np.flatnonzero(np.ptp(x, axis=0) == 0)
    ]
    unsure = [names[place] for place, one in enumerate(found) if not one["converged"] and not np.isnan(one["chisq"])]
    if unsure:
        findings.append(
            Problem(code="analysis.dif_not_converged", fields={"items": ", ".join(unsure)}, severity="warning")
        )
    if not settled:
        fields = {"rounds": len(seen)}
        findings.append(Problem(code="analysis.purification_unsettled", fields=fields, severity="warning"))
    return ItemBiasResult(
        items=tuple(
            ItemDif(
                item=names[place],
                **{**one, "p_adjusted": verdict[0], "verdict": verdict[1], "kind": _kind(one, verdict[1], alpha)},
            )
            for place, (one, verdict) in enumerate(zip(found, verdicts, strict=True))
        ),
        groups=group_names,
        anchors=tuple(names[place] for place in sorted(anchors)),
        purified=purify,
        rounds=len(seen),
        settled=settled,
        matching=matching,
        effect_rule=effect_rule,
        adjustment=adjustment,
        alpha=alpha,
        n=len(x),
        dropped=int((~used).sum()),
        findings=tuple(findings),
    )


def _tests(x: Floats, dummies: Floats, anchors: set[int], matching: Matching) -> list[dict[str, Any]]:
    return [_item_test(x, place, dummies, anchors, matching) for place in range(x.shape[1])]


def _item_test(x: Floats, place: int, dummies: Floats, anchors: set[int], matching: Matching) -> dict[str, Any]:
    from scipy.special import chdtrc

    members = sorted((anchors | {place}) if matching == "total" else (anchors - {place}))
    score = x[:, members].mean(axis=1)
    undefined = dict.fromkeys(
        ("chisq_uniform", "p_uniform", "chisq_non_uniform", "p_non_uniform", "chisq", "p_value"), nan
    )
    effects = {"r_squared_uniform": nan, "r_squared_change": nan}
    n, extra = len(x), dummies.shape[1]
    if np.ptp(x[:, place]) == 0 or not members or np.ptp(score) == 0:
        return {**undefined, **effects, "df": 2 * extra, "n": n, "converged": False}
    score = ((score - score.mean()) / score.std())[:, None]
    designs = (score, np.hstack([score, dummies]), np.hstack([score, dummies, score * dummies]))
    fits = [proportional_odds(x[:, place], design) for design in designs]
    l0, l1, l2 = (fit.log_likelihood for fit in fits)
    r0, r1, r2 = (fit.nagelkerke for fit in fits)
    uniform, other = max(2 * (l1 - l0), 0.0), max(2 * (l2 - l1), 0.0)
    return {
        "chisq_uniform": uniform,
        "p_uniform": float(chdtrc(extra, uniform)),
        "chisq_non_uniform": other,
        "p_non_uniform": float(chdtrc(extra, other)),
        "chisq": uniform + other,
        "df": 2 * extra,
        "p_value": float(chdtrc(2 * extra, uniform + other)),
        "r_squared_uniform": r1 - r0,
        "r_squared_change": r2 - r0,
        "n": n,
        "converged": all(fit.converged for fit in fits),
    }


def _verdicts(
    found: list[dict[str, Any]], adjustment: MultiplicityMethod, alpha: float, rule: EffectRule
) -> list[tuple[float, Verdict]]:
    adjusted = adjust_p_values([one["p_value"] for one in found], method=adjustment)
    moderate, large = CUT_OFFS[rule]
    verdicts: list[tuple[float, Verdict]] = []
    for one, p in zip(found, adjusted, strict=True):
        change = one["r_squared_change"]
        verdict: Verdict = "none"
        if p <= alpha:
            verdict = "large" if change >= large else "moderate" if change >= moderate else "negligible"
        verdicts.append((float(p), verdict))
    return verdicts


def _kind(one: dict[str, Any], verdict: Verdict, alpha: float) -> Literal["none", "uniform", "non_uniform"]:
    if verdict == "none":
        return "none"
    return "non_uniform" if one["p_non_uniform"] <= alpha else "uniform"
