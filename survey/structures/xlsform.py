"""Questionnaires of ODK, KoboToolbox, SurveyCTO and Ona: XLSForm workbooks and their forms in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from survey.errors import Severity
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind, StructureDraft
from survey.structures.entries import Item, Rule, rule_from
from survey.structures.expression_grammars import XPATH
from survey.structures.expression_tree import Call, Constant, Name, Operation
from survey.structures.formr import draft_formr
from survey.structures.xlsform_answers import listed_options, number_answer
from survey.structures.xlsform_json import read_json_tables
from survey.structures.xlsform_rows import option_lists, unrolled
from survey.structures.xlsform_tables import FormRow, FormTables, read_workbook_tables
from survey.structures.xlsform_types import RowType, row_type

__all__ = ["read_xlsform"]

_CONSUMED = frozenset(
    {"type", "name", "list_name", "relevant", "required", "calculation", "repeat_count", "note", "comments"}
    | {"explanations", "value", "order", "repetition", "kobo--score-choices", "kobo--rank-items"}
)
_YES = frozenset({"yes", "true", "true()", "1", "TRUE"})
_NO = frozenset({"no", "false", "false()", "0", "FALSE", ""})
_LEFT_OUT = {"file": "file", "place": "place", "other": "other", "recorded": "recorded", "calculated": "calculated"}


def read_xlsform(path: Path, *, language: str | None = None) -> StructureDraft:
    """Read an XLSForm (``.xlsx``, ``.xls``), a KoboToolbox or pyxform form in ``.json``, or a formr sheet.

    Parameters
    ----------
    language
        Language of wordings whose column names none; the form's default language, or the script's, otherwise.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is not a form, or holds no question.
    """
    formr_piping = r"\$\{[^}]+\}"
    builder = DraftBuilder(path, "xlsform", piping=formr_piping)
    if path.suffix.lower() == ".json":
        tables = read_json_tables(path, builder.remarks, language=language)
    else:
        tables = read_workbook_tables(path, builder.remarks, language=language)
    if tables.formr:
        builder.platform = "formr"
        return draft_formr(builder, tables)
    return _Form(builder, tables).draft()


@dataclass(slots=True)
class _Group:
    """A group, repeat or matrix that is open."""

    kind: str
    name: str
    title: dict[str, str]
    item: Item | None
    rules: tuple[Rule, ...]
    grid: bool = False
    items: str = ""
    ranked: str = ""
    sections: list[str] = field(default_factory=list)


class _Form:
    def __init__(self, builder: DraftBuilder, tables: FormTables) -> None:
        self.builder = builder
        self.tables = tables
        self.lists = option_lists(tables, builder)
        self.groups: list[_Group] = []
        self.shown: list[_Group] | None = None
        self.items: dict[str, Item] = {}
        self.specify, self.texts = self._specified()

    def draft(self) -> StructureDraft:
        for row, labels in unrolled(self.tables, self.lists, self.builder):
            self._row(row, labels)
        for group in self.groups:
            self.builder.remark("survey.structure_group_open", group.name, severity="warning")
            self._close(group)
        title = self.tables.settings.get("form_title") or self.tables.settings.get("id_string") or ""
        return self.builder.finish(
            title={self.tables.languages[0]: title} if title else {}, languages=self.tables.languages
        )

    def _specified(self) -> tuple[set[tuple[str, str]], dict[str, str]]:
        """Options beside which a text is asked for, as (question, option); and the question of each such text."""
        selects = {
            row.cell("name")
            for row in self.tables.survey
            if row_type(row.cell("type")).family in {"single", "multiple"}
        }
        options: set[tuple[str, str]] = set()
        texts: dict[str, str] = {}
        for row in self.tables.survey:
            if row_type(row.cell("type")).family != "text" or not row.cell("relevant"):
                continue
            match rule_from(row.cell("relevant"), XPATH).tree:
                case Operation("=", (Name(question), Constant(str() as option))):
                    pass
                case Call("selected", (Name(question), Constant(str() as option))):
                    pass
                case _:
                    continue
            name = re.sub(r"[^\w.\-]", "_", f"{question}_{option}_text")[:64]
            if question in selects and row.cell("name") in {name, f"{question}_other", f"{question}_specify"}:
                options.add((question, option))
                texts[row.cell("name")] = question
        return options, texts

    def _item(self, row: FormRow) -> Item:
        """One account per row of the sheet, also where a loop repeats it."""
        key = f"{row.place.sheet}{row.place.row}{row.place.path}"
        if key not in self.items:
            name = row.cell("name") or row.cell("type")
            self.items[key] = self.builder.item(name, row.cell("type"), row.place)
        return self.items[key]

    def _row(self, row: FormRow, qualifier: str) -> None:
        kind = row_type(row.cell("type"))
        if not row.cell("type"):
            if row.cell("name"):
                self.builder.leave_out(self._item(row), "survey.structure_type_absent", severity="warning")
            return
        if row.cell("disabled") in _YES:
            self.builder.leave_out(self._item(row), "survey.structure_unused")
        elif kind.family == "begin":
            self._open(row, kind)
        elif kind.family == "end":
            if self.groups:
                self._close(self.groups.pop())
            else:
                self.builder.remark("survey.structure_group_unopened", row.cell("name") or row.cell("type"))
        elif kind.family == "rank_row" and self.groups and self.groups[-1].ranked:
            self.builder.merge(self._item(row), self.groups[-1].ranked)
        else:
            self._entry(row, kind, qualifier)

    def _open(self, row: FormRow, kind: RowType) -> None:
        item = None if row.cell("repetition") else self._item(row)
        appearance = row.cell("appearance")
        parent = self.groups[-1] if self.groups else None
        grid = "table-list" in appearance or kind.word in {"score", "kobomatrix"}
        if grid and parent is not None and re.fullmatch(re.escape(parent.name) + r"_grid\d+", row.cell("name")):
            # the shape in which an instrument's own matrix is exported: a table inside its section
            group = _Group("inner", parent.name, parent.title, item, self._rules(row), True, sections=parent.sections)
        else:
            group = _Group(kind.word, row.cell("name"), row.text("label"), item, self._rules(row), grid, kind.list_name)
        if kind.word == "repeat":
            self.builder.remark(
                "survey.structure_repeat_flattened", row.cell("name"), severity="warning", place=row.place
            )
        self._note_columns(row, {"appearance"} if grid or appearance == "field-list" else set())
        self.groups.append(group)
        if kind.word == "rank":
            self._show()
            group.ranked = self.builder.question(
                self._item(row),
                row.cell("name"),
                "ranking",
                row.text("label"),
                options=listed_options(self.lists, kind, self.tables.languages),
                list_name=kind.list_name,
                required=self._required(row),
            )

    def _close(self, group: _Group) -> None:
        item = group.item
        if item is None or item.merged or group.ranked or group.kind == "loop":
            return
        if group.sections:
            for section in dict.fromkeys(group.sections):
                self.builder.merge(item, section)
        else:
            self.builder.leave_out(item, "survey.structure_group_flattened")

    def _show(self) -> None:
        """Open a section where the path of groups has changed."""
        path = [group for group in self.groups if group.kind != "inner"]
        if (
            self.shown is None
            or len(path) != len(self.shown)
            or any(a is not b for a, b in zip(path, self.shown, strict=True))
        ):
            last = path[-1] if path else None
            rules = tuple(rule for group in path for rule in group.rules)
            code = self.builder.section(
                last.name if last else "main", last.title if last else {}, grid=bool(last and last.grid), rules=rules
            )
            if last:
                last.sections.append(code)
            self.shown = path
        if self.groups and self.groups[-1].kind == "inner":
            self.builder.show_as_grid()

    def _rules(self, row: FormRow) -> tuple[Rule, ...]:
        text = row.cell("relevant")
        if not text or text in _YES - {"1"}:
            return ()
        return (Rule(text, Constant(False)),) if text in _NO - {"0"} else (rule_from(text, XPATH),)

    def _required(self, row: FormRow) -> bool:
        text = row.cell("required")
        if text.lower() not in {*_YES, *_NO, "true"}:
            self.builder.remark("survey.structure_property_left_out", row.cell("name"), property="required")
        return text in _YES or text.lower() == "true"

    def _entry(self, row: FormRow, kind: RowType, qualifier: str) -> None:
        item = self._item(row)
        name = row.cell("name")
        if kind.family == "note":
            self._show()
            self._note_columns(row, set())
            self.builder.shown_text(item, row.text("label"), rules=self._rules(row))
        elif kind.family == "include":
            self.builder.leave_out(item, "survey.structure_include", severity="warning")
        elif kind.family in _LEFT_OUT:
            severity: Severity = "note" if kind.family == "recorded" else "warning"
            self.builder.leave_out(
                item, f"survey.structure_{_LEFT_OUT[kind.family]}_left_out", severity=severity, type=row.cell("type")
            )
        elif kind.family in {"unknown", "rank_row"} or not name:
            code = (
                "survey.structure_type_unknown" if name or kind.family == "unknown" else "survey.structure_name_absent"
            )
            self.builder.leave_out(item, code, severity="warning", type=row.cell("type"))
        elif name in self.texts and kind.family == "text":
            self.builder.merge(item, self.texts[name])
            self.builder.remark("survey.structure_specify_merged", name, place=row.place)
        else:
            self._show()
            self._question(row, kind, item, qualifier)

    def _question(self, row: FormRow, kind: RowType, item: Item, qualifier: str) -> None:
        name = row.cell("name")
        listed = kind.list_name
        options: Sequence[DraftOption] = ()
        asked: Kind = "text"
        limits: tuple[float | None, float | None] = (None, None)
        used: set[str] = set()
        match kind.family:
            case "single" | "multiple" | "ranking":
                asked = "single" if kind.family == "single" else "multiple" if kind.family == "multiple" else "ranking"
                options = listed_options(self.lists, kind, self.tables.languages, self._wanted(name))
                if kind.from_file:
                    self.builder.remark("survey.structure_options_in_file", name, severity="warning", place=row.place)
            case "score_row":
                asked, listed = "single", self.groups[-1].items if self.groups else ""
                options = self.lists.get(listed, ())
            case "acknowledge":
                asked = "single"
                options = (DraftOption(code="OK", label=dict.fromkeys(self.tables.languages, "OK")),)
            case "number" | "range":
                asked, options, limits = number_answer(row, kind, self.builder, self.tables.languages)
                used = {"constraint", "parameters"}
            case "date":
                self.builder.remark(
                    "survey.structure_type_as_text", name, severity="warning", place=row.place, type=row.cell("type")
                )
        if row.cell("choice_filter"):
            self.builder.remark(
                "survey.structure_choice_filter",
                name,
                severity="warning",
                place=row.place,
                rule=row.cell("choice_filter"),
            )
        if row.cell("constraint") and asked != "number":
            self.builder.remark(
                "survey.structure_constraint_left_out",
                name,
                severity="warning",
                place=row.place,
                rule=row.cell("constraint"),
            )
        self._note_columns(row, {*used, "constraint", "choice_filter"})
        repeated = next((group.name for group in reversed(self.groups) if group.kind != "inner"), "")
        self.builder.question(
            item,
            f"{qualifier}_{name}" if qualifier else name,
            asked,
            row.text("label"),
            hint=row.text("hint"),
            purpose=row.text("guidance_hint"),
            options=options,
            list_name=f"{listed}_or_other" if kind.or_other else listed or None,
            required=self._required(row),
            limits=limits,
            rules=self._rules(row),
            references=(name,),
            spellings={str(option.code): option.code for option in options},
            qualifier=repeated,
            identifying=kind.family == "identifying",
        )

    def _wanted(self, question: str) -> set[str]:
        return {option for name, option in self.specify if name == question}

    def _note_columns(self, row: FormRow, used: set[str]) -> None:
        """Whatever else stands in the row."""
        for column in [
            *row.cells,
            *(column for column in row.texts if column not in {"label", "hint", "guidance_hint"}),
        ]:
            if column not in _CONSUMED and column not in used:
                self.builder.remark("survey.structure_property_left_out", row.cell("name"), property=column)
