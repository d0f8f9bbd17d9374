"""The moments kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.moments import Moments, from_values, partial
from survey.errors import SatixError

TABLE = np.array([np.nan, 1.0, 2.0, 3.0, 4.0, np.nan])


def answers(n: int, p: int, seed: int = 5) -> tuple[np.ndarray[Any, Any], pd.DataFrame]:
    """Coded answers with missing kinds and an unscored option, and the same as scores."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(1, 6, (p, n)).astype(np.int16)
    codes[rng.random((p, n)) < 0.1] = -3
    return codes, pd.DataFrame(np.where(codes < 0, np.nan, TABLE[np.maximum(codes, 0)]).T)


def same(left: Moments, right: Moments) -> bool:
    """Equal to the last bit."""
    names = ("n_rows", "counts", "weights", "sums", "products", "squared_weights", "centre")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


def test_sums_of_two_items_are_those_worked_out_by_hand() -> None:
    """Items (1, 3, -), (2, -, 4), weights 1, 2, 3; centre of 1..4 is 2.5; only the first respondent has both."""
    codes = np.array([[1, 3, -1], [2, -2, 4]], dtype=np.int16)
    moments = partial(codes, [TABLE, TABLE], case_weights=[1.0, 2.0, 3.0])
    assert moments.counts[0].tolist() == [[2, 1], [1, 2]]
    assert moments.weights[0] == pytest.approx(np.array([[3, 1], [1, 4]]))
    assert moments.sums[0] == pytest.approx(np.array([[-1.5 + 2 * 0.5, -1.5], [-0.5, -0.5 + 3 * 1.5]]))
    assert moments.products[0, 0, 1] == pytest.approx(-1.5 * -0.5)
    assert moments.squared_weights[0] == pytest.approx([5, 10])
    assert moments.means()[0] == pytest.approx([(1 + 2 * 3) / 3, (2 + 3 * 4) / 4])
    assert moments.n_effective()[0] == pytest.approx([9 / 5, 16 / 10])


def test_pairwise_and_listwise_covariances_by_group_agree_with_pandas() -> None:
    codes, scores = answers(5000, 6)
    groups = np.random.default_rng(1).integers(0, 4, 5000)
    pairwise = partial(codes, [TABLE] * 6, groups=groups, n_groups=5)
    listwise = partial(codes, [TABLE] * 6, groups=groups, n_groups=5, complete=True)
    for group in range(4):
        rows = scores[groups == group]
        assert pairwise.covariance()[group] == pytest.approx(rows.cov().to_numpy(), rel=1e-10, abs=1e-12)
        assert pairwise.means()[group] == pytest.approx(rows.mean().to_numpy(), rel=1e-12)
        assert pairwise.valid_counts()[group].tolist() == rows.count().tolist()
        assert listwise.covariance()[group] == pytest.approx(rows.dropna().cov().to_numpy(), rel=1e-10, abs=1e-12)
    assert np.isnan(pairwise.means()[4]).all()
    assert np.isnan(pairwise.covariance()[4]).all()
    assert pairwise.pooled().covariance()[0] == pytest.approx(scores.cov().to_numpy(), rel=1e-10, abs=1e-12)


def test_weighted_covariance_is_numpy_s_up_to_the_divisor() -> None:
    rng = np.random.default_rng(2)
    values, weights = rng.normal(size=(200, 3)), rng.random(200) + 0.2
    moments = from_values(values, case_weights=weights)
    ml = np.cov(values.T, aweights=weights, ddof=0)
    assert moments.covariance(divisor="ml")[0] == pytest.approx(ml, rel=1e-10)
    assert moments.covariance()[0] == pytest.approx(ml * 200 / 199, rel=1e-10)
    assert moments.is_weighted().all()
    assert not from_values(values, case_weights=np.full(200, 0.3)).is_weighted().any()


def test_the_number_of_threads_and_blocks_changes_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    codes, _ = answers(3000, 5)
    monkeypatch.setattr("analysis.blocked_products.BLOCK_ROWS", 256)
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {"groups": rng.integers(0, 7, 3000), "n_groups": 7, "case_weights": rng.random(3000)}
    assert same(partial(codes, [TABLE] * 5, threads=1, **options), partial(codes, [TABLE] * 5, threads=4, **options))


