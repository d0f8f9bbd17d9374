"""Typed figures: an estimate with its uncertainty, and the rule that unlike figures are not averaged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

FigureKind = Literal["index", "share", "net_score", "rate", "gap"]

__all__ = ["Estimate", "FigureKind", "TableDisplay", "combine_kinds"]


class TableDisplay:
    """Shows a result as its table in a notebook; the class mixed into offers ``to_frame()``."""

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """The result as a table; every result writes its own."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])  # type: ignore[call-overload]

    def _repr_html_(self) -> str:
        html: str = self.to_frame().to_html()
        return html


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(TableDisplay):
    """One figure with its standard error, interval and the sample it rests on.

    ``estimate``, ``std_error``, ``lower`` and ``upper`` are in the unit of ``kind``: index and gap in
    index points (0-100), share and rate as 0-1, net score in points (-100 to 100). NaN where undefined
    (no answers, or fewer than two for a standard error).

    ``n`` counts respondents who answered and have a positive case weight; ``n_effective`` is Kish's
    (sum w)^2 / sum w^2 over them; ``df`` are the degrees of freedom of the interval (infinite where it
    uses the normal distribution). ``interval`` names the method (``"t"``, ``"wilson"``,
    ``"adjusted_wald"`` ...). ``design_based`` is true only for a probability sample; otherwise the
    interval is model-based. ``singleton_strata`` counts strata with a single primary sampling unit,
    whose unit was centred at the grand mean.
    """

    kind: FigureKind
    estimate: float
    std_error: float
    lower: float
    upper: float
    n: int
    n_effective: float
    df: float
    confidence: float
    interval: str
    design_based: bool
    singleton_strata: int = 0

    def to_frame(self) -> pd.DataFrame:
        """One row; the columns are the fields."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """The figure, its interval and n in one line."""
        digits = 3 if self.kind in {"share", "rate"} else 1
        sign = "+" if self.kind in {"gap", "net_score"} else ""
        values = [f"{value:{sign}.{digits}f}" for value in (self.estimate, self.lower, self.upper)]
        return f"{values[0]} ({self.confidence:.0%} interval {values[1]} to {values[2]}; n = {self.n})"


def combine_kinds(kinds: Iterable[FigureKind]) -> FigureKind:
    """The one kind that all figures to be averaged share.

    Raises
    ------
    SatixError
        ``analysis.unlike_figures`` when the kinds differ, ``analysis.no_figures`` when there is none:
        an average of an index and a share has no unit.
    """
    found = sorted(set(kinds))
    if not found:
        raise SatixError.of("analysis.no_figures")
    if len(found) > 1:
        raise SatixError.of("analysis.unlike_figures", kinds=", ".join(found))
    return found[0]
