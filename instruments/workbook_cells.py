"""How one value of an instrument stands in a cell, and how a cell is read back."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime

from instruments.expressions import format_condition, parse_value
from instruments.workbook_layout import Kind
from survey.importers.cell_text import CellValue, cell_text, tidy

__all__ = ["cell_of", "read_cell", "split_list"]

Cell = str | int | float
_TRUTH = {"yes": True, "true": True, "是": True, "1": True, "no": False, "false": False, "否": False, "0": False}
_ITEM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,，"][^,，]*|)\s*(?:[,，]|$)')
_PLAIN_ITEM = re.compile(r'[^\s,，"]([^,，]*[^\s,，])?')


def cell_of(value: object, kind: Kind) -> Cell | None:
    """A value as the content of a cell; None for an empty cell."""
    if value is None:
        return None
    match kind:
        case "truth":
            return "yes" if value else "no"
        case "number":
            return _number(value) if isinstance(value, int | float) else str(value)
        case "condition":
            return format_condition(value)  # type: ignore[arg-type]  # the layout says it is one
        case "codes" | "values":
            return ", ".join(_item(str(entry)) for entry in value) or None  # type: ignore[attr-defined]
        case "value":
            if isinstance(value, int) and abs(value) < 10**15:
                return value
            return _value_text(value)
        case _:
            return str(value)


def _number(value: float) -> Cell:
    """A number as Excel keeps it; as text where its 15 to 17 digits, or a minus before zero, would be lost."""
    if isinstance(value, int):
        return value if abs(value) < 10**15 else str(value)
    kept = math.isfinite(value) and repr(float(f"{value:.16G}")) == repr(value) and repr(value) != "-0.0"
    return value if kept else repr(value)


def _value_text(value: object) -> str:
    """An option code as text; quotation marks only where it would otherwise read back as something else."""
    if not isinstance(value, str):
        return repr(value)
    doubtful = not value or value != tidy(value) or value.startswith('"') or parse_value(value) != value
    return json.dumps(value, ensure_ascii=False) if doubtful else value


def _item(entry: str) -> str:
    return entry if _PLAIN_ITEM.fullmatch(entry) and tidy(entry) == entry else json.dumps(entry, ensure_ascii=False)


def split_list(text: str) -> list[str]:
    """Entries of a list separated by commas, narrow or full-width; entries may stand in double quotation marks."""
    entries = []
    at = 0
    while at < len(text):
        found = _ITEM.match(text, at)
        if found is None or found.end() == at:
            entries.append(text[at:].strip())
            break
        entry = found[1].strip()
        if entry:
            entries.append(str(parse_value(entry)) if entry.startswith('"') else entry)
        at = found.end()
    return entries


def read_cell(cell: CellValue, kind: Kind) -> object:
    """What a cell that is not blank says; a value that does not fit is handed on as it is, for the schema to refuse."""
    text = cell_text(cell)
    match kind:
        case "text":
            return cell if isinstance(cell, str) else text
        case "string":
            return cell if isinstance(cell, str) else _date_text(cell)
        case "truth":
            return _TRUTH.get(text.casefold(), text)
        case "number":
            if isinstance(cell, float) and cell.is_integer():
                return int(cell)
            return parse_value(text) if isinstance(cell, str) else cell
        case "value":
            return parse_value(_untouched(cell))
        case "codes" | "values":
            return split_list(_untouched(cell))
        case "condition":
            return _untouched(cell)
        case _:
            return text


def _untouched(cell: CellValue) -> str:
    """The cell without blanks at its ends; quoted parts keep even their invisible characters."""
    return cell.strip() if isinstance(cell, str) else cell_text(cell)


def _date_text(cell: CellValue) -> str:
    """Dates as a person types them: a day without its midnight."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else cell_text(cell)
