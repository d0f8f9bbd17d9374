"""How much of the change of many figures comes from scores and how much from the make-up of the respondents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["MixAdjustment", "mix_adjustment"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixAdjustment(TableDisplay):
    """Score and mix effect per figure, arrays of shape (figures,), in its unit; they add up to the change."""

    score_effect: NDArray[np.float64]
    mix_effect: NDArray[np.float64]

    def to_frame(self) -> pd.DataFrame:
        """One row per figure."""
        import pandas as pd

        return pd.DataFrame({"score_effect": self.score_effect, "mix_effect": self.mix_effect})

    def summary(self) -> str:
        """The largest mix effect."""
        return f"{len(self.mix_effect)} figures; largest mix effect {np.nanmax(np.abs(self.mix_effect), initial=0):.2f}"


def mix_adjustment(
    values_1: NDArray[np.float64],
    segments_1: NDArray[np.object_],
    values_2: NDArray[np.float64],
    segments_2: NDArray[np.object_],
    *,
    case_weights_1: NDArray[np.float64] | None = None,
    case_weights_2: NDArray[np.float64] | None = None,
) -> MixAdjustment:
    """Midpoint decomposition of the change of many means at once, point estimates only.

    Parameters
    ----------
    values_1, values_2 : (n_respondents of the wave, figures), NaN = missing; shares are those of the valid answers.
    segments_1, segments_2 : (n_respondents of the wave,) labels; None forms a segment of its own.
    case_weights_1, case_weights_2 : (n_respondents of the wave,); left out, everybody counts once.

    Notes
    -----
    With s the shares and x the segment means, score = sum (s1 + s2)/2 (x2 - x1) and mix = sum (s2 - s1)(x1 + x2)/2. A
    segment empty in one wave has the score of the other, so that it adds to the mix alone. Agrees with
    `analysis.decomposition.change_decomposition`, which has standard errors for one figure.

    References
    ----------
    Bennet (1920), J. Royal Statist. Soc. 83, 455-462.
    """
    labels = sorted({str(label) for part in (segments_1, segments_2) for label in part})
    (s1, x1), (s2, x2) = (
        _shares_and_scores(values, segments, labels, weights)
        for values, segments, weights in (
            (values_1, segments_1, case_weights_1),
            (values_2, segments_2, case_weights_2),
        )
    )
    y1, y2 = np.where(s1 > 0, x1, np.where(s2 > 0, x2, 0.0)), np.where(s2 > 0, x2, np.where(s1 > 0, x1, 0.0))
    score = ((s1 + s2) / 2 * (y2 - y1)).sum(axis=0)
    mix = ((s2 - s1) * (y1 + y2) / 2).sum(axis=0)
    return MixAdjustment(score_effect=score, mix_effect=mix)


def _shares_and_scores(
    values: NDArray[np.float64],
    segments: NDArray[np.object_],
    labels: list[str],
    case_weights: NDArray[np.float64] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares and means, both (segments, figures)."""
    place = {label: position for position, label in enumerate(labels)}
    member = np.zeros((len(labels), len(values)))
    weights = np.ones(len(values)) if case_weights is None else case_weights
    member[[place[str(label)] for label in segments], np.arange(len(values))] = weights
    answered = ~np.isnan(values)
    mass = member @ answered
    total = member @ np.where(answered, values, 0.0)
    scores = np.divide(total, mass, out=np.full(mass.shape, np.nan), where=mass > 0)
    every = mass.sum(axis=0)
    shares = np.divide(mass, every, out=np.zeros(mass.shape), where=every > 0)
    return shares, scores
