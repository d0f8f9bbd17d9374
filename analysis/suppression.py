"""Which small cells must not be shown, so that neither they nor anything derived from the shown ones reveals a few.

Cells are withheld below a limit (primary), then further cells until no line whose total is shown gives a withheld one
away by subtraction (complementary).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INDICATIVE_BELOW", "SUPPRESS_BELOW", "CellStatus", "SuppressionResult", "suppress_cells", "table_lines"]

CellStatus = Literal["shown", "indicative", "suppressed", "suppressed_complementary", "empty"]
SUPPRESS_BELOW = 10
INDICATIVE_BELOW = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuppressionResult(TableDisplay):
    """Status per cell, in the shape of the counts given; ``line_suppressed`` marks totals that must go as well."""

    n: npt.NDArray[np.int64]
    status: npt.NDArray[np.object_]
    line_suppressed: npt.NDArray[np.bool_]
    suppress_below: int
    indicative_below: int

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """Cells whose figures may be printed (empty ones have none)."""
        return np.isin(self.status.astype(str), ["shown", "indicative"])

    def to_frame(self) -> pd.DataFrame:
        """One row per cell."""
        import pandas as pd

        return pd.DataFrame({"n": self.n.ravel(), "status": self.status.ravel()})

    def summary(self) -> str:
        """How many cells are shown and withheld."""
        withheld = sum(str(status).startswith("suppressed") for status in self.status.ravel())
        return f"{int(self.shown.sum())} cells shown, {withheld} withheld"


def table_lines(rows: int, columns: int) -> npt.NDArray[np.bool_]:
    """The lines of a rows x columns table (C order) whose totals are shown: every row, every column."""
    cells = np.arange(rows * columns).reshape(rows, columns)
    lines = np.zeros((rows + columns, rows * columns), dtype=np.bool_)
    for row in range(rows):
        lines[row, cells[row]] = True
    for column in range(columns):
        lines[rows + column, cells[:, column]] = True
    return lines


def suppress_cells(
    n: npt.ArrayLike,
    *,
    lines: npt.ArrayLike | None = None,
    suppress_below: int = SUPPRESS_BELOW,
    indicative_below: int = INDICATIVE_BELOW,
) -> SuppressionResult:
    """Primary and complementary suppression.

    Parameters
    ----------
    n : integer array of any shape
        Respondents per cell. A cell of 0 has no figure and no respondent to protect; it hides nothing either.
    lines : boolean array, shape (lines, cells), cells in C order
        Sets of cells whose joint figure is shown as well. Default: one line of all cells (a segment table with its
        total). ``table_lines`` gives those of a two-way table, for example segments by waves where each wave and all
        waves together are shown.
    suppress_below, indicative_below
        Below the first a cell is withheld, below the second it is ``indicative`` and gets no verdict.

    A line is safe when what it withholds is either nothing or at least two cells with ``suppress_below`` respondents
    in all (otherwise total minus shown cells describes fewer), and when no withheld cell follows from several lines
    together. The smallest cell that helps is withheld next, until all lines are safe. A line whose total itself rests
    on fewer than ``suppress_below`` respondents, or that cannot be made safe, loses its total (``line_suppressed``).

    Raises
    ------
    SatixError
        ``analysis.limits_invalid``: limits below 1, or indicative below suppressed.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4; Willenborg & de Waal (2001).
    """
    if suppress_below < 1 or indicative_below < suppress_below:
        raise SatixError.of("analysis.limits_invalid", suppress=suppress_below, indicative=indicative_below)
    shape = np.asarray(n).shape
    counts = np.asarray(n, dtype=np.int64).ravel()
    member = np.ones((1, counts.size), dtype=np.bool_) if lines is None else np.asarray(lines, dtype=np.bool_)
    occupied = counts > 0
    primary = occupied & (counts < suppress_below)
    withheld = primary.copy()
    line_open = member @ counts >= suppress_below
    while True:
        candidates = _unsafe_lines(counts, withheld, member & line_open[:, None], suppress_below)
        if not candidates.any():
            break
        usable = occupied & ~withheld & member[candidates].any(axis=0)
        if usable.any():
            positions = np.flatnonzero(usable)
            withheld[positions[np.argmin(counts[positions])]] = True
        else:
            line_open &= ~candidates
    status = np.full(counts.shape, "shown", dtype=object)
    status[counts < indicative_below] = "indicative"
    status[withheld] = "suppressed_complementary"
    status[primary] = "suppressed"
    status[~occupied] = "empty"
    return SuppressionResult(
        n=counts.reshape(shape),
        status=status.reshape(shape),
        line_suppressed=~line_open,
        suppress_below=suppress_below,
        indicative_below=indicative_below,
    )


def _unsafe_lines(
    counts: npt.NDArray[np.int64], withheld: npt.NDArray[np.bool_], member: npt.NDArray[np.bool_], limit: int
) -> npt.NDArray[np.bool_]:
    """Lines that give away a withheld cell, or a union of withheld cells that is itself too small."""
    inside = member & withheld
    size = inside @ counts
    cells = inside.sum(axis=1)
    unsafe = (cells == 1) | ((cells > 0) & (size < limit))
    if unsafe.any() or not withheld.any():
        return np.asarray(unsafe)
    return np.asarray((inside[:, _derivable(inside, withheld)]).any(axis=1))


def _derivable(inside: npt.NDArray[np.bool_], withheld: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Withheld cells that the line totals determine: those on which every solution of A d = 0 is zero."""
    positions = np.flatnonzero(withheld)
    system = inside[:, positions].astype(np.float64)
    if not system.any():
        return positions[:0]
    _, singular, basis = np.linalg.svd(system)
    rank = int(np.count_nonzero(singular > 1e-9 * singular[0]))
    free = np.abs(basis[rank:]).max(axis=0) if rank < positions.size else np.zeros(positions.size)
    return positions[free < 1e-9]
