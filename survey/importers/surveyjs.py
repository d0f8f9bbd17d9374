"""Results of SurveyJS forms: one JSON object per response, keyed by question names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.structures.wordings import code_from

__all__ = ["SurveyJSImporter"]

_SAMPLE = 100
_MOST_STEPS = 11
_DEFAULT_NAME = re.compile(r"question\d+(?:$|[/\[-].*)")
_DEFAULT_VALUE = re.compile(r"(?:item\d+(?:┋item\d+)*|Row \d+|Column \d+)")
_COMMENT = "-Comment"
_SAVED = frozenset({"currentpageno", "pageno"})
_OWN: dict[str, ColumnRole] = {
    **dict.fromkeys(("happendat", "happenedat", "createdat", "submittedat", "completedat"), "submitted"),
    **dict.fromkeys(("startedat",), "started"),
    **dict.fromkeys(("instanceid", "resultid", "responseid"), "respondent"),
    **dict.fromkeys(("surveyid", "surveypostid", "postid", "locale", "currentpageno", "pageno", "state"), "paradata"),
    **dict.fromkeys(("timespent",), "duration"),
    **dict.fromkeys(("clientid", "useragent"), "identifier"),
}


class SurveyJSImporter:
    """Recognises results by the names SurveyJS gives to questions, choices and comments."""

    platform = "surveyjs"

    def recognise(self, table: Table) -> Detection:
        """Names a form designer chose tell nothing: without default names or comments, the form has to be named."""
        reasons: list[Problem] = []
        confidence = 0.0
        bases = {_base(heading) for heading in table.headings}
        comments = [h for h in table.headings if h.endswith(_COMMENT) and _base(h.removesuffix(_COMMENT)) in bases]
        if comments:
            confidence += 0.4
            reasons.append(reason("surveyjs_comments", count=len(comments)))
        named = [heading for heading in table.headings if _DEFAULT_NAME.fullmatch(_bare(heading))]
        if len(named) >= 2:
            confidence += 0.4
            reasons.append(reason("surveyjs_names", count=len(named)))
        cells = (cell_text(cell) for column in table.columns for cell in islice(column, _SAMPLE))
        if sum(bool(_DEFAULT_VALUE.fullmatch(text)) for text in cells) >= 2:
            confidence += 0.25
            reasons.append(reason("surveyjs_values"))
        if any(heading.startswith("data/") for heading in table.headings) and any(
            fold(heading) in _SAVED for heading in table.headings
        ):
            confidence += 0.5
            reasons.append(reason("surveyjs_saved"))
        if confidence and table.kind == "json":
            confidence += 0.2
            reasons.append(reason("surveyjs_json"))
        return Detection(platform=self.platform, confidence=min(round(confidence, 3), 0.99), reasons=tuple(reasons))

    def arrange(self, table: Table) -> Arranged:
        """``matrix/row`` is a row, ``name-Comment`` the text beside a choice, ``panel[1]/name`` a question in turn."""
        rows = Counter(_bare(heading).rpartition("/")[0] for heading in table.headings)
        bases = {_bare(heading) for heading in table.headings} | set(rows)
        headings = tuple(_heading(table, place, rows, bases) for place in range(len(table.headings)))
        return Arranged(table=table, headings=headings, remarks=tuple(_remarks(table, headings)))


def _bare(heading: str) -> str:
    """A name without the ``data/`` under which a saved state keeps the answers."""
    return heading.removeprefix("data/")


def _base(heading: str) -> str:
    return _bare(heading).partition("/")[0].partition("[")[0]


def _heading(table: Table, place: int, rows: Counter[str], bases: set[str]) -> Heading:
    text, cells = table.headings[place], table.columns[place]
    name = _bare(text)
    role = _OWN.get(fold(name)) if fold(name) in _OWN else role_of(name, cells)
    if role is None and (_is_file(name, cells) or not name):
        role = "ignore"
    if role is not None:
        return Heading(text=text, wordings=(name,) if name else (), role=role)
    owner = name.removesuffix(_COMMENT)
    if owner != name and (owner in bases or owner.rpartition("/")[0] in bases):
        return Heading(
            text=text,
            wordings=(name,),
            codes=(code_from(name),),
            group=owner.partition("/")[0],
            kind="text",
            beside=True,
        )
    kind: QuestionKind | None = "multiple" if any("┋" in cell for cell in cells if isinstance(cell, str)) else None
    question, divided, row = name.rpartition("/")
    codes = tuple(dict.fromkeys((code_from(name.replace("/", "_")), code_from(name))))
    if divided and "[" not in question and rows[question] > 1:
        shared = kind is None and _one_kind(table, question)
        return Heading(
            text=text,
            wordings=(row, name),
            stem=question if shared else None,
            part=row if shared else None,
            group=question if shared else None,
            kind=kind,
            codes=codes,
        )
    return Heading(text=text, wordings=(name,), kind=kind, codes=codes)


def _one_kind(table: Table, question: str) -> bool:
    """Whether the keys below a name are the rows of a matrix: few answers, which come back from row to row."""
    rows: list[set[str]] = []
    for heading, column in zip(table.headings, table.columns, strict=True):
        if _bare(heading).rpartition("/")[0] == question:
            rows.append({fold(text) for cell in islice(column, _SAMPLE) if (text := cell_text(cell))})
    answers = set[str]().union(*rows)
    again = any(one & other for one, other in pairwise(rows))
    steps = all(re.fullmatch(r"\d|10", answer) for answer in answers)
    return 0 < len(answers) <= _MOST_STEPS and (again or steps)


def _is_file(name: str, cells: object) -> bool:
    """Whether a column holds an upload or a drawing; such content is no answer."""
    if re.search(r"\[\d+\]/(?:content|type|name)$", name) is not None and name.endswith("content"):
        return True
    return isinstance(cells, tuple | list) and any(
        isinstance(cell, str) and cell.startswith("data:") and ";base64," in cell[:60] for cell in cells[:_SAMPLE]
    )


def _remarks(table: Table, headings: tuple[Heading, ...]) -> Iterator[Problem]:
    beside = sum(heading.beside for heading in headings)
    if beside:
        fields: dict[str, object] = {"count": beside}
        yield Problem(code="survey.texts_beside_options", place=table.place(), fields=fields, severity="note")
    turns = sorted({h.text.partition("[")[0] for h in headings if re.search(r"\[\d+\]/", h.text) and h.role is None})
    if turns:
        fields = {"questions": ", ".join(turns[:10])}
        yield Problem(code="survey.surveyjs_turns", place=table.place(), fields=fields, severity="note")
    yield Problem(code="survey.surveyjs_form_needed", place=table.place(), severity="note")
