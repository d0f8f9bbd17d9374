"""From an interval and a target to one of a few verdict codes; the sentences belong to the reports."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VerdictCode", "VerdictResult", "change_verdict", "level_verdict"]

VerdictCode = Literal[
    "reached_proven",  # the whole interval is at or above the target
    "reached_in_interval",  # the estimate is at or above the target, the target lies inside the interval
    "improved",  # proven better than before, the target is not reached
    "no_evidence",  # the interval of the change spans zero
    "worse",  # proven worse than before
    "moved_by_mix",  # proven, but the respondents changed, not their answers
    "short_in_interval",  # level only: below the target, the target lies inside the interval
    "short_proven",  # level only: the whole interval is below the target
    "too_few",  # fewer respondents than a verdict needs
    "undefined",  # no interval, hence no verdict
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictResult(TableDisplay):
    """A verdict with everything it rests on; estimate, bounds and target are in the same points."""

    code: VerdictCode
    about: Literal["change", "level"]
    estimate: float
    lower: float
    upper: float
    target: float  # NaN: none was set
    minimum_detectable_change: float  # NaN: not stated
    n: int | None

    def to_frame(self) -> pd.DataFrame:
        """One row, one column per field."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Code and interval."""
        return f"{self.code}: {self.estimate:.2f} ({self.lower:.2f} to {self.upper:.2f}), target {self.target:g}"


def change_verdict(
    estimate: float,
    lower: float,
    upper: float,
    *,
    target: float | None = None,
    minimum_detectable_change: float | None = None,
    n: int | None = None,
    minimum_n: int = 30,
) -> VerdictResult:
    """Verdict on a change since the last wave, higher being better.

    In this order: fewer than ``minimum_n`` respondents in the smaller wave ``too_few``; upper bound below 0 ``worse``;
    interval spans 0 ``no_evidence``; lower bound at least the target ``reached_proven``; estimate at least the target
    ``reached_in_interval``; otherwise ``improved``. Without a target a proven rise is ``improved``.

    Parameters
    ----------
    target
        Change asked for, in the points of the estimate.
    minimum_detectable_change
        Carried to the reader: what ``no_evidence`` can and cannot rule out.
    n
        Respondents in the smaller wave; left out, no size rule is applied.

    Raises
    ------
    SatixError
        ``analysis.interval_disordered`` when lower <= estimate <= upper does not hold.
    """
    _check_interval(estimate, lower, upper)
    code: VerdictCode
    if n is not None and n < minimum_n:
        code = "too_few"
    elif math.isnan(lower) or math.isnan(upper) or math.isnan(estimate):
        code = "undefined"
    elif upper < 0:
        code = "worse"
    elif lower <= 0:
        code = "no_evidence"
    elif target is not None and lower >= target:
        code = "reached_proven"
    elif target is not None and estimate >= target:
        code = "reached_in_interval"
    else:
        code = "improved"
    return _result("change", code, (estimate, lower, upper), target=target, detectable=minimum_detectable_change, n=n)


def level_verdict(
    estimate: float,
    lower: float,
    upper: float,
    *,
    target: float,
    change: VerdictResult | None = None,
    n: int | None = None,
    minimum_n: int = 30,
) -> VerdictResult:
    """Verdict on a level target, higher being better.

    ``reached_proven`` and ``reached_in_interval`` as for a change. Below the target, a change since the last wave
    that is proven says more than the level and is given instead (``improved`` or ``worse``); otherwise
    ``short_proven`` when the whole interval is below the target, else ``short_in_interval``.

    Parameters
    ----------
    change
        Verdict of :func:`change_verdict` on the same indicator, where an earlier wave exists.
    """
    _check_interval(estimate, lower, upper)
    code: VerdictCode
    if n is not None and n < minimum_n:
        code = "too_few"
    elif math.isnan(lower) or math.isnan(upper) or math.isnan(estimate):
        code = "undefined"
    elif lower >= target:
        code = "reached_proven"
    elif estimate >= target:
        code = "reached_in_interval"
    elif change is not None and change.code == "worse":
        code = "worse"
    elif change is not None and change.code in {"improved", "reached_proven", "reached_in_interval"}:
        code = "improved"
    elif upper < target:
        code = "short_proven"
    else:
        code = "short_in_interval"
    detectable = None if change is None else change.minimum_detectable_change
    return _result("level", code, (estimate, lower, upper), target=target, detectable=detectable, n=n)


def _result(
    about: Literal["change", "level"],
    code: VerdictCode,
    interval: tuple[float, float, float],
    *,
    target: float | None,
    detectable: float | None,
    n: int | None,
) -> VerdictResult:
    return VerdictResult(
        code=code,
        about=about,
        estimate=interval[0],
        lower=interval[1],
        upper=interval[2],
        target=math.nan if target is None else target,
        minimum_detectable_change=math.nan if detectable is None else detectable,
        n=n,
    )


def _check_interval(estimate: float, lower: float, upper: float) -> None:
    if lower > upper or estimate < lower or estimate > upper:
        raise SatixError.of("analysis.interval_disordered", estimate=estimate, lower=lower, upper=upper)
