"""What an index of careless responding looks like: a value per respondent, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bools", "CarelessIndex", "Floats", "Integers", "Reason", "nobody"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
Reason = Literal[
    "too_few_items",
    "too_few_scales",
    "too_few_pairs",
    "too_few_respondents",
    "too_many_respondents",
    "singular",
]
"""Why nobody could be judged."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarelessIndex(TableDisplay):
    """An index of careless responding for n respondents.

    ``values`` (n,) is NaN where a respondent cannot be judged; ``basis`` (n,) counts the ``unit`` each value rests
    on. ``conventions`` says how missing answers and borderline cases were treated; ``reason`` why nobody was judged.
    Indices are computed respondent by respondent: case weights play no part, n is the number of respondents.
    """

    name: str
    values: Floats
    basis: Integers
    unit: Literal["items", "scales", "pairs"]
    conventions: tuple[str, ...]
    reason: Reason | None = None

    @property
    def n(self) -> int:
        """How many respondents."""
        return len(self.values)

    @property
    def judged(self) -> Bools:
        """Where there is a value; shape (n,)."""
        return np.asarray(~np.isnan(self.values), dtype=np.bool_)

    @property
    def n_judged(self) -> int:
        """How many respondents have a value; the others are ``n`` - ``n_judged``."""
        return int(self.judged.sum())

    def to_frame(self) -> pd.DataFrame:
        """One row per respondent: the value and what it rests on."""
        import pandas as pd

        return pd.DataFrame({"estimate": self.values, self.unit: self.basis})

    def summary(self) -> str:
        """Median and range in one line."""
        judged = self.values[self.judged]
        if not judged.size:
            return f"{self.name}: nobody of {self.n} can be judged ({self.reason or 'no answers'})"
        low, middle, high = float(judged.min()), float(np.median(judged)), float(judged.max())
        return f"{self.name}: median {middle:.2f}, {low:.2f} to {high:.2f} ({judged.size} of {self.n} judged)"


def nobody(
    name: str, n: int, unit: Literal["items", "scales", "pairs"], reason: Reason, conventions: tuple[str, ...] = ()
) -> CarelessIndex:
    """An index that could judge nobody, and why."""
    return CarelessIndex(
        name=name,
        values=np.full(n, np.nan),
        basis=np.zeros(n, dtype=np.int64),
        unit=unit,
        conventions=conventions,
        reason=reason,
    )
