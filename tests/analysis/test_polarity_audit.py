"""Which way items count in a platform's total: a real export, hand-made totals, and what cannot be told."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.polarity_audit import audit_scores, audit_total
from survey.errors import SatixError
from survey.importers.table_file import read_table


def _codes(n: int = 40, items: int = 5, *, highest: int = 5, seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.integers(1, highest + 1, (n, items)).astype(float)
    return pd.DataFrame(values, columns=[f"Q{k}" for k in range(1, items + 1)])


def _found(result: Any) -> set[str]:
    assert all(finding.message("zh") and finding.message("en") for finding in result.findings)
    return {finding.code.removeprefix("analysis.") for finding in result.findings}


def test_the_real_export_counts_one_of_its_two_attention_checks(shared: Any) -> None:
    """Witness: the file's SOURCE.md. 245 x 94; 82 items, 49 as x, 32 as 6 - x (constant 192 = 32 x 6), Q50 not."""
    (file,) = (shared / "reference" / "formats" / "wjx").glob("234274756_2_*.xlsx")
    table = read_table(file)
    codes = pd.DataFrame({f"Q{k}": [float(str(cell)) for cell in table.columns[5 + k]] for k in range(1, 83)})
    total = pd.Series([float(str(cell)) for cell in table.columns[-1]])
    assert (codes.sum(axis=1) == total).sum() == 1
    result = audit_total(codes, total, declared={"Q30": "attention", "Q50": "attention"})
    assert result.exact
    assert result.largest_residual < 1e-9
    assert len(result.keyed("positive")) == 49
    assert len(result.keyed("reversed")) == 32
    assert result.keyed("not_counted") == ("Q50",)
    assert (result.constant, result.steps, result.n) == (pytest.approx(192), 5, 245)
    agrees = {item.item: item.agrees for item in result.items if item.declared}
    assert agrees == {"Q30": False, "Q50": True}
    (finding,) = result.findings
    assert (finding.code, finding.fields["items"]) == ("analysis.polarity_attention_counted", "Q30")
    assert result.summary() == "positive 49, reversed 32, not_counted 1 (n = 245)"
    assert result.to_frame().loc["Q30", "agrees"] is False


def test_a_total_made_by_hand() -> None:
    """Q1 + (6 - Q2) + 2 Q3 + 0 Q4: constant 6, so K = 5; the instrument has Q2 the right and Q3 the wrong way."""
    codes = _codes(items=4)
    total = codes["Q1"] + (6 - codes["Q2"]) + 2 * codes["Q3"]
    declared = {"Q1": "positive", "Q2": "reversed", "Q3": "reversed", "Q4": "positive"}
    result = audit_total(codes, total, declared=declared)  # type: ignore[arg-type]
    assert [item.keyed for item in result.items] == ["positive", "reversed", "multiple", "not_counted"]
    assert [item.factor for item in result.items] == pytest.approx([1, -1, 2, 0], abs=1e-9)
    assert [item.agrees for item in result.items] == [True, True, False, False]
    assert (result.steps, result.orientation) == (5, "same")
    named = {finding.code: finding.fields["items"] for finding in result.findings}
    assert named == {"analysis.polarity_disagrees": "Q3", "analysis.polarity_not_in_total": "Q4"}


def test_the_number_of_options_may_be_given() -> None:
    """A constant that K does not explain (a bonus of 3 for everyone) leaves K open."""
    codes = _codes(items=2)
    assert audit_total(codes, 6 - codes["Q1"] + codes["Q2"], steps=5).steps == 5
    assert audit_total(codes, 6 - codes["Q1"] + codes["Q2"], steps=7).steps is None
    assert audit_total(codes, codes["Q1"] + codes["Q2"], steps=5).steps == 5
    assert audit_total(codes, 9.5 - codes["Q1"] + codes["Q2"]).steps is None


def test_a_platform_that_counts_downwards_throughout_is_no_disagreement() -> None:
    """Complaints: the total rises where the instrument's score falls."""
    codes = _codes(items=3)
    total = (6 - codes["Q1"]) + (6 - codes["Q2"]) + codes["Q3"]
    result = audit_total(codes, total, declared={"Q1": "positive", "Q2": "positive", "Q3": "reversed"})
    assert result.orientation == "opposite"
    assert all(item.agrees for item in result.items)
    assert _found(result) == {"polarity_opposite"}


def test_a_segment_that_counts_is_named() -> None:
    """Sex and age group do not belong in a total."""
    codes = _codes(items=2)
    result = audit_total(codes, codes["Q1"] + codes["Q2"], declared={"Q1": "positive", "Q2": "not_scored"})
    assert _found(result) == {"polarity_counts_unscored"}


def test_items_that_are_combinations_of_others_and_constants_are_named() -> None:
    """Q3 = Q1 everywhere, so the total could be of either; Q4 is 2 throughout."""
    codes = _codes(items=2)
    codes["Q3"], codes["Q4"] = codes["Q1"], 2.0
    result = audit_total(codes, codes["Q1"] + codes["Q2"] + codes["Q4"])
    assert result.exact
    assert [item.keyed for item in result.items] == ["undetermined", "positive", "undetermined", "constant"]
    assert _found(result) == {"polarity_undetermined", "polarity_constant"}
    assert result.rank == 3


