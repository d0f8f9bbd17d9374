"""Splitting the change of an index into what the segments' scores did and what their shares did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.design import SurveyDesign, design_means, linearised_covariance
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DecompositionResult", "bennet_decomposition", "change_decomposition"]

FloatArray = npt.NDArray[np.float64]
SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecompositionResult(TableDisplay):
    """Change of the index = score effect + mix effect, exactly. Arrays of shape (segments,).

    ``mix_by_segment`` adds up to the mix effect; so does ``mix_centred_by_segment``, which measures each segment's
    score from the average of the two indices and therefore has the sign a reader expects (a growing segment that
    scores below average pulls the index down). Standard errors are NaN when only figures were given. A segment that
    is empty in one wave has no score change: all of its part is mix, ``score_change`` is NaN, a finding says so, and
    the standard errors hold for the split under that convention.
    """

    segments: tuple[str, ...]
    share_1: FloatArray
    share_2: FloatArray
    score_1: FloatArray  # NaN: segment empty in wave 1
    score_2: FloatArray
    score_change: FloatArray
    score_by_segment: FloatArray
    mix_by_segment: FloatArray
    mix_centred_by_segment: FloatArray
    index_1: float
    index_2: float
    score_effect: float
    mix_effect: float
    total: float
    score_effect_std_error: float
    mix_effect_std_error: float
    total_std_error: float
    covariance: float  # between score effect and mix effect
    n_1: npt.NDArray[np.int64]
    n_2: npt.NDArray[np.int64]
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per segment and a row ``total``."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "share_1": self.share_1,
                "share_2": self.share_2,
                "score_1": self.score_1,
                "score_2": self.score_2,
                "score_effect": self.score_by_segment,
                "mix_effect": self.mix_by_segment,
                "mix_effect_centred": self.mix_centred_by_segment,
                "n_1": self.n_1,
                "n_2": self.n_2,
            },
            index=pd.Index(self.segments, name="segment"),
        )
        last = frame.sum()
        last["score_1"], last["score_2"] = self.index_1, self.index_2
        frame.loc["total"] = last
        return frame

    def summary(self) -> str:
        """Total change and its two parts."""
        return f"change {self.total:+.2f} = scores {self.score_effect:+.2f} + mix {self.mix_effect:+.2f}"


def bennet_decomposition(
    shares_1: npt.ArrayLike,
    scores_1: npt.ArrayLike,
    shares_2: npt.ArrayLike,
    scores_2: npt.ArrayLike,
    *,
    segments: Sequence[str] | None = None,
) -> DecompositionResult:
    """Midpoint decomposition from shares (0-1, adding up to 1) and scores of the segments in two waves.

    score effect = sum 1/2 (s1 + s2)(x2 - x1); mix effect = sum (s2 - s1) 1/2 (x1 + x2). The score of a segment that
    is empty in a wave (share 0) may be NaN.

    Raises
    ------
    SatixError
        ``analysis.shares_do_not_add_up``: negative shares, or shares that do not add up to 1;
        ``analysis.score_missing``: no score where the share is not 0.

    References
    ----------
    Bennet (1920), J. Royal Statist. Soc. 83, 455-462.
    """
    s1, x1, s2, x2 = (np.asarray(part, dtype=np.float64) for part in (shares_1, scores_1, shares_2, scores_2))
    if not (s1.shape == x1.shape == s2.shape == x2.shape and s1.ndim == 1):
        raise SatixError.of("analysis.shapes_differ", first=list(s1.shape), second=list(x2.shape))
    for wave, shares, scores in ((1, s1, x1), (2, s2, x2)):
        if not (np.all(shares >= 0) and abs(shares.sum() - 1) <= SHARE_TOLERANCE):
            raise SatixError.of("analysis.shares_do_not_add_up", wave=wave, found=float(shares.sum()))
        if np.any(np.isnan(scores) & (shares > 0)):
            raise SatixError.of("analysis.score_missing", wave=wave, found=int(np.sum(np.isnan(scores) & (shares > 0))))
    names = tuple(segments) if segments is not None else tuple(str(number) for number in range(1, s1.size + 1))
    nothing = np.zeros(s1.shape, dtype=np.int64)
    return _decompose(names, s1, x1, s2, x2, n=(nothing, nothing), errors=(np.nan, np.nan, np.nan, np.nan))


def change_decomposition(
    values_1: npt.ArrayLike,
    segments_1: npt.ArrayLike,
    values_2: npt.ArrayLike,
    segments_2: npt.ArrayLike,
    *,
    design_1: SurveyDesign | None = None,
    design_2: SurveyDesign | None = None,
) -> DecompositionResult:
    """Decompose the change of a mean between two independent waves by segment, with standard errors.

    Parameters
    ----------
    values_1, values_2 : arrays, shape (n_respondents of the wave,)
        Index points; NaN = missing, left out of shares and scores alike, so that the parts add up to the change of
        the estimate.
    segments_1, segments_2 : arrays, shape (n_respondents of the wave,)
        Segment labels; respondents without one form the segment ``(missing)``.
    design_1, design_2 : SurveyDesign
        Left out, every respondent counts once. Standard errors are those of the linearised effects, shares and scores
        both being estimates; NaN when a segment has a single respondent in a wave.

    Raises
    ------
    InsufficientDataError
        ``analysis.too_few_in_wave``: no answer in one of the waves.
    """
    labels_1, labels_2 = _labels(segments_1), _labels(segments_2)
    names = tuple(sorted(set(labels_1) | set(labels_2)))
    waves = [
        _wave(values, labels, design, names, wave)
        for wave, values, labels, design in ((1, values_1, labels_1, design_1), (2, values_2, labels_2, design_2))
    ]
    (s1, x1, n1, c1, e1), (s2, x2, n2, c2, e2) = waves
    seen = (n1 + n2) > 0
    y1, y2 = _substituted(s1, x1, s2, x2)
    entering, leaving = s1 == 0, s2 == 0
    middle, half_score = (s1 + s2) / 2, (y2 - y1) / 2
    mean_score, half_share = (y1 + y2) / 2, (s2 - s1) / 2
    # Derivatives of (score effect, mix effect) by the shares and the scores of one wave. A segment seen in one wave
    # only has no score effect and the mix effect s2 x2 (entering) or -s1 x1 (leaving).
    both = ~(entering | leaving)
    middle, half_score = np.where(both, middle, 0.0), np.where(both, half_score, 0.0)
    by_score_1 = np.where(both, half_share, np.where(entering, 0.0, -s1))
    by_score_2 = np.where(both, half_share, np.where(entering, s2, 0.0))
    gradient_1 = np.array([np.r_[half_score, -middle], np.r_[-mean_score, by_score_1]])
    gradient_2 = np.array([np.r_[half_score, middle], np.r_[mean_score, by_score_2]])
    spread = gradient_1 @ _without(c1, gradient_1) @ gradient_1.T + gradient_2 @ _without(c2, gradient_2) @ gradient_2.T
    errors = (
        _root(spread[0, 0]),
        _root(spread[1, 1]),
        float(np.hypot(e1, e2)),
        float(spread[0, 1]),
    )
    kept = tuple(name for name, is_seen in zip(names, seen, strict=True) if is_seen)
    return _decompose(kept, s1[seen], x1[seen], s2[seen], x2[seen], n=(n1[seen], n2[seen]), errors=errors)


def _decompose(
    segments: tuple[str, ...],
    s1: FloatArray,
    x1: FloatArray,
    s2: FloatArray,
    x2: FloatArray,
    *,
    n: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    errors: tuple[float, float, float, float],
) -> DecompositionResult:
    x1, x2 = np.where(s1 > 0, x1, np.nan), np.where(s2 > 0, x2, np.nan)
    y1, y2 = _substituted(s1, x1, s2, x2)
    index_1, index_2 = float(s1 @ np.where(s1 > 0, y1, 0.0)), float(s2 @ np.where(s2 > 0, y2, 0.0))
    score, mix = (s1 + s2) / 2 * (y2 - y1), (s2 - s1) * (y1 + y2) / 2
    centre = (index_1 + index_2) / 2
    one_sided = tuple(
        Problem(code="analysis.segment_in_one_wave", fields={"segment": name}, severity="note")
        for name, first, second in zip(segments, s1, s2, strict=True)
        if (first > 0) != (second > 0)
    )
    return DecompositionResult(
        segments=segments,
        share_1=s1,
        share_2=s2,
        score_1=x1,
        score_2=x2,
        score_change=x2 - x1,
        score_by_segment=score,
        mix_by_segment=mix,
        mix_centred_by_segment=(s2 - s1) * ((y1 + y2) / 2 - centre),
        index_1=index_1,
        index_2=index_2,
        score_effect=float(score.sum()),
        mix_effect=float(mix.sum()),
        total=index_2 - index_1,
        score_effect_std_error=errors[0],
        mix_effect_std_error=errors[1],
        total_std_error=errors[2],
        covariance=errors[3],
        n_1=n[0],
        n_2=n[1],
        findings=one_sided,
    )


def _root(variance: float) -> float:
    """Square root of a variance that rounding may have left a hair below zero; NaN stays NaN."""
    return float(np.sqrt(max(float(variance), 0.0))) if not np.isnan(variance) else float("nan")


def _substituted(s1: FloatArray, x1: FloatArray, s2: FloatArray, x2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scores with that of an empty segment taken from the other wave, hence no score change; 0 where never seen."""
    y1 = np.where(s1 > 0, x1, np.where(s2 > 0, x2, 0.0))
    y2 = np.where(s2 > 0, x2, y1)
    return y1, y2


