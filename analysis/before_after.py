"""Before and after an improvement, from summaries: how large the change is and what the study design lets one claim."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from analysis.change import ChangeResult, EqualVariances, WaveSummary, compare_summaries
from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BeforeAfterResult", "before_after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfterResult(TableDisplay):
    """A change with its design claim.

    ``relative_change`` is the change as a share of the level before; NaN at a level of 0. ``design_claim`` stays
    ``uncontrolled_before_after`` however small the p value: regression to the mean, season, respondent mix, mode and
    instrument are not ruled out without a control group.
    """

    change: ChangeResult
    relative_change: float
    design_claim: Literal["uncontrolled_before_after"]

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        row = {**asdict(self.change), "relative_change": self.relative_change, "design_claim": self.design_claim}
        return pd.DataFrame([row])

    def summary(self) -> str:
        """Change and claim."""
        return f"{self.change.summary()} ({self.design_claim})"


def before_after(
    before: WaveSummary, after: WaveSummary, *, variances: EqualVariances = "welch", confidence: float = 0.95
) -> BeforeAfterResult:
    """Change from before to after in two independent samples without a control group.

    Parameters
    ----------
    before, after : WaveSummary
        Mean, standard deviation (n - 1) and respondents.
    variances
        See :func:`analysis.change.compare_summaries`.
    """
    change = compare_summaries(before, after, variances=variances, confidence=confidence)
    return BeforeAfterResult(
        change=change,
        relative_change=change.estimate / before.mean if before.mean else float("nan"),
        design_claim="uncontrolled_before_after",
    )
