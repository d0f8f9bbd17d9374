"""The codebook as a workbook: variables, value labels, indicators and where the instrument comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from instruments.writers.blocks import number_text
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text, language_name
from instruments.writers.variables import Variable, question_numbers, variables
from survey.indicators import Indicator
from survey.instrument import Instrument
from survey.texts import Text

__all__ = ["write_codebook"]

Cell = str | float
Table = tuple[list[str], list[list[Cell]]]

WIDTHS = {
    "about": (24, 90),
    "variables": (22, 7, 22),
    "values": (24, 14, 10, 18),
    "indicators": (9, 26),
    "attributes": (26, 40),
    "constructs": (26, 12, 40, 30),
}
WORDING_WIDTH = 46
LINE_HEIGHT = 15
"""Points."""


def write_codebook(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write the codebook of an instrument as a workbook.

    Sheets: about (title, version, purpose, licence, sources, naming, translation), variables (one a
    row, as a data file holds them), value labels with scores and missing kinds, the indicator tree
    with weights and, where there are any, Kano attributes and the structural model. Everything
    stands in every language; headings are in the first. Columns no row fills are left out.

    Parameters
    ----------
    languages
        The instrument's own by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    import xlsxwriter

    losses = Losses()
    codebook = _Codebook(instrument, export_languages(instrument, languages, losses))
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#DCE9F5"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        tables = {
            "about": codebook.about(),
            "variables": codebook.variables(),
            "values": codebook.values(),
            "indicators": codebook.indicators(),
            "attributes": codebook.attributes(),
            "constructs": codebook.constructs(),
        }
        for name, table in tables.items():
            headings, rows = _filled(table)
            if not rows:
                continue
            sheet = book.add_worksheet(form_text(f"sheet_{name}", codebook.languages[0]))
            widths: list[float] = []
            for place, heading in enumerate(headings):
                width = WIDTHS[name][place] if place < len(WIDTHS[name]) else 16
                widths.append(WORDING_WIDTH if " · " in heading else width)
                sheet.set_column(place, place, widths[-1])
                sheet.write_string(0, place, heading, head)
            for number, row in enumerate(rows, start=1):
                sheet.set_row(number, LINE_HEIGHT * _lines(row, widths))
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, place, cell, body)
                    else:
                        sheet.write_number(number, place, cell, body)
            sheet.freeze_panes(1, 1)
            sheet.set_landscape()
            sheet.set_paper(8)
            sheet.fit_to_pages(2 if name == "variables" else 1, 0)
            sheet.repeat_rows(0)
            sheet.repeat_columns(0)
            sheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
    return ExportReport(file=path, losses=losses.problems(path))


def _lines(row: list[Cell], widths: list[float]) -> int:
    """How many lines the tallest cell of a row needs; a Chinese character is two wide."""
    needed = 1
    for cell, width in zip(row, widths, strict=True):
        for line in str(cell).split("\n"):
            length = sum(2 if ord(sign) > 0x2E7F else 1 for sign in line)
            needed = max(needed, math.ceil(1.1 * length / width))
    return needed


def _filled(table: Table) -> Table:
    """The table without columns that are empty in every row."""
    headings, rows = table
    kept = [place for place in range(len(headings)) if any(row[place] != "" for row in rows)]
    return [headings[place] for place in kept], [[row[place] for place in kept] for row in rows]


class _Codebook:
    """The tables of one codebook."""

    def __init__(self, instrument: Instrument, languages: tuple[str, ...]) -> None:
        self.instrument = instrument
        self.languages = languages
        self._numbers = question_numbers(instrument)
        self._nodes = {node.code: node for node in instrument.index.walk()}

    def _say(self, name: str) -> str:
        return form_text(f"codebook_{name}", self.languages[0])

    def _per_language(self, name: str) -> list[str]:
        return [f"{self._say(name)} · {language_name(language)}" for language in self.languages]

    def _wordings(self, text: Text | None) -> list[Cell]:
        return ["" if text is None else text.in_language(language) for language in self.languages]

    def about(self) -> Table:
        """What the instrument is, a fact a row."""
        instrument = self.instrument
        rows: list[list[Cell]] = [
            [self._say("id"), instrument.instrument],
            [self._say("version"), instrument.version],
            [self._say("languages"), ", ".join(language_name(language) for language in self.languages)],
        ]
        named = {"title": instrument.title, "purpose": instrument.purpose, "licence": instrument.licence}
        if instrument.naming is not None:
            named["naming"] = instrument.naming
        for name, text in named.items():
            for language, wording in zip(self.languages, self._wordings(text), strict=True):
                label = (
                    self._say(name) if text.languages() is None else f"{self._say(name)} ({language_name(language)})"
                )
                if [label, wording] not in rows:
                    rows.append([label, wording])
        for source in instrument.sources:
            note = "" if source.note is None else f" ({source.note.in_language(self.languages[0])})"
            rows.append([self._say("source"), source.cite + note])
        for step in instrument.translation:
            parts = [language_name(step.language), step.step, step.by, step.on or ""]
            rows.append([self._say("translation"), ", ".join(part for part in parts if part)])
        return [self._say("fact"), self._say("value")], rows

    def variables(self) -> Table:
        """A variable a row."""
        names = ("variable", "number", "section", "type", "facet", "indicator", "indicator_label", "scale", "codes")
        rest = (
            "missing_codes",
            "range",
            "required",
            "reverse",
            "critical",
            "expects",
            "series",
            "attribute",
            "shown_if",
        )
        head = [self._say(name) for name in names]
        headings = head + self._per_language("wording") + self._per_language("short_label")
        headings += [self._say(name) for name in rest] + self._per_language("hint") + self._per_language("why")
        return headings, [self._variable(variable) for variable in variables(self.instrument)]

    def _variable(self, variable: Variable) -> list[Cell]:
        question = variable.question
        language = self.languages[0]
        node = self._nodes.get(question.measures or "")
        kind = form_text(f"kind_{variable.kind}", language)
        facet = form_text(f"facet_{question.facet or question.role}", language)
        codes, missing = self._codes(variable)
        wording: list[Cell] = []
        for code in self.languages:
            text = question.text.in_language(code)
            option = "" if variable.option is None else f" [{variable.option.label.in_language(code)}]"
            wording.append(text + option)
        row: list[Cell] = [variable.key, int(self._numbers[question.code])]
        row += [variable.section.title.in_language(language), kind, facet, question.measures or ""]
        row += ["" if node is None else node.label.in_language(language), question.scale or "", codes]
        row += [*wording, *(variable.label(code) for code in self.languages), missing, self._range(variable)]
        row += [self._mark(question.required), self._mark(question.reverse), self._mark(question.critical)]
        row += ["" if question.expects is None else str(question.expects), question.series or ""]
        row.append(question.attribute or "")
        row.append(condition_in_words(question, self.instrument, language, self._numbers))
        return [*row, *self._wordings(question.hint), *self._wordings(question.purpose)]

    def _mark(self, holds: bool) -> str:
        return self._say("yes") if holds else ""

    def _codes(self, variable: Variable) -> tuple[str, str]:
        """Codes that are answers, and those declared missing."""
        if variable.kind == "tick":
            return "1, 0", ""
        if variable.kind != "choice":
            return "", ""
        options = self.instrument.scale_of(variable.question).all_options
        answers = ", ".join(str(option.code) for option in options if option.missing is None)
        return answers, ", ".join(f"{option.code} ({option.missing})" for option in options if option.missing)

    def _range(self, variable: Variable) -> str:
        question = variable.question
        if variable.kind == "rank":
            return f"1–{self.instrument.scale_of(question).size}"
        if variable.kind != "number" or (question.lowest is None and question.highest is None):
            return ""
        lowest = "" if question.lowest is None else number_text(question.lowest)
        highest = "" if question.highest is None else number_text(question.highest)
        return f"{lowest}–{highest}" if lowest and highest else f"≥ {lowest}" if lowest else f"≤ {highest}"

    def values(self) -> Table:
        """An option a row."""
        headings = [self._say(name) for name in ("scale", "code", "score", "missing")] + self._per_language("label")
        rows: list[list[Cell]] = []
        for code, scale in self.instrument.scales.items():
            for option in scale.all_options:
                value = option.code if isinstance(option.code, str) else float(option.code)
                score: Cell = "" if option.score is None else option.score
                rows.append([code, value, score, option.missing or "", *self._wordings(option.label)])
        return headings, rows

    def indicators(self) -> Table:
        """A node of the tree a row, from the index down."""
        headings = [self._say(name) for name in ("level", "indicator")] + self._per_language("label")
        headings += [self._say(name) for name in ("measurement", "weight", "target", "measured_by")]
        headings += self._per_language("stage")
        return headings, list(self._branch(self.instrument.index, 0))

    def _branch(self, node: Indicator, level: int) -> Iterator[list[Cell]]:
        items = [q.code for q in self.instrument.questions if q.measures == node.code]
        weight: Cell = "" if node.weight is None else node.weight
        measurement = form_text(f"measurement_{node.measurement}", self.languages[0]) if node.indicators else ""
        target: Cell = "" if node.target is None else node.target
        row: list[Cell] = [float(level), node.code, *self._wordings(node.label), measurement, weight, target]
        yield [*row, ", ".join(items), *self._wordings(node.stage)]
        for child in node.indicators:
            yield from self._branch(child, level + 1)

    def attributes(self) -> Table:
        """A Kano attribute a row; none for an instrument without."""
        headings = [self._say("attribute"), self._say("indicator"), *self._per_language("label")]
        return headings, [
            [attribute.code, ", ".join(attribute.indicators), *self._wordings(attribute.label)]
            for attribute in self.instrument.attributes
        ]

    def constructs(self) -> Table:
        """A construct of the structural model a row, with the constructs it acts on; none without a model."""
        headings = [self._say(name) for name in ("construct", "mode", "measured_by", "acts_on")]
        headings += self._per_language("label")
        model = self.instrument.constructs
        rows: list[list[Cell]] = []
        for construct in model.constructs if model is not None else ():
            effects = [effect for cause, effect in model.paths if cause == construct.code] if model is not None else []
            row: list[Cell] = [construct.code, construct.mode, ", ".join(construct.items), ", ".join(effects)]
            rows.append([*row, *self._wordings(construct.label)])
        return headings, rows
