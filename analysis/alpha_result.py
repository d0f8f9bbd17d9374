"""Results of `analysis.reliability`: alpha of a block of items, and of the same block in several groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AlphaByGroupResult", "AlphaResult", "ItemReliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReliability:
    """One item of a scale: its correlations with the scale, and the scale without it. NaN where undefined.

    ``raw_r`` with the respondents' mean over answered items; ``std_r`` the same on standardised items; ``r_cor``
    corrected for overlap by the squared multiple correlation; ``r_drop`` with the sum of the other items. ``mean``
    and ``sd`` (n - 1) are on the item's scale. The ``..._if_deleted`` figures need three items.
    """

    item: str
    n: int
    raw_r: float
    std_r: float
    r_cor: float
    r_drop: float
    mean: float
    sd: float
    raw_alpha_if_deleted: float
    std_alpha_if_deleted: float
    lambda6_if_deleted: float
    average_r_if_deleted: float
    signal_noise_if_deleted: float
    ase_if_deleted: float
    var_r_if_deleted: float
    median_r_if_deleted: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlphaResult(TableDisplay):
    """Reliability of one block of k items.

    ``n`` counts the respondents used (``missing="listwise"``: all items answered; ``"pairwise"``: any), ``n_rows``
    those read, ``n_effective`` Kish's (sum w)^2 / sum w^2 over those used. ``interval`` names the method of
    ``std_error``, ``lower`` and ``upper``: ``"feldt"`` (with Duhachek's standard error) or, under case weights,
    ``"bootstrap_percentile"``, or ``"design_bootstrap_percentile"`` and ``"design_jackknife_t"`` under a sampling
    design. Feldt's and Duhachek's figures are NaN under case weights or a design. ``scale_mean`` and
    ``scale_sd`` (n - 1) describe the respondents' means over answered items. ``covariance`` (k, k) has the divisor
    N - 1 of each pair, ``covariance_ml`` the sum of weights.
    """

    n: int
    n_rows: int
    n_effective: float
    k: int
    raw_alpha: float
    std_alpha: float
    lambda6: float
    average_r: float
    median_r: float
    signal_noise: float
    ase_duhachek: float
    scale_mean: float
    scale_sd: float
    std_error: float
    lower: float
    upper: float
    interval: str
    confidence: float
    feldt_lower: float
    feldt_upper: float
    duhachek_lower: float
    duhachek_upper: float
    items: tuple[ItemReliability, ...]
    covariance: NDArray[np.float64]
    covariance_ml: NDArray[np.float64]
    missing: str
    case_weighted: bool
    reversed_items: tuple[str, ...]
    findings: tuple[Problem, ...]

    @property
    def estimate(self) -> float:
        """Raw alpha."""
        return self.raw_alpha

    @property
    def dropped(self) -> int:
        """Respondents read but not used."""
        return self.n_rows - self.n

    def to_frame(self) -> pd.DataFrame:
        """One row with the figures of the whole scale."""
        import pandas as pd

        arrays = {"items", "covariance", "covariance_ml", "findings", "reversed_items"}
        row = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in arrays}
        return pd.DataFrame([{"estimate": self.raw_alpha, **row}])

    def item_frame(self) -> pd.DataFrame:
        """One row per item, indexed by item."""
        import pandas as pd

        return pd.DataFrame([asdict(item) for item in self.items]).set_index("item")

    def summary(self) -> str:
        """Alpha, its interval and n in one line."""
        return (
            f"alpha {self.raw_alpha:.3f} ({self.confidence:.0%} interval {self.lower:.3f} to {self.upper:.3f}, "
            f"{self.interval}; {self.k} items, n = {self.n})"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlphaByGroupResult(TableDisplay):
    """Alpha of one block in each group; ``undefined`` holds the reason for groups that have none."""

    groups: Mapping[str, AlphaResult]
    undefined: Mapping[str, Problem]
    n_without_group: int

    def to_frame(self) -> pd.DataFrame:
        """One row per group with a figure, indexed by group."""
        import pandas as pd

        if not self.groups:
            return pd.DataFrame()
        frames = [result.to_frame() for result in self.groups.values()]
        return pd.concat(frames, ignore_index=True).set_index(pd.Index(list(self.groups), name="group"))

    def summary(self) -> str:
        """A line per group."""
        lines = [f"{group}: {result.summary()}" for group, result in self.groups.items()]
        return "\n".join([*lines, *(f"{group}: {problem.message()}" for group, problem in self.undefined.items())])
