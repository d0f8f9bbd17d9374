"""Two shares of the same respondents, such as the satisfied in two waves of a panel: McNemar's test."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PairedSharesResult", "paired_shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedSharesResult(TableDisplay):
    """Shares (0-1) of two yes/no measurements of the same respondents, second minus first.

    ``chi_square`` is McNemar's without, ``chi_square_continuity`` with the continuity correction (1 degree of
    freedom); ``p_exact`` the two-sided binomial test of the discordant pairs. NaN without discordant pairs
    (``p_exact`` 1). The interval is Wald's for the difference of paired shares.
    """

    n: int
    n_dropped: int
    count_1: int
    count_2: int
    share_1: float
    share_2: float
    gained: int  # no, then yes
    lost: int  # yes, then no
    estimate: float
    std_error: float
    lower: float
    upper: float
    chi_square: float
    p_value: float
    chi_square_continuity: float
    p_continuity: float
    p_exact: float
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Both shares and the test."""
        return f"{self.share_1:.1%} to {self.share_2:.1%}, p = {self.p_value:.3g}, n = {self.n}"


def paired_shares(first: npt.ArrayLike, second: npt.ArrayLike, *, confidence: float = 0.95) -> PairedSharesResult:
    """Compare two yes/no measurements of the same respondents.

    Parameters
    ----------
    first, second : arrays, shape (n_respondents,)
        1 = yes, 0 = no, NaN = missing; a respondent enters with both.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``, ``analysis.not_yes_no``.
    InsufficientDataError
        ``analysis.too_few_pairs``: nobody answered both.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise SatixError.of("analysis.shapes_differ", first=list(x.shape), second=list(y.shape))
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    n = x.size
    if n < 1:
        raise InsufficientDataError.of("analysis.too_few_pairs", found=0, needed=1)
    if not np.isin(np.concatenate([x, y]), (0.0, 1.0)).all():
        raise SatixError.of("analysis.not_yes_no")
    from scipy import special

    gained, lost = int(np.count_nonzero(y > x)), int(np.count_nonzero(x > y))
    discordant = gained + lost
    chi_square = (gained - lost) ** 2 / discordant if discordant else math.nan
    corrected = max(abs(gained - lost) - 1, 0) ** 2 / discordant if discordant else math.nan
    difference = (gained - lost) / n
    std_error = math.sqrt(max(discordant - (gained - lost) ** 2 / n, 0.0)) / n
    half = float(special.ndtri((1 + confidence) / 2)) * std_error
    return PairedSharesResult(
        n=n,
        n_dropped=int(both.size - n),
        count_1=int(x.sum()),
        count_2=int(y.sum()),
        share_1=float(x.mean()),
        share_2=float(y.mean()),
        gained=gained,
        lost=lost,
        estimate=difference,
        std_error=std_error,
        lower=difference - half,
        upper=difference + half,
        chi_square=chi_square,
        p_value=float(special.chdtrc(1, chi_square)),
        chi_square_continuity=corrected,
        p_continuity=float(special.chdtrc(1, corrected)),
        p_exact=min(1.0, 2 * float(special.bdtr(min(gained, lost), discordant, 0.5))) if discordant else 1.0,
        confidence=confidence,
    )
