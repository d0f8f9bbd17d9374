"""Items one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.item_statistics import describe_items
from survey.errors import SatixError
from survey.scales import MISSING_CODES

TABLE = np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])


def test_counts_mean_and_top_box_are_those_worked_out_by_hand() -> None:
    """Answers 5 5 4 2 and two missing: mean 4, sd sqrt((1+1+0+4)/3), index 75, top two 3/4."""
    codes = np.array([[5, 5, 4, 2, MISSING_CODES["skipped"], MISSING_CODES["not_applicable"]]], dtype=np.int16)
    (item,) = describe_items(codes, [TABLE], names=["Q1"], scale_ends=[(1, 5)])
    assert (item.n_rows, item.n_valid, item.n_scored) == (6, 4, 4)
    assert item.missing == {"skipped": 1, "not_applicable": 1}
    assert item.counts == (0, 1, 0, 1, 2)
    assert item.shares == item.unweighted_shares == (0, 0.25, 0, 0.25, 0.5)
    assert item.mean == 4
    assert item.sd == pytest.approx(np.sqrt(2))
    assert (item.index_mean, item.top_share) == (75, 0.75)
    assert item.to_frame().index.name == "Q1"
    assert item.summary() == "Q1: mean 4.00, sd 1.41 (n = 4 of 6)"


def test_case_weights_move_shares_and_mean_but_not_counts() -> None:
    """Weights 1 1 2: mean (1 + 3 + 10)/4 = 3.5; variance 3/2 * (6.25 + .25 + 2 * 2.25)/4."""
    codes = np.array([[1, 3, 5]], dtype=np.int16)
    (item,) = describe_items(codes, [TABLE], names=["Q1"], case_weights=[1, 1, 2], n_top=1)
    assert item.counts == (1, 0, 1, 0, 1)
    assert item.shares == (0.25, 0, 0.25, 0, 0.5)
    assert item.mean == 3.5
    assert item.sd == pytest.approx(np.sqrt(1.5 * 11 / 4))
    assert item.n_effective == pytest.approx(16 / 6)
    assert item.top_share == 0.5


def test_many_items_agree_with_pandas() -> None:
    rng = np.random.default_rng(8)
    codes = rng.integers(1, 6, (4, 300)).astype(np.int16)
    codes[rng.random(codes.shape) < 0.1] = -1
    frame = pd.DataFrame(codes.T).where(codes.T > 0)
    items = describe_items(codes, [TABLE] * 4, names=list("abcd"))
    assert [item.mean for item in items] == pytest.approx(frame.mean().tolist())
    assert [item.sd for item in items] == pytest.approx(frame.std().tolist())


def test_reversed_and_unscored_options_follow_the_score_table() -> None:
    reversed_table = np.array([np.nan, 3.0, 2.0, 1.0, np.nan])
    codes = np.array([[1, 1, 3, 4]], dtype=np.int16)
    (item,) = describe_items(codes, [reversed_table], names=["Q"], option_labels=[["a", "b", "c", "?"]], n_top=1)
    assert (item.n_valid, item.n_scored) == (4, 3)
    assert item.mean == pytest.approx(7 / 3)
    assert item.top_share == pytest.approx(2 / 3)
    assert item.options == ("a", "b", "c", "?")


def test_an_unanswered_item_is_undefined_not_an_error() -> None:
    (item,) = describe_items(np.full((1, 3), -1, dtype=np.int16), [TABLE], names=["Q"])
    assert item.n_valid == 0
    assert item.n_effective == 0
    assert np.isnan([item.mean, item.sd, item.index_mean, item.top_share, *item.shares]).all()
    (single,) = describe_items(np.array([[2]], dtype=np.int16), [TABLE], names=["Q"])
    assert single.mean == 2
    assert np.isnan(single.sd)
    (nobody,) = describe_items(np.empty((1, 0), dtype=np.int16), [TABLE], names=["Q"])
    assert nobody.n_rows == 0


@pytest.mark.parametrize(
    ("codes", "options", "code"),
    [
        ([[0]], {}, "code_zero"),
        ([[6]], {}, "code_beyond_options"),
        ([[1]], {"case_weights": [1, 2]}, "weights_length"),
        ([[1]], {"case_weights": [-1]}, "case_weights_invalid"),
    ],
)
def test_illegal_input_is_refused(codes: list[list[int]], options: dict[str, Any], code: str) -> None:
    with pytest.raises(SatixError) as caught:
        describe_items(np.array(codes, dtype=np.int16), [TABLE], names=["Q"], **options)
    assert caught.value.problems[0].code == f"analysis.{code}"
    assert caught.value.message("zh")
