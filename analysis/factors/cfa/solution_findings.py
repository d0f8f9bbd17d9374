"""What is wrong, or remarkable, with a fitted solution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.sample import ALL
from survey.errors import Place, Problem

Floats = NDArray[np.float64]

__all__ = ["solution_findings", "unidentified_parameters"]


def unidentified_parameters(model: FactorModel, information: Floats) -> tuple[str, ...]:
    """Names of free parameters in the null space of the information: no data could tell them apart."""
    if not information.size:
        return ()
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    null = np.abs(vectors[:, values < 1e-8 * max(values[-1], 1e-300)])
    if not null.size:
        return ()
    involved = set(np.flatnonzero(null.max(axis=1) > 0.05).tolist())
    names = [row.name for row in model.table.parameters if row.free in involved]
    return tuple(dict.fromkeys(names))


def solution_findings(
    model: FactorModel, theta: Floats, information: Floats | None, labels: tuple[str, ...]
) -> Iterator[Problem]:
    """Negative variances (Heywood cases), impossible correlations, parameters that are not identified.

    ``labels`` are the names of the groups.
    """
    if information is not None:
        names = unidentified_parameters(model, information)
        if names:
            yield _finding("cfa_not_identified", parameters=", ".join(names[:8]))
    for group, label in enumerate(labels):
        matrices = model.matrices(theta, group)
        for matrix, names, code in (
            (matrices.residual_covariance, model.table.observed, "cfa_negative_residual"),
            (matrices.latent_covariance, tuple(model.factors), "cfa_negative_latent_variance"),
        ):
            largest = np.abs(matrix).max(initial=0.0)
            for name, variance in zip(names, np.diag(matrix), strict=True):
                if variance < -1e-10 * largest:
                    yield _finding(code, name=name, variance=f"{variance:.3f}", group=label)
        latent = model.latent(theta, group).covariance
        spread = np.diag(latent)
        if len(spread) and (spread > 0).all():
            correlations = latent / np.sqrt(np.outer(spread, spread))
            beyond = [
                f"{model.factors[one]} – {model.factors[other]} ({correlations[one, other]:.3f})"
                for one in range(len(spread))
                for other in range(one)
                if abs(correlations[one, other]) > 1
            ]
            if beyond:
                yield _finding("cfa_correlation_beyond_one", pairs=", ".join(beyond), group=label)
            elif np.linalg.eigvalsh(correlations)[0] < -1e-8:
                yield _finding("cfa_latent_not_definite", group=label)


def _finding(code: str, *, group: str = ALL, **fields: object) -> Problem:
    place = Place(path=None if group == ALL else group)
    return Problem(code=f"analysis.{code}", place=place, fields=fields, severity="warning")
