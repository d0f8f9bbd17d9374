"""Data dictionaries of REDCap: eighteen columns, one row per field."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from survey.errors import FileRefusedError, InstrumentError, Place
from survey.importers.cell_text import fold
from survey.importers.encodings import decode
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind, StructureDraft
from survey.structures.entries import Item, Rule, rule_from
from survey.structures.expression_grammars import Grammar
from survey.structures.source_file import guard_structure
from survey.structures.wordings import guess_language, option_code, plain_text

__all__ = ["is_redcap_dictionary", "read_redcap"]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "header": ("section header", "section_header"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": (
        "choices, calculations, or slider labels",
        "select_choices_or_calculations",
        "choices or calculations",
    ),
    "note": ("field note", "field_note"),
    "validation": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
    ),
    "lowest": ("text validation min", "text_validation_min"),
    "highest": ("text validation max", "text_validation_max"),
    "identifier": ("identifier?", "identifier"),
    "branching": ("branching logic (show field only if...)", "branching_logic"),
    "required": ("required field?", "required_field"),
    "alignment": ("custom alignment", "custom_alignment"),
    "number": ("question number (surveys only)", "question_number"),
    "matrix": ("matrix group name", "matrix_group_name"),
    "ranking": ("matrix ranking?", "matrix_ranking"),
    "annotation": ("field annotation", "field_annotation"),
}
_BRANCHING = Grammar(
    reference=r"\[\s*(?P<name>[A-Za-z]\w*(?:\([^()\[\]]+\))?)\s*\]",
    spellings={
        **{"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
        **{"and": "and", "or": "or", "AND": "and", "OR": "or", "&&": "and", "||": "or"},
    },
    escapes=False,
)
_CHOICES: Mapping[str, Kind] = {"radio": "single", "dropdown": "single", "checkbox": "multiple"}
_FIXED = {
    "yesno": ((1, "Yes", "是"), (0, "No", "否")),
    "truefalse": ((1, "True", "是"), (0, "False", "否")),
}
_LEFT_OUT = {"calc": "calculated", "file": "file", "sql": "recorded"}
_NUMBERS = re.compile(r"(?:number|integer)\w*")
_CONTACTS = frozenset({"email", "phone", "phone_australia", "zipcode", "ssn", "mrn_10d", "mrn_generic", "vmrn"})
_SLIDER = (0.0, 100.0)


def is_redcap_dictionary(header: str) -> bool:
    """Whether the first line of a text table is that of a data dictionary."""
    first = fold(header.lstrip("\ufeff").split("\n", 1)[0])
    return any(first.replace('"', "").startswith(name) for name in _COLUMNS["name"])


def read_redcap(path: Path) -> StructureDraft:
    """Read a REDCap data dictionary (``.csv``), as downloaded or as the API gives it.

    Forms and section headers become sections, matrix groups grids. The first field, by which REDCap tells records
    apart, is no question.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is no data dictionary, or holds no question.
    """
    builder = DraftBuilder(path, "redcap", piping=r"\[[a-z]\w*(?:\([^()]*\))?\]")
    rows = list(_rows(path))
    language = guess_language([row["label"] for _, row in rows])
    reader = _Dictionary(builder, language)
    for number, (line, row) in enumerate(rows):
        reader.row(row, Place(file=path.name, line=line), first=number == 0)
    return builder.finish(title={}, languages=[language])


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Cells by our names for the columns, with the line at which the row ends."""
    text = decode(guard_structure(path, (".csv",)), file=path.name).text
    if not is_redcap_dictionary(text):
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="Variable / Field Name")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {fold(name): name for name in reader.fieldnames or ()}
    ours = {
        ours: next((names[name] for name in spellings if name in names), None) for ours, spellings in _COLUMNS.items()
    }
    try:
        for row in reader:
            cells = {name: (row.get(column) or "").strip() if column else "" for name, column in ours.items()}
            if any(cells.values()):
                yield reader.line_num, cells
    except csv.Error as fault:
        place = Place(file=path.name, line=reader.line_num)
        raise FileRefusedError.of("survey.structure_not_a_form", place, expected=f"CSV ({fault})") from None


