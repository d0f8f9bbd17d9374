"""Alpha under a sampling design: replicates of whole primary sampling units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.reliability import cronbach_alpha
from analysis.survey_design import SurveyDesign
from survey.errors import SatixError


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    unit = np.repeat(rng.normal(size=12), 10)
    level = unit + rng.normal(size=120)
    return pd.DataFrame({f"q{j}": np.rint(3 + level + rng.normal(size=120)) for j in range(4)})


CLUSTERS = np.repeat(np.arange(12), 10)
STRATA = np.repeat([0, 1, 2], 40)
WEIGHTS = np.tile([1.0, 2.0, 0.5, 1.5], 30)


@pytest.mark.parametrize("gaps", [False, True])
def test_jackknife_equals_leaving_out_unit_by_unit(answers: pd.DataFrame, gaps: bool) -> None:
    """JKn by hand: alpha without each cluster, the stratum's others weighted by 4/3, factors 3/4."""
    if gaps:
        answers = answers.mask(np.random.default_rng(1).random(answers.shape) < 0.1)
    design = SurveyDesign.build(case_weights=WEIGHTS, strata=STRATA, clusters=CLUSTERS)
    found = cronbach_alpha(answers, design=design, replicate_method="jackknife")
    variance = 0.0
    for unit in range(12):
        weights = np.where(STRATA[unit == CLUSTERS][0] == STRATA, WEIGHTS * 4 / 3, WEIGHTS)
        weights[unit == CLUSTERS] = 0
        left_out = cronbach_alpha(answers, case_weights=weights, replicates=2).raw_alpha
        variance += 0.75 * (left_out - found.raw_alpha) ** 2
    assert found.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert found.interval == "design_jackknife_t"
    # t with 12 - 3 = 9 degrees of freedom: 2.262157
    assert found.upper - found.raw_alpha == pytest.approx(2.262157 * found.std_error, rel=1e-6)
    assert found.raw_alpha == pytest.approx(cronbach_alpha(answers, case_weights=WEIGHTS, replicates=2).raw_alpha)


def test_bootstrap_is_near_the_jackknife_and_wider_than_feldt(answers: pd.DataFrame) -> None:
    design = SurveyDesign.build(strata=STRATA, clusters=CLUSTERS)
    bootstrap = cronbach_alpha(answers, design=design, replicates=2000)
    jackknife = cronbach_alpha(answers, design=design, replicate_method="jackknife")
    assert bootstrap.std_error == pytest.approx(jackknife.std_error, rel=0.25)
    assert bootstrap.lower < bootstrap.raw_alpha < bootstrap.upper
    assert np.isnan(bootstrap.feldt_lower)
    assert cronbach_alpha(answers, design=design).lower == cronbach_alpha(answers, design=design).lower
    assert [finding.code for finding in bootstrap.findings] == ["analysis.alpha_interval_design"]


def test_refusals(answers: pd.DataFrame) -> None:
    with pytest.raises(SatixError):
        cronbach_alpha(answers, design=SurveyDesign.simple(120), case_weights=WEIGHTS)
    with pytest.raises(SatixError):
        cronbach_alpha(answers, design=SurveyDesign.simple(3))


def test_a_stratum_with_one_unit_has_no_replicate(answers: pd.DataFrame) -> None:
    design = SurveyDesign.build(clusters=np.zeros(120))
    found = cronbach_alpha(answers, design=design, replicate_method="jackknife")
    assert found.interval == "undefined"
    assert np.isnan(found.std_error)