@given(st.integers(0, 60))
def test_moments_of_parts_add_up_to_those_of_the_whole(cut: int) -> None:
    codes, _ = answers(60, 3)
    weights = np.linspace(0.5, 2, 60)
    tables = [TABLE] * 3
    whole = partial(codes, tables, case_weights=weights, row_means=[[0, 1]])
    left = partial(codes[:, :cut], tables, case_weights=weights[:cut], row_means=[[0, 1]])
    right = partial(codes[:, cut:], tables, case_weights=weights[cut:], row_means=[[0, 1]])
    added = left + right
    assert np.array_equal(added.counts, whole.counts)
    for name in ("weights", "sums", "products", "squared_weights"):
        assert getattr(added, name) == pytest.approx(getattr(whole, name), rel=1e-12, abs=1e-12)


def test_values_about_different_centres_can_be_added() -> None:
    values = np.random.default_rng(4).normal(50, 10, size=(80, 3))
    added = from_values(values[:30]) + from_values(values[30:])
    assert added.covariance()[0] == pytest.approx(np.cov(values.T), rel=1e-10)


def test_large_values_keep_their_digits() -> None:
    values = 1e8 + np.random.default_rng(6).normal(size=(500, 2))
    assert from_values(values).covariance()[0] == pytest.approx(np.cov(values.T), rel=1e-8)


def test_row_means_are_over_the_answered_items() -> None:
    codes, scores = answers(400, 4)
    moments = partial(codes, [TABLE] * 4, row_means=[[0, 2, 3]])
    mean = scores[[0, 2, 3]].mean(axis=1)
    assert moments.means()[0, 4] == pytest.approx(mean.mean(), rel=1e-12)
    assert moments.covariance()[0, 4, 4] == pytest.approx(mean.var(), rel=1e-10)
    assert moments.counts[0, 4, 4] == mean.notna().sum()


def test_respondents_of_weight_zero_count_nowhere() -> None:
    codes, _ = answers(50, 3)
    weights = np.ones(50)
    weights[30:] = 0
    with_zero = partial(codes, [TABLE] * 3, case_weights=weights)
    without = partial(codes[:, :30], [TABLE] * 3, case_weights=weights[:30])
    assert np.array_equal(with_zero.counts, without.counts)
    assert with_zero.products == pytest.approx(without.products)


def test_nobody_and_nothing_answered_give_empty_moments() -> None:
    nobody = partial(np.empty((2, 0), dtype=np.int16), [TABLE] * 2)
    silent = partial(np.full((2, 5), -1, dtype=np.int16), [TABLE] * 2)
    for moments in (nobody, silent):
        assert not moments.counts.any()
        assert np.isnan(moments.covariance()).all()
        assert not moments.n_effective().any()


@pytest.mark.parametrize(
    ("codes", "options", "code"),
    [
        ([[1, 0]], {}, "code_zero"),
        ([[1, 6]], {}, "code_beyond_options"),
        ([[1, 2]], {"case_weights": [1.0]}, "weights_length"),
        ([[1, 2]], {"case_weights": [1.0, -1.0]}, "case_weights_invalid"),
        ([[1, 2]], {"groups": [0, 1]}, "group_code_invalid"),
        ([[1, 2]], {"groups": [0]}, "weights_length"),
        ([[1, 2], [1, 2]], {}, "moments_differ"),
    ],
)
def test_illegal_input_is_refused(codes: list[list[int]], options: dict[str, Any], code: str) -> None:
    with pytest.raises(SatixError) as caught:
        partial(np.array(codes, dtype=np.int16), [TABLE], **options)
    assert caught.value.problems[0].code == f"analysis.{code}"
    assert caught.value.message("zh")


def test_unlike_moments_cannot_be_added() -> None:
    codes, _ = answers(20, 3)
    with pytest.raises(SatixError, match="complete"):
        partial(codes, [TABLE] * 3) + partial(codes, [TABLE] * 3, complete=True)
    with pytest.raises(SatixError, match="columns"):
        partial(codes, [TABLE] * 3) + partial(codes[:2], [TABLE] * 2)
