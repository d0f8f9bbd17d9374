"""LimeSurvey structures (``.lss``, ``.lsg``, ``.lsq`` and tab-separated) as groups, questions and answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from survey.errors import FileRefusedError, InstrumentError, Place
from survey.structures.source_file import guard_structure, read_xml

__all__ = ["LimeAnswer", "LimeGroup", "LimeQuestion", "LimeSurvey", "read_lime_tables"]

XML = (".lss", ".lsg", ".lsq")
TEXT = (".tsv", ".txt")
_KINDS = frozenset({"Survey", "Group", "Question"})

Words = dict[str, str]


@dataclass(slots=True, kw_only=True)
class LimeAnswer:
    """An answer option or a subquestion; ``scale`` tells the two halves of a dual scale apart."""

    code: str
    text: Words = field(default_factory=dict)
    scale: str = "0"
    value: str = ""
    relevance: str = ""


@dataclass(slots=True, kw_only=True)
class LimeQuestion:
    """A question with what belongs to it; ``conditions`` are rows of the table of that name."""

    identifier: str
    code: str
    type: str
    text: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    mandatory: bool = False
    other: bool = False
    relevance: str = ""
    pattern: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    subquestions: list[LimeAnswer] = field(default_factory=list)
    answers: list[LimeAnswer] = field(default_factory=list)
    conditions: list[dict[str, str]] = field(default_factory=list)
    place: Place = field(default_factory=Place)


@dataclass(slots=True, kw_only=True)
class LimeGroup:
    """A group of questions."""

    title: Words = field(default_factory=dict)
    description: Words = field(default_factory=dict)
    relevance: str = ""
    questions: list[LimeQuestion] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class LimeSurvey:
    """A survey; ``other_tables`` names what else the file holds and how much of it."""

    title: Words = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)
    groups: list[LimeGroup] = field(default_factory=list)
    other_tables: dict[str, int] = field(default_factory=dict)


def read_lime_tables(path: Path) -> LimeSurvey:
    """Read any of the four forms in which LimeSurvey exports a structure.

    Raises
    ------
    FileRefusedError
        The file cannot be opened safely.
    InstrumentError
        It is no LimeSurvey structure.
    """
    return _from_xml(path) if path.suffix.lower() in XML else _from_text(path)


def _from_xml(path: Path) -> LimeSurvey:
    root = read_xml(path, (*XML, *TEXT))
    kind = (root.findtext("LimeSurveyDocType") or "").strip()
    if kind not in _KINDS:
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="LimeSurveyDocType")
    tables: dict[str, list[dict[str, str]]] = {}
    for table in root:
        rows = [{cell.tag: cell.text or "" for cell in row} for row in table.iterfind("rows/row")]
        tables.setdefault(table.tag, []).extend(rows)
    languages = [(entry.text or "").strip() for entry in root.iterfind("languages/language")]
    survey = LimeSurvey(languages=[language for language in languages if language] or ["en"])
    survey.title = _words(tables.get("surveys_languagesettings", []), "surveyls_title", language="surveyls_language")
    groups = _groups(tables, survey.languages[0])
    questions = _questions(tables, survey.languages[0], path)
    default = LimeGroup()
    for identifier, (group, question) in sorted(questions.items(), key=lambda entry: entry[1][0][1:]):
        del identifier
        groups.get(group[0], default).questions.append(question)
    survey.groups = [*groups.values(), *([default] if default.questions else [])]
    carried = {"groups", "group_l10ns", "questions", "question_l10ns", "subquestions", "answers", "answer_l10ns"}
    carried |= {"question_attributes", "conditions", "surveys", "surveys_languagesettings", "LimeSurveyDocType"}
    survey.other_tables = {name: len(rows) for name, rows in tables.items() if rows and name not in carried}
    return survey


def _words(rows: Iterable[Mapping[str, str]], column: str, *, language: str = "language", default: str = "en") -> Words:
    return {row.get(language) or default: row[column] for row in rows if row.get(column)}


def _by(rows: Iterable[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row.get(column, ""), []).append(row)
    return found


def _order(row: Mapping[str, str], column: str) -> float:
    try:
        return float(row.get(column, "") or 0)
    except ValueError:
        return 0.0


def _groups(tables: Mapping[str, list[dict[str, str]]], language: str) -> dict[str, LimeGroup]:
    texts = _by(tables.get("group_l10ns", []), "gid")
    groups: dict[str, LimeGroup] = {}
    for row in sorted(tables.get("groups", []), key=lambda row: _order(row, "group_order")):
        worded = texts.get(row.get("gid", ""), [row])  # before version 4 the wording stands in the row itself
        known = groups.setdefault(row.get("gid", ""), LimeGroup(relevance=row.get("grelevance", "")))
        known.title |= _words(worded, "group_name", default=language)
        known.description |= _words(worded, "description", default=language)
    return groups


def _questions(
    tables: Mapping[str, list[dict[str, str]]], language: str, path: Path
) -> dict[str, tuple[tuple[str, float, int], LimeQuestion]]:
    texts = _by(tables.get("question_l10ns", []), "qid")
    attributes = _by(tables.get("question_attributes", []), "qid")
    conditions = _by(tables.get("conditions", []), "qid")
    questions: dict[str, tuple[tuple[str, float, int], LimeQuestion]] = {}
    for number, row in enumerate(tables.get("questions", []), start=1):
        identifier = row.get("qid", "")
        worded = texts.get(identifier, [row])
        if identifier not in questions:
            question = LimeQuestion(
                identifier=identifier,
                code=row.get("title", ""),
                type=row.get("type", ""),
                mandatory=row.get("mandatory", "") in {"Y", "S"},
                other=row.get("other", "") == "Y",
                relevance=row.get("relevance", ""),
                pattern=row.get("preg", ""),
                attributes={
                    entry.get("attribute", ""): entry.get("value", "")
                    for entry in attributes.get(identifier, [])
                    if entry.get("value")
                },
                conditions=conditions.get(identifier, []),
                place=Place(file=path.name, path=f"questions[{number}]"),
            )
            questions[identifier] = ((row.get("gid", ""), _order(row, "question_order"), number), question)
        known = questions[identifier][1]
        known.text |= _words(worded, "question", default=language)
        known.hint |= _words(worded, "help", default=language)
    _attach(tables.get("subquestions", []), "parent_qid", "title", "question_order", texts, questions, language)
    labels = _by(tables.get("answer_l10ns", []), "aid")
    _attach(tables.get("answers", []), "qid", "code", "sortorder", labels, questions, language)
    return questions


def _attach(
    rows: list[dict[str, str]],
    owner: str,
    code: str,
    order: str,
    texts: Mapping[str, list[dict[str, str]]],
    questions: Mapping[str, tuple[tuple[str, float, int], LimeQuestion]],
    language: str,
) -> None:
    """Subquestions or answers to their questions, in order."""
    answers = code == "code"
    for row in sorted(rows, key=lambda row: (_order(row, "scale_id"), _order(row, order))):
        if row.get(owner, "") not in questions:
            continue
        question = questions[row[owner]][1]
        listed = question.answers if answers else question.subquestions
        worded = texts.get(row.get("aid" if answers else "qid", ""), [row])
        scale = row.get("scale_id") or "0"
        known = next((entry for entry in listed if (entry.code, entry.scale) == (row.get(code, ""), scale)), None)
        if known is None:
            known = LimeAnswer(
                code=row.get(code, ""),
                scale=scale,
                value=row.get("assessment_value", ""),
                relevance=row.get("relevance", "") if not answers else "",
            )
            listed.append(known)
        known.text |= _words(worded, "answer" if answers else "question", default=language)


def _from_text(path: Path) -> LimeSurvey:
    content = guard_structure(path, (*XML, *TEXT))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError.of("survey.yaml_not_utf8", Place(file=path.name)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    if not {"class", "name", "text"} <= set(reader.fieldnames or ()):
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="class, name, text")
    survey = LimeSurvey()
    groups: dict[str, LimeGroup] = {}
    questions: dict[str, LimeQuestion] = {}
    group: LimeGroup | None = None
    question: LimeQuestion | None = None
    try:
        for row in reader:
            cells = {str(key): value for key, value in row.items() if isinstance(value, str) and key}
            kind, name, language = cells.get("class", ""), cells.get("name", ""), cells.get("language", "")
            wording = {language or "en": cells["text"]} if cells.get("text") else {}
            if kind in {"S", "SL"}:
                if kind == "S" and name == "language":
                    survey.languages.insert(0, cells.get("text", "en"))
                elif kind == "SL" and name == "surveyls_title":
                    survey.title |= wording
                if language and language not in survey.languages:
                    survey.languages.append(language)
            elif kind == "G":
                group = groups.setdefault(
                    cells.get("type/scale") or name, LimeGroup(relevance=cells.get("relevance", ""))
                )
                group.title |= {language or "en": name} if name else {}
                group.description |= wording
            elif kind == "Q":
                question = questions.get(name)
                if question is None:
                    place = Place(file=path.name, line=reader.line_num)
                    question = questions[name] = _text_question(cells, place)
                    group = group or groups.setdefault("", LimeGroup())
                    group.questions.append(question)
                question.text |= wording
                question.hint |= {language or "en": cells["help"]} if cells.get("help") else {}
            elif kind in {"SQ", "A"} and question is not None:
                listed = question.subquestions if kind == "SQ" else question.answers
                scale = cells.get("type/scale") or "0"
                known = next((entry for entry in listed if (entry.code, entry.scale) == (name, scale)), None)
                if known is None:
                    known = LimeAnswer(code=name, scale=scale, relevance=cells.get("relevance", ""))
                    listed.append(known)
                known.text |= wording
            elif kind:
                survey.other_tables[kind] = survey.other_tables.get(kind, 0) + 1
    except csv.Error as fault:
        place = Place(file=path.name, line=reader.line_num)
        raise FileRefusedError.of("survey.structure_not_a_form", place, expected=f"TSV ({fault})") from None
    survey.groups = list(groups.values())
    survey.languages = list(dict.fromkeys(survey.languages)) or ["en"]
    return survey


_TEXT_COLUMNS = frozenset(
    {"id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation"}
    | {"mandatory", "other", "encrypted", "default", "same_default", "same_script"}
)


def _text_question(cells: Mapping[str, str], place: Place) -> LimeQuestion:
    return LimeQuestion(
        identifier=cells.get("id", ""),
        code=cells.get("name", ""),
        type=cells.get("type/scale", ""),
        mandatory=cells.get("mandatory", "") in {"Y", "S"},
        other=cells.get("other", "") == "Y",
        relevance=cells.get("relevance", ""),
        pattern=cells.get("validation", ""),
        attributes={key: value for key, value in cells.items() if value and key not in _TEXT_COLUMNS},
        place=place,
    )
