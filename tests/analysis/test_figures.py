"""Typed figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.figures import Estimate, combine_kinds
from survey.errors import SatixError

FIGURE = Estimate(
    kind="index",
    estimate=72.34567,
    std_error=1.0,
    lower=70.1,
    upper=74.5,
    n=120,
    n_effective=100.5,
    df=119,
    confidence=0.95,
    interval="t",
    design_based=False,
)


def test_unlike_figures_are_not_averaged() -> None:
    assert combine_kinds(["index", "index"]) == "index"
    with pytest.raises(SatixError) as caught:
        combine_kinds(["index", "share"])
    assert caught.value.problems[0].code == "analysis.unlike_figures"
    assert "index, share" in str(caught.value)
    with pytest.raises(SatixError):
        combine_kinds([])


def test_a_figure_shows_as_a_table_with_full_precision() -> None:
    assert FIGURE.to_frame().loc[0, "estimate"] == 72.34567
    assert "72.34567" in FIGURE._repr_html_()


def test_the_summary_speaks_in_the_unit_of_the_figure() -> None:
    assert FIGURE.summary() == "72.3 (95% interval 70.1 to 74.5; n = 120)"
    share = replace(FIGURE, kind="share", estimate=0.7234, lower=0.7, upper=0.75)
    assert share.summary().startswith("0.723 (")
    gap = replace(FIGURE, kind="gap", estimate=1.25, lower=-0.5, upper=3.0)
    assert gap.summary().startswith("+1.2 (95% interval -0.5 to +3.0")
