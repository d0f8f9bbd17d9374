"""金数据: tables from its pages and entries of its interface. No untouched file was at hand: experimental."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.column_words import platform_fields, word_list
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, parse_headings
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table

__all__ = ["JinshujuImporter"]

_FIELD = re.compile(r"(?:entry/)?(field_\d+)(?:\[(\d+)\])?(?:/(.+))?")
_BESIDE = re.compile(r"(?:entry/)?(field_\d+)_(?:extended_text|associated_.*)(?:/.*)?")
_KEY = re.compile(r"(?:entry/)?([a-z_0-9]+)(?:/.*)?")
_SEPARATORS = (", ", ",", "，")
_MOST_OPTIONS = 30
_LONGEST = 30
"""Characters of an option, above which parts between commas are a sentence's."""
_FEW_CELLS = 10
"""Distinct cells above which options have to recur to be taken for options."""
_EXPLAINED = re.compile(r"([^:：┋,，]{1,40}?)\s*[:：]\s*(\S.*)", re.S)


class JinshujuImporter:
    """Recognises 金数据 by the columns at the end of its tables, or by the keys of its entries."""

    platform = "jinshuju"

    def recognise(self, table: Table) -> Detection:
        """Tables: 扩展属性, 填写设备, 微信OpenID and others beside 提交时间; entries: ``field_1``, ``x_field_…``."""
        keys = [heading for heading in table.headings if _FIELD.fullmatch(heading)]
        extra = [heading for heading in table.headings if "x_field_" in heading]
        known = [heading for heading in table.headings if _role_of_key(heading) is not None and heading not in extra]
        reasons: list[Problem] = []
        if keys and len(extra) + len(known) >= 3:
            confidence = min(0.5 + 0.1 * len(extra) + 0.05 * len(known), 0.95)
            reasons.append(reason("columns", columns=", ".join([*keys[:3], *extra[:2], *known[:3]])))
            reasons.append(reason("jinshuju_entries"))
            return Detection(
                platform=self.platform, confidence=round(confidence, 3), reasons=tuple(reasons), variant="entries"
            )
        fields = platform_fields(self.platform)
        found = {heading: fields[fold(heading)] for heading in table.headings if fold(heading) in fields}
        typical = [heading for heading, field in found.items() if field.typical]
        confidence = 0.0
        if len(typical) >= 2 and any(field.role == "submitted" for field in found.values()):
            confidence = min(0.3 + 0.12 * len(typical), 0.8)
            reasons.append(reason("columns", columns=", ".join(typical)))
            last = [fold(heading) in fields for heading in table.headings[-4:]]
            if all(last) and fold(table.headings[0]) == fold("序号"):
                confidence += 0.15
                reasons.append(reason("jinshuju_end"))
        return Detection(
            platform=self.platform, confidence=min(round(confidence, 3), 0.95), reasons=tuple(reasons), variant="table"
        )

    def arrange(self, table: Table) -> Arranged:
        """Options with a text beside them (``其他:包装``) become ``其他〖包装〗``; ``field_N`` is the lasting key."""
        remarks = [_remark(table, "platform_experimental", platform="金数据")]
        entries = any(_FIELD.fullmatch(heading) for heading in table.headings)
        if entries:
            remarks.append(_remark(table, "jinshuju_without_labels"))
            headings = tuple(_of_entries(table))
        else:
            fields = platform_fields(self.platform)
            headings = tuple(
                Heading(text=text, role=fields[fold(text)].role) if fold(text) in fields else _asked(text, column)
                for text, column in zip(table.headings, table.columns, strict=True)
            )
        columns = [
            column if heading.role is not None or heading.kind == "text" else _explained(column, entries=entries)
            for heading, column in zip(headings, table.columns, strict=True)
        ]
        bars = any("┋" in cell_text(cell) for column in columns for cell in set(column))
        return Arranged(
            table=replace(table, columns=tuple(columns)),
            headings=headings,
            separators=("┋",) if entries and bars else _SEPARATORS,
            remarks=tuple(remarks),
        )


def _asked(text: str, column: Sequence[CellValue]) -> Heading:
    """A question of the form; its options are joined by a comma and a blank where several may be chosen."""
    heading = parse_headings((text,))[0]
    cells = [[part.strip() for part in cell_text(cell).split(", ")] for cell in set(column) if cell_text(cell)]
    several = [parts for parts in cells if len(parts) > 1]
    counts = Counter(part for parts in cells for part in parts)
    if not several or len(counts) > _MOST_OPTIONS or any(len(part) > _LONGEST or not part for part in counts):
        return heading
    again = sum(counts[part] > 1 for parts in several for part in parts)
    if len(cells) > _FEW_CELLS and again * 2 < sum(map(len, several)):
        return heading
    return replace(heading, kind="multiple")


def _role_of_key(heading: str) -> ColumnRole | None:
    """The role of a key of an entry that is no field of the form."""
    if "x_field_weixin" in heading:
        return "identifier"
    if _BESIDE.fullmatch(heading) or re.fullmatch(r"(?:entry/)?(?:x_field_\d+|info_region(?:/.*)?)", heading):
        return "paradata"
    key = _KEY.fullmatch(heading)
    field = None if key is None else platform_fields("jinshuju").get(fold(key[1]))
    return None if field is None else field.role


def _of_entries(table: Table) -> Iterator[Heading]:
    """Fields go by their key; a matrix sent as statement and choice has its rows in the statements."""
    for place, text in enumerate(table.headings):
        role = _role_of_key(text)
        field = _FIELD.fullmatch(text)
        if role is not None or field is None:
            yield Heading(text=text, role=role) if role is not None else parse_headings((text,))[0]
            continue
        key, row, inner = field[1], field[2], field[3]
        if inner is None:
            several = any("┋" in cell_text(cell) for cell in set(table.columns[place]))
            kind: QuestionKind | None = "multiple" if several else None
            yield Heading(text=text, key=key, wordings=(key,), kind=kind)
        elif inner == "statement":
            yield Heading(text=text, role="ignore")
        else:
            part = inner
            if inner == "choice" and row is not None:
                part = _only_text(table, text.removesuffix("choice") + "statement") or f"{key}_{row}"
            yield Heading(text=text, key=text.removeprefix("entry/"), wordings=(part,), stem=key, part=part, group=key)


def _only_text(table: Table, heading: str) -> str | None:
    """The text of a column that holds the same throughout."""
    place = table.position_of(heading)
    texts = set() if place is None else {cell_text(cell) for cell in set(table.columns[place])} - {""}
    return texts.pop() if len(texts) == 1 else None


def _explained(column: Sequence[CellValue], *, entries: bool) -> Sequence[CellValue]:
    """``选项:文字`` as ``选项〖文字〗``, where the option is "other" or occurs elsewhere without a text."""
    joint = "┋" if entries else ", "
    parts = {cell: cell_text(cell).split(joint) for cell in set(column) if cell_text(cell)}
    known = {fold(part) for pieces in parts.values() for part in pieces} | set(word_list("jinshuju", "others"))

    def told(part: str) -> str:
        found = _EXPLAINED.fullmatch(part.strip())
        return f"{found[1]}〖{found[2]}〗" if found and fold(found[1]) in known else part

    changed: dict[CellValue, CellValue] = {}
    for cell, pieces in parts.items():
        text = joint.join(told(piece) for piece in pieces)
        if text != cell_text(cell):
            changed[cell] = text
    return [changed.get(cell, cell) for cell in column] if changed else column


def _remark(table: Table, code: str, **fields: object) -> Problem:
    return Problem(code=f"survey.{code}", place=table.place(), fields=fields, severity="warning")