def _labels(segments: npt.ArrayLike) -> list[str]:
    import pandas as pd

    series = pd.Series(segments)
    return [str(label) for label in series.astype(object).where(series.notna(), "(missing)")]


def _wave(
    values: npt.ArrayLike, labels: Sequence[str], design: SurveyDesign | None, names: Sequence[str], wave: int
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64], FloatArray, float]:
    """Shares, scores, n, the (2k, 2k) covariance of (shares, scores) and the standard error of the mean in one wave."""
    y = np.asarray(values, dtype=np.float64)
    if y.shape != (len(labels),):
        raise SatixError.of("analysis.shapes_differ", first=list(y.shape), second=[len(labels)])
    design = design or SurveyDesign.simple(y.size)
    answered = ~np.isnan(y) & (design.case_weights > 0)
    if not answered.any():
        raise InsufficientDataError.of("analysis.too_few_in_wave", wave=wave, found=0, needed=1)
    member = np.array(labels, dtype=object)[:, None] == np.array(names, dtype=object)[None, :]
    scores = np.where(member, y[:, None], np.nan)
    columns = np.concatenate([member.astype(np.float64), scores, y[:, None]], axis=1)
    means = design_means(columns, design, mask=answered, keep_influence=True)
    influence = np.zeros(columns.shape) if means.influence is None else means.influence
    k = len(names)
    covariance = linearised_covariance(influence[:, : 2 * k], design, n_answered=means.n[: 2 * k])
    return means.estimate[:k], means.estimate[k : 2 * k], means.n[k : 2 * k], covariance, float(means.std_error[-1])


def _without(covariance: FloatArray, gradient: FloatArray) -> FloatArray:
    """The covariance with rows and columns that no derivative uses set to zero, so that NaN there cannot spread."""
    unused = ~np.any(gradient != 0, axis=0)
    result = covariance.copy()
    result[unused, :] = 0.0
    result[:, unused] = 0.0
    return result
