"""Score tests: what freeing a fixed parameter, or an equality, would gain.

With s the score and I the information at the solution, the modification index of parameter a is
s_a^2 / (I_aa - I_at I_tt^-1 I_ta) and its expected change s_a / (I_aa - ...) (Sorbom 1989; Saris, Satorra & Sorbom
1987). An equality constraint is tested by giving the parameter a place of its own in one group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.parameters import Parameter, ParameterTable

Floats = NDArray[np.float64]
ScoreInformation = Callable[[FactorModel, Floats], tuple[Floats, Floats]]

__all__ = ["ScoreInformation", "ScoreTest", "equality_candidates", "fixed_candidates", "score_tests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTest:
    """``index`` is a chi-square with one degree of freedom, ``change`` the expected parameter change (from the fixed or
    shared value), ``standardised_change`` the same with latent and observed variables standardised."""

    left: str
    op: str
    right: str
    group: int
    index: float
    change: float
    p_value: float
    standardised_change: float = np.nan

    @property
    def name(self) -> str:
        """``f=~x``."""
        return f"{self.left}{self.op}{self.right}"


def score_tests(
    model: FactorModel, theta: Floats, score_information: ScoreInformation, candidates: Sequence[Parameter]
) -> tuple[ScoreTest, ...]:
    """Test every candidate by itself, largest index first; parameters whose freeing changes nothing are left out.

    Parameters
    ----------
    score_information : gives score and information (of the whole sample) of any model made from the same variables.
    candidates : parameters to free: rows of the table (fixed, or sharing a place), or rows it does not have.
    """
    from scipy.special import chdtrc

    if not candidates:
        return ()
    size = model.n_free
    known = {_key(row): place for place, row in enumerate(model.table.parameters)}
    rows = list(model.table.parameters)
    spots: list[int] = []
    for candidate in candidates:
        spot = known.get(_key(candidate))
        if spot is None:
            spot = len(rows)
            rows.append(replace(candidate, free=None, value=candidate.value or 0.0))
        spots.append(spot)
    places: dict[int, int] = {}
    wide = theta
    for spot in dict.fromkeys(spots):
        row = rows[spot]
        start = theta[row.free] if row.free is not None else row.value or 0.0
        places[spot] = len(wide)
        wide = np.append(wide, start)
    # every tested row has a place of its own; the shared part is put together again below
    freed = [replace(row, free=places[at]) if at in places else row for at, row in enumerate(rows)]
    extended = FactorModel(replace(model.table, parameters=tuple(freed)))
    score, information = score_information(extended, wide)
    together = np.zeros((len(wide), size))
    together[:size] = np.eye(size)
    for spot, place in places.items():
        shared = rows[spot].free
        if shared is not None:
            together[place, shared] = 1.0
    inner = together.T @ information @ together
    inverse = np.linalg.pinv(inner, hermitian=True)
    crossed = together.T @ information
    left = np.diag(information) - np.einsum("ia,ij,ja->a", crossed, inverse, crossed)
    found = []
    for candidate, spot in zip(candidates, spots, strict=True):
        place = places[spot]
        if left[place] <= 1e-8 * max(information[place, place], 1e-300) or not np.isfinite(left[place]):
            continue
        index = float(score[place] ** 2 / left[place])
        change = float(score[place] / left[place])
        found.append(
            ScoreTest(
                left=candidate.left,
                op=candidate.op,
                right=candidate.right,
                group=candidate.group,
                index=index,
                change=change,
                p_value=float(chdtrc(1, index)),
                standardised_change=_standardised(model, theta, candidate, change),
            )
        )
    return tuple(sorted(found, key=lambda test: -test.index))


def fixed_candidates(model: FactorModel) -> Iterator[Parameter]:
    """Cross-loadings, covariances of residuals and of latent variables, and fixed parameters of the text."""
    table = model.table
    known = {_key(row) for row in table.parameters}
    measured = {row.right for row in table.parameters if row.op == "=~"}
    for group in range(table.n_groups):
        for row in table.parameters:
            if row.group == group and row.free is None and (row.op != "~~" or row.left != row.right):
                yield row
        for factor in table.latent:
            below = {row.right for row in table.parameters if row.op == "=~" and row.left == factor}
            if not below - set(table.latent):
                continue
            for item in table.observed:
                row = Parameter(left=factor, op="=~", right=item, group=group)
                if _key(row) not in known and item in measured:
                    yield row
        pairs = [
            (one, other)
            for names in (
                [name for name in table.observed if name not in model.phantoms],
                [name for name in table.latent if name not in measured],
                [name for name in table.latent if name in measured],
            )
            for place, one in enumerate(names)
            for other in names[place + 1 :]
        ]
        for one, other in pairs:
            row = Parameter(left=one, op="~~", right=other, group=group)
            if _key(row) not in known:
                yield row


def equality_candidates(table: ParameterTable) -> Iterator[Parameter]:
    """Rows that share their free place with an earlier row."""
    seen: set[int] = set()
    for row in table.parameters:
        if row.free is None:
            continue
        if row.free in seen:
            yield row
        seen.add(row.free)


def _key(row: Parameter) -> tuple[str, str, str, int]:
    if row.op == "~~":
        one, other = sorted((row.left, row.right))
        return one, row.op, other, row.group
    return row.left, row.op, row.right, row.group


def _standardised(model: FactorModel, theta: Floats, row: Parameter, change: float) -> float:
    observed = np.diag(model.implied(theta, row.group).covariance)
    latent = np.diag(model.latent(theta, row.group).covariance)
    residual = np.diag(model.matrices(theta, row.group).residual_covariance)
    own = np.diag(model.matrices(theta, row.group).latent_covariance)

    def variance(name: str, *, rest: bool = False) -> float:
        if name in model.factors:
            place = model.factors.index(name)
            return float((own if rest else latent)[place])
        place = model.table.observed.index(name)
        return float((residual if rest else observed)[place])

    with np.errstate(invalid="ignore", divide="ignore"):
        if row.op == "=~":
            return float(change * np.sqrt(variance(row.left) / variance(row.right)))
        if row.op == "~":
            return float(change * np.sqrt(variance(row.right) / variance(row.left)))
        if row.op == "~~":
            return float(change / np.sqrt(variance(row.left, rest=True) * variance(row.right, rest=True)))
        return float(change / np.sqrt(variance(row.left)))
