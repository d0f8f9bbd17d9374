"""Structures of LimeSurvey, Qualtrics and SurveyJS: real files, and small ones for what those do not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from instruments.catalog import load_instrument
from instruments.writers.limesurvey import write_limesurvey_lss, write_limesurvey_tsv
from instruments.writers.surveyjs import write_surveyjs
from survey.structures import read_limesurvey, read_qualtrics, read_structure, read_surveyjs
from survey.structures.draft import StructureDraft
from tests.survey.every_answer import same_routing

REAL = {
    "limesurvey/answers.lss": (2, 6),
    "limesurvey/free_text.lsq": (1, 1),
    "limesurvey/group.lsg": (2, 2),
    "limesurvey/limesurvey_survey_432535.lss": (2, 2),
    "limesurvey/survey.lss": (4, 3),
    "qualtrics/Single_Answer_Matrix_Questions.qsf": (5, 15),
    "qualtrics/Multiple_Answer_MC_Questions.qsf": (5, 5),
    "qualtrics/Side-by-Side_Questions.qsf": (8, 54),
    "qualtrics/No_Basis_for_Evaluation.qsf": (6, 16),
    "qualtrics/Survey_Logic_EVERYWHERE.qsf": (5, 7),
    "surveyjs/survey.json": (8, 4),
}
"""Entries of the source, as its notes count them, and questions they become (a matrix row is a question)."""


def remarked(draft: StructureDraft) -> dict[str, str]:
    return {
        problem.code.removeprefix("survey.structure_"): str(problem.fields["subjects"]) for problem in draft.remarks
    }


@pytest.mark.parametrize(("name", "counts"), REAL.items())
def test_every_question_of_a_real_file_is_accounted_for(name: str, counts: tuple[int, int], shared: Path) -> None:
    """As many entries as the source has; each carried, merged, or named in a remark."""
    draft = read_structure(shared / "reference/formats" / name)
    assert (len(draft.items), len(draft.questions)) == counts
    carried = [code for item in draft.items if item.fate == "carried" for code in item.into]
    assert carried == [question.code for question in draft.questions]
    words = " ".join(problem.message("zh") for problem in draft.remarks)
    assert all(item.name in words for item in draft.items if item.fate == "left_out")


def test_a_limesurvey_matrix_and_its_rows(shared: Path) -> None:
    """Rows carry the codes by which ExpressionScript and exports call them."""
    draft = read_limesurvey(shared / "reference/formats/limesurvey/answers.lss")
    assert [question.code for question in draft.questions][1:] == [f"Q02_SQ00{row}" for row in range(1, 6)]
    assert draft.sections[1].grid
    assert draft.questions[1].options[0].label == {"en": "Too much"}
    assert [option.code for option in draft.questions[0].options] == ["SQ001", "SQ002", "SQ003"]


def lss(questions: str, **tables: str) -> str:
    inner = {"groups": "<row><gid>1</gid><group_name>G</group_name></row>", "questions": questions, **tables}
    body = "".join(f"<{name}><rows>{rows}</rows></{name}>" for name, rows in inner.items())
    head = "<LimeSurveyDocType>Survey</LimeSurveyDocType><languages><language>en</language></languages>"
    return f"<document>{head}{body}</document>"


def row(**cells: object) -> str:
    return "<row>" + "".join(f"<{name}>{value}</{name}>" for name, value in cells.items()) + "</row>"


def test_limesurvey_before_version_4_with_its_table_of_conditions(tmp_path: Path) -> None:
    """Wordings stand in the rows; rows on one question are alternatives, others add up, scenarios are alternatives."""
    questions = [
        row(qid=1, gid=1, type="L", title="a", question="A?", question_order=1, mandatory="Y"),
        row(qid=2, gid=1, type="M", title="m", question="M?", question_order=2),
        row(qid=3, gid=1, type="N", title="n", question="N?", question_order=3, relevance=1),
        row(qid=4, gid=1, type="1", title="d", question="D?", question_order=4),
    ]
    answers = [row(qid=1, code=code, answer=code, sortorder=n, scale_id=0) for n, code in enumerate("XYZ")]
    answers += [row(qid=4, code=1, answer="low", scale_id=scale) for scale in (0, 1)]
    answers += [row(qid=4, code=2, answer="high", scale_id=scale) for scale in (0, 1)]
    subquestions = [row(qid=20 + n, parent_qid=2, title=code, question=code, scale_id=0) for n, code in enumerate("pq")]
    subquestions.append(row(qid=30, parent_qid=4, title="r1", question="Row", scale_id=0))
    conditions = [
        row(qid=3, cqid=1, cfieldname="9X1X1", method="==", value="X", scenario=1),
        row(qid=3, cqid=1, cfieldname="9X1X1", method="==", value="Y", scenario=1),
        row(qid=3, cqid=2, cfieldname="9X1X2", method="==", value="p", scenario=1),
        row(qid=3, cqid=1, cfieldname="9X1X1", method="==", value="Z", scenario=2),
    ]
    attributes = [row(qid=3, attribute="min_num_value_n", value=1), row(qid=3, attribute="max_num_value_n", value=9)]
    path = tmp_path / "old.lss"
    path.write_text(
        lss(
            "".join(questions),
            answers="".join(answers),
            subquestions="".join(subquestions),
            conditions="".join(conditions),
            question_attributes="".join(attributes),
            quota="<row><id>1</id></row>",
        )
    )
    draft = read_limesurvey(path)
    found = {question.code: question for question in draft.questions}
    assert list(found) == ["a", "m", "n", "d_r1_0", "d_r1_1"]
    assert found["a"].required
    assert (found["n"].lowest, found["n"].highest) == (1, 9)
    assert found["n"].show_if.model_dump(by_alias=True) == {
        "any": (
            {"all": ({"question": "a", "selected": ("X", "Y")}, {"question": "m", "selected": ("p",)})},
            {"question": "a", "selected": ("Z",)},
        )
    }
    assert "quota (1)" in remarked(draft)["table_left_out"]


@pytest.mark.parametrize("writer", [write_limesurvey_tsv, write_limesurvey_lss])
def test_an_exported_instrument_comes_back_from_limesurvey(writer: Any, tmp_path: Path) -> None:
    """Both forms hold the same survey: questions, options, languages."""
    instrument = load_instrument("after_sales")
    path = tmp_path / ("survey.lss" if writer is write_limesurvey_lss else "survey.tsv")
    report = writer(instrument, path)
    draft = read_limesurvey(path)
    names = {code: report.names.get(code, code) for code in (question.code for question in instrument.questions)}
    assert len(draft.questions) == len(instrument.questions), names
    assert set(draft.languages) == set(instrument.languages)
    for asked, read in zip(instrument.questions, draft.questions, strict=True):
        assert set(read.text.values()) == set(asked.text.root.values())
        if asked.scale is not None:
            assert len(read.options) == len(instrument.scales[asked.scale].all_options)
        assert (asked.show_if is None) == (read.show_if is None)


def test_an_exported_instrument_comes_back_from_surveyjs(tmp_path: Path) -> None:
    """Wordings, options and routing, whatever names matrices gave to their rows."""
    instrument = load_instrument("after_sales")
    path = tmp_path / "survey.json"
    write_surveyjs(instrument, path)
    draft = read_surveyjs(path)
    assert len(draft.questions) == len(instrument.questions)
    for asked, read in zip(instrument.questions, draft.questions, strict=True):
        assert set(read.text.values()) == set(asked.text.root.values())
        if read.code == asked.code:
            assert same_routing(asked.show_if, read.show_if, draft.questions)


def qsf(questions: list[dict[str, Any]], **more: Any) -> str:
    elements = [{"Element": "SQ", "PrimaryAttribute": q["QuestionID"], "Payload": q} for q in questions]
    block = {
        **{"Type": "Default", "ID": "BL_1", "Description": "Block"},
        "BlockElements": [
            {"Type": "Question", "QuestionID": q["QuestionID"]} for q in questions if q["QuestionID"] != "T"
        ],
    }
    trash = {"Type": "Trash", "ID": "BL_2", "BlockElements": [{"Type": "Question", "QuestionID": "T"}]}
    flow = more.get("flow", [{"Type": "Block", "ID": "BL_1"}])
    elements += [{"Element": "BL", "Payload": [block, trash]}, {"Element": "FL", "Payload": {"Flow": flow}}]
    return json.dumps({"SurveyEntry": {"SurveyLanguage": "EN", "SurveyName": "S"}, "SurveyElements": elements})


def mc(identifier: str, tag: str, **more: Any) -> dict[str, Any]:
    choices = {"1": {"Display": "Good"}, "2": {"Display": "Bad"}}
    return {
        **{"QuestionID": identifier, "DataExportTag": tag, "QuestionType": "MC", "Selector": "SAVR"},
        **{"QuestionText": f"<b>{tag}</b>?", "Choices": choices, "ChoiceOrder": ["2", "1"], **more},
    }


def logic(*expressions: tuple[str, str, str]) -> dict[str, Any]:
    group: dict[str, Any] = {"Type": "If"}
    for place, (locator, operator, conjunction) in enumerate(expressions):
        group[str(place)] = {
            **{"LogicType": "Question", "LeftOperand": locator, "Operator": operator, "Conjuction": conjunction},
            **{"RightOperand": "5", "Type": "Expression"},
        }
    return {"0": group, "Type": "BooleanExpression"}


def test_qualtrics_display_logic_recodes_translations_and_trash(tmp_path: Path) -> None:
    """Logic names choices by the platform's number, exports hold the recoded value."""
    translated = {"ZH-S": {"QuestionText": "好吗？", "Choices": {"1": {"Display": "好"}, "2": {"Display": "差"}}}}
    number = {
        "Settings": {"ContentType": "ValidNumber", "ValidNumber": {"Min": "0", "Max": "99"}, "ForceResponse": "ON"}
    }
    shown = logic(
        ("q://QID1/SelectableChoice/1", "Selected", ""), ("q://QID2/ChoiceTextEntryValue", "GreaterThan", "And")
    )
    questions = [
        mc("QID1", "Q1", RecodeValues={"1": "10", "2": "20"}, Language=translated),
        {**mc("QID2", "Q2"), "QuestionType": "TE", "Selector": "SL", "Validation": number},
        mc("QID3", "Q3", DisplayLogic=shown),
        mc("QID4", "Q4", DisplayLogic=logic(("q://QID1/ChoiceDisplayed/1", "Displayed", ""))),
        {**mc("QID5", "Q5"), "Selector": "NPS"},
        {**mc("QID6", "Q6"), "QuestionType": "HeatMap"},
        mc("T", "Q7"),
    ]
    path = tmp_path / "survey.qsf"
    path.write_text(qsf(questions), encoding="utf-8")
    draft = read_qualtrics(path)
    found = {question.code: question for question in draft.questions}
    assert draft.languages == ("en", "zh")
    assert [(o.code, dict(o.label)) for o in found["Q1"].options] == [
        (20, {"en": "Bad", "zh": "差"}),
        (10, {"en": "Good", "zh": "好"}),
    ]
    assert found["Q1"].text == {"en": "Q1?", "zh": "好吗？"}
    assert (found["Q2"].kind, found["Q2"].lowest, found["Q2"].highest, found["Q2"].required) == ("number", 0, 99, True)
    assert found["Q3"].show_if.model_dump(by_alias=True) == {
        "all": ({"question": "Q1", "selected": (10,)}, {"question": "Q2", "is": ">", "value": 5.0})
    }
    remarks = remarked(draft)
    assert found["Q4"].show_if is None
    assert remarks["routing_unreadable"] == "Q4"
    assert found["Q5"].recommend
    assert remarks["type_unknown"] == "Q6"
    assert remarks["unused"] == "Q7"


