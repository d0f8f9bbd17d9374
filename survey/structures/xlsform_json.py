"""XLSForms in JSON: the content KoboToolbox keeps (rows), and the tree pyxform makes of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.errors import FileRefusedError, InstrumentError, Place
from survey.structures.remarks import Remarks
from survey.structures.source_file import listed, read_json
from survey.structures.xlsform_columns import TRANSLATED, Column, column_of
from survey.structures.xlsform_tables import FormTables, Record, rows_from_cells

__all__ = ["read_json_tables"]

DEEPEST = 50
MOST_ROWS = 100_000
_SELECTS = frozenset({"select_one", "select_multiple", "rank", "select one", "select all that apply"})


def read_json_tables(path: Path, remarks: Remarks, *, language: str | None) -> FormTables:
    """The rows of a form in JSON.

    Raises
    ------
    FileRefusedError
        The file cannot be opened safely or is not JSON.
    InstrumentError
        The JSON holds neither ``survey`` rows nor the ``children`` of a pyxform survey.
    """
    document = read_json(path, (".json",))
    content = document.get("content", document) if isinstance(document, Mapping) else None
    if isinstance(content, Mapping) and isinstance(content.get("survey"), list):
        return _from_rows(content, document, path, remarks, language)
    if isinstance(content, Mapping) and isinstance(content.get("children"), list):
        return _from_tree(content, path, remarks, language)
    raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="content.survey, children")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _from_rows(
    content: Mapping[str, Any], document: Mapping[str, Any], path: Path, remarks: Remarks, language: str | None
) -> FormTables:
    translations = content.get("translations")
    names = [_text(name) for name in translations] if isinstance(translations, list) else []
    settings = content.get("settings")
    first = settings[0] if isinstance(settings, list) and settings else settings
    known = {str(key): _text(value) for key, value in first.items()} if isinstance(first, Mapping) else {}
    for key in ("title", "id_string", "version"):
        if isinstance(document.get(key), str):
            known.setdefault("form_title" if key == "title" else key, document[key])
    tables = {
        sheet: [
            (Place(file=path.name, path=f"{sheet}[{number}]"), dict(_cells(row, names)))
            for number, row in enumerate(listed(content.get(sheet)), start=1)
            if isinstance(row, Mapping)
        ]
        for sheet in ("survey", "choices")
    }
    _bounded(len(tables["survey"]) + len(tables["choices"]), path)
    default = language or known.get("default_language") or (names[0] if names and names[0] else None)
    return rows_from_cells(tables["survey"], tables["choices"], known, remarks=remarks, language=default)


def _bounded(rows: int, path: Path) -> None:
    if rows > MOST_ROWS:
        raise InstrumentError.of("survey.structure_too_many_rows", Place(file=path.name), found=rows, limit=MOST_ROWS)


def _cells(row: Mapping[str, Any], translations: list[str]) -> Iterator[tuple[Column, str]]:
    """Cells of one row; a list holds one wording per translation, a mapping one per language."""
    named = row.get("select_from_list_name") or row.get("kobo--score-choices") or row.get("kobo--rank-items")
    for key, value in row.items():
        if key.startswith("$") and key != "$autoname":
            continue
        column = column_of("name" if key == "$autoname" and "name" not in row else key)
        if isinstance(value, list) and column.name in TRANSLATED:
            for place, wording in enumerate(value):
                if isinstance(wording, str) and wording.strip():
                    yield Column(column.name, translations[place] if place < len(translations) else ""), wording.strip()
        elif isinstance(value, Mapping) and column.name in TRANSLATED:
            for name, wording in value.items():
                if isinstance(wording, str) and wording.strip():
                    yield Column(column.name, str(name)), wording.strip()
        elif isinstance(value, Mapping) and key in {"bind", "control", "media"}:
            yield from _cells(value, translations)
        elif key == "type" and isinstance(value, str) and isinstance(named, str) and named not in value:
            yield column, f"{value} {named}"
        elif _text(value) and key not in {"select_from_list_name", "kobo--score-choices", "kobo--rank-items"}:
            yield column, _text(value)


def _from_tree(tree: Mapping[str, Any], path: Path, remarks: Remarks, language: str | None) -> FormTables:
    survey: list[Record] = []
    choices: list[Record] = []
    shared = tree.get("choices")
    for name, options in shared.items() if isinstance(shared, Mapping) else ():
        choices += _choice_rows(str(name), options, path)

    def walk(children: object, depth: int, trail: str) -> None:
        if depth > DEEPEST:
            raise FileRefusedError.of("survey.structure_too_deep", Place(file=path.name))
        for number, child in enumerate(children if isinstance(children, list) else [], start=1):
            if not isinstance(child, Mapping):
                continue
            place = Place(file=path.name, path=f"{trail}[{number}]")
            kind = _text(child.get("type"))
            inner = {key: value for key, value in child.items() if key not in {"children", "choices", "itemset"}}
            if kind.lower() in {"group", "repeat"}:
                if child.get("name") == "meta":
                    continue
                survey.append((place, dict(_cells({**inner, "type": f"begin {kind}"}, []))))
                walk(child.get("children"), depth + 1, f"{trail}[{number}].children")
                survey.append((place, {Column("type"): f"end {kind}"}))
                continue
            options = child.get("choices", child.get("children"))
            named = _text(child.get("itemset")) or _text(child.get("list_name"))
            if kind.lower() in _SELECTS and not named and isinstance(options, list):
                named = _text(child.get("name"))
                choices.extend(_choice_rows(named, options, path))
            inner.pop("list_name", None)
            survey.append((place, dict(_cells({**inner, "type": f"{kind} {named}".strip()}, []))))
            _bounded(len(survey), path)

    walk(tree.get("children"), 0, "children")
    settings = {"form_title": _text(tree.get("title"))} if tree.get("title") else {}
    default = language or _text(tree.get("default_language"))
    known = default if default and default != "default" else None
    return rows_from_cells(survey, choices, settings, remarks=remarks, language=known)


def _choice_rows(name: str, options: object, path: Path) -> list[Record]:
    return [
        (
            Place(file=path.name, path=f"choices.{name}[{number}]"),
            {Column("list_name"): name, **dict(_cells(option, []))},
        )
        for number, option in enumerate(options if isinstance(options, list) else [], start=1)
        if isinstance(option, Mapping)
    ]
