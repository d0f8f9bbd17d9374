"""The correlations a factor analysis starts from, with what is known about their sample.

Every method of this package takes a data frame of items or a `CorrelationMatrix`; the latter holds correlations had
elsewhere: printed in a paper, polychoric, or pooled over imputations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.correlations.contingency import check_weights
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MissingRule = Literal["listwise", "pairwise"]
CorrelationKind = Literal["pearson", "spearman", "kendall", "polychoric"]

PERFECT = 1 - 1e-10
SINGULAR = 1e-10

__all__ = [
    "CorrelationKind",
    "CorrelationMatrix",
    "MissingRule",
    "correlations_of",
    "descending_eigenvalues",
    "given_correlations",
    "item_correlations",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorrelationMatrix(TableDisplay):
    """Correlations of p items.

    ``matrix`` (p, p); ``kind`` names the coefficient, or what the given ones were called; ``n`` is the sample size that
    tests of fit use (listwise: respondents used; pairwise: the smallest number of common answers of any two items;
    None: unknown); ``n_effective`` is Kish's under case weights, else n. ``std_deviations`` (p,), divisor n - 1, is
    None for given correlations. ``missing`` is ``"given"`` for them.
    """

    items: tuple[str, ...]
    matrix: Floats
    kind: str
    n: int | None
    n_rows: int | None
    n_effective: float
    std_deviations: Floats | None
    missing: str
    case_weighted: bool
    reversed_items: tuple[str, ...]
    findings: tuple[Problem, ...]

    @property
    def dropped(self) -> int:
        """Respondents read but not used."""
        return 0 if self.n is None or self.n_rows is None or self.missing != "listwise" else self.n_rows - self.n

    @property
    def smallest_eigenvalue(self) -> float:
        """Below zero: no variables can have these correlations."""
        return float(np.linalg.eigvalsh(self.matrix)[0])

    @property
    def invertible(self) -> bool:
        """Whether the matrix is safely positive definite."""
        return self.smallest_eigenvalue > SINGULAR

    def to_frame(self) -> pd.DataFrame:
        """The matrix with the items as labels."""
        import pandas as pd

        return pd.DataFrame(self.matrix, index=list(self.items), columns=list(self.items))

    def summary(self) -> str:
        """Kind, size and n in one line."""
        return f"{self.kind} correlations of {len(self.items)} items (n = {self.n})"


def correlations_of(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
    needed: int = 2,
) -> CorrelationMatrix:
    """The matrix itself, or the correlations of a frame of items; at least ``needed`` items."""
    size = len(data.items) if isinstance(data, CorrelationMatrix) else data.shape[1]
    if size < needed:
        raise InsufficientDataError.of("analysis.factor_items", found=size, needed=needed)
    if isinstance(data, CorrelationMatrix):
        return data
    return item_correlations(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
    )


def item_correlations(
    items: pd.DataFrame,
    *,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> CorrelationMatrix:
    """Correlations of the columns of a frame, ready to be factored.

    Parameters
    ----------
    items : (n, p) scores; NaN where missing.
    correlation : ``"pearson"``; ``"spearman"`` and ``"kendall"`` (tau-b) of ranks; ``"polychoric"`` of the normal
        variables behind ordered answers, smoothed where they are not positive definite.
    missing : ``"listwise"`` uses respondents who answered all items, ``"pairwise"`` for every two items those who
        answered both, means and standard deviations included.
    reversed_items, scale : as in `analysis.reliability.cronbach_alpha`.
    case_weights : (n,) weights of the respondents, not negative.

    Raises
    ------
    InsufficientDataError
        Fewer than three respondents, an item that does not vary, or a pair nobody answered.
    """
    from analysis.reliability import oriented_items

    values, names, turned = oriented_items(items, reversed_items=reversed_items, scale=scale)
    w = None if case_weights is None else check_weights(case_weights, len(values))
    counted = ~np.isnan(values) if w is None else ~np.isnan(values) & (w > 0)[:, None]
    used: NDArray[np.bool_] = np.asarray(counted.all(axis=1) if missing == "listwise" else counted.any(axis=1))
    if used.sum() < 3:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=int(used.sum()), needed=3, what=missing)
    if not used.all():
        values, w = values[used], None if w is None else w[used]
    found = _coefficients(values, names, correlation, missing, w)
    flat = np.flatnonzero(~np.isfinite(np.diagonal(found.matrix)))
    if len(flat):
        raise InsufficientDataError.of("analysis.item_without_variance", item=names[flat[0]])
    lacking = np.argwhere(np.tril((found.counts < 3) | ~np.isfinite(found.matrix)))
    if len(lacking):
        second, first = lacking[0]
        raise InsufficientDataError.of("analysis.item_pairs_unanswered", first=names[first], second=names[second])
    matrix = np.clip((found.matrix + found.matrix.T) / 2, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    n = int(found.counts.min())
    weighted = w is not None and bool(np.ptp(w) > 0)
    return CorrelationMatrix(
        items=tuple(names),
        matrix=matrix,
        kind=correlation,
        n=n,
        n_rows=len(used),
        n_effective=found.n_effective if weighted else float(n),
        std_deviations=found.deviations,
        missing=missing,
        case_weighted=weighted,
        reversed_items=turned,
        findings=(*found.findings, *_matrix_findings(names, matrix, n), *_dropped(missing, n, len(used))),
    )


def descending_eigenvalues(R: Floats) -> Floats:
    """Eigenvalues of a symmetric matrix (p, p), or of many (m, p, p), largest first."""
    return np.asarray(np.linalg.eigvalsh(R)[..., ::-1], dtype=np.float64)


def given_correlations(
    matrix: ArrayLike | pd.DataFrame,
    *,
    n: int | None = None,
    items: Sequence[str] | None = None,
    kind: str = "given",
) -> CorrelationMatrix:
    """Correlations had elsewhere.

    Parameters
    ----------
    matrix : (p, p), symmetric with ones on the diagonal; a frame brings the items' names along.
    n : sample size behind them; without it there are no tests of fit.
    items : names; default the frame's columns, or 1 to p.
    kind : what they are, for example ``"polychoric"``.

    Raises
    ------
    SatixError
        The matrix is not a correlation matrix.
    """
    columns = getattr(matrix, "columns", None)
    R = np.array(matrix, dtype=np.float64)
    faults = None
    if R.ndim != 2 or R.shape[0] != R.shape[1]:
        faults = " x ".join(str(size) for size in R.shape)
    elif not np.isfinite(R).all():
        faults = f"NaN x {int((~np.isfinite(R)).sum())}"
    elif np.abs(R - R.T).max(initial=0.0) > 1e-6 or np.abs(np.diagonal(R) - 1).max(initial=0.0) > 1e-6:
        diagonal = np.diagonal(R)
        faults = f"|r - r'| {np.abs(R - R.T).max():.2g}, diagonal {diagonal.min():.3g} ... {diagonal.max():.3g}"
    elif np.abs(R).max(initial=0.0) > 1 + 1e-6:
        faults = f"|r| = {np.abs(R).max():.3g}"
    if faults is not None:
        raise SatixError.of("analysis.correlation_matrix_invalid", found=faults)
    labels = items if items is not None else columns if columns is not None else range(1, len(R) + 1)
    names = [str(name) for name in labels]
    if len(names) != len(R):
        raise SatixError.of("analysis.weights_length", what="items", found=len(names), expected=len(R))
    R = (R + R.T) / 2
    np.fill_diagonal(R, 1.0)
    return CorrelationMatrix(
        items=tuple(names),
        matrix=R,
        kind=kind,
        n=n,
        n_rows=n,
        n_effective=float("nan") if n is None else float(n),
        std_deviations=None,
        missing="given",
        case_weighted=False,
        reversed_items=(),
        findings=tuple(_matrix_findings(names, R, n)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Coefficients:
    matrix: Floats
    counts: Floats
    n_effective: float
    deviations: Floats | None = None
    findings: tuple[Problem, ...] = ()


def _coefficients(
    values: Floats, names: Sequence[str], kind: CorrelationKind, missing: MissingRule, w: Floats | None
) -> _Coefficients:
    """Correlations of the respondents used, whose items are turned already; NaN where undefined."""
    import pandas as pd

    if kind == "pearson" and not np.isnan(values).any():
        return _complete_pearson(values, w)
    frame = pd.DataFrame(values, columns=list(names))
    if kind == "polychoric":
        from analysis.correlations.polychoric import polychoric

        result = polychoric(frame, missing=missing, case_weights=w)
        matrix = result.matrix if np.isfinite(result.matrix).all() else result.correlations
        return _Coefficients(
            matrix=matrix, counts=result.counts, n_effective=result.n_effective, findings=result.findings
        )
    if kind == "pearson":
        from analysis.correlations.pearson import pearson_correlations

        ranked = pearson_correlations(frame, missing=missing, case_weights=w)
    else:
        from analysis.correlations.rank import kendall_correlations, spearman_correlations

        coefficient = spearman_correlations if kind == "spearman" else kendall_correlations
        ranked = coefficient(frame, missing=missing, case_weights=w)
    deviations = None
    if kind == "pearson":
        columns = [~np.isnan(column) for column in values.T]
        parts = [
            _complete_pearson(values[rows, j : j + 1], None if w is None else w[rows]) for j, rows in enumerate(columns)
        ]
        deviations = np.array([float(part.deviations[0]) for part in parts if part.deviations is not None])
    return _Coefficients(
        matrix=ranked.correlations,
        counts=ranked.counts,
        n_effective=float(ranked.n_effective.min()),
        deviations=deviations,
    )


def _complete_pearson(values: Floats, w: Floats | None) -> _Coefficients:
    """Where nothing is missing one product of matrices serves; deviations n/(n - 1) times the weighted mean square."""
    n, p = values.shape
    shares = np.full(n, 1 / n) if w is None else w / w.sum()
    centred = values - shares @ values
    product = (centred.T @ centred) / n if w is None else (centred * shares[:, None]).T @ centred
    variance = np.diagonal(product).copy()
    variance[variance <= 1e-14 * (variance + (shares @ values) ** 2)] = np.nan
    return _Coefficients(
        matrix=product / np.sqrt(np.outer(variance, variance)),
        counts=np.full((p, p), float(n)),
        n_effective=float(1 / (shares**2).sum()),
        deviations=np.sqrt(variance * n / (n - 1)),
    )


def _dropped(missing: MissingRule, n: int, n_rows: int) -> list[Problem]:
    if missing != "listwise" or n == n_rows:
        return []
    fields = {"dropped": n_rows - n, "total": n_rows}
    return [Problem(code="analysis.respondents_dropped", fields=fields, severity="note")]


def _matrix_findings(names: Sequence[str], R: Floats, n: int | None) -> list[Problem]:
    findings = [
        Problem(code="analysis.items_identical", fields={"first": names[j], "second": names[i]}, severity="warning")
        for i, j in np.argwhere(np.tril(np.abs(R), -1) > PERFECT)
    ]
    if n is not None and n <= len(R):
        fields = {"n": n, "items": len(R)}
        findings.append(Problem(code="analysis.fewer_respondents_than_items", fields=fields, severity="warning"))
    smallest = float(np.linalg.eigvalsh(R)[0])
    if smallest < -SINGULAR:
        fields_found: dict[str, Any] = {"smallest": smallest}
        findings.append(Problem(code="analysis.correlations_indefinite", fields=fields_found, severity="warning"))
    return findings
