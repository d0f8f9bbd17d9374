"""What the codebook inside a file means: kinds of missing by label, ranges, labels of other options."""

from __future__ import annotations

import pytest

from survey.importers.declared_codes import kind_of_label, missing_of, partly_labelled, values_of
from survey.importers.variables import Variable
from survey.scales import Scale


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("不知道", "dont_know"),
        ("拒答", "refused"),
        ("Don't know", "dont_know"),
        ("Don't know / no answer", "dont_know"),
        ("9. Refused (volunteered)", "refused"),
        ("Refused", "refused"),
        ("不适用", "not_applicable"),
        ("N/A", "not_applicable"),
        ("No answer", "skipped"),
        ("undetermined", None),
        ("无（请注明）", None),
        ("", None),
    ],
)
def test_the_kind_is_told_by_the_label(label, kind):
    """Numbers before it and remarks in brackets do not matter; nothing is guessed."""
    assert kind_of_label(label) == kind


def test_values_inside_a_range_are_named_one_by_one():
    """With the kind of their label, else blank; the ends belong to it."""
    variable = Variable(values={97: "拒答", 98: "其他"}, missing={"0": "skipped"}, missing_ranges=((97.0, 99.0),))
    cells = [1, 97, 98.0, 99, None, "text", 96.9, 0]
    assert missing_of(variable, cells) == {"0": "skipped", "97": "refused", "98": "blank", "99": "blank"}
    assert missing_of(variable) == {"0": "skipped"}


@pytest.fixture
def scale():
    labels = ["Very poor", "Poor", "Fair", "Good", "Very good"]
    options = [{"code": n, "label": label, "score": n} for n, label in enumerate(labels, start=1)]
    return Scale.model_validate(
        {"options": [*options, {"code": 9, "label": "Never used", "missing": "not_applicable"}]}
    )


def test_codes_are_translated_where_labels_say_otherwise(scale):
    """Reversed, shifted or with letters; nothing where they agree or no label is known."""
    labels = ["Very poor", "Poor", "Fair", "Good", "Very good"]
    reversed_ = Variable(values=dict(enumerate(reversed(labels), start=1)))
    assert values_of(reversed_, scale) == {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
    shifted = Variable(values={**dict(enumerate(labels)), 7: "never used"})
    assert values_of(shifted, scale) == {"0": 1, "1": 2, "2": 3, "3": 4, "4": 5, "7": 9}
    assert values_of(Variable(values={"a": "Very good (!)", "b": "Poor"}), scale) == {"a": 5, "b": 2}
    assert values_of(Variable(values=dict(enumerate(labels, start=1))), scale) == {}
    assert values_of(Variable(values={1: "schlecht", 5: "gut"}), scale) == {}


def test_labelled_ends_make_a_whole_scale():
    """Steps in between are filled in; a code outside the labels is kept; texts are no codes."""
    ends = Variable(values={1: "not at all", 7: "completely", 9: "refused"}, missing={"9": "refused"})
    steps = partly_labelled(ends, ["1", "3", "9"], most=30)
    assert steps == [(1, "not at all"), (2, ""), (3, ""), (4, ""), (5, ""), (6, ""), (7, "completely")]
    assert partly_labelled(Variable(values={1: "a", 2: "b"}), ["4"], most=30) == [(1, "a"), (2, "b"), (4, "")]
    assert partly_labelled(Variable(values={1: "a"}), ["1"], most=30) is None
    assert partly_labelled(Variable(values={1: "a", 2: "b"}), ["x"], most=30) is None
    assert partly_labelled(Variable(values={0: "none"}), [str(n) for n in range(60)], most=30) is None
