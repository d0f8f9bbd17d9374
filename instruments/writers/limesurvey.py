"""LimeSurvey survey structures: the tab-separated form and the XML archive ``.lss``.

The manual describes both: https://www.limesurvey.org/manual/Tab_Separated_Value_survey_structure and
https://www.limesurvey.org/manual/Survey_import_and_export.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

from instruments.writers.export_report import ExportReport
from instruments.writers.limesurvey_structure import (
    LIMESURVEY_LANGUAGES,
    THEMES,
    LimeEntry,
    LimeQuestion,
    LimeSurveyStructure,
)
from instruments.writers.xml_text import xml_text
from survey.instrument import Instrument

__all__ = ["write_limesurvey_lss", "write_limesurvey_tsv"]

TSV_COLUMNS = (
    *("class", "type/scale", "name", "relevance", "text", "help", "language", "mandatory", "other"),
    *("question_theme_name", "min_num_value_n", "max_num_value_n"),
)
LSS_VERSION = "426"
"""Database version of LimeSurvey 4, the oldest with wordings in tables of their own; later versions read it."""

Row = dict[str, str]


def write_limesurvey_tsv(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as a LimeSurvey tab-separated survey structure (import it as ``.txt``).

    A section becomes a group, a run of a ``grid`` section an array with a relevance equation per
    row, an option with ``specify`` a short text question of its own. LimeSurvey's codes are letters
    and digits only, at most 20 of them (5 for answers): every changed name is in ``losses``.

    Parameters
    ----------
    languages
        Languages of the survey, the first its base language; the instrument's own by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    structure = LimeSurveyStructure(instrument, languages)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, TSV_COLUMNS, restval="", delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_tsv_rows(structure))
    return _report(structure, path)


def write_limesurvey_lss(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as a LimeSurvey survey archive (``.lss``); otherwise as :func:`write_limesurvey_tsv`."""
    structure = LimeSurveyStructure(instrument, languages)
    tables = _Tables(structure)
    document = ET.Element("document")
    ET.SubElement(document, "LimeSurveyDocType").text = "Survey"
    ET.SubElement(document, "DBVersion").text = LSS_VERSION
    known = ET.SubElement(document, "languages")
    for language in structure.languages:
        ET.SubElement(known, "language").text = _code(language)
    for name, rows in tables.rows.items():
        if rows:
            _append_table(document, name, rows)
    ET.indent(document, " ")
    ET.ElementTree(document).write(path, encoding="UTF-8", xml_declaration=True)
    return _report(structure, path)


def _report(structure: LimeSurveyStructure, path: Path) -> ExportReport:
    names = {code: name for code, name in structure.variables.items() if code != name}
    return ExportReport(file=path, losses=structure.losses.problems(path), names=names)


def _code(language: str) -> str:
    return LIMESURVEY_LANGUAGES.get(language, language)


def _survey_settings(structure: LimeSurveyStructure) -> Row:
    base, *others = (_code(language) for language in structure.languages)
    return {"language": base, "additional_languages": " ".join(others), "format": "G", "showgroupinfo": "B"}


def _tsv_rows(structure: LimeSurveyStructure) -> Iterator[Row]:
    """Settings, then everything once per language: the importer joins the copies by group number and code."""
    for name, value in _survey_settings(structure).items():
        yield {"class": "S", "name": name, "text": value}
    for language in structure.languages:
        title = {"class": "SL", "name": "surveyls_title", "text": structure.title[language]}
        yield {**title, "language": _code(language)}
    for language in structure.languages:
        for number, group in enumerate(structure.groups):
            head = {"class": "G", "type/scale": f"G{number}", "relevance": "1", "language": _code(language)}
            yield {**head, "name": group.name[language], "text": group.description[language]}
            for question in group.questions:
                yield from _tsv_question(question, language)


def _tsv_question(question: LimeQuestion, language: str) -> Iterator[Row]:
    yield {
        "class": "Q",
        "type/scale": question.type,
        "name": question.code,
        "relevance": question.relevance,
        "text": question.text[language],
        "help": question.help[language],
        "language": _code(language),
        "mandatory": "Y" if question.mandatory else "N",
        "other": "N",
        "question_theme_name": THEMES[question.type],
        **question.attributes,
    }
    for kind, entries in (("SQ", question.subquestions), ("A", question.answers)):
        for entry in entries:
            row = {"class": kind, "type/scale": "0", "name": entry.code, "text": entry.text[language]}
            relevance = {"relevance": entry.relevance} if kind == "SQ" else {}
            yield {**row, **relevance, "language": _code(language)}


