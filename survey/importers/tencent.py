"""腾讯问卷 exports. No untouched file of the platform was at hand when this was written: experimental."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.cells import TICK_WORDS
from survey.importers.column_words import platform_fields
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, parse_headings
from survey.importers.table_file import Table

__all__ = ["TencentImporter"]

_ASKED = re.compile(r"\s*[Qq]?(\d{1,3})\s*[.．]\s*(\S.*)", re.S)
_COLON = re.compile(r"[:：]")
_LETTER = re.compile(r"[A-Z][.．、]\s*(?=\S)")
_TYPE = re.compile(r"\s*[\[【](单选|多选|填空|量表|排序|矩阵)[^\]】]*[\]】]\s*$")


class TencentImporter:
    """Recognises 腾讯问卷 exports by their time columns and their ``1.题干`` headings."""

    platform = "tencent"

    def recognise(self, table: Table) -> Detection:
        """By the columns the platform adds, above all 开始答题时间, 结束答题时间 and 答题时长."""
        fields = platform_fields(self.platform)
        own = [heading for heading in table.headings if (f := fields.get(fold(heading))) is not None and f.typical]
        times = [heading for heading in own if "答题" in heading]
        reasons: list[Problem] = []
        confidence = 0.0
        if len(times) >= 2:
            confidence += 0.2 * len(times)
            reasons.append(reason("columns", columns=", ".join(times)))
        places = [heading for heading in own if heading not in times]
        if places and times:
            confidence += min(0.1 * len(places), 0.3)
            reasons.append(reason("columns", columns=", ".join(places)))
        asked = [heading for heading in table.headings if heading.strip() and fold(heading) not in fields]
        numbered = [heading for heading in asked if _ASKED.match(heading)]
        if times and numbered and len(numbered) >= 0.6 * len(asked):
            confidence += 0.15
            reasons.append(reason("numbering_with_stop", count=len(numbered), total=len(asked)))
        return Detection(
            platform=self.platform, confidence=min(round(confidence, 3), 0.95), reasons=tuple(reasons), variant=None
        )

    def arrange(self, table: Table) -> Arranged:
        """Headings ``3.题干:行`` share number and stem; a letter before every option (``A.男``) is taken off."""
        fields = platform_fields(self.platform)
        columns = [
            column if fold(heading) in fields else _without_letters(column)
            for heading, column in zip(table.headings, table.columns, strict=True)
        ]
        lettered = sum(old is not new for old, new in zip(table.columns, columns, strict=True))
        table = replace(table, columns=tuple(columns))
        remarks = [
            Problem(
                code="survey.platform_experimental",
                place=table.place(),
                fields={"platform": "腾讯问卷"},
                severity="warning",
            )
        ]
        if lettered:
            remarks.append(
                Problem(
                    code="survey.option_letters_removed",
                    place=table.place(),
                    fields={"count": lettered},
                    severity="note",
                )
            )
        bars = any("┋" in cell_text(cell) for column in table.columns for cell in set(column))
        return Arranged(
            table=table,
            headings=tuple(_headings(table)),
            separators=("┋",) if bars else None,
            remarks=tuple(remarks),
        )


def _headings(table: Table) -> Iterator[Heading]:
    fields = platform_fields("tencent")
    runs = Counter[str]()
    numbers: list[str | None] = []
    for heading in table.headings:
        asked = None if fold(heading) in fields else _ASKED.match(heading)
        numbers.append(str(int(asked[1])) if asked else None)
    runs.update(number for number in numbers if number is not None)
    stems = {number: _stem(table, numbers, number) for number, count in runs.items() if count > 1}
    kinds = {number: _kind(table, numbers, number, stem) for number, stem in stems.items() if stem is not None}
    options = Counter[str]()
    for place, (text, number) in enumerate(zip(table.headings, numbers, strict=True)):
        field = fields.get(fold(text))
        if field is not None:
            yield Heading(text=text, role=field.role)
            continue
        if number is None:
            yield parse_headings((text,))[0]
            continue
        wording = _wording(text)
        stem = stems.get(number)
        if stem is None:
            several = any("┋" in cell_text(cell) for cell in set(table.columns[place]))
            yield Heading(text=text, number=number, wordings=(wording,), kind="multiple" if several else _named(text))
            continue
        part = wording[len(stem) + 1 :].strip()
        options[number] += 1
        yield Heading(
            text=text,
            number=number,
            wordings=(part, wording),
            stem=stem,
            part=part,
            group=number,
            kind=kinds[number],
            option=options[number] if kinds[number] == "multiple" else None,
        )


def _wording(text: str) -> str:
    asked = _ASKED.match(text)
    return _TYPE.sub("", asked[2].strip() if asked else text.strip())


def _named(text: str) -> QuestionKind | None:
    note = _TYPE.search(text)
    kinds: dict[str, QuestionKind] = {"单选": "single", "多选": "multiple", "填空": "text", "量表": "scale"}
    return None if note is None else kinds.get(note[1])


def _stem(table: Table, numbers: Sequence[str | None], number: str) -> str | None:
    """What the headings of one number share up to a colon; None where nothing."""
    wordings = [_wording(table.headings[place]) for place, other in enumerate(numbers) if other == number]
    shared = [colon for colon in _COLON.finditer(wordings[0]) if _all_begin(wordings, wordings[0][: colon.end()])]
    return wordings[0][: shared[-1].start()] if shared else None


def _all_begin(wordings: Sequence[str], start: str) -> bool:
    return all(wording.startswith(start) and len(wording) > len(start) for wording in wordings)


def _kind(table: Table, numbers: Sequence[str | None], number: str, stem: str) -> QuestionKind | None:
    """``multiple`` where every column holds nothing but its own option, or ticks."""
    for place, other in enumerate(numbers):
        if other != number:
            continue
        part = fold(_wording(table.headings[place])[len(stem) + 1 :])
        texts = {fold(cell_text(cell)) for cell in set(table.columns[place])} - {""}
        if texts - {part} - TICK_WORDS:
            return None
    return "multiple"


def _without_letters(column: Sequence[CellValue]) -> Sequence[CellValue]:
    """A column without the letters of its options, where every filled cell begins with one."""
    parts = {cell: re.split(r"┋", cell_text(cell)) for cell in set(column) if cell_text(cell)}
    if not parts or not all(_LETTER.match(part) for pieces in parts.values() for part in pieces):
        return column
    bare: dict[CellValue, CellValue] = {
        cell: "┋".join(_LETTER.sub("", part, count=1) for part in pieces) for cell, pieces in parts.items()
    }
    return [bare.get(cell, cell) for cell in column]
