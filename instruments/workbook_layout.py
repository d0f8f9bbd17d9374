"""The sheets and columns of an instrument workbook; their explanations are in ``workbook_columns.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from survey.questionnaire import Facet, QuestionType, Role
from survey.scales import MissingKind

__all__ = ["ABOUT_TEXTS", "SHEETS", "ColumnLayout", "Kind", "SheetLayout", "explanations", "sheet_layout"]

Kind = Literal["code", "text", "string", "number", "truth", "choice", "codes", "value", "values", "condition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLayout:
    """One column.

    ``text`` columns repeat per language (``label_zh``, ``label_en``); the column without a language holds a wording
    that serves all of them. ``choices`` are offered in a drop-down, and so are the codes in the first column of sheet
    ``refers``.
    """

    name: str
    kind: Kind = "string"
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str | None = None
    width: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """One sheet: one row per entry below a row of headings. ``needed`` sheets must be there."""

    name: str
    columns: tuple[ColumnLayout, ...]
    needed: bool = False

    def column(self, name: str) -> ColumnLayout:
        """The column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]


def _code(name: str = "code", *, required: bool = True, refers: str | None = None, width: int = 24) -> ColumnLayout:
    return ColumnLayout(name=name, kind="code", required=required, refers=refers, width=width)


def _text(name: str, *, required: bool = False, width: int = 28) -> ColumnLayout:
    return ColumnLayout(name=name, kind="text", required=required, width=width)


def _truth(name: str, width: int = 10) -> ColumnLayout:
    return ColumnLayout(name=name, kind="truth", choices=("yes", "no"), width=width)


def _number(name: str, width: int = 10) -> ColumnLayout:
    return ColumnLayout(name=name, kind="number", width=width)


def _choice(name: str, choices: tuple[str, ...], width: int = 14) -> ColumnLayout:
    return ColumnLayout(name=name, kind="choice", choices=choices, width=width)


ABOUT_TEXTS = ("title", "purpose", "licence", "naming")
"""Rows of the sheet ``about`` that hold a wording; the others (id, version, languages) hold one value."""

SHEETS: tuple[SheetLayout, ...] = (
    SheetLayout(
        name="about",
        needed=True,
        columns=(ColumnLayout(name="key", kind="string", required=True, width=14), _text("value", width=60)),
    ),
    SheetLayout(
        name="indicators",
        needed=True,
        columns=(
            _code(),
            _code("parent", required=False, refers="indicators"),
            _text("label", required=True),
            _number("weight"),
            _choice("measurement", ("reflective", "formative")),
            _text("stage", width=18),
            _number("target"),
        ),
    ),
    SheetLayout(
        name="sections",
        needed=True,
        columns=(_code(), _text("title", required=True), _text("stem", width=40), _truth("grid")),
    ),
    SheetLayout(
        name="questions",
        needed=True,
        columns=(
            _code(),
            _code("section", refers="sections"),
            _text("text", required=True, width=52),
            _text("label", width=20),
            _choice("type", get_args(QuestionType), 10),
            _code("scale", required=False, refers="scales", width=16),
            _choice("facet", get_args(Facet), 13),
            _choice("role", get_args(Role), 11),
            _code("measures", required=False, refers="indicators"),
            _code("series", required=False, width=12),
            _code("attribute", required=False, refers="attributes", width=14),
            _truth("reverse"),
            _truth("required"),
            _text("hint", width=28),
            _text("purpose", width=28),
            _truth("critical"),
            _truth("recommend", 12),
            ColumnLayout(name="expects", kind="value", width=10),
            _number("lowest"),
            _number("highest"),
        ),
    ),
    SheetLayout(
        name="routing",
        columns=(
            _code("question", refers="questions", width=24),
            ColumnLayout(name="show_if", kind="condition", required=True, width=80),
        ),
    ),
    SheetLayout(
        name="scales",
        needed=True,
        columns=(_code(), _number("from"), _number("to"), _number("lowest"), _number("highest"), _truth("ordered")),
    ),
    SheetLayout(
        name="options",
        columns=(
            _code("scale", refers="scales"),
            ColumnLayout(name="code", kind="value", required=True, width=16),
            _text("label"),
            _number("score"),
            _choice("missing", get_args(MissingKind), 16),
            ColumnLayout(name="also", kind="values", width=28),
            _truth("specify"),
        ),
    ),
    SheetLayout(
        name="attributes",
        columns=(_code(), _text("label", required=True), ColumnLayout(name="indicators", kind="codes", width=40)),
    ),
    SheetLayout(
        name="constructs",
        columns=(
            _code(),
            _text("label", required=True),
            _choice("mode", ("A", "B", "sum"), 8),
            ColumnLayout(name="items", kind="codes", required=True, width=60),
            _truth("target"),
        ),
    ),
    SheetLayout(
        name="paths",
        columns=(_code("from", refers="constructs"), _code("to", refers="constructs")),
    ),
    SheetLayout(
        name="sources",
        columns=(ColumnLayout(name="cite", required=True, width=60), _text("note", width=40)),
    ),
    SheetLayout(
        name="translation",
        columns=(
            ColumnLayout(name="language", required=True, width=10),
            _choice("step", ("original", "translated", "reviewed", "adjudicated", "pretested")),
            ColumnLayout(name="by", required=True, width=28),
            ColumnLayout(name="on", width=12),
            _text("note", width=40),
        ),
    ),
)


def sheet_layout(name: str) -> SheetLayout:
    """The layout of one sheet."""
    return {sheet.name: sheet for sheet in SHEETS}[name]


@cache
def explanations() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """What each column means, by sheet, column and language; under ``sheet`` what the sheet is for."""
    import yaml

    text = (resources.files("instruments") / "workbook_columns.yaml").read_text(encoding="utf-8")
    content: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return content
