"""Questionnaires of formr: survey and choices sheets whose conditions are R and whose options may stand in the row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from survey.errors import Severity
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind, StructureDraft
from survey.structures.entries import Rule, rule_from
from survey.structures.expression_grammars import R_EXPRESSION
from survey.structures.expression_tree import Constant
from survey.structures.xlsform_answers import OTHER
from survey.structures.xlsform_rows import option_lists
from survey.structures.xlsform_tables import FormRow, FormTables
from survey.structures.xlsform_types import row_type

__all__ = ["draft_formr"]

MOST_STEPS = 11
_CONSUMED = frozenset({"type", "name", "showif", "optional", "explanations"})
_OPTIONAL_UNLESS_ASKED = frozenset({"check", "check_button", "range", "range_ticks", "note", "submit", "calculate"})
_STEPS = re.compile(r"\s*(-?\d*\.?\d*)\s*,\s*(-?\d*\.?\d*)\s*(?:,\s*(\w+|\d*\.?\d*)\s*)?")
_LEFT_OUT = {"file": "file", "place": "place", "recorded": "recorded", "calculated": "calculated"}


def draft_formr(builder: DraftBuilder, tables: FormTables) -> StructureDraft:
    """The draft of a formr survey: a question without ``*`` under ``optional`` is required, as formr has it."""
    form = _Formr(builder, tables)
    builder.section("main", {})
    for row in tables.survey:
        form.row(row)
    return builder.finish(title={}, languages=tables.languages)


class _Formr:
    def __init__(self, builder: DraftBuilder, tables: FormTables) -> None:
        self.builder = builder
        self.language = tables.languages[0]
        self.lists = option_lists(tables, builder)

    def row(self, row: FormRow) -> None:
        kind_text, name = row.cell("type"), row.cell("name")
        if not kind_text:
            if name or row.texts:
                item = self.builder.item(name or "–", "", row.place)
                self.builder.leave_out(item, "survey.structure_type_absent", severity="warning")
            return
        item = self.builder.item(name or kind_text, kind_text, row.place)
        word = kind_text.split()[0].lower()
        family = row_type(kind_text).family
        family = row_type(word).family if family == "unknown" else family
        for column in row.cells:
            if column not in _CONSUMED and not re.fullmatch(r"choice\d+", column):
                code = "order" if column in {"block_order", "item_order"} else "property"
                self.builder.remark(f"survey.structure_{code}_left_out", name, property=column)
        rules = self._rules(row)
        if family in {"note", "include"} or word == "mc_heading":
            self.builder.shown_text(item, row.text("label"), rules=rules)
            return
        if family in _LEFT_OUT and word != "email":
            severity: Severity = "note" if family == "recorded" else "warning"
            self.builder.leave_out(
                item, f"survey.structure_{_LEFT_OUT[family]}_left_out", severity=severity, type=kind_text
            )
            return
        asked, options, limits = self._asked(row, word, kind_text)
        if asked is None or not name:
            self.builder.leave_out(item, "survey.structure_type_unknown", severity="warning", type=kind_text)
            return
        if family in {"date", "other"} or word in {"email", "url"}:
            self.builder.remark(
                "survey.structure_type_as_text", name, severity="warning", place=row.place, type=kind_text
            )
        optional = row.cell("optional")
        listed = kind_text.split()[-1] if kind_text.split()[-1] in self.lists else None
        self.builder.question(
            item,
            name,
            asked,
            row.text("label"),
            options=options,
            list_name=listed,
            required=optional == "!" or (optional != "*" and word not in _OPTIONAL_UNLESS_ASKED),
            limits=limits,
            rules=rules,
            identifying=word in {"email", "tel"},
        )

    def _rules(self, row: FormRow) -> tuple[Rule, ...]:
        text = row.cell("showif")
        if not text or text in {"TRUE", "T"}:
            return ()
        return (Rule(text, Constant(False)),) if text in {"FALSE", "F"} else (rule_from(text, R_EXPRESSION),)

    def _asked(
        self, row: FormRow, word: str, kind_text: str
    ) -> tuple[Kind | None, Sequence[DraftOption], tuple[float | None, float | None]]:
        """Kind, options and accepted ends of a row."""
        none = (None, None)
        listed = self.lists.get(kind_text.rsplit(maxsplit=1)[-1], ())
        inline = [
            DraftOption(code=number, label={self.language: text})
            for column, text in row.cells.items()
            if (match := re.fullmatch(r"choice(\d+)", column)) and (number := int(match[1]))
        ]
        if word in {"check", "check_button"}:
            return "single", (DraftOption(code=1, label=row.text("label")),), none
        if word in {"mc_multiple", "mc_multiple_button", "select_multiple", "mselect", "mselect_or_add_multiple"}:
            return "multiple", listed or inline, none
        if word in {"mc", "mc_button", "select_one", "select", "select_one_or_add", "sex"}:
            return "single", listed or inline, none
        if word in {"select_or_add_one", "select_or_add_multiple"}:
            other = DraftOption(code="other", label={self.language: OTHER.get(self.language, "Other")}, specify=True)
            return "single" if word.endswith("one") else "multiple", (*(listed or inline), other), none
        steps = _STEPS.fullmatch(kind_text[len(word) :])
        if word in {"rating_button", "range", "range_ticks"}:
            return self._rating(steps, word, inline)
        if word == "number":
            ends = tuple(float(end) if end not in {"", "."} else None for end in steps.groups()[:2]) if steps else none
            return "number", (), (ends[0], ends[1])
        family = row_type(word).family
        return ("text" if family in {"text", "identifying", "date", "other"} or word == "email" else None), (), none

    def _rating(
        self, steps: re.Match[str] | None, word: str, inline: Sequence[DraftOption]
    ) -> tuple[Kind, Sequence[DraftOption], tuple[float | None, float | None]]:
        """Whole steps with the first and last choice as labels of the ends; a long slider is a number."""
        low, high, step = (steps.groups() if steps else (None, None, None)) or (None, None, None)
        first = float(low) if low else 1.0 if word == "rating_button" else 0.0
        last = float(high) if high else 5.0 if word == "rating_button" else 100.0
        width = float(step) if step and step.replace(".", "").isdigit() else 1.0
        count = int((last - first) / width) + 1 if width > 0 and last > first else 0
        if not 2 <= count <= MOST_STEPS or not (first.is_integer() and width.is_integer()):
            return "number", (), (first, last)
        codes = [int(first + number * width) for number in range(count)]
        labels = {code: str(code) for code in codes}
        for code, option in zip((codes[0], codes[-1]), (*inline[:1], *inline[1:][-1:]), strict=False):
            labels[code] = option.label[self.language]
        options = [DraftOption(code=code, label={self.language: labels[code]}, score=float(code)) for code in codes]
        return "scale", options, (None, None)
