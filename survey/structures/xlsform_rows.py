"""Rows of an XLSForm made ready: lists of options gathered, loops unrolled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption
from survey.structures.wordings import option_code
from survey.structures.xlsform_tables import FormRow, FormTables
from survey.structures.xlsform_types import row_type

__all__ = ["option_lists", "unrolled"]

MOST_REPEATS = 200
_CHOICE_COLUMNS = frozenset({"list_name", "name", "value", "order", "explanations"})


def option_lists(tables: FormTables, builder: DraftBuilder) -> dict[str, tuple[DraftOption, ...]]:
    """Options by the name of their list; an option named twice stays once. formr names a list in its first row only."""
    lists: dict[str, list[DraftOption]] = {}
    name = ""
    for row in tables.choices:
        name = row.cell("list_name") or (name if tables.formr else "")
        code = row.cell("name") or row.cell("value")
        if not name or not code:
            if name or code or row.texts:
                builder.remark("survey.structure_choice_incomplete", code or name or "–", place=row.place)
            continue
        options = lists.setdefault(name, [])
        if any(str(option.code) == str(option_code(code)) for option in options):
            builder.remark("survey.structure_option_twice", f"{name}: {code}", severity="warning", place=row.place)
            continue
        for column in (*row.cells, *(column for column in row.texts if column != "label")):
            if column not in _CHOICE_COLUMNS:
                builder.remark("survey.structure_choice_column", name, property=column)
        options.append(DraftOption(code=option_code(code), label=row.text("label")))
    return {name: tuple(options) for name, options in lists.items()}


def unrolled(
    tables: FormTables, lists: Mapping[str, tuple[DraftOption, ...]], builder: DraftBuilder
) -> Iterator[tuple[FormRow, str]]:
    """Rows in order, what stands in a loop once per option; with each row what distinguishes its repetition."""
    yield from _unrolled(list(tables.survey), lists, builder, "")


def _unrolled(
    rows: list[FormRow], lists: Mapping[str, tuple[DraftOption, ...]], builder: DraftBuilder, qualifier: str
) -> Iterator[tuple[FormRow, str]]:
    place = 0
    while place < len(rows):
        row = rows[place]
        kind = row_type(row.cell("type"))
        place += 1
        if kind.family != "begin" or kind.word != "loop":
            yield row, qualifier
            continue
        depth, end = 1, place
        while end < len(rows) and depth:
            inner = row_type(rows[end].cell("type"))
            depth += {"begin": 1, "end": -1}.get(inner.family, 0)
            end += 1
        body = rows[place : end - 1]
        place = end
        options = lists.get(kind.list_name, ())[:MOST_REPEATS]
        builder.remark(
            "survey.structure_loop_unrolled",
            row.cell("name") or kind.list_name,
            severity="note" if options else "warning",
            place=row.place,
            list=kind.list_name,
            times=str(len(options)),
        )
        item = builder.item(row.cell("name"), row.cell("type"), row.place)
        builder.merge(item, row.cell("name"))
        for option in options:
            inner_qualifier = f"{qualifier}_{option.code}" if qualifier else str(option.code)
            yield _edge(row, f"begin group {option.code}", str(option.code), option), inner_qualifier
            yield from _unrolled([_filled(part, option) for part in body], lists, builder, inner_qualifier)
            yield _edge(row, "end group", "", option), inner_qualifier


def _edge(row: FormRow, kind: str, name: str, option: DraftOption) -> FormRow:
    place = replace(row.place, path=f"{row.place.path or ''}{kind}")
    cells = {
        "type": " ".join(kind.split()[:2]),
        "repetition": "yes",
        "name": f"{row.cell('name')}_{name}" if name else "",
    }
    return FormRow(place=place, cells=cells, texts={"label": option.label} if name else {})


def _filled(row: FormRow, option: DraftOption) -> FormRow:
    """The row with the option's label and name in place of ``%(label)s`` and ``%(name)s``."""
    texts = {
        column: {
            language: text.replace("%(label)s", option.label.get(language, str(option.code))).replace(
                "%(name)s", str(option.code)
            )
            for language, text in wordings.items()
        }
        for column, wordings in row.texts.items()
    }
    return replace(row, texts=texts)
