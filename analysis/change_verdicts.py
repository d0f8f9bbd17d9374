"""Verdicts on a family of changes: an interval for each row at the level at which Holm's procedure tests it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures import TableDisplay
from analysis.verdict import VerdictCode, change_verdict, level_verdict

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.change import ChangesResult
    from survey.study import Target

__all__ = ["ChangeVerdict", "change_verdicts", "holm_level_intervals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVerdict(TableDisplay):
    """Verdict on one row; bounds in index points at the row's own Holm level."""

    indicator: str
    verdict: VerdictCode
    lower: float
    upper: float
    target: float
    target_kind: str | None

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Indicator and verdict."""
        return f"{self.indicator}: {self.verdict}"


def holm_level_intervals(changes: ChangesResult) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bounds, shape (indicators,), that exclude zero exactly where the adjusted test rejects.

    Row j is bounded at level alpha * p_j / p_adjusted_j: alpha / (m - rank + 1) for Holm, or the
    stricter level of an earlier step that holds it back. NaN where the row has no test.
    """
    from scipy import special

    alpha = 1 - changes.confidence
    family = max(changes.n_tests, 1)
    ratio = np.divide(
        changes.p_value,
        changes.p_adjusted,
        out=np.full(changes.p_value.shape, 1 / family),
        where=changes.p_adjusted > 0,
    )
    level = alpha * np.clip(ratio, 1 / family, 1.0)
    df = np.where(changes.df >= 1, changes.df, np.nan)
    half = special.stdtrit(df, 1 - level / 2) * changes.std_error
    return changes.estimate - half, changes.estimate + half


def change_verdicts(
    changes: ChangesResult,
    *,
    targets: Mapping[str, Target],
    levels_after: Mapping[str, tuple[float, float, float]],
    minimum_n: int = 30,
) -> tuple[ChangeVerdict, ...]:
    """Verdict per indicator, in the order of ``changes``.

    Parameters
    ----------
    targets
        Target by indicator; a level target is judged on ``levels_after`` (estimate, lower, upper of
        the later wave), a change target on the change.
    minimum_n
        Fewer respondents in either wave: ``too_few``.
    """
    lower, upper = holm_level_intervals(changes)
    verdicts = []
    for place, indicator in enumerate(changes.indicators):
        target = targets.get(indicator)
        smaller = int(min(changes.n_1[place], changes.n_2[place]))
        verdict = change_verdict(
            float(changes.estimate[place]),
            float(lower[place]),
            float(upper[place]),
            target=None if target is None else target.change,
            minimum_detectable_change=float(changes.minimum_detectable_change[place]),
            n=smaller,
            minimum_n=minimum_n,
        )
        if target is not None and target.level is not None:
            estimate, low, high = levels_after[indicator]
            verdict = level_verdict(
                estimate,
                low,
                high,
                target=target.level,
                change=verdict,
                n=int(changes.n_2[place]),
                minimum_n=minimum_n,
            )
        verdicts.append(
            ChangeVerdict(
                indicator=indicator,
                verdict=verdict.code,
                lower=float(lower[place]),
                upper=float(upper[place]),
                target=verdict.target,
                target_kind=None if target is None else verdict.about,
            )
        )
    return tuple(verdicts)
