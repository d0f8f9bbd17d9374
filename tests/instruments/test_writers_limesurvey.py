"""LimeSurvey: both structures read back with every question accounted for, and hold what its own files hold."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest
from defusedxml import ElementTree

from instruments.writers import write_limesurvey_lss, write_limesurvey_tsv
from survey.instrument import Instrument
from tests.instruments.exported import IDS, instrument_of
from tests.instruments.random_answers import random_answers, shown


def _tsv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _tables(path):
    root = ElementTree.parse(path).getroot()
    return {
        table.tag: [{cell.tag: cell.text or "" for cell in row} for row in table.find("rows")]
        for table in root
        if table.find("rows") is not None
    }


def _expected_names(instrument: Instrument, names) -> set[str]:
    return {names.get(question.code, question.code) for question in instrument.questions}


@pytest.mark.parametrize("name", IDS)
def test_every_question_is_in_both_structures_in_every_language(name, tmp_path):
    instrument = instrument_of(name)
    report = write_limesurvey_tsv(instrument, tmp_path / "survey.txt")
    rows = _tsv(report.file)
    for language in ("zh-Hans", "en"):
        found, current = set(), ""
        for row in rows:
            if row["language"] != language:
                continue
            if row["class"] == "Q":
                current, kind = row["name"], row["type/scale"]
                found.add(current)
            elif row["class"] == "SQ" and kind == "F":
                found.add(f"{current}_{row['name']}")
        assert _expected_names(instrument, report.names) <= found
    tables = _tables(write_limesurvey_lss(instrument, tmp_path / "survey.lss").file)
    assert len(tables["groups"]) == len(instrument.sections)
    codes = {row["qid"]: row["title"] for row in tables["questions"]}
    found = set(codes.values()) | {
        f"{codes[row['parent_qid']]}_{row['title']}" for row in tables.get("subquestions", [])
    }
    assert _expected_names(instrument, report.names) <= found
    wordings = Counter(row["qid"] for row in tables["question_l10ns"])
    assert set(wordings.values()) == {2}, "each question and subquestion once per language"


@pytest.mark.parametrize("name", IDS)
def test_codes_keep_to_the_rules_of_the_platform(name, tmp_path):
    """Letters and digits, a letter first, 20 characters; answers 5; none twice, whatever the case."""
    rows = [
        row
        for row in _tsv(write_limesurvey_tsv(instrument_of(name), tmp_path / "s.txt").file)
        if row["language"] == "en"
    ]
    questions = [row["name"] for row in rows if row["class"] == "Q"]
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", code) for code in questions)
    assert max(Counter(code.lower() for code in questions).values()) == 1
    family: list[str] = []
    for row in [*rows, {"class": "Q", "name": ""}]:
        if row["class"] == "Q":
            assert len({code.lower() for code in family}) == len(family)
            family = []
        elif row["class"] in {"A", "SQ"}:
            assert re.fullmatch("[A-Za-z0-9]{1,5}" if row["class"] == "A" else "[A-Za-z0-9]{1,20}", row["name"])
            family.append(row["name"])


def test_structures_have_the_tables_and_fields_of_the_platforms_own(shared, tmp_path):
    """Compared with a real export: no table and no field it does not know."""
    ours = _tables(write_limesurvey_lss(instrument_of("every_feature"), tmp_path / "survey.lss").file)
    folder = shared / "reference" / "formats" / "limesurvey"
    known: dict[str, set[str]] = {}
    for file in ("survey.lss", "answers.lss", "limesurvey_survey_432535.lss"):
        root = ElementTree.parse(folder / file).getroot()
        for table in root:
            fields = table.find("fields")
            if fields is not None:
                known.setdefault(table.tag, set()).update(field.text for field in fields)
    assert set(ours) <= set(known)
    for table, rows in ours.items():
        assert {field for row in rows for field in row} <= known[table], table


class _Answer:
    """A value as ExpressionScript compares it: as numbers where both are numbers, else as texts."""

    def __init__(self, value: str) -> None:
        self.value = value

    def _pair(self, other: object) -> tuple[object, object]:
        try:
            return float(self.value), float(other)  # type: ignore[arg-type]
        except ValueError:
            return self.value, str(other)

    def __eq__(self, other: object) -> bool:
        mine, theirs = self._pair(other)
        return mine == theirs

    def __hash__(self) -> int:
        return hash(self.value)

    def __gt__(self, other: object) -> bool:
        mine, theirs = self._pair(other)
        return mine > theirs  # type: ignore[operator]


def _holds(equation: str, values: dict[str, str]) -> bool:
    """An equation evaluated as Python: of the functions only those the manual defines and we use."""
    python = re.sub(r"([A-Za-z]\w*)\.NAOK", r"v('\1')", equation)
    python = re.sub(r"!(?!=)", " not ", python)
    names = {
        "v": lambda variable: _Answer(values.get(variable, "")),
        "is_empty": lambda answer: answer.value == "",
        "count": lambda *answers: sum(answer.value != "" for answer in answers),
        "__builtins__": {},
    }
    return bool(eval(python, names))  # noqa: S307  # our own equations


def test_conditions_hold_for_the_same_answers_as_ours(tmp_path):
    instrument = instrument_of("every_feature")
    report = write_limesurvey_tsv(instrument, tmp_path / "survey.txt")
    rows, current = {}, ""
    for row in _tsv(report.file):
        if row["class"] == "Q":
            current = row["name"]
            rows[current] = row["relevance"]
        elif row["class"] == "SQ":
            rows[f"{current}_{row['name']}"] = row["relevance"]
    short = {"follow up": "follo", "it's other": "itsot"}
    responses, people = random_answers(instrument, 300, seed=3)
    expected = shown(instrument, responses)
    for place, person in enumerate(people):
        values: dict[str, str] = {}
        for code, answer in person.items():
            variable = report.names.get(code, code)
            if isinstance(answer, list) and instrument.question(code).type == "multiple":
                values |= {f"{variable}_{'other2' if part == 'other' else part}": "Y" for part in answer}
            elif isinstance(answer, list):
                values |= {f"{variable}_{rank}": part for rank, part in enumerate(answer, start=1)}
            elif answer is not None:
                values[variable] = short.get(str(answer), str(answer))
        for code, holds in expected.items():
            assert _holds(rows[report.names.get(code, code)], values) == holds[place], (code, person)


def test_rows_say_what_the_instrument_says(tmp_path):
    report = write_limesurvey_tsv(instrument_of("every_feature"), tmp_path / "survey.txt")
    rows = _tsv(report.file)
    english = {row["name"]: row for row in rows if row["class"] == "Q" and row["language"] == "en"}
    assert english["visitkind"]["mandatory"] == "Y"
    assert english["visitkind"]["help"] == "Choose one"
    assert english["minutes"]["min_num_value_n"] == "0"
    assert english["minutes"]["max_num_value_n"] == "600"
    assert english["ratingsGrid1"]["type/scale"] == "F"
    assert english["visitkindText"]["relevance"] == 'visitkind.NAOK == "itsot"'
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert settings["language"] == "zh-Hans"
    assert settings["additional_languages"] == "en"
    other = next(row for row in rows if row["class"] == "A" and row["name"] == "itsot" and row["language"] == "en")
    assert other["text"] == 'Other "kind" &amp; &lt;more&gt;', "wordings are HTML there"


def test_braces_cannot_be_taken_for_expressions(tmp_path):
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["sections"][0]["questions"][0]["text"] = {"zh": "价格{x}？\n第二行", "en": "Price {x}?"}
    instrument = Instrument.model_validate(content)
    rows = _tsv(write_limesurvey_tsv(instrument, tmp_path / "survey.txt").file)
    texts = [row["text"] for row in rows if row["name"] == "visitkind"]
    assert texts == ["价格&#123;x&#125;？<br />第二行", "Price &#123;x&#125;?"]


def test_rows_that_cannot_be_required_alone_are_named(tmp_path):
    report = write_limesurvey_tsv(instrument_of("every_feature"), tmp_path / "survey.txt")
    (lost,) = (problem for problem in report.losses if problem.code == "instruments.export_required_rows")
    assert lost.fields["subjects"] == "waiting_1"
    assert lost.severity == "warning"
