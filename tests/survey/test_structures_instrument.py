"""A draft as an instrument: roles only where they are evident, and everything supposed is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from survey.definition_files import dump_definition
from survey.errors import InstrumentError
from survey.instrument import read_instrument
from survey.routing import Selected
from survey.structures import draft_instrument, read_structure
from survey.structures.draft import DraftOption, DraftQuestion, DraftSection, StructureDraft


def options(*labels: str) -> tuple[DraftOption, ...]:
    return tuple(DraftOption(code=place, label={"en": label}) for place, label in enumerate(labels, start=1))


AGREE = options("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree", "Not applicable")


def draft_of(*questions: DraftQuestion, **more: Any) -> StructureDraft:
    section = DraftSection(code="s", title={"en": "Service"}, questions=questions, **more)
    return StructureDraft(
        **{"platform": "xlsform", "file": "f.xlsx", "title": {"en": "T"}, "languages": ("en",)},
        **{"sections": (section,), "items": (), "remarks": ()},
    )


def asked(code: str, text: str, kind: Any = "single", **more: Any) -> DraftQuestion:
    return DraftQuestion(code=code, kind=kind, text={"en": text}, **more)


def test_roles_and_facets_where_they_are_evident() -> None:
    """A scale performs, 0-10 about recommending is that, gender and age segment, a text is open."""
    ten = tuple(DraftOption(code=code, label={"en": str(code)}) for code in range(11))
    instrument, remarks = draft_instrument(
        draft_of(
            asked("a", "Staff were polite", options=AGREE),
            asked("b", "How likely are you to recommend us?", options=ten),
            asked("c", "What is your gender?", options=options("Female", "Male", "Other")),
            asked("d", "How old are you?", "number", lowest=0),
            asked("e", "Anything else?", "text"),
            asked("f", "E-mail address", "text"),
            asked("g", "Which shop?", options=options("North", "South")),
        ),
        instrument_id="draft",
    )
    found = {q.code: (q.type, q.facet or q.role, q.measures, q.recommend) for q in instrument.questions}
    assert found == {
        "a": ("scale", "performance", "s", False),
        "b": ("scale", "outcome", None, True),
        "c": ("single", "segment", None, False),
        "d": ("number", "segment", None, False),
        "e": ("text", "open", None, False),
        "f": ("text", "paradata", None, False),
        "g": ("single", "paradata", None, False),
    }
    scale = instrument.scale_of("a")
    assert [option.missing for option in scale.all_options] == [None] * 5 + ["not_applicable"]
    assert [option.score for option in scale.answers] == [1, 2, 3, 4, 5]
    said = {problem.code.removeprefix("survey.structure_"): problem.fields["subjects"] for problem in remarks}
    assert said["scores_assumed"] == "a, b"
    assert (said["recommend"], said["segment"], said["role_open"]) == ("b", "c, d", "g")
    assert (said["identifying"], said["missing_assumed"], said["indicators"]) == ("f", "a: 6", "s")


def test_an_option_that_routing_looks_at_stays_an_answer() -> None:
    """Else the condition could never hold."""
    follow = asked("b", "Why not?", "text")
    routed = replace(follow, show_if=Selected(question="a", selected=(6,)))
    draft = draft_of(asked("a", "Staff were polite", options=AGREE), routed)
    instrument, _ = draft_instrument(draft, instrument_id="draft")
    assert [option.missing for option in instrument.scale_of("a").all_options] == [None] * 6


def test_the_favourable_end_with_the_lowest_score_is_pointed_out() -> None:
    """Position 1 is not always the worst."""
    labels = options("Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied")
    _, remarks = draft_instrument(draft_of(asked("a", "Overall?", options=labels)), instrument_id="draft")
    assert "survey.structure_direction" in {problem.code for problem in remarks}


def test_scales_are_shared_by_content_and_told_apart_by_it() -> None:
    """Equal options are one scale; a list used as a scale and as a choice is two."""
    draft = draft_of(
        asked("a", "Polite", options=AGREE, list_name="agree"),
        asked("b", "Quick", options=AGREE, list_name="agree"),
        asked("c", "All that apply", "multiple", options=AGREE, list_name="agree"),
    )
    instrument, _ = draft_instrument(draft, instrument_id="draft")
    assert list(instrument.scales) == ["agree", "agree_2"]
    assert [question.scale for question in instrument.questions] == ["agree", "agree", "agree_2"]


def test_without_a_scale_question_a_placeholder_stands_in() -> None:
    """It says so itself, and a warning does."""
    instrument, remarks = draft_instrument(draft_of(asked("a", "Why?", "text")), instrument_id="draft")
    assert [question.code for question in instrument.questions] == ["a", "placeholder"]
    assert "laceholder" in instrument.questions[1].text.in_language("en")
    assert [p.severity for p in remarks if p.code == "survey.structure_placeholder"] == ["warning"]


def test_an_invalid_id_is_refused() -> None:
    """With the characters that are accepted."""
    with pytest.raises(InstrumentError, match="no valid code"):
        draft_instrument(draft_of(asked("a", "Why?", "text")), instrument_id="my id")


FILES = (
    "qualtrics/No_Basis_for_Evaluation.qsf",
    "qualtrics/Survey_Logic_EVERYWHERE.qsf",
    "limesurvey/answers.lss",
    "surveyjs/survey.json",
    "kobo_odk/formpack_site_inspection_v1.json",
    "formr/all_widgets.xlsx",
)


@pytest.mark.parametrize("name", FILES)
def test_a_drafted_instrument_is_a_file_a_researcher_can_edit(name: str, shared: Path, tmp_path: Path) -> None:
    """Written as YAML it reads back equal; every remark can be worded in both languages."""
    instrument, remarks = draft_instrument(read_structure(shared / "reference/formats" / name), instrument_id="draft")
    path = tmp_path / "draft.yaml"
    path.write_text(dump_definition(instrument), encoding="utf-8")
    assert read_instrument(path) == instrument
    assert all(problem.message("en") != problem.message("zh") for problem in remarks)


def test_no_basis_is_no_answer_and_scores_are_the_recoded_values(shared: Path) -> None:
    """The option "No Opinion", recoded -1, must not enter a mean."""
    draft = read_structure(shared / "reference/formats/qualtrics/No_Basis_for_Evaluation.qsf")
    instrument, _ = draft_instrument(draft, instrument_id="draft")
    scale = instrument.scale_of("Q4_1")
    assert [(option.code, option.score, option.missing) for option in scale.all_options] == [
        (1, 1, None),
        (2, 2, None),
        (3, 3, None),
        (-1, None, "dont_know"),
        (-2, None, "not_applicable"),
    ]
    assert [node.code for node in instrument.index.indicators] == ["Q3", "Q4"]
