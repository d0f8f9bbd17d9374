"""Ordinal logistic regression against statsmodels, and where it has no maximum."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from analysis.proportional_odds import proportional_odds
from survey.errors import InsufficientDataError


def test_estimates_errors_and_likelihood_agree_with_statsmodels() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 2))
    y = np.digitize(x @ [0.8, -0.4] + rng.logistic(size=300), [-1, 0, 1.5]) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8, maxiter=500)
    found = proportional_odds(y, x)
    assert found.converged
    assert found.log_likelihood == pytest.approx(theirs.llf, abs=1e-7)
    assert found.slopes == pytest.approx(theirs.params[:2], abs=1e-4)
    assert found.thresholds == pytest.approx(theirs.model.transform_threshold_params(theirs.params)[1:-1], abs=1e-4)
    # expected against observed information: alike, not equal
    assert found.slope_errors == pytest.approx(theirs.bse[:2], rel=0.05)
    assert found.null_log_likelihood == pytest.approx(theirs.llnull, abs=1e-6)


def test_without_effect_the_likelihood_is_that_of_the_shares() -> None:
    found = proportional_odds([1, 2, 2, 3], np.zeros((4, 1)))
    assert found.log_likelihood == pytest.approx(2 * np.log(0.25) + 2 * np.log(0.5))
    assert found.nagelkerke == pytest.approx(0.0)


def test_separated_categories_do_not_converge_and_one_category_is_refused() -> None:
    assert not proportional_odds([1, 1, 2, 2], [[-1], [-0.5], [0.5], [1]]).converged
    with pytest.raises(InsufficientDataError):
        proportional_odds([1, 1], [[0], [1]])
