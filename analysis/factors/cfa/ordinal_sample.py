"""Ordered answers of every group as thresholds, polychoric correlations and gamma, on categories all groups share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.correlations.asymptotic_covariance import OrdinalMoments, ordinal_moments
from analysis.correlations.contingency import coded_items
from analysis.factors.cfa.sample import ALL
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Codes = NDArray[np.int16]
OrdinalMissing = Literal["listwise", "pairwise"]
EmptyCategories = Literal["merge", "refuse"]

__all__ = ["EmptyCategories", "OrdinalGroup", "OrdinalMissing", "OrdinalSample", "ordinal_sample"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalGroup:
    """One group: its moments, and the covariances of the answers as they are numbered (divisor n - 1)."""

    label: str
    moments: OrdinalMoments
    answer_covariance: Floats

    @property
    def n(self) -> int:
        """Respondents used."""
        return self.moments.n


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalSample:
    """The groups in the order they appear. ``levels`` are the categories per item that remain."""

    items: tuple[str, ...]
    groups: tuple[OrdinalGroup, ...]
    levels: tuple[int, ...]
    n_rows: int
    missing: OrdinalMissing
    findings: tuple[Problem, ...]

    @property
    def n(self) -> int:
        """Respondents used."""
        return sum(group.n for group in self.groups)

    @property
    def n_thresholds(self) -> dict[str, int]:
        """Thresholds per item."""
        return {item: level - 1 for item, level in zip(self.items, self.levels, strict=True)}


def ordinal_sample(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    missing: OrdinalMissing = "listwise",
    empty_categories: EmptyCategories = "merge",
) -> OrdinalSample:
    """Moments of the columns ``items``; the values that occur are the categories.

    Parameters
    ----------
    groups : (n,) label per respondent; respondents without a label are left out.
    missing : ``"listwise"``, or ``"pairwise"``: thresholds from all answers to an item, correlations from all to a
        pair.
    empty_categories : where somebody in one group but nobody in another chose a category: ``"merge"`` it with its
        lower neighbour (the lowest with the one above) in all groups, or ``"refuse"``.

    Raises
    ------
    InsufficientDataError
        Unknown columns, nobody with the answers needed, and per group what `ordinal_moments` refuses.
    """
    import pandas as pd

    absent = [name for name in items if name not in frame.columns]
    if absent:
        raise InsufficientDataError.of("analysis.cfa_columns_unknown", found=", ".join(absent))
    coded = coded_items(frame[list(items)])
    answered = coded.codes > 0
    used = answered.all(axis=0) if missing == "listwise" else answered.any(axis=0)
    if groups is None:
        marks, labels = np.zeros(len(frame), dtype=np.int64), [ALL]
    else:
        series = pd.Series(np.asarray(groups))
        used &= series.notna().to_numpy()
        marks = np.full(len(frame), -1, dtype=np.int64)
        marks[used], found = pd.factorize(series[used], sort=False)
        labels = [_label(label) for label in found]
    if not used.any():
        raise InsufficientDataError.of("analysis.cfa_nobody")
    parts = [coded.codes[:, used & (marks == mark)] for mark in range(len(labels))]
    problems = [problem for part, label in zip(parts, labels, strict=True) for problem in _constant(part, items, label)]
    if problems:
        raise InsufficientDataError(problems)
    parts, levels, findings = _shared_categories(parts, items, labels, empty_categories)
    values = frame[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    gathered = []
    for mark, (part, label) in enumerate(zip(parts, labels, strict=True)):
        moments = ordinal_moments(part, levels=levels, items=items, missing=missing, empty_categories="refuse")
        gathered.append(
            OrdinalGroup(
                label=label,
                moments=moments,
                answer_covariance=pd.DataFrame(values[used & (marks == mark)]).cov().to_numpy(),
            )
        )
        if not moments.converged:
            field = {"group": label}
            findings.append(Problem(code="analysis.cfa_polychoric_unsettled", fields=field, severity="warning"))
        lowest = float(np.linalg.eigvalsh(moments.correlations)[0])
        if lowest <= 0:
            fields = {"group": label, "lowest": f"{lowest:.3g}"}
            findings.append(Problem(code="analysis.cfa_polychoric_indefinite", fields=fields, severity="warning"))
    return OrdinalSample(
        items=tuple(items),
        groups=tuple(gathered),
        levels=levels,
        n_rows=len(frame),
        missing=missing,
        findings=tuple(findings),
    )


def _label(label: object) -> str:
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _constant(codes: Codes, items: Sequence[str], label: str) -> list[Problem]:
    """Items that do not vary in a group."""
    names = [name for name, row in zip(items, codes, strict=True) if len(np.unique(row[row > 0])) < 2]
    if not names:
        return []
    where = "" if label == ALL else f" ({label})"
    return [
        Problem(code="analysis.cfa_constant_item", fields={"items": ", ".join(names) + where}),
    ]


def _shared_categories(
    parts: Sequence[Codes], items: Sequence[str], labels: Sequence[str], rule: EmptyCategories
) -> tuple[list[Codes], tuple[int, ...], list[Problem]]:
    """Codes on categories that occur in every group, and how many of them each item has."""
    merged = [part.copy() for part in parts]
    levels: list[int] = []
    problems: list[Problem] = []
    for item, name in enumerate(items):
        highest = max(int(part[item].max(initial=1)) for part in parts)
        counts = np.array([np.bincount(np.maximum(part[item], 0), minlength=highest + 1)[1:] for part in parts])
        ends = _ends(counts)
        levels.append(len(ends))
        if len(ends) == highest:
            continue
        absent = [
            f"{labels[group]}: {place + 1}" for group, place in np.argwhere(counts == 0) if counts[:, place].any()
        ]
        if absent:
            code = "cfa_categories_differ" if rule == "refuse" else "cfa_categories_merged"
            fields = {"item": name, "found": ", ".join(absent), "left": len(ends)}
            severity: Literal["error", "warning"] = "error" if rule == "refuse" else "warning"
            problems.append(Problem(code=f"analysis.{code}", fields=fields, severity=severity))
        number = np.searchsorted(ends, np.arange(highest)) + 1
        for part in merged:
            given = part[item] > 0
            part[item, given] = np.minimum(number, len(ends))[part[item, given] - 1]
        if len(ends) < 2:
            raise InsufficientDataError.of("analysis.cfa_constant_item", items=name)
    if rule == "refuse" and problems:
        raise InsufficientDataError(problems)
    return merged, tuple(levels), problems


def _ends(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions at which a merged category ends: as soon as the next one occurs in every group."""
    ends: list[int] = []
    total = np.zeros(len(counts), dtype=np.int64)
    for place, column in enumerate(counts.T):
        if (total > 0).all() and (column > 0).all():
            ends.append(place - 1)
            total = np.zeros_like(total)
        total = total + column
    ends.append(counts.shape[1] - 1)
    return np.array(ends, dtype=np.int64)