class _Dictionary:
    def __init__(self, builder: DraftBuilder, language: str) -> None:
        self.builder = builder
        self.language = language
        self.form = ""
        self.matrix = ""
        self.open = False

    def words(self, text: str, subject: str) -> dict[str, str]:
        return self.builder.words({self.language: text}, subject) if text else {}

    def row(self, row: Mapping[str, str], place: Place, *, first: bool) -> None:
        name, kind = row["name"], row["type"].lower()
        item = self.builder.item(name or "–", kind, place)
        if first:
            self.builder.leave_out(item, "survey.structure_recorded_left_out", type=name)
            self.form = ""
            return
        self._section(row)
        rules = self._rules(row["branching"])
        for column in ("alignment", "number", "annotation", "ranking"):
            if row[column]:
                self.builder.remark("survey.structure_property_left_out", name, property=_COLUMNS[column][0])
        if kind == "descriptive":
            self.builder.shown_text(item, self.words(row["label"], name), rules=rules)
        elif kind in _LEFT_OUT:
            code = f"survey.structure_{_LEFT_OUT[kind]}_left_out"
            self.builder.leave_out(item, code, severity="warning", type=kind)
        elif not name or kind not in {*_CHOICES, *_FIXED, "text", "notes", "slider"}:
            code = "survey.structure_type_unknown" if name else "survey.structure_name_absent"
            self.builder.leave_out(item, code, severity="warning", type=kind or "–")
        else:
            self._question(row, kind, item, rules)

    def _section(self, row: Mapping[str, str]) -> None:
        """A section per form, per section header within it, and per matrix."""
        changed = row["form"] != self.form or bool(row["header"]) or row["matrix"] != self.matrix
        if changed or not self.open:
            form, matrix = row["form"], row["matrix"]
            header = plain_text(row["header"])
            titled = " ".join(form.split("_")).capitalize()
            self.builder.section(
                matrix or form or "main",
                {self.language: titled} if titled else {},
                stem={self.language: header} if header else None,
                grid=bool(matrix),
            )
            self.form, self.matrix, self.open = form, matrix, True

    @staticmethod
    def _rules(text: str) -> tuple[Rule, ...]:
        bare = " ".join(text.split())
        return (rule_from(bare, _BRANCHING),) if bare else ()

    def _question(self, row: Mapping[str, str], kind: str, item: Item, rules: tuple[Rule, ...]) -> None:
        name, validation = row["name"], row["validation"].lower()
        asked: Kind = "text"
        options: list[DraftOption] = []
        limits: tuple[float | None, float | None] = (None, None)
        hint = row["note"]
        if kind in _CHOICES:
            asked, options = _CHOICES[kind], self._options(row["choices"], name, item)
        elif kind in _FIXED:
            zh = self.language.startswith("zh")
            asked = "single"
            options = [
                DraftOption(code=code, label={self.language: chinese if zh else english})
                for code, english, chinese in _FIXED[kind]
            ]
        elif kind == "slider":
            asked = "number"
            limits = self._limits(row)
            limits = (_SLIDER[0] if limits[0] is None else limits[0], _SLIDER[1] if limits[1] is None else limits[1])
            hint = " ".join(part for part in (hint, row["choices"]) if part)
        elif _NUMBERS.fullmatch(validation):
            asked, limits = "number", self._limits(row)
        elif validation and validation not in _CONTACTS:
            self.builder.remark(
                "survey.structure_type_as_text", name, severity="warning", place=item.place, type=validation
            )
        if asked == "text" and (row["lowest"] or row["highest"]):
            rule = f"{row['lowest'] or '…'} – {row['highest'] or '…'}"
            self.builder.remark(
                "survey.structure_constraint_left_out", name, severity="warning", place=item.place, rule=rule
            )
        boxes = {f"{name}({option.code})": option.code for option in options} if asked == "multiple" else {}
        self.builder.question(
            item,
            name,
            asked,
            self.words(row["label"], name),
            hint=self.words(hint, name),
            options=options,
            list_name=row["matrix"] or None,
            required=row["required"].lower() in {"y", "1", "yes"},
            limits=limits,
            rules=rules,
            option_references=boxes,
            identifying=row["identifier"].lower() in {"y", "1", "yes"} or validation in _CONTACTS,
        )

    def _options(self, choices: str, name: str, item: Item) -> list[DraftOption]:
        """``1, one | 2, two``; a choice without a comma is its own label."""
        options = []
        for part in re.split(r"\s*\|\s*|\s*\n\s*", choices.strip()):
            if not part:
                continue
            code, comma, label = part.partition(",")
            if not comma:
                self.builder.remark(
                    "survey.structure_option_label_absent", f"{name}: {code}", severity="note", place=item.place
                )
            worded = self.words(label.strip() if comma else code.strip(), f"{name}: {code}")
            options.append(DraftOption(code=option_code(code), label=worded))
        return options

    def _limits(self, row: Mapping[str, str]) -> tuple[float | None, float | None]:
        ends: list[float | None] = []
        for column in ("lowest", "highest"):
            text = row[column]
            number = re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]+)?", text)
            if text and not number:
                self.builder.remark(
                    "survey.structure_property_left_out", row["name"], property=f"{_COLUMNS[column][0]} {text}"
                )
            ends.append(float(text) if number else None)
        return ends[0], ends[1]
