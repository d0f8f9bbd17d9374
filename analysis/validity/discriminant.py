"""Discriminant validity: Fornell-Larcker, cross-loadings, and HTMT with bootstrap intervals.

Fornell-Larcker: a construct's square root of AVE exceeds its correlations with all others. Cross-loadings here are
correlations of items with construct means, the item itself left out of its own construct's. HTMT speaks against
discriminant validity where its upper bound reaches the threshold (.85 strict, .90 lenient).

References
----------
Fornell & Larcker (1981), J. of Marketing Research 18, 39-50; Henseler, Ringle & Sarstedt (2015), J. of the Academy of
Marketing Science 43, 115-135; Roemer, Schuberth & Henseler (2021), Industrial Management & Data Systems 121, 2637-2650.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from analysis.heterotrait_monotrait import HtmtKind, heterotrait_monotrait
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["CrossLoadingsResult", "FornellLarckerResult", "HtmtIntervals", "cross_loadings", "fornell_larcker"]
__all__ += ["heterotrait_monotrait_intervals"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FornellLarckerResult(TableDisplay):
    """Construct correlations (q, q) with the square roots of AVE on the diagonal; ``distinct`` (q,) by the rule."""

    constructs: tuple[str, ...]
    matrix: Floats
    distinct: NDArray[np.bool_]

    def to_frame(self) -> pd.DataFrame:
        """The matrix."""
        import pandas as pd

        return pd.DataFrame(self.matrix, index=list(self.constructs), columns=list(self.constructs))

    def summary(self) -> str:
        """Which constructs fail, in one line."""
        failing = [name for name, good in zip(self.constructs, self.distinct, strict=True) if not good]
        return f"Fornell-Larcker: not distinct: {', '.join(failing)}" if failing else "Fornell-Larcker: all distinct"


def fornell_larcker(average_variance_extracted: Mapping[str, float], correlations: ArrayLike) -> FornellLarckerResult:
    """Compare sqrt(AVE) of each construct with its correlations (q, q), constructs in the mapping's order."""
    names = tuple(average_variance_extracted)
    matrix = np.array(correlations, dtype=np.float64)
    if matrix.shape != (len(names), len(names)):
        raise SatixError.of(
            "analysis.design_lengths_differ", what="correlations", found=len(matrix), expected=len(names)
        )
    root = np.sqrt(np.array(list(average_variance_extracted.values()), dtype=np.float64))
    others = np.abs(matrix)
    np.fill_diagonal(others, 0.0)
    np.fill_diagonal(matrix, root)
    return FornellLarckerResult(constructs=names, matrix=matrix, distinct=root > others.max(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossLoadingsResult(TableDisplay):
    """Correlations (k, q) of items with construct means; ``misplaced`` items go with another construct more."""

    items: tuple[str, ...]
    constructs: tuple[str, ...]
    own: tuple[str, ...]
    loadings: Floats
    n: int
    dropped: int

    @property
    def misplaced(self) -> tuple[tuple[str, str], ...]:
        """(item, construct it goes with more than with its own)."""
        found = []
        for item, own, row in zip(self.items, self.own, np.abs(self.loadings), strict=True):
            place = self.constructs.index(own)
            best = int(np.nanargmax(row)) if np.isfinite(row).any() else place
            if best != place and not np.isnan(row[place]) and row[best] > row[place]:
                found.append((item, self.constructs[best]))
        return tuple(found)

    def to_frame(self) -> pd.DataFrame:
        """A row per item, a column per construct."""
        import pandas as pd

        frame = pd.DataFrame(self.loadings, index=list(self.items), columns=list(self.constructs))
        frame.insert(0, "construct", list(self.own))
        return frame.rename_axis("item")

    def summary(self) -> str:
        """Misplaced items in one line."""
        misplaced = ", ".join(f"{item} ({other})" for item, other in self.misplaced)
        return f"items nearer to another construct: {misplaced or 'none'} (n = {self.n})"


def cross_loadings(items: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> CrossLoadingsResult:
    """Each item's correlation with every construct's mean; oriented items, listwise over all items named.

    The own construct's mean leaves the item out, so it is NaN for a construct with one item.
    """
    names, own, x, dropped = _listwise(items, constructs)
    loadings = np.full((len(names), len(constructs)), np.nan)
    for column, members in enumerate(constructs.values()):
        places = [names.index(item) for item in members]
        for row in range(len(names)):
            rest = [place for place in places if place != row]
            if rest:
                loadings[row, column] = _correlation(x[:, row], x[:, rest].mean(axis=1))
    return CrossLoadingsResult(
        items=tuple(names), constructs=tuple(constructs), own=tuple(own), loadings=loadings, n=len(x), dropped=dropped
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HtmtIntervals(TableDisplay):
    """HTMT of each pair of constructs with percentile bounds; ``distinct`` where the upper bound stays below."""

    pairs: tuple[tuple[str, str], ...]
    estimates: Floats
    std_errors: Floats
    lower: Floats
    upper: Floats
    distinct: NDArray[np.bool_]
    kind: HtmtKind
    threshold: float
    n: int
    dropped: int
    replicates: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """A row per pair."""
        import pandas as pd

        return pd.DataFrame(
            {
                "first": [pair[0] for pair in self.pairs],
                "second": [pair[1] for pair in self.pairs],
                "estimate": self.estimates,
                "std_error": self.std_errors,
                "lower": self.lower,
                "upper": self.upper,
                "distinct": self.distinct,
                "n": self.n,
            }
        )

    def summary(self) -> str:
        """Pairs that are not told apart, in one line."""
        failing = [" and ".join(pair) for pair, good in zip(self.pairs, self.distinct, strict=True) if not good]
        return (
            f"{self.kind} below {self.threshold:g} for all pairs"
            if not failing
            else (f"{self.kind}: not told apart at {self.threshold:g}: {'; '.join(failing)}")
        )


def heterotrait_monotrait_intervals(
    items: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    kind: HtmtKind = "htmt",
    threshold: float = 0.85,
    replicates: int = 500,
    confidence: float = 0.95,
    seed: int = 20240501,
) -> HtmtIntervals:
    """HTMT or HTMT2 of all pairs of constructs from Pearson correlations, with a bootstrap of respondents; listwise.

    Raises
    ------
    InsufficientDataError
        Unknown or constant items, or fewer than three complete respondents.
    """
    names, _, x, dropped = _listwise(items, constructs)
    n, pairs = len(x), [(a, b) for b in range(len(constructs)) for a in range(b)]
    flat = np.ptp(x, axis=0) == 0
    if flat.any():
        raise InsufficientDataError.of("analysis.item_without_variance", item=names[int(np.argmax(flat))])
    centred = x - x.mean(axis=0)

    def ratios(weights: Floats) -> Floats:
        mean = weights @ centred / n
        C = (centred * weights[:, None]).T @ centred / n - np.outer(mean, mean)
        sd = np.sqrt(np.diagonal(C))
        with np.errstate(invalid="ignore", divide="ignore"):
            R = C / np.outer(sd, sd)
        found = heterotrait_monotrait(R, names, constructs, kind=kind).ratios
        return np.array([found[pair] for pair in pairs])

    rng = np.random.default_rng(seed)
    estimates = ratios(np.ones(n))
    draws = np.array([ratios(np.bincount(rng.integers(0, n, n), minlength=n).astype(float)) for _ in range(replicates)])
    labels = tuple(constructs)
    bounds = np.nanquantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return HtmtIntervals(
        pairs=tuple((labels[a], labels[b]) for a, b in pairs),
        estimates=estimates,
        std_errors=np.nanstd(draws, axis=0, ddof=1),
        lower=bounds[0],
        upper=bounds[1],
        distinct=bounds[1] < threshold,
        kind=kind,
        threshold=threshold,
        n=n,
        dropped=dropped,
        replicates=replicates,
        confidence=confidence,
    )


def _listwise(items: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str], Floats, int]:
    names = [str(item) for members in constructs.values() for item in members]
    own = [construct for construct, members in constructs.items() for _ in members]
    known = [str(column) for column in items.columns]
    for name in names:
        if name not in known:
            raise InsufficientDataError.of("analysis.item_unknown", found=name, expected=", ".join(known))
    x = items.to_numpy(dtype=np.float64, na_value=np.nan)[:, [known.index(name) for name in names]]
    complete = ~np.isnan(x).any(axis=1)
    if complete.sum() < 3:
        raise InsufficientDataError.of(
            "analysis.too_few_respondents", found=int(complete.sum()), needed=3, what="listwise"
        )
    return names, own, x[complete], int((~complete).sum())


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else np.nan
