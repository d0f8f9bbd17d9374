"""Parallel analysis: how many eigenvalues are larger than those of unrelated items.

Normal data need not be drawn row by row: the scatter matrix of n independent normal respondents on p items follows a
Wishart distribution, drawn through its triangular factor (Bartlett's decomposition) at the cost of p^2/2 numbers
instead of n p. Permuted data shuffle every item's own answers.

``"components"`` compares eigenvalues of R (Horn); ``"common_factors"`` those of R with the squared multiple
correlations on the diagonal, in data and simulations alike (Humphreys & Montanelli).

References
----------
Horn (1965), Psychometrika 30, 179-185; Humphreys & Montanelli (1975), Multivariate Behavioral Research 10, 193-205;
Glorfeld (1995), Educational and Psychological Measurement 55, 377-393 (quantile); Buja & Eyuboglu (1992), Multivariate
Behavioral Research 27, 509-540 (permutation); Smith & Hocking (1972), Applied Statistics 21, 341-345 (Wishart draws).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
    descending_eigenvalues,
)
from analysis.factors.extraction import squared_multiple_correlations
from analysis.figures import TableDisplay
from analysis.reliability import oriented_items
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
EigenvalueKind = Literal["components", "common_factors"]
SimulatedData = Literal["normal", "permuted"]

BLOCK_NUMBERS = 2_000_000

__all__ = ["EigenvalueKind", "ParallelAnalysisResult", "SimulatedData", "parallel_analysis"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParallelAnalysisResult(TableDisplay):
    """Observed and simulated eigenvalues, (p,) each, descending.

    ``n_factors`` counts the leading eigenvalues above ``threshold``, which is ``simulated_quantile`` or, where no
    ``quantile`` was asked for, ``simulated_mean``; ``n_above_mean`` counts those above the mean in any case.
    """

    n: int
    n_items: int
    eigenvalues: EigenvalueKind
    data: SimulatedData
    quantile: float | None
    replicates: int
    seed: int
    observed: Floats
    simulated_mean: Floats
    simulated_sd: Floats
    simulated_quantile: Floats
    n_factors: int
    n_above_mean: int
    findings: tuple[Problem, ...]

    @property
    def threshold(self) -> Floats:
        """What the observed eigenvalues are held against."""
        return self.simulated_mean if self.quantile is None else self.simulated_quantile

    def to_frame(self) -> pd.DataFrame:
        """One row per eigenvalue."""
        import pandas as pd

        columns = {
            "observed": self.observed,
            "simulated_mean": self.simulated_mean,
            "simulated_sd": self.simulated_sd,
            "simulated_quantile": self.simulated_quantile,
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(1, self.n_items + 1, name="eigenvalue"))

    def summary(self) -> str:
        """The number retained in one line."""
        rule = "the mean" if self.quantile is None else f"the {self.quantile:.0%} quantile"
        what = "components" if self.eigenvalues == "components" else "common factors"
        return f"{self.n_factors} {what} above {rule} of {self.replicates} {self.data} replicates (n = {self.n})"


def parallel_analysis(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    eigenvalues: EigenvalueKind = "components",
    simulated: SimulatedData = "normal",
    quantile: float | None = 0.95,
    replicates: int = 1000,
    seed: int = 20240501,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> ParallelAnalysisResult:
    """Compare the eigenvalues of the items with those of unrelated items.

    Parameters
    ----------
    data : (n, p) scores, or a `CorrelationMatrix` with its n (then only ``simulated="normal"``).
    eigenvalues : of which matrix; see the module.
    simulated : ``"normal"`` draws, or ``"permuted"`` answers of the complete respondents.
    quantile : of the simulated eigenvalues, strictly between 0 and 1; None compares with their mean (Horn's rule, which
        retains more).
    replicates, seed : number of simulated data sets, and where the random numbers start.
    correlation, missing, reversed_items, scale, case_weights : as in `item_correlations`; simulations take n as it
        stands there, under case weights the effective n.

    Raises
    ------
    InsufficientDataError
        As `item_correlations`; or a correlation matrix whose n is not known.
    SatixError
        A quantile out of range; permutation of a correlation matrix or under case weights.
    """
    source = correlations_of(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
    )
    if quantile is not None and not 0 < quantile < 1:
        raise SatixError.of("analysis.quantile_out_of_range", found=quantile)
    if source.n is None:
        raise InsufficientDataError.of("analysis.parallel_needs_n")
    p = len(source.items)
    n = max(round(source.n_effective), 3) if source.case_weighted else source.n
    rng = np.random.default_rng(seed)
    if simulated == "permuted":
        if isinstance(data, CorrelationMatrix) or source.case_weighted:
            raise SatixError.of("analysis.permutation_needs_answers")
        values, _, _ = oriented_items(data, reversed_items=reversed_items, scale=scale)
        complete = values[~np.isnan(values).any(axis=1)]
        if len(complete) < 3:
            raise InsufficientDataError.of(
                "analysis.too_few_respondents", found=len(complete), needed=3, what="listwise"
            )
        matrices = _permuted(complete, replicates, rng)
    else:
        matrices = _wishart(n, p, replicates, rng)
    with single_threaded_blas():
        drawn = np.concatenate([_eigenvalues(block, eigenvalues) for block in matrices])
    observed = _eigenvalues(source.matrix[None], eigenvalues)[0]
    mean = drawn.mean(axis=0)
    at = np.quantile(drawn, 0.95 if quantile is None else quantile, axis=0)
    return ParallelAnalysisResult(
        n=n,
        n_items=p,
        eigenvalues=eigenvalues,
        data=simulated,
        quantile=quantile,
        replicates=replicates,
        seed=seed,
        observed=observed,
        simulated_mean=mean,
        simulated_sd=drawn.std(axis=0, ddof=1) if replicates > 1 else np.full(p, np.nan),
        simulated_quantile=at,
        n_factors=_leading(observed > (mean if quantile is None else at)),
        n_above_mean=_leading(observed > mean),
        findings=source.findings,
    )


def _wishart(n: int, p: int, replicates: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Correlations of n normal respondents on p unrelated items, block by block, (m, p, p)."""
    df = n - 1
    width = min(p, df)
    size = max(1, BLOCK_NUMBERS // (p * p))
    rows, columns = np.tril_indices(p, -1, width)
    freedom = df - np.arange(width)
    for start in range(0, replicates, size):
        m = min(size, replicates - start)
        factor = np.zeros((m, p, width))
        factor[:, rows, columns] = rng.normal(size=(m, len(rows)))
        factor[:, np.arange(width), np.arange(width)] = np.sqrt(rng.chisquare(freedom, size=(m, width)))
        yield _correlations(factor @ factor.swapaxes(1, 2))


def _permuted(values: Floats, replicates: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Correlations after every item's answers were shuffled, (m, p, p)."""
    n, p = values.shape
    standard = (values - values.mean(axis=0)).T
    size = max(1, BLOCK_NUMBERS // (n * p))
    for start in range(0, replicates, size):
        m = min(size, replicates - start)
        shuffled = rng.permuted(np.broadcast_to(standard, (m, p, n)), axis=2)
        yield _correlations(shuffled @ shuffled.swapaxes(1, 2))


def _correlations(scatter: Floats) -> Floats:
    deviation = np.sqrt(np.diagonal(scatter, axis1=1, axis2=2))
    correlations: Floats = scatter / (deviation[:, :, None] * deviation[:, None, :])
    return correlations


def _eigenvalues(matrices: Floats, kind: EigenvalueKind) -> Floats:
    """Descending eigenvalues of m matrices, (m, p)."""
    if kind == "common_factors":
        matrices = matrices.copy()
        p = matrices.shape[1]
        smallest = np.linalg.eigvalsh(matrices)[:, 0]
        smc = np.empty(matrices.shape[:2])
        safe = smallest > 1e-10
        smc[safe] = 1 - 1 / np.diagonal(np.linalg.inv(matrices[safe]), axis1=1, axis2=2)
        for place in np.flatnonzero(~safe):
            smc[place] = squared_multiple_correlations(matrices[place])
        matrices[:, np.arange(p), np.arange(p)] = smc
    return descending_eigenvalues(matrices)


def _leading(above: NDArray[np.bool_]) -> int:
    return int(np.cumprod(above).sum())
