"""The headings of a 问卷星 export: number, stem, matrix row or option, and the kind of question.

Three layouts are in use for options (``第6题(运动)``, ``6(运动)``, ``6、(运动)``), and only the first row of a matrix
carries its stem (``7、题干—行1``, then ``7、行2``), so a heading is read together with its neighbours of one number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from survey.importers.answer_key import known_missing, without_free_text
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.column_words import platform_fields, word_list
from survey.importers.headings import Heading, QuestionKind, parse_headings
from survey.importers.mapping import ColumnRole

__all__ = ["NUMBERED", "asks_for_attention", "role_in_wenjuanxing", "wenjuanxing_headings"]

NUMBERED = re.compile(r"\s*(?:[Qq]?\d{1,3}\s*[、.．:：]|第\s*\d{1,3}\s*题|\d{1,3}\s*[(（])")
"""How the heading of a question begins."""
_ASKED = re.compile(r"(?:[Qq]?(\d{1,3})|第\s*(\d{1,3})\s*题)\s*[、.．:：]\s*(.*)", re.S)
_OPTION = re.compile(r"(?:(\d{1,3})\s*[、.．:：]?|第\s*(\d{1,3})\s*题)\s*([(（].*[)）])\s*", re.S)
_PUSHED = re.compile(r"[Qq](\d{1,3})(?:[_-](\d{1,3}))?")
_TYPE = re.compile(
    r"\s*[\[【(（]\s*([^\[\]【】()（）]{0,4}(?:单选|多选|填空|排序|矩阵|量表题?|评分题|下拉|简答|不定项|必答|选填|限选)"
    r"[^\[\]【】()（）]*)[\]】)）]\s*[*＊]?\s*$"
)
_DASH = re.compile(r"\s*—\s*(?=[^—]*$)", re.S)
_KINDS: tuple[tuple[str, QuestionKind], ...] = (
    ("多选", "multiple"),
    ("排序", "ranking"),
    ("量表", "scale"),
    ("评分", "scale"),
    ("单选", "single"),
    ("下拉", "single"),
    ("填空", "text"),
    ("简答", "text"),
)
_BRACKETS = {"(": ")", "（": "）"}
MOST_RANKED = 30


def role_in_wenjuanxing(heading: str) -> ColumnRole | None:
    """The role of a column that 问卷星 itself adds to an export."""
    field = platform_fields("wenjuanxing").get(fold(heading))
    return None if field is None else field.role


def asks_for_attention(heading: str) -> bool:
    """Whether a heading tells the respondent which option to choose."""
    folded = fold(heading)
    return any(word in folded for word in word_list("wenjuanxing", "attention"))


@dataclass(slots=True)
class _Asked:
    """A numbered heading before its neighbours are looked at; ``option`` where it is nothing but an option."""

    place: int
    text: str
    number: str
    wording: str = ""
    option: str | None = None
    kind: QuestionKind | None = None


def wenjuanxing_headings(
    headings: Sequence[str], columns: Sequence[Sequence[CellValue]], *, texts: bool
) -> tuple[Heading, ...]:
    """Take the headings of an export apart.

    Parameters
    ----------
    columns : the cells, which tell ticks and ranks from codes and several choices from one.
    texts : whether cells hold option texts (按文本).
    """
    found: list[Heading | None] = [None] * len(headings)
    asked: list[_Asked] = []
    for place, text in enumerate(headings):
        role = role_in_wenjuanxing(text)
        entry = None if role is not None else _asked(place, text)
        if entry is not None:
            asked.append(entry)
        elif role is not None:
            found[place] = Heading(text=text, role=role)
        else:
            found[place] = parse_headings((text,))[0]
    seen: dict[str, int] = defaultdict(int)
    for run in _runs(asked):
        seen[run[0].number] += 1
        group = run[0].number + (f"-{seen[run[0].number]}" if seen[run[0].number] > 1 else "")
        for place, heading in _of_run(run, group, columns, texts=texts):
            found[place] = heading
    return tuple(heading for heading in found if heading is not None)


def _asked(place: int, text: str) -> _Asked | None:
    stripped = text.strip()
    if option := _OPTION.fullmatch(stripped):
        inner = option[3].strip()
        if _closes_at_end(inner):
            return _Asked(place, text, _plain(option[1] or option[2]), inner[1:-1].strip(), inner[1:-1].strip())
    if pushed := _PUSHED.fullmatch(stripped):
        return _Asked(place, text, _plain(pushed[1]), pushed[2] or "")
    if (numbered := _ASKED.fullmatch(stripped)) is None:
        return None
    wording = numbered[3].strip()
    kind: QuestionKind | None = None
    if note := _TYPE.search(wording):
        kind = next((kind for word, kind in _KINDS if word in note[1]), None)
        wording = wording[: note.start()].strip() or wording
    return _Asked(place, text, _plain(numbered[1] or numbered[2]), wording.rstrip("*＊").strip(), kind=kind)


def _plain(number: str) -> str:
    return str(int(number))


def _closes_at_end(text: str) -> bool:
    """Whether the bracket that opens a text is the one that closes it; both widths count as one bracket."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter in _BRACKETS) - (letter in _BRACKETS.values())
        if depth == 0:
            return position == len(text) - 1
    return False


