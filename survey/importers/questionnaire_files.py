"""Tables that hold a questionnaire instead of answers: XLSForm and formr sheets, REDCap dictionaries, LimeSurvey."""

from __future__ import annotations

import re
from pathlib import Path

from survey.errors import Place, Problem, ResponseImportError
from survey.importers.cell_text import cell_text, fold
from survey.importers.table_file import Table
from survey.structures.xlsform_types import row_type

__all__ = ["questionnaire_in", "refuse_questionnaire", "refuse_questionnaire_file"]

_SURVEY_SHEETS = frozenset({"survey", "choices", "settings", "external_choices", "cascades", "columns"})
_REDCAP = frozenset({"variable / field name", "form name", "field type", "field label"})
_REDCAP_RAW = frozenset({"field_name", "form_name", "field_type", "field_label"})
_LIMESURVEY = frozenset({"class", "type/scale", "name", "relevance", "text"})
_FORM_COLUMNS = frozenset({"label", "hint", "relevant", "constraint", "required", "calculation", "appearance"}) | {
    *("choice_filter", "showif", "optional", "block_order", "item_order", "caption", "bind"),
}
_FORMR = frozenset({"showif", "optional", "choice1", "block_order", "item_order"})
_ENDINGS = {".qsf": "Qualtrics", ".lss": "LimeSurvey", ".lsg": "LimeSurvey", ".lsq": "LimeSurvey"}
_TYPED_BY_HAND = re.compile(
    r"\s*(?:\d+\s*[.、．]\s*)?.*[\[【](?:单选|多选|填空|矩阵|量表|排序|判断|打分|下拉|比重)[^\]】]{0,6}题?[\]】]\s*"
)
_TYPED_SHARE = 0.1
"""Share of the lines of a text whose line ends with the kind of a question, where it is a questionnaire."""
_TYPES = 0.6
"""Share of typed rows whose type a form has."""


def refuse_questionnaire_file(path: Path) -> None:
    """Stop at a file that is a questionnaire by its ending.

    Raises
    ------
    ResponseImportError
        The file holds questions, no answers.
    """
    kind = _ENDINGS.get(path.suffix.lower())
    if kind is not None:
        raise ResponseImportError.of("survey.questionnaire_not_answers", kind=kind, file=path.name)


def refuse_questionnaire(table: Table) -> None:
    """Stop at a table that holds a questionnaire.

    Raises
    ------
    ResponseImportError
        The table holds questions, no answers.
    """
    found = questionnaire_in(table)
    if found is not None:
        raise ResponseImportError(Problem(code="survey.questionnaire_not_answers", fields=found.fields))
    if _is_written_out(table):
        raise ResponseImportError.of("survey.questionnaire_written_out", Place(file=table.file))


def _is_written_out(table: Table) -> bool:
    """Whether the lines are those of a questionnaire as text: ``3. wording [单选题]`` and its options below."""
    if not 1 <= len(table.headings) <= 3:
        return False
    lines = [table.headings[0], *(cell_text(cell) for cell in table.columns[0])]
    typed = sum(_TYPED_BY_HAND.fullmatch(line) is not None for line in lines)
    return typed >= 2 and typed >= _TYPED_SHARE * len(lines)


def questionnaire_in(table: Table) -> Problem | None:
    """What kind of questionnaire a table is, as a reason to read it as no answers; None where it is none."""
    folded = {fold(heading) for heading in table.headings}
    bare = {heading.split(":")[0] for heading in folded}
    kind: str | None = None
    if folded >= _REDCAP or folded >= _REDCAP_RAW:
        kind = "REDCap"
    elif folded >= _LIMESURVEY:
        kind = "LimeSurvey"
    elif {"type", "name"} <= bare and bare & _FORM_COLUMNS and _typed(table):
        kind = "formr" if _FORMR & folded else "XLSForm"
    elif _sheet_of_a_form(table, bare):
        kind = "XLSForm"
    if kind is None:
        return None
    fields = {"kind": kind, "file": table.file}
    return Problem(code="survey.detected_by_questionnaire", fields=fields, severity="note")


def _typed(table: Table) -> bool:
    """Whether most rows name a type that forms have."""
    place = next(p for p, heading in enumerate(table.headings) if fold(heading).split(":")[0] == "type")
    types = [text for cell in table.columns[place] if (text := cell_text(cell))]
    known = [text for text in types if row_type(text).family != "unknown" or _formr_type(text)]
    return len(types) > 0 and len(known) >= _TYPES * len(types)


def _formr_type(text: str) -> bool:
    word = text.split(maxsplit=1)[0].lower()
    return word.startswith(("mc", "rating_button", "select_or_add", "mselect", "range", "sex", "blank", "check"))


def _sheet_of_a_form(table: Table, bare: set[str]) -> bool:
    """Another sheet of the same workbook: the choices, or the settings."""
    sheets = {fold(name) for name in (table.sheet or "", *table.other_sheets)}
    if "survey" not in sheets or not sheets & (_SURVEY_SHEETS - {"survey"}):
        return False
    lists = {"list_name", "list name"} & bare and {"name", "label"} & bare
    settings = {"form_title", "form_id", "id_string", "default_language", "set form title", "set form id"} & bare
    return bool(lists or settings)