def test_qualtrics_branches_are_routing_and_the_rest_of_the_flow_is_listed(tmp_path: Path) -> None:
    """A block in one branch takes its condition; a randomizer, embedded data and quotas are remarks."""
    branch = {
        **{"Type": "Branch", "BranchLogic": logic(("q://QID1/SelectableChoice/1", "Selected", ""))},
        "Flow": [{"Type": "Block", "ID": "BL_1"}],
    }
    path = tmp_path / "survey.qsf"
    path.write_text(qsf([mc("QID1", "Q1"), mc("QID2", "Q2")], flow=[{"Type": "EmbeddedData"}, branch]))
    draft = read_qualtrics(path)
    assert [question.show_if is None for question in draft.questions] == [True, False]
    assert remarked(draft)["routing_ahead"] == "Q1"
    assert remarked(draft)["flow_left_out"] == "EmbeddedData"


def test_surveyjs_questions_of_every_kind(tmp_path: Path) -> None:
    """Ratings with labelled ends, matrices, panels with conditions, "other", numbers with bounds, two languages."""
    elements: list[dict[str, Any]] = [
        {
            "type": "rating",
            "name": "nps",
            "title": {"default": "Recommend?", "zh-cn": "推荐？"},
            "rateMin": 0,
            "rateMax": 10,
        },
        {"type": "checkbox", "name": "via", "choices": ["web", {"value": "app", "text": "App"}], "showOtherItem": True},
        {"type": "matrix", "name": "m", "columns": [1, 2, 3], "rows": [{"value": "a", "text": "Row A"}, "b"]},
        {
            "type": "text",
            "name": "age",
            "inputType": "number",
            "min": 18,
            "max": 99,
            "visibleIf": "{via} contains 'app'",
        },
        {"type": "boolean", "name": "yes", "visibleIf": "{m.a} >= 2"},
        {"type": "text", "name": "bool_follow", "visibleIf": "{yes} = true", "requiredIf": "{yes} = true"},
        {"type": "panel", "name": "p", "visibleIf": "{nps} < 7", "elements": [{"type": "comment", "name": "why"}]},
        {"type": "multipletext", "name": "t", "items": [{"name": "x"}, {"name": "y", "title": "Y"}]},
        {"type": "matrixdropdown", "name": "md", "choices": ["u", "v"], "rows": ["r"], "columns": [{"name": "c"}]},
        {"type": "signaturepad", "name": "sign"},
        {"type": "hologram", "name": "h"},
    ]
    path = tmp_path / "survey.json"
    path.write_text(json.dumps({"locale": "en", "elements": elements}), encoding="utf-8")
    draft = read_surveyjs(path)
    found = {question.code: question for question in draft.questions}
    assert list(found) == ["nps", "via", "m_a", "m_b", "age", "yes", "bool_follow", "why", "t_x", "t_y", "md_r_c"]
    assert draft.languages == ("en", "zh")
    assert [option.code for option in found["nps"].options] == list(range(11))
    assert found["via"].options[-1].specify
    assert found["m_a"].text == {"en": "Row A"}
    assert (found["age"].lowest, found["age"].highest) == (18, 99)
    assert found["age"].show_if.model_dump() == {"question": "via", "selected": ("app",)}
    assert found["yes"].show_if.model_dump() == {"question": "m_a", "selected": (2, 3)}
    assert found["bool_follow"].show_if.model_dump() == {"question": "yes", "selected": ("true",)}
    assert found["why"].show_if.model_dump() == {"question": "nps", "selected": tuple(range(7))}
    remarks = remarked(draft)
    assert (remarks["file_left_out"], remarks["type_unknown"]) == ("sign", "h")
    assert remarks["rule_left_out"] == "bool_follow"
    assert len(draft.items) == 11


def test_surveyjs_repetitions_are_merged_and_namesakes_are_not(shared: Path, tmp_path: Path) -> None:
    """The same element four times is one question; a different one of the same name is another."""
    draft = read_surveyjs(shared / "reference/formats/surveyjs/survey.json")
    assert [item.fate for item in draft.items if item.name == "civilwar"] == ["carried", "merged", "merged", "merged"]
    path = tmp_path / "survey.json"
    path.write_text(json.dumps({"elements": [{"type": "text", "name": "q"}, {"type": "comment", "name": "q"}]}))
    other = read_surveyjs(path)
    assert [question.code for question in other.questions] == ["q", "q_2"]
    assert remarked(other)["renamed"] == "q → q_2"
