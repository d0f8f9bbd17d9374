"""What a confirmatory model is fitted to: moments of every group, and patterns of missing answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from survey.errors import InsufficientDataError, Place, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MissingRule = Literal["listwise", "ml"]

# a correlation matrix with a smaller eigenvalue counts as singular
SINGULAR = 1e-10

# the label of the only group, where the data are not grouped
ALL = "all"

__all__ = ["ALL", "GroupSample", "MissingRule", "Pattern", "Sample", "sample_from_frame", "sample_from_moments"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """Respondents who answered the same items: their answers to these, means and covariances (divisor n)."""

    answered: NDArray[np.int64]
    values: Floats
    mean: Floats
    covariance: Floats

    @property
    def n(self) -> int:
        """Respondents of this pattern."""
        return len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupSample:
    """One group: n, covariances with divisor n, means.

    ``values`` (n, p) is None where only moments are known. ``patterns`` is empty under listwise deletion; under
    ``"ml"`` the moments are maximum-likelihood estimates.
    """

    label: str
    n: int
    covariance: Floats
    mean: Floats
    values: Floats | None = None
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The groups in the order they appear, and which respondents were left out.

    ``rows`` are the positions of the respondents used in the frame, group by group (empty without raw data).
    """

    items: tuple[str, ...]
    groups: tuple[GroupSample, ...]
    n_rows: int
    missing: MissingRule
    rows: tuple[NDArray[np.int64], ...] = ()

    @property
    def n(self) -> int:
        """Respondents used."""
        return sum(group.n for group in self.groups)

    @property
    def dropped(self) -> int:
        """Respondents read but not used."""
        return self.n_rows - self.n


def sample_from_frame(
    frame: pd.DataFrame, items: Sequence[str], *, groups: ArrayLike | None = None, missing: MissingRule = "listwise"
) -> Sample:
    """The moments of the columns ``items``, NaN where missing.

    Parameters
    ----------
    groups : (n,) label per respondent; respondents without a label are left out.
    missing : ``"listwise"`` uses respondents with every item answered, ``"ml"`` all with any item answered.

    Raises
    ------
    InsufficientDataError
        Unknown columns; per group: too few respondents, a constant item, items that determine one another, two items
        nobody answered together.
    """
    import pandas as pd

    absent = [name for name in items if name not in frame.columns]
    if absent:
        raise InsufficientDataError.of("analysis.cfa_columns_unknown", found=", ".join(absent))
    values = frame[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    answered = ~np.isnan(values)
    used = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    if groups is None:
        codes, labels = np.zeros(len(values), dtype=np.int64), [ALL]
    else:
        series = pd.Series(np.asarray(groups))
        used &= series.notna().to_numpy()
        codes = np.full(len(values), -1)
        codes[used], found = pd.factorize(series[used], sort=False)
        labels = [_label(label) for label in found]
    rows = tuple(np.flatnonzero(used & (codes == code)) for code in range(len(labels)))
    if not any(len(chosen) for chosen in rows):
        raise InsufficientDataError.of("analysis.cfa_nobody")
    problems = [
        problem
        for label, chosen in zip(labels, rows, strict=True)
        for problem in _problems(values[chosen], items, label, missing)
    ]
    if problems:
        raise InsufficientDataError(problems)
    return Sample(
        items=tuple(items),
        groups=tuple(_group(values[chosen], label, missing) for label, chosen in zip(labels, rows, strict=True)),
        n_rows=len(values),
        missing=missing,
        rows=rows,
    )


def sample_from_moments(
    covariances: Sequence[ArrayLike],
    sizes: Sequence[int],
    items: Sequence[str],
    *,
    means: Sequence[ArrayLike] | None = None,
    labels: Sequence[str] = (),
    divisor: Literal["n_minus_1", "n"] = "n_minus_1",
) -> Sample:
    """A sample known by the covariance matrix (or correlations), the size and perhaps the means of every group."""
    found: list[GroupSample] = []
    names = list(labels) or ([ALL] if len(sizes) == 1 else [str(place + 1) for place in range(len(sizes))])
    for place, (matrix, n) in enumerate(zip(covariances, sizes, strict=True)):
        covariance = np.asarray(matrix, dtype=np.float64) * ((n - 1) / n if divisor == "n_minus_1" else 1.0)
        mean = np.zeros(len(items)) if means is None else np.asarray(means[place], dtype=np.float64)
        problems = _moment_problems(covariance, n, items, names[place])
        if problems:
            raise InsufficientDataError(problems)
        found.append(GroupSample(label=names[place], n=int(n), covariance=covariance, mean=mean))
    return Sample(items=tuple(items), groups=tuple(found), n_rows=sum(sizes), missing="listwise")


def _label(label: object) -> str:
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _group(values: Floats, label: str, missing: MissingRule) -> GroupSample:
    if missing == "listwise" or not np.isnan(values).any():
        covariance = np.cov(values.T, bias=True).reshape(values.shape[1], values.shape[1])
        patterns = () if missing == "listwise" else _patterns(values)
        return GroupSample(
            label=label,
            n=len(values),
            covariance=covariance,
            mean=values.mean(axis=0),
            values=values,
            patterns=patterns,
        )
    from analysis.factors.cfa.saturated import saturated_moments

    patterns = _patterns(values)
    mean, covariance = saturated_moments(patterns, values)
    spread = np.sqrt(np.diag(covariance))
    if np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] <= SINGULAR:
        raise InsufficientDataError([_problem("cfa_saturated_unsettled", n=len(values), group=label)])
    return GroupSample(label=label, n=len(values), covariance=covariance, mean=mean, values=values, patterns=patterns)


