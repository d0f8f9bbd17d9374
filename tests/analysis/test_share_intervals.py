"""Many shares at once are the shares one by one."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.share_intervals import design_share, design_shares
from analysis.survey_design import SurveyDesign
from survey.errors import SatixError

RNG = np.random.default_rng(7)
N = 400
FLAGS = np.where(RNG.random((N, 5)) < 0.1, np.nan, RNG.integers(0, 2, (N, 5)))
FLAGS[:, 4] = np.nan
DESIGNS = {
    "equal": SurveyDesign.simple(N),
    "weighted": SurveyDesign.build(case_weights=RNG.uniform(0.5, 2, N)),
    "structured": SurveyDesign.build(
        case_weights=RNG.uniform(0.5, 2, N), strata=RNG.integers(0, 3, N), clusters=RNG.integers(0, 12, N)
    ),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("interval", ["wilson", "logit"])
def test_each_column_is_the_share_of_that_column_alone(design, interval):
    """To the last digit, with a mask per column; the last column has no answer."""
    mask = RNG.random(FLAGS.shape) < 0.9
    together = design_shares(FLAGS, design, mask=mask, interval=interval, confidence=0.9)
    alone = [
        design_share(FLAGS[:, place], design, mask=mask[:, place], interval=interval, confidence=0.9)
        for place in range(FLAGS.shape[1])
    ]
    assert [repr(figure) for figure in together] == [repr(figure) for figure in alone]
    assert together[4].n == 0


def test_one_mask_serves_every_column():
    """Half of eight respondents: 3 of 4 and 1 of 4."""
    flags = np.array([[1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 1, 1, 1, 1]], dtype=float).T
    figures = design_shares(flags, SurveyDesign.simple(8), mask=np.arange(8) < 4)
    assert [(figure.estimate, figure.n) for figure in figures] == [(0.75, 4), (0.25, 4)]


def test_a_single_row_of_flags_is_no_matrix():
    """Columns are asked for."""
    with pytest.raises(SatixError):
        design_shares([1.0, 0.0], SurveyDesign.simple(2))
