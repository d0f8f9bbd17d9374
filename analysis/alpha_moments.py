"""Alpha and item statistics of a block of items from moments: one pass over the data serves many blocks and groups.

Symbols and sources as in `analysis.reliability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_coefficients import feldt_interval, item_correlations, leave_one_out, scale_coefficients
from analysis.alpha_result import AlphaResult, ItemReliability
from analysis.moments import Moments
from survey.errors import InsufficientDataError, Problem

Floats = NDArray[np.float64]

__all__ = ["alpha_from_moments"]


def alpha_from_moments(
    moments: Moments,
    positions: Sequence[int],
    *,
    group: int = 0,
    items: Sequence[str] | None = None,
    reversed_items: Sequence[str] = (),
    confidence: float = 0.95,
    replicate_alphas: ArrayLike | None = None,
) -> AlphaResult:
    """Alpha of the items at ``positions`` in one group of moments: one pass over the data serves many blocks.

    Scale mean, scale standard deviation and raw_r rest on the respondents' row means. Moments with
    ``complete=True`` imply them; otherwise make the moments with these positions among their ``row_means``, or
    the three are NaN. ``reversed_items`` only records what was turned round in the scores. ``replicate_alphas``
    are bootstrap values of raw alpha; with them the interval is theirs. Weighted moments without them have no
    interval. Errors as in `cronbach_alpha`.
    """
    place = list(positions)
    k = len(place)
    names = [str(position) for position in place] if items is None else [str(item) for item in items]
    if k < 2:
        raise InsufficientDataError.of("analysis.too_few_items", found=k, needed=2)
    grid = np.ix_(place, place)
    counts = moments.counts[group][grid]
    row_place = moments.n_items + 2 * moments.row_means.index(tuple(place)) if tuple(place) in moments.row_means else -1
    n = int(counts[0, 0] if moments.complete else moments.counts[group][row_place, row_place])
    if row_place < 0 and not moments.complete:
        n = int(np.diagonal(counts).max())
    if n < 2:
        raise InsufficientDataError.of(
            "analysis.too_few_respondents", found=n, needed=2, what="listwise" if moments.complete else "pairwise"
        )
    short = np.argwhere(counts < 2)
    if len(short):
        first, second = (names[position] for position in short[0])
        raise InsufficientDataError.of("analysis.item_pairs_unanswered", first=first, second=second)
    covariance_all = moments.covariance()[group]
    C = covariance_all[grid]
    second_moment = np.diagonal(moments.products[group])[place] / np.diagonal(moments.weights[group])[place]
    constant = np.diagonal(C) <= 1e-13 * second_moment
    C[constant, :] = 0.0
    C[:, constant] = 0.0
    if constant.all():
        raise InsufficientDataError.of("analysis.no_item_variance")
    sd = np.sqrt(np.diagonal(C))
    with np.errstate(invalid="ignore", divide="ignore"):
        R = C / np.outer(sd, sd)
    R[np.arange(k), np.arange(k)] = np.where(constant, np.nan, 1.0)

    weighted = bool(moments.is_weighted()[group, place].any())
    whole = scale_coefficients(C[None], R[None])
    deleted = scale_coefficients(*leave_one_out(C, R)) if k > 2 else {name: np.full(k, np.nan) for name in whole}
    ase, ase_deleted = np.sqrt(whole["duhachek"] / n), np.sqrt(deleted["duhachek"] / n)
    if weighted:
        ase, ase_deleted = np.full(1, np.nan), np.full(k, np.nan)
    alpha = float(whole["raw_alpha"][0])
    feldt = feldt_interval(alpha, n, k, confidence) if not weighted else (np.nan, np.nan)
    half = _normal_quantile(confidence) * float(ase[0])
    std_error, lower, upper, interval = float(ase[0]), *feldt, "feldt"
    if weighted:
        draws = np.full(1, np.nan) if replicate_alphas is None else np.asarray(replicate_alphas, dtype=np.float64)
        draws = draws[np.isfinite(draws)]
        interval = "bootstrap_percentile" if len(draws) > 1 else "undefined"
        std_error = lower = upper = np.nan
        if len(draws) > 1:
            std_error = float(draws.std(ddof=1))
            lower, upper = (float(q) for q in np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2]))

    scale_mean, scale_sd, raw_r = _scale_statistics(moments, group, place, row_place, C)
    std_r, r_cor, r_drop = item_correlations(C, R, whole["smc"])
    means = moments.means()[group][place]
    findings = _item_findings(names, constant, r_drop)
    if np.isnan(whole["smc"]).any() and not constant.any():
        findings.append(_note("analysis.correlations_singular"))
    n_rows = int(moments.n_rows[group])
    if n < n_rows:
        findings.append(_note("analysis.respondents_dropped", "note", dropped=n_rows - n, total=n_rows))
    if weighted and interval != "undefined":
        findings.append(_note("analysis.alpha_interval_replicate", "note", replicates=len(draws)))
    statistics = tuple(
        ItemReliability(
            item=names[j],
            n=int(counts[j, j]),
            raw_r=float(raw_r[j]),
            std_r=float(std_r[j]),
            r_cor=float(r_cor[j]),
            r_drop=float(r_drop[j]),
            mean=float(means[j]),
            sd=float(sd[j]),
            raw_alpha_if_deleted=float(deleted["raw_alpha"][j]),
            std_alpha_if_deleted=float(deleted["std_alpha"][j]),
            lambda6_if_deleted=float(deleted["lambda6"][j]),
            average_r_if_deleted=float(deleted["average_r"][j]),
            signal_noise_if_deleted=float(deleted["signal_noise"][j]),
            ase_if_deleted=float(ase_deleted[j]),
            var_r_if_deleted=float(deleted["var_r"][j]),
            median_r_if_deleted=float(deleted["median_r"][j]),
        )
        for j in range(k)
    )
    ml = moments.covariance(divisor="ml")[group][grid]
    n_effective = moments.n_effective()[group]
    return AlphaResult(
        n=n,
        n_rows=n_rows,
        n_effective=float(n_effective[row_place] if row_place >= 0 else n_effective[place].max()),
        k=k,
        raw_alpha=alpha,
        std_alpha=float(whole["std_alpha"][0]),
        lambda6=float(whole["lambda6"][0]),
        average_r=float(whole["average_r"][0]),
        median_r=float(whole["median_r"][0]),
        signal_noise=float(whole["signal_noise"][0]),
        ase_duhachek=float(ase[0]),
        scale_mean=scale_mean,
        scale_sd=scale_sd,
        std_error=std_error,
        lower=lower,
        upper=upper,
        interval=interval,
        confidence=confidence,
        feldt_lower=feldt[0],
        feldt_upper=feldt[1],
        duhachek_lower=alpha - half,
        duhachek_upper=alpha + half,
        items=statistics,
        covariance=C,
        covariance_ml=ml,
        missing="listwise" if moments.complete else "pairwise",
        case_weighted=weighted,
        reversed_items=tuple(reversed_items),
        findings=tuple(findings),
    )


def _scale_statistics(
    moments: Moments, group: int, place: list[int], row_place: int, C: Floats, /
) -> tuple[float, float, Floats]:
    """Mean and standard deviation of the row means, and each item's correlation with them where it was answered."""
    k = len(place)
    with np.errstate(invalid="ignore", divide="ignore"):
        if moments.complete:
            raw_r = C.sum(axis=0) / np.sqrt(np.diagonal(C) * C.sum())
            return float(moments.means()[group][place].mean()), float(np.sqrt(C.sum())) / k, raw_r
        if row_place < 0:
            return np.nan, np.nan, np.full(k, np.nan)
        W, S, X = moments.weights[group], moments.sums[group], moments.products[group]
        w = W[place, row_place]
        item_sum, row_sum = S[place, row_place], S[row_place, place]
        covariance = X[place, row_place] - item_sum * row_sum / w
        item_square = X[place, place] - item_sum**2 / w
        row_square = S[row_place + 1, place] - row_sum**2 / w
        raw_r = np.where(np.diagonal(C) > 0, covariance / np.sqrt(item_square * row_square), np.nan)
        scale_sd = float(np.sqrt(moments.covariance()[group][row_place, row_place]))
    return float(moments.means()[group][row_place]), scale_sd, raw_r


def _item_findings(names: list[str], constant: NDArray[np.bool_], r_drop: Floats) -> list[Problem]:
    findings = [_note("analysis.item_without_variance", item=names[j]) for j in np.flatnonzero(constant)]
    findings += [
        _note("analysis.item_runs_against_scale", item=names[j], correlation=float(r_drop[j]))
        for j in np.flatnonzero(r_drop < 0)
    ]
    return findings


def _note(code: str, severity: Literal["warning", "note"] = "warning", **fields: Any) -> Problem:
    return Problem(code=code, fields=fields, severity=severity)


def _normal_quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))
