"""Scores of mystery visits: points earned over points that applied, and what a failed critical item does to them.

score = 100 * sum of points earned / sum of points possible, over the items that applied. A failed critical item caps
the score, sets it to zero, or is only reported. The score describes visits, not customers: it is never mixed into the
index.

References
----------
Korn & Graubard (1998), Survey Methodology 24, 193-201 (interval on the log odds).
ESOMAR & MSPA (2019), Guidelines on mystery shopping; the cap rule is the customary one of checklists in the trade.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import nan
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.design import SurveyDesign
from analysis.figures import Estimate, TableDisplay
from analysis.share_intervals import design_share
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

CriticalRule = Literal["cap", "zero", "none"]

__all__ = ["CriticalRule", "MysteryScore", "mystery_score", "points_mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MysteryScore(TableDisplay):
    """The score of one visit, 0-100; NaN where no item applied.

    ``raw`` is before, ``final`` after the rule for critical items; ``critical_failed`` are the places of failed ones.
    """

    raw: float
    final: float
    n_items: int
    n_not_applicable: int
    critical_failed: tuple[int, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """The score and how many critical items failed."""
        return f"{self.final:.1f} (raw {self.raw:.1f}; {len(self.critical_failed)} critical items failed)"


def mystery_score(
    earned: ArrayLike,
    possible: ArrayLike,
    *,
    critical: ArrayLike | None = None,
    rule: CriticalRule = "cap",
    cap: float = 60.0,
) -> MysteryScore:
    """Score one visit.

    Parameters
    ----------
    earned : (n_items,) points, NaN where the item did not apply.
    possible : (n_items,) points an item is worth, positive.
    critical : (n_items,) booleans; a critical item that applied and earned nothing has failed.
    rule, cap : what a failed critical item does: ``cap`` the score at ``cap``, ``zero`` or ``none``.

    Raises
    ------
    SatixError
        Lengths differ, or points are outside 0 to what the item is worth.
    """
    points = np.asarray(earned, dtype=np.float64)
    worth = np.asarray(possible, dtype=np.float64)
    vital = np.zeros(points.shape, dtype=np.bool_) if critical is None else np.asarray(critical, dtype=np.bool_)
    if points.shape != worth.shape or points.shape != vital.shape:
        raise SatixError.of("analysis.design_lengths_differ", what="items", found=worth.shape, expected=points.shape)
    applied = ~np.isnan(points)
    if (worth[applied] <= 0).any() or (points[applied] < 0).any() or (points[applied] > worth[applied]).any():
        raise SatixError.of("analysis.points_invalid")
    total = float(worth[applied].sum())
    raw = 100 * float(points[applied].sum()) / total if total else nan
    failed = tuple(int(place) for place in np.flatnonzero(vital & applied & (points == 0)))
    final = raw
    if failed and rule == "cap":
        final = min(raw, cap)
    elif failed and rule == "zero":
        final = 0.0
    return MysteryScore(
        raw=raw,
        final=final,
        n_items=len(points),
        n_not_applicable=int((~applied).sum()),
        critical_failed=failed,
    )


def points_mean(points: ArrayLike, design: SurveyDesign, *, highest: float = 1.0, confidence: float = 0.95) -> Estimate:
    """Mean of points that lie between 0 and ``highest``, (n,), NaN where none were given.

    The interval is the t interval of the log odds, so that it never leaves 0 to ``highest``; where every case has the
    least or the most, and nothing varies, the binomial one of Wilson. The figure is a share (0-1) where ``highest`` is
    1, else an index in its unit.
    """
    shares = np.asarray(points, dtype=np.float64) / highest
    whole = bool(np.isin(shares[~np.isnan(shares)], [0.0, 1.0]).all())
    figure = design_share(shares, design, interval="wilson" if whole else "logit", confidence=confidence)
    if highest == 1.0:
        return figure
    return replace(
        figure,
        kind="index",
        estimate=figure.estimate * highest,
        std_error=figure.std_error * highest,
        lower=figure.lower * highest,
        upper=figure.upper * highest,
    )
