"""What a simulation foretells: frozen rows per node, number of items and number of respondents."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AlphaForecast", "ChangeForecast", "IndexForecast", "SimulationResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaForecast:
    """Raw alpha of a block over the simulated studies.

    ``estimate`` and ``std_error`` are its mean and standard deviation between studies, ``range_lower`` to
    ``range_upper`` holds the central share of studies (the confidence level), ``lower`` and ``upper`` is the interval
    (Feldt) a study with the expected alpha would report. ``chance_wanted`` is the share of studies that reach the alpha
    wanted. ``n`` is the expected number of respondents who answered an item of the block; ``undefined`` counts studies
    without an alpha. ``items_per_factor`` is None for the instrument as it is.
    """

    node: str
    items_per_factor: int | None
    n_items: int
    respondents: int
    n: int
    estimate: float
    std_error: float
    lower: float
    upper: float
    range_lower: float
    range_upper: float
    chance_wanted: float
    undefined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexForecast:
    """Index of a node: expected value, spread between respondents, and half the width of its interval.

    ``margin`` is the mean half-width, ``margin_nine_in_ten`` the one that nine studies in ten stay within; both in
    index points under the design effect. ``n`` is the expected number of respondents with a score.
    """

    node: str
    items_per_factor: int | None
    respondents: int
    n: float
    estimate: float
    sd: float
    margin: float
    margin_nine_in_ten: float
    undefined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForecast:
    """Chance of proving a true change between two independent waves of ``respondents`` each.

    ``chance`` is the share of studies (0-1) whose Welch test at ``level`` finds the change in its direction (for a
    change of 0: finds anything, a false alarm), ``chance_std_error`` its simulation error; ``mean_difference`` and
    ``std_error`` are in index points.
    """

    node: str
    items_per_factor: int | None
    respondents: int
    change: float
    mean_difference: float
    std_error: float
    chance: float
    chance_std_error: float
    level: float
    undefined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult(TableDisplay):
    """All forecasts and what they rest on; changes are tested at the Bonferroni level of ``n_tests`` figures."""

    alphas: tuple[AlphaForecast, ...]
    indices: tuple[IndexForecast, ...]
    changes: tuple[ChangeForecast, ...]
    replicates: int
    confidence: float
    n_tests: int
    design_effect: float
    alpha_wanted: float

    def to_frame(self) -> pd.DataFrame:
        """Every forecast in one long table; ``forecast`` says which kind a row is."""
        import pandas as pd

        rows = [{"forecast": "alpha", **asdict(row)} for row in self.alphas]
        rows += [{"forecast": "index", **asdict(row)} for row in self.indices]
        rows += [{"forecast": "change", **asdict(row)} for row in self.changes]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Margin of the index by number of respondents."""
        root = self.indices[0].node
        rows = [row for row in self.indices if row.node == root and row.items_per_factor is None]
        return ", ".join(f"n = {row.respondents}: {root} ±{row.margin:.2f}" for row in rows)
