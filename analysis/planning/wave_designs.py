"""The change that two waves can prove, by how many respondents they share.

Var(difference) = deff (s1^2/n1 + s2^2/n2 - 2 r s1 s2 n_o / (n1 n2)), with n_o respondents in both waves and r the
correlation of their two answers. No overlap is two independent samples, full overlap a panel.

References
----------
Kish (1965), Survey Sampling, ch. 12.4; Cochran (1977), Sampling Techniques, ch. 12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from analysis.figures import TableDisplay
from analysis.minimum_detectable_change import detectable_difference
from analysis.planning.sample_size import up
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

WaveDesign = Literal["independent", "overlap", "panel"]

__all__ = ["WaveDesign", "WaveDesignRow", "WaveDesignsResult", "detectable_change_by_design"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveDesignRow:
    """One design. ``estimate`` is the minimum detectable change, ``n_for_target`` the respondents per wave with which
    the target change is found (equal waves; None without a target)."""

    design: WaveDesign
    overlap: float  # share (0-1) of the smaller wave that is in both
    std_error: float
    estimate: float
    n_for_target: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveDesignsResult(TableDisplay):
    """Minimum detectable change by design, in the unit of ``sd``."""

    rows: tuple[WaveDesignRow, ...]
    sd: float
    sd_2: float
    n_1: float
    n_2: float
    correlation: float
    alpha: float
    n_tests: int
    power: float
    design_effect: float
    target_change: float | None

    def to_frame(self) -> pd.DataFrame:
        """One row per design."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows])

    def summary(self) -> str:
        """The minimum detectable change of every design."""
        return ", ".join(f"{row.design} ({row.overlap:.0%}) {row.estimate:.2f}" for row in self.rows)


def detectable_change_by_design(
    sd: float,
    n_1: float,
    n_2: float,
    *,
    correlation: float,
    sd_2: float | None = None,
    overlaps: Sequence[float] = (0.0, 0.5, 1.0),
    alpha: float = 0.05,
    power: float = 0.8,
    n_tests: int = 1,
    design_effect: float = 1.0,
    target_change: float | None = None,
) -> WaveDesignsResult:
    """Minimum detectable change of two waves under several overlaps.

    Parameters
    ----------
    sd, sd_2 : spread between respondents in the two waves (``sd_2``: the same when left out).
    n_1, n_2 : respondents per wave.
    correlation : of a respondent's two answers, -1 to 1.
    overlaps : shares (0-1) of the smaller wave who answer in both; 1 is a panel.
    alpha, power, n_tests : as in :func:`analysis.minimum_detectable_change.detectable_difference`.
    target_change : change to be found; gives the respondents needed in each of two equal waves.

    Raises
    ------
    SatixError
        Sizes, spreads, levels, an overlap or a correlation that cannot be.
    """
    second = sd if sd_2 is None else sd_2
    if not (min(sd, second) >= 0 and min(n_1, n_2) > 0 and design_effect > 0):
        found = f"sd = {sd:g} and {second:g}, n = {n_1:g} and {n_2:g}, design effect = {design_effect:g}"
        raise SatixError.of("analysis.sizes_not_positive", found=found)
    if target_change is not None and not target_change > 0:
        raise SatixError.of("analysis.sizes_not_positive", found=f"target change = {target_change:g}")
    multiple = float(detectable_difference(1.0, alpha=alpha, power=power, n_tests=n_tests))
    rows = []
    for overlap in overlaps:
        shared = overlap * min(n_1, n_2)
        if not (0 <= overlap <= 1 and -1 <= correlation <= 1):
            raise SatixError.of("analysis.overlap_impossible", n_overlap=f"{shared:g}", n_1=n_1, n_2=n_2, r=correlation)
        variance = sd**2 / n_1 + second**2 / n_2 - 2 * correlation * sd * second * shared / (n_1 * n_2)
        std_error = math.sqrt(design_effect * max(variance, 0.0))
        per_wave = sd**2 + second**2 - 2 * correlation * sd * second * overlap
        needed = None
        if target_change is not None:
            needed = max(up(design_effect * max(per_wave, 0.0) * (multiple / target_change) ** 2), 2)
        design: WaveDesign = "independent" if overlap == 0 else "panel" if overlap == 1 else "overlap"
        rows.append(
            WaveDesignRow(
                design=design,
                overlap=overlap,
                std_error=std_error,
                estimate=multiple * std_error,
                n_for_target=needed,
            )
        )
    return WaveDesignsResult(
        rows=tuple(rows),
        sd=sd,
        sd_2=second,
        n_1=n_1,
        n_2=n_2,
        correlation=correlation,
        alpha=alpha,
        n_tests=n_tests,
        power=power,
        design_effect=design_effect,
        target_change=target_change,
    )
