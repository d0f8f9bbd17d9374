"""Google Forms exports: a time, then the questions as they were worded; options joined by a comma and a blank."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import islice

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.column_values import answers_in, divided, is_joined
from survey.importers.date_remarks import date_remarks
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, parse_headings, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.importers.times import date_order, parse_time

__all__ = ["GoogleFormsImporter"]

_SAMPLE = 200
_JOINT = ", "
_GRID = re.compile(r"(?P<stem>.*\S)\s*\[(?P<row>[^\[\]]+)\]\s*", re.DOTALL)
_SCORE = re.compile(r"\d+(?:[.,]\d+)? ?/ ?\d+(?:[.,]\d+)?")
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af].{5,}")
_WITH_HALVES = re.compile(
    r"\d{4}[/.]\s?\d{1,2}[/.]\s?\d{1,2}\.? .*(?:上午|下午|오전|오후|午前|午後|[ap]\.?m\.?)", re.IGNORECASE
)
_WITH_SECONDS = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{4},? \d{1,2}:\d{2}:\d{2}")


@cache
def _words() -> dict[str, frozenset[str]]:
    import yaml

    text = (resources.files("survey.importers") / "google_forms_columns.yaml").read_text(encoding="utf-8")
    words: dict[str, list[str]] = yaml.safe_load(text)
    return {name: frozenset(map(fold, entries)) for name, entries in words.items()}


class GoogleFormsImporter:
    """Recognises Google Forms exports by the time in front, grids, joined options and the name of the sheet."""

    platform = "google_forms"

    def recognise(self, table: Table) -> Detection:
        """The heading of the time column says most; without it, times to the second in order say something."""
        reasons: list[Problem] = []
        confidence = 0.0
        place = _time_column(table)
        if place is None:
            return Detection(platform=self.platform, confidence=0.0, reasons=())
        heading = table.headings[place]
        if fold(heading) in _words()["submitted"]:
            confidence += 0.45
            reasons.append(reason("google_forms_time", heading=heading))
            if _is_spelt_so(table.columns[place]):
                confidence += 0.1
                reasons.append(reason("google_forms_spelling"))
        elif _runs(table.columns[place]):
            confidence += 0.3
            reasons.append(reason("google_forms_running", heading=heading or "–"))
        else:
            return Detection(platform=self.platform, confidence=0.0, reasons=())
        if table.sheet is not None and _sheet_name(table.sheet) in _words()["sheet"]:
            confidence += 0.3
            reasons.append(reason("google_forms_sheet", sheet=table.sheet))
        rest = [p for p in range(len(table.headings)) if p != place and table.headings[p].strip()]
        grids = Counter(fold(found["stem"]) for p in rest if (found := _GRID.fullmatch(table.headings[p])))
        if any(count > 1 for count in grids.values()):
            confidence += 0.25
            reasons.append(reason("google_forms_grids", count=sum(grids.values())))
        joined = [p for p in rest if is_joined(answers_in(table.columns[p][:_SAMPLE]), _JOINT)]
        if joined:
            confidence += 0.25
            reasons.append(reason("google_forms_joined", count=len(joined)))
        worded = [p for p in rest if _is_worded(table.headings[p])]
        if rest and len(worded) >= 0.6 * len(rest):
            confidence += 0.15
            reasons.append(reason("google_forms_worded", count=len(worded), total=len(rest)))
        if any(_own_role(table, p, place) is not None for p in rest):
            confidence += 0.1
            reasons.append(reason("google_forms_own"))
        return Detection(platform=self.platform, confidence=min(round(confidence, 3), 0.99), reasons=tuple(reasons))

    def arrange(self, table: Table) -> Arranged:
        """Grids as ``question [row]``; a comma and a blank join options, which may hold them as well.

        Whoever reads the cells takes the longest run of pieces that names an option; cells in which something remains
        are listed, never split at random.
        """
        time = _time_column(table)
        headings: list[Heading] = []
        unclear: list[int] = []
        stems = Counter(fold(f["stem"]) for text in table.headings if (f := _GRID.fullmatch(text)))
        numbered = parse_headings(table.headings)
        for place, text in enumerate(table.headings):
            role = "submitted" if place == time else _own_role(table, place, time)
            role = role or role_of(text, table.columns[place])
            if role is None and not text.strip():
                role = "ignore"
            if role is not None:
                headings.append(Heading(text=text, wordings=(text.strip(),) if text.strip() else (), role=role))
                continue
            grid = _GRID.fullmatch(text)
            kind: QuestionKind | None = None
            answers = answers_in(table.columns[place])
            if is_joined(answers, _JOINT):
                kind = "multiple"
                if any(_JOINT in piece for answer in answers for piece in divided(answer, (_JOINT,))):
                    unclear.append(place)
            if grid is not None and kind == "multiple":
                grid = None  # a grid of boxes: every row is a question with several answers
            wording = numbered[place].wordings[0] if numbered[place].wordings else text.strip()
            if grid is not None and stems[fold(grid["stem"])] > 1:
                stem, row = " ".join(grid["stem"].split()), grid["row"].strip()
                headings.append(
                    Heading(
                        text=text,
                        wordings=(row, f"{stem} [{row}]"),
                        stem=stem,
                        part=row,
                        group=stem,
                        kind=kind,
                    )
                )
            else:
                headings.append(
                    Heading(
                        text=text,
                        number=numbered[place].number if numbered[place].wordings else None,
                        wordings=(" ".join(wording.split()),),
                        kind=kind,
                    )
                )
        return Arranged(
            table=table,
            headings=tuple(headings),
            separators=(_JOINT,),
            remarks=tuple(_remarks(table, headings, unclear)),
        )


def _is_worded(heading: str) -> bool:
    """Whether a heading is a question as people word it, not the name of a variable."""
    text = heading.strip()
    return len(text.split()) >= 3 or text.endswith(("?", "？", ":", "：")) or bool(_WIDE.search(text))


def _is_spelt_so(cells: Sequence[CellValue]) -> bool:
    """Whether times are written to the second with the year last, or with halves of the day and a zone."""
    texts = [text for cell in islice(cells, _SAMPLE) if isinstance(cell, str) and (text := cell_text(cell))]
    return bool(texts) and all(_WITH_SECONDS.fullmatch(text) or _WITH_HALVES.match(text) for text in texts)


def _sheet_name(name: str) -> str:
    return re.sub(r"\s*\d+$", "", fold(name))


def _time_column(table: Table) -> int | None:
    """The first column, or the second after one that only counts; it has to hold times."""
    for place in range(min(2, len(table.headings))):
        if place == 1 and table.headings[0].strip():
            return None
        cells = [cell for cell in islice(table.columns[place], _SAMPLE) if cell_text(cell)]
        order = date_order(cells).order or "month"
        read = sum(not isinstance(cell, int | float) and parse_time(cell, order=order) is not None for cell in cells)
        numeric = fold(table.headings[place]) in _words()["submitted"] and sum(
            isinstance(cell, float) and parse_time(cell) is not None for cell in cells
        )
        if cells and max(read, numeric) >= 0.8 * len(cells):
            return place
    return None


def _runs(cells: Sequence[CellValue]) -> bool:
    """Whether times are written to the second with the year last, or come from a sheet, and stand in order."""
    sample = [cell for cell in islice(cells, _SAMPLE) if cell_text(cell)]
    order = date_order(sample).order
    if len(sample) < 3 or order is None:
        return False
    if not all(_WITH_SECONDS.fullmatch(cell_text(cell)) for cell in sample):
        return False
    moments = [parse_time(cell, order=order) for cell in sample]
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(sample) and known == sorted(known)


def _own_role(table: Table, place: int, time: int | None) -> ColumnRole | None:
    """The address and the score Google Forms adds; they stand right behind the time."""
    if time is None or not time < place <= time + 3:
        return None
    folded = fold(table.headings[place])
    if folded in _words()["identifier"]:
        return "identifier"
    if folded in _words()["total"]:
        texts = [text for cell in islice(table.columns[place], _SAMPLE) if (text := cell_text(cell))]
        if texts and all(_SCORE.fullmatch(text) for text in texts):
            return "total"
    return None


def _remarks(table: Table, headings: Sequence[Heading], unclear: Sequence[int]) -> Iterator[Problem]:
    joined = [place for place, heading in enumerate(headings) if heading.kind == "multiple"]
    if joined:
        fields: dict[str, object] = {"count": len(joined), "unclear": len(unclear)}
        yield Problem(code="survey.google_forms_joined", place=table.place(joined[0]), fields=fields, severity="note")
    yield from date_remarks(table, headings)
