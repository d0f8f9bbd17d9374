"""From the rows of a workbook to the content of an instrument definition, with the place of every part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from instruments.expressions import parse_condition
from instruments.workbook_cells import split_list
from instruments.workbook_layout import ABOUT_TEXTS, ColumnLayout, sheet_layout
from instruments.workbook_rows import Row, Sheets
from survey.errors import InstrumentError, Place, Problem

__all__ = ["Content", "assemble"]

Key = tuple[str | int, ...]
_ABOUT_VALUES = ("instrument", "version", "languages")


@dataclass(slots=True)
class Content:
    """A definition as plain types, the place of each of its parts by path, and what could not be read."""

    file: str
    definition: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def entry(self, row: Row, path: Key, *, without: Sequence[str] = ()) -> dict[str, Any]:
        """A row as the content of one entry at ``path``; blank cells are left out."""
        self.places[path] = row.place
        entry: dict[str, Any] = {}
        for column in sheet_layout(row.place.sheet or "").columns:
            if column.name not in without:
                value = self._value(row, column, path)
                if value is not None:
                    entry[column.name] = value
        return entry

    def _value(self, row: Row, column: ColumnLayout, path: Key) -> Any:
        parts = {language: cell for (name, language), cell in row.cells.items() if name == column.name}
        for language, cell in parts.items():
            key = (*path, column.name) if language is None else (*path, column.name, language)
            self.places[key] = cell.place
            self.places.setdefault((*path, column.name), cell.place)
        if None not in parts:
            return {language: cell.value for language, cell in parts.items()} or None
        if len(parts) > 1:
            self.problems.append(row.problem("instruments.wording_twice", column.name, found=column.name))
        return parts[None].value


def assemble(sheets: Sheets, file: str) -> Content:
    """Put the definition together; faults of single cells are collected, faults of the whole left to the schema."""
    content = Content(file=file)
    _about(content, sheets.get("about", ()))
    _scales(content, sheets)
    _index(content, sheets.get("indicators", ()))
    for name in ("attributes", "sources", "translation"):
        if rows := sheets.get(name, ()):
            content.definition[name] = [content.entry(row, (name, place)) for place, row in enumerate(rows)]
    _constructs(content, sheets)
    _sections(content, sheets)
    return content


def _about(content: Content, rows: Sequence[Row]) -> None:
    known = (*_ABOUT_VALUES, *ABOUT_TEXTS)
    for row in rows:
        key = row.text("key").strip().casefold()
        if key not in known:
            fields = {"found": row.text("key"), "known": ", ".join(known)}
            content.problems.append(row.problem("instruments.about_unknown", "key", **fields))
        elif key in content.definition:
            content.problems.append(row.problem("instruments.about_twice", "key", found=key))
        elif (value := content.entry(row, (key,)).get("value")) is not None:
            content.places[(key,)] = row.place_of("value")
            if key in ABOUT_TEXTS:
                content.definition[key] = value
            else:
                content.definition[key] = split_list(str(value)) if key == "languages" else str(value).strip()
    for key in known:
        if key != "naming" and key not in content.definition:
            place = Place(file=content.file, sheet="about")
            content.problems.append(Problem(code="instruments.about_absent", place=place, fields={"key": key}))


def _scales(content: Content, sheets: Sheets) -> None:
    scales: dict[str, dict[str, Any]] = {}
    for row in sheets.get("scales", ()):
        code = row.text("code")
        if code and code not in scales:
            scales[code] = content.entry(row, ("scales", code), without=("code",))
    for row in sheets.get("options", ()):
        scale = scales.get(row.text("scale"))
        if scale is not None:
            _option(content, row, row.text("scale"), scale)
    if "scales" in sheets:
        content.definition["scales"] = scales


def _option(content: Content, row: Row, code: str, scale: dict[str, Any]) -> None:
    """A row of the sheet ``options``: an option, or the label and missing kind of a step."""
    stepped = "from" in scale or "to" in scale
    if not stepped:
        options = scale.setdefault("options", [])
        options.append(content.entry(row, ("scales", code, "options", len(options)), without=("scale",)))
        return
    entry = content.entry(row, ("scales", code, "row", row.place.row or 0), without=("scale",))
    step = entry.get("code")
    superfluous = [name for name in ("score", "also", "specify") if name in entry]
    if superfluous:
        problem = row.problem("instruments.step_is_plain", superfluous[0], columns=", ".join(superfluous), scale=code)
        content.problems.append(problem)
    if step is None:
        content.problems.append(row.problem("instruments.cell_empty", key="code"))
        return
    for name, part in (("labels", entry.get("label")), ("missing", entry.get("missing"))):
        if part is None:
            continue
        table = scale.setdefault(name, {})
        if step in table:
            content.problems.append(row.problem("instruments.code_twice", "code", found=step))
        table[step] = part
        content.places["scales", code, name, step] = row.place
        content.places["scales", code, name, str(step)] = row.place


def _index(content: Content, rows: Sequence[Row]) -> None:
    """The tree: rows without a parent are roots, the others hang below their parent in the order of the sheet."""
    below: dict[str, list[Row]] = {}
    for row in rows:
        below.setdefault(row.text("parent"), []).append(row)
    if len(below.get("", ())) == 1:
        content.definition["index"] = _node(content, below[""][0], ("index",), below, frozenset())


def _node(content: Content, row: Row, path: Key, below: dict[str, list[Row]], above: frozenset[str]) -> dict[str, Any]:
    node = content.entry(row, path, without=("parent",))
    code = row.text("code")
    if code in above:
        return node
    children = below.get(code, []) if code else []
    if children:
        node["indicators"] = [
            _node(content, child, (*path, "indicators", place), below, above | {code})
            for place, child in enumerate(children)
        ]
    return node


def _constructs(content: Content, sheets: Sheets) -> None:
    rows, paths = sheets.get("constructs", ()), sheets.get("paths", ())
    if not rows and not paths:
        return
    model: dict[str, Any] = {"constructs": []}
    for place, row in enumerate(rows):
        entry = content.entry(row, ("constructs", "constructs", place))
        target = entry.pop("target", None)
        if target is True:
            model["target"] = row.text("code")
        elif target not in {None, False}:
            content.problems.append(row.problem("survey.value_not_truth", "target", found=target))
        model["constructs"].append(entry)
    content.places["constructs",] = Place(file=content.file, sheet="constructs")
    if paths:
        model["paths"] = [[row.text("from"), row.text("to")] for row in paths]
        for place, row in enumerate(paths):
            content.places["constructs", "paths", place] = row.place
    content.definition["constructs"] = model


def _sections(content: Content, sheets: Sheets) -> None:
    conditions = _conditions(content, sheets.get("routing", ()))
    sections: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    for row in sheets.get("sections", ()):
        places.setdefault(row.text("code"), len(sections))
        sections.append({**content.entry(row, ("sections", len(sections))), "questions": []})
    for row in sheets.get("questions", ()):
        section = places.get(row.text("section"))
        if section is None:
            continue
        questions = sections[section]["questions"]
        path = ("sections", section, "questions", len(questions))
        entry = content.entry(row, path, without=("section",))
        if row.text("code") in conditions:
            entry["show_if"], content.places[*path, "show_if"] = conditions[row.text("code")]
        questions.append(entry)
    if "sections" in sheets and "questions" in sheets:
        content.definition["sections"] = sections


def _conditions(content: Content, rows: Sequence[Row]) -> dict[str, tuple[Any, Place]]:
    conditions: dict[str, tuple[Any, Place]] = {}
    for row in rows:
        text = row.text("show_if")
        if not text:
            content.problems.append(row.problem("instruments.cell_empty", key="show_if"))
            continue
        try:
            condition = parse_condition(text)
        except InstrumentError as error:
            content.problems += [row.problem(found.code, "show_if", **found.fields) for found in error.problems]
            continue
        conditions[row.text("question")] = (condition, row.place_of("show_if"))
    return conditions