def _runs(asked: Sequence[_Asked]) -> Iterable[list[_Asked]]:
    """Neighbouring columns of one number."""
    run: list[_Asked] = []
    for entry in asked:
        if run and entry.number != run[-1].number:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _of_run(
    run: Sequence[_Asked], group: str, columns: Sequence[Sequence[CellValue]], *, texts: bool
) -> Iterable[tuple[int, Heading]]:
    cells = {entry.place: _answers(columns[entry.place]) for entry in run}
    by_position = all(entry.option is not None for entry in run)
    if by_position and (len(run) > 1 or "题" in run[0].text.split("(")[0].split("（")[0] or _ticks(cells.values())):
        yield from _options(run, [entry.option or "" for entry in run], group, cells, stem=None)
        return
    pushed = len(run) > 1 and all(_PUSHED.fullmatch(entry.text.strip()) for entry in run)
    if pushed and _ticks(cells.values()):
        yield from _options(run, [entry.wording for entry in run], group, cells, stem=None)
        return
    bracketed = _bracketed(run) if len(run) > 1 and _ticks(cells.values()) else None
    if bracketed is not None:
        for row, (stem, entries, parts) in enumerate(bracketed, start=1):
            own = group if len(bracketed) == 1 else f"{group}_{row}"
            yield from _options(entries, parts, own, cells, stem=stem)
        return
    split = _DASH.split(run[0].wording, maxsplit=1)
    if pushed or (len(run) > 1 and len(split) == 2):
        yield from _matrix(run, split if len(split) == 2 else ["", run[0].wording], group, cells, texts=texts)
        return
    for entry in run:
        parts = _DASH.split(entry.wording, maxsplit=1)
        wordings = dict.fromkeys(text for text in (entry.wording, *parts[1:]) if text)
        kind = entry.kind or (_kind_of_texts if texts else _kind_of_numbers)(cells[entry.place])
        if kind == "text" and _numeric(cells[entry.place]):
            kind = None
        yield entry.place, Heading(text=entry.text, number=entry.number, wordings=tuple(wordings), kind=kind)


def _options(
    run: Sequence[_Asked], parts: Sequence[str], group: str, cells: Mapping[int, frozenset[str]], *, stem: str | None
) -> Iterable[tuple[int, Heading]]:
    """Columns that stand for one option each; codes are places in the list."""
    kind: QuestionKind = "multiple"
    if not _ticks(cells[entry.place] for entry in run):
        steps = {str(step) for step in range(len(run) + 1)}
        kind = "ranking" if all(cells[entry.place] <= steps for entry in run) else "multiple"
    for code, (entry, part) in enumerate(zip(run, parts, strict=True), start=1):
        yield (
            entry.place,
            Heading(
                text=entry.text,
                number=entry.number,
                wordings=(stem,) if stem else (),
                stem=stem,
                part=part,
                option_only=stem is None,
                group=group,
                kind=run[0].kind if run[0].kind in {"multiple", "ranking"} else kind,
                option=code,
            ),
        )