class _Tables:
    """The database rows of one survey, numbered as LimeSurvey numbers them; it numbers them anew on import."""

    def __init__(self, structure: LimeSurveyStructure) -> None:
        names = ("answers", "answer_l10ns", "groups", "group_l10ns", "questions", "subquestions", "question_l10ns")
        rest = ("question_attributes", "surveys", "surveys_languagesettings")
        self.rows: dict[str, list[Row]] = {name: [] for name in (*names, *rest)}
        self._languages = structure.languages
        self._ids = {name: count(1) for name in ("question", "answer", "l10n")}
        digest = hashlib.sha256(structure.instrument.instrument.encode()).hexdigest()
        self._sid = str(100_000 + int(digest, 16) % 900_000)
        self._add_survey(structure)
        for number, group in enumerate(structure.groups, start=1):
            head = {"gid": str(number), "sid": self._sid, "group_order": str(number)}
            self.rows["groups"].append({**head, "randomization_group": "", "grelevance": "1"})
            for language in self._languages:
                wording = {"group_name": group.name[language], "description": group.description[language]}
                self._add_wording("group_l10ns", {"gid": str(number), **wording}, language)
            for order, question in enumerate(group.questions, start=1):
                self._add_question(question, str(number), order)

    def _add_survey(self, structure: LimeSurveyStructure) -> None:
        self.rows["surveys"].append({"sid": self._sid, "gsid": "1", **_survey_settings(structure)})
        for language in self._languages:
            setting = {"surveyls_survey_id": self._sid, "surveyls_language": _code(language)}
            title = {"surveyls_title": structure.title[language], "surveyls_description": ""}
            self.rows["surveys_languagesettings"].append({**setting, **title})

    def _add_wording(self, table: str, row: Row, language: str) -> None:
        self.rows[table].append({"id": str(next(self._ids["l10n"])), **row, "language": _code(language)})

    def _add_question(self, question: LimeQuestion, gid: str, order: int) -> None:
        number = str(next(self._ids["question"]))
        mandatory = "Y" if question.mandatory else "N"
        place = {"sid": self._sid, "gid": gid}
        row = {"qid": number, "parent_qid": "0", **place, "type": question.type, "title": question.code}
        row |= {"other": "N", "mandatory": mandatory, "encrypted": "N", "question_order": str(order), "scale_id": "0"}
        theme = {"relevance": question.relevance, "question_theme_name": THEMES[question.type]}
        self.rows["questions"].append({**row, "same_default": "0", **theme})
        for language in self._languages:
            wording = {"question": question.text[language], "help": question.help[language], "script": ""}
            self._add_wording("question_l10ns", {"qid": number, **wording}, language)
        for name, value in question.attributes.items():
            self.rows["question_attributes"].append({"qid": number, "attribute": name, "value": value, "language": ""})
        for position, entry in enumerate(question.subquestions, start=1):
            self._add_subquestion(entry, number, place, position)
        for position, entry in enumerate(question.answers, start=1):
            self._add_answer(entry, number, position)

    def _add_subquestion(self, entry: LimeEntry, parent: str, place: Row, position: int) -> None:
        number = str(next(self._ids["question"]))
        row = {"qid": number, "parent_qid": parent, **place, "type": "T", "title": entry.code, "other": "N"}
        order = {"question_order": str(position), "scale_id": "0", "same_default": "0", "relevance": entry.relevance}
        self.rows["subquestions"].append({**row, **order})
        for language in self._languages:
            wording = {"question": entry.text[language], "help": "", "script": ""}
            self._add_wording("question_l10ns", {"qid": number, **wording}, language)

    def _add_answer(self, entry: LimeEntry, question: str, position: int) -> None:
        number = str(next(self._ids["answer"]))
        row = {"aid": number, "qid": question, "code": entry.code, "sortorder": str(position)}
        self.rows["answers"].append({**row, "assessment_value": "0", "scale_id": "0"})
        for language in self._languages:
            self._add_wording("answer_l10ns", {"aid": number, "answer": entry.text[language]}, language)


def _append_table(document: ET.Element, name: str, rows: list[Row]) -> None:
    table = ET.SubElement(document, name)
    fields = ET.SubElement(table, "fields")
    for column in rows[0]:
        ET.SubElement(fields, "fieldname").text = column
    body = ET.SubElement(table, "rows")
    for row in rows:
        entry = ET.SubElement(body, "row")
        for column, value in row.items():
            ET.SubElement(entry, column).text = xml_text(value)