def _patterns(values: Floats) -> tuple[Pattern, ...]:
    answered = ~np.isnan(values)
    kinds, which = np.unique(answered, axis=0, return_inverse=True)
    found = []
    for kind, flags in enumerate(kinds):
        places = np.flatnonzero(flags)
        block = values[which.ravel() == kind][:, places]
        centred = block - block.mean(axis=0)
        found.append(
            Pattern(
                answered=places,
                values=block,
                mean=block.mean(axis=0),
                covariance=centred.T @ centred / len(block),
            )
        )
    return tuple(found)


def _problems(values: Floats, items: Sequence[str], label: str, missing: MissingRule) -> list[Problem]:
    answered = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        highest, lowest = (
            pick(values, axis=0, initial=start, where=answered) for pick, start in ((np.max, -np.inf), (np.min, np.inf))
        )
    constant = [name for name, high, low in zip(items, highest, lowest, strict=True) if high <= low]
    if constant:
        return [_problem("cfa_constant_item", items=", ".join(constant), group=label)]
    if len(values) <= len(items):
        return [_problem("cfa_too_few", n=len(values), p=len(items), group=label)]
    if missing == "ml":
        together = answered.T.astype(np.float64) @ answered
        never = [
            f"{items[one]} – {items[other]}"
            for one, other in zip(*np.nonzero(together < 2), strict=True)
            if one < other
        ]
        if never:
            return [_problem("cfa_never_together", pairs=", ".join(never[:5]), group=label)]
        complete = values[answered.all(axis=1)]
        if len(complete) <= len(items):
            return []
        values = complete
    spread = values.std(axis=0)
    if (spread <= 0).any():
        return []
    return _dependence(np.corrcoef(values.T).reshape(len(items), len(items)), items, label)


def _moment_problems(covariance: Floats, n: int, items: Sequence[str], label: str) -> list[Problem]:
    shape = (len(items), len(items))
    if covariance.shape != shape or not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
        return [_problem("cfa_matrix_shape", found=str(covariance.shape), p=len(items), group=label)]
    spread = np.diag(covariance)
    constant = [name for name, variance in zip(items, spread, strict=True) if variance <= 0]
    if constant:
        return [_problem("cfa_constant_item", items=", ".join(constant), group=label)]
    if n <= len(items):
        return [_problem("cfa_too_few", n=n, p=len(items), group=label)]
    return _dependence(covariance / np.sqrt(np.outer(spread, spread)), items, label)


def _dependence(correlations: Floats, items: Sequence[str], label: str) -> list[Problem]:
    """Items that are (nearly) a linear function of others leave no covariance matrix to fit."""
    if np.linalg.eigvalsh(correlations)[0] > SINGULAR:
        return []
    off = np.abs(correlations - np.eye(len(items)))
    one, other = divmod(int(off.argmax()), len(items))
    return [
        _problem("cfa_singular", one=items[one], other=items[other], r=f"{correlations[one, other]:.3f}", group=label)
    ]


def _problem(code: str, *, group: str, **fields: object) -> Problem:
    return Problem(code=f"analysis.{code}", place=Place(path=None if group == ALL else group), fields=fields)