def _bracketed(run: Sequence[_Asked]) -> list[tuple[str, list[_Asked], list[str]]] | None:
    """Stem, columns and options where every heading ends in a bracket and shares what stands before with another."""
    by_stem: dict[str, tuple[list[_Asked], list[str]]] = {}
    for entry in run:
        start = _last_bracket(entry.wording)
        if start is None:
            return None
        entries, parts = by_stem.setdefault(entry.wording[:start].strip(), ([], []))
        entries.append(entry)
        parts.append(entry.wording[start + 1 : -1].strip())
    if any(len(entries) < 2 for entries, _ in by_stem.values()):
        return None
    return [(stem, entries, parts) for stem, (entries, parts) in by_stem.items()]


def _last_bracket(text: str) -> int | None:
    """Where the bracket begins that closes at the end of a text."""
    if not text or text[-1] not in _BRACKETS.values():
        return None
    depth = 0
    for position in range(len(text) - 1, 0, -1):
        depth += (text[position] in _BRACKETS.values()) - (text[position] in _BRACKETS)
        if depth == 0:
            return position
    return None


def _matrix(
    run: Sequence[_Asked], first: Sequence[str], group: str, cells: Mapping[int, frozenset[str]], *, texts: bool
) -> Iterable[tuple[int, Heading]]:
    """Rows of a matrix; rows in which several options may be chosen are questions of their own."""
    stem, kind = first[0].strip(), next((entry.kind for entry in run if entry.kind), None)
    several = kind == "multiple" or (texts and any("┋" in text for entry in run for text in cells[entry.place]))
    for entry in run:
        row = first[1].strip() if entry is run[0] else entry.wording
        if stem and entry is not run[0] and re.match(rf"{re.escape(stem)}\s*—", row):
            row = _DASH.split(row, maxsplit=1)[-1].strip()
        whole = f"{stem}—{row}" if stem else row
        if several:
            wordings = tuple(dict.fromkeys((whole, row)))
            yield entry.place, Heading(text=entry.text, number=entry.number, wordings=wordings, kind="multiple")
            continue
        wordings = tuple(dict.fromkeys(text for text in (row, whole) if text))
        yield (
            entry.place,
            Heading(
                text=entry.text, number=entry.number, wordings=wordings, stem=stem, part=row, group=group, kind=kind
            ),
        )


@cache
def _no_answers() -> frozenset[str]:
    return frozenset(known_missing("wenjuanxing"))


def _answers(column: Sequence[CellValue]) -> frozenset[str]:
    """Distinct texts of a column that are answers."""
    texts = {cell_text(cell) for cell in set(column)}
    return frozenset(text for text in texts if text and fold(text) not in _no_answers())


def _ticks(cells: Iterable[frozenset[str]]) -> bool:
    """Whether columns hold nothing but ticks, some at all."""
    values = [texts for texts in cells if texts]
    return bool(values) and all({without_free_text(text) for text in texts} <= {"0", "1"} for texts in values)


def _numeric(texts: frozenset[str]) -> bool:
    return bool(texts) and all(number_in(fold(text)) is not None for text in texts)


def _kind_of_texts(texts: frozenset[str]) -> QuestionKind | None:
    """Several options in one cell, where a cell shows it: joined by ┋, or ranked by arrows."""
    if any("┋" in text for text in texts):
        return "multiple"
    if any("\n" in text for text in texts):
        return "text"
    ranked = [text.split("→") for text in texts if "→" in text]
    if len(ranked) * 2 > len(texts):
        parts = {part.strip() for text in texts for part in text.split("→")}
        if len(parts) <= MOST_RANKED and all(len(set(row)) == len(row) for row in ranked):
            return "ranking"
    return None


def _kind_of_numbers(texts: frozenset[str]) -> QuestionKind | None:
    """In an export of codes, what is mostly no number is an open answer."""
    numeric = sum(number_in(fold(without_free_text(text))) is not None for text in texts)
    return "text" if texts and numeric * 2 < len(texts) else None
