"""Strings of equal answers in presentation order: the longest, the average, and how much of a block it fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.careless.index import Bools, Floats, Integers
from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AnswerStrings", "answer_strings"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerStrings(TableDisplay):
    """Strings of equal answers of n respondents; a string ends with its block.

    ``longest`` is the length of the longest string (0 without answers), ``average`` the number of answers divided by
    the number of strings (NaN without answers), ``answered`` the number of answers. ``flagged`` where a block has a
    string of at least ``least`` answers that is also at least ``share`` of the answers in that block; ``judged``
    where a block with at least ``least`` answers exists. Missing answers are passed over: they neither lengthen nor
    break a string.
    """

    longest: Integers
    average: Floats
    answered: Integers
    flagged: Bools
    judged: Bools
    share: float
    least: int

    def to_frame(self) -> pd.DataFrame:
        """One row per respondent."""
        import pandas as pd

        columns = {"longest": self.longest, "average": self.average, "answered": self.answered}
        return pd.DataFrame({**columns, "judged": self.judged, "flagged": self.flagged})

    def summary(self) -> str:
        """Median and maximum of the longest string, and the flagged."""
        if not len(self.longest):
            return "longest string: no respondents"
        middle, top = float(np.median(self.longest)), int(self.longest.max())
        return (
            f"longest string: median {middle:g}, maximum {top}; {int(self.flagged.sum())} flagged of "
            f"{int(self.judged.sum())} judged (at least {self.least} and {self.share:.0%} of a block)"
        )


def answer_strings(
    codes: NDArray[np.int16], blocks: Sequence[Sequence[int]], *, share: float = 0.5, least: int = 6
) -> AnswerStrings:
    """Longest and average string of equal answers.

    Parameters
    ----------
    codes : (p, n) int16, one row per item in presentation order: the option as presented (no reversal); not positive
        is missing.
    blocks : rows of ``codes`` that were presented together on one scale, block by block.
    share, least : a block is suspicious from a string of at least ``least`` answers that fills at least this share of
        it. There is no universal cut; a block of fewer than six rows should never flag by itself.

    Notes
    -----
    Of one block without missing answers ``longest`` and ``average`` are ``longstring`` and its ``avgstr`` of the R
    package careless. Sources: Johnson (2005), Journal of Research in Personality 39, 103-129 (the index); Curran
    (2016), Journal of Experimental Social Psychology 66, 4-19 (half of a block of items as a cut).
    """
    n = codes.shape[1]
    longest = np.zeros(n, dtype=np.int64)
    answered, strings = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    flagged, judged = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    for block in blocks:
        last, run = np.zeros(n, dtype=np.int16), np.zeros(n, dtype=np.int64)
        best, inside = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        for row in block:
            given = codes[row] > 0
            again = given & (codes[row] == last)
            run = np.where(again, run + 1, np.where(given, 1, run))
            strings += given & ~again
            inside += given
            last = np.where(given, codes[row], last)
            np.maximum(best, run, out=best)
        np.maximum(longest, best, out=longest)
        answered += inside
        enough = inside >= least
        judged |= enough
        flagged |= enough & (best >= least) & (best >= share * inside)
    average = np.divide(answered, strings, out=np.full(n, np.nan), where=strings > 0)
    return AnswerStrings(
        longest=longest,
        average=average,
        answered=answered,
        flagged=flagged,
        judged=judged,
        share=share,
        least=least,
    )