def test_a_few_edited_records_are_named_by_their_rows() -> None:
    """Two totals of 40 changed by hand: all others follow one rule."""
    codes = _codes(items=3)
    codes.index = pd.Index(range(2, 42))
    total = codes["Q1"] + codes["Q2"] - codes["Q3"] + 6
    total[5] += 1
    total[30] -= 4
    result = audit_total(codes, total)
    assert result.exact
    assert result.differing == ("5", "30")
    assert [item.keyed for item in result.items] == ["positive", "positive", "reversed"]
    assert _found(result) == {"polarity_rows_differ"}


def test_options_that_do_not_count_in_equal_steps_are_found() -> None:
    """Scores 1, 2, 4, 8, 16 for Q1; Q2 as it stands."""
    codes = _codes(n=80, items=2)
    result = audit_total(codes, 2.0 ** (codes["Q1"] - 1) + codes["Q2"])
    assert result.exact
    assert [item.keyed for item in result.items] == ["by_option", "positive"]
    assert _found(result) == {"polarity_uneven"}


def test_unanswered_items_count_nothing() -> None:
    """Few complete records, so an unanswered item becomes an option of its own; 6 - x gives 0 there, not 6."""
    codes = _codes(n=90, items=3)
    codes.iloc[::2, 0] = math.nan
    codes.iloc[1::2, 2] = math.nan
    total = codes["Q1"].fillna(0) + codes["Q2"] + (6 - codes["Q3"]).fillna(0)
    result = audit_total(codes, total)
    assert [item.keyed for item in result.items] == ["positive", "positive", "reversed"]
    assert (result.n, result.dropped) == (90, 0)


def test_what_cannot_be_reproduced_says_why() -> None:
    """A question is missing from the file; too few records; no record at all."""
    codes = _codes(items=3)
    lacking = audit_total(codes[["Q1", "Q2"]], codes.sum(axis=1))
    assert not lacking.exact
    assert _found(lacking) == {"polarity_not_exact"}
    assert lacking.keyed("undetermined") == ("Q1", "Q2")
    assert "not reproduced" in lacking.summary()
    few = audit_total(codes.head(4), codes.head(4).sum(axis=1))
    assert not few.exact
    assert _found(few) == {"polarity_too_few"}
    none = audit_total(codes * math.nan, codes.sum(axis=1) * math.nan)
    assert (none.exact, none.n, none.dropped) == (False, 0, 40)
    assert _found(none) >= {"polarity_too_few"}
    with pytest.raises(SatixError):
        audit_total(codes, codes.sum(axis=1).head(3))


@settings(max_examples=30, deadline=None)
@given(
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=8),
    highest=st.integers(2, 10),
    seed=st.integers(0, 1000),
)
def test_every_rule_of_x_and_reversed_x_is_recovered(signs: list[int], highest: int, seed: int) -> None:
    """Whatever items count, in whatever order the records stand."""
    codes = _codes(n=150, items=len(signs), highest=highest, seed=seed)
    total = sum(
        (codes[name] * sign + (highest + 1) * (sign < 0) for name, sign in zip(codes, signs, strict=True)),
        start=pd.Series(0.0, index=codes.index),
    )
    words = {1: "positive", -1: "reversed", 0: "not_counted"}
    for order in (slice(None), slice(None, None, -1)):
        result = audit_total(codes[order], total[order])
        assert [item.keyed for item in result.items] == [words[sign] for sign in signs]
        assert result.steps == (highest if -1 in signs else None)


def test_scores_beside_codes_show_each_item_by_itself() -> None:
    """x, 4 - x, nothing, twice x, 1-2-4, one code only, and a code with two scores; four records suffice."""
    codes = pd.DataFrame({name: [1.0, 2.0, 3.0, 3.0] for name in "abcdeg"} | {"f": [2.0] * 4})[list("abcdefg")]
    scores = pd.DataFrame(
        {
            "a": [1.0, 2, 3, 3],
            "b": [3.0, 2, 1, 1],
            "c": [0.0] * 4,
            "d": [2.0, 4, 6, 6],
            "e": [1.0, 2, 4, 4],
            "f": [2.0] * 4,
            "g": [1.0, 2, 3, 1],
        }
    )
    result = audit_scores(codes, scores, declared={"a": "reversed", "c": "attention"})
    assert {item.item: item.keyed for item in result.items} == {
        "a": "positive",
        "b": "reversed",
        "c": "not_counted",
        "d": "multiple",
        "e": "by_option",
        "f": "constant",
        "g": "undetermined",
    }
    assert (result.exact, result.steps) == (False, 3)
    assert _found(result) == {
        "polarity_scores_contradict",
        "polarity_constant",
        "polarity_uneven",
        "polarity_opposite",
    }
    with pytest.raises(SatixError):
        audit_scores(codes, scores[["a"]])


def test_many_records_take_little_memory() -> None:
    """The decomposition has the size of the items, not of the records."""
    codes = _codes(n=100_000, items=6)
    result = audit_total(codes, codes["Q1"] - codes["Q2"] + 6)
    assert result.keyed("positive", "reversed") == ("Q1", "Q2")
    assert not audit_total(codes[["Q1", "Q2"]], codes.sum(axis=1)).exact
