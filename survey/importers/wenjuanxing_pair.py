"""The codebook of a 问卷星 survey, from two exports of it: texts beside codes give every option its code and label.

The number export (按序号) has lost the stems of multiple choices, the text export (按文本) the codes; joined record by
record they give both back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.errors import ResponseImportError
from survey.importers.answer_key import known_missing, without_free_text
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, number_in
from survey.importers.headings import Heading, role_of
from survey.importers.matched_records import match_records
from survey.importers.table_file import Table
from survey.importers.wenjuanxing import WenjuanxingImporter, variant_of
from survey.importers.wenjuanxing_headings import asks_for_attention, role_in_wenjuanxing
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind, StructureDraft
from survey.structures.entries import Item
from survey.structures.wordings import guess_language

__all__ = ["codebook_of_pair"]

_LISTED = 10
_STEPS = 11
"""Most steps of a rating whose labels are its numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """Labels by code, codes by folded label, and the codes with a text beside them."""

    label_of: Mapping[int, str]
    code_of: Mapping[str, int]
    beside: frozenset[int]


def codebook_of_pair(one: Table, other: Table, *, scores: Table | None = None) -> StructureDraft:
    """Build the questionnaire from a 按文本 and a 按序号 export of the same survey, given in either order.

    Parameters
    ----------
    scores : a 按分数 export of the same survey; the options of its questions get the scores it shows.

    Returns
    -------
    StructureDraft
        Options with the platform's codes (their places in the list). Options nobody chose have no label. Records and
        columns that do not match, and records whose label and code contradict each other, are remarks with their
        rows.

    Raises
    ------
    ResponseImportError
        The files are not one text and one number export, or have no records in common.
    InstrumentError
        No question could be made.
    """
    kinds = {variant_of(table): table for table in (one, other)}
    if set(kinds) != {"text", "position"}:
        found = ", ".join(sorted(variant_of(table) for table in (one, other)))
        raise ResponseImportError.of("survey.wjx_pair_variants", one.place(), other=other.file, found=found)
    return _Pair(kinds["text"], kinds["position"], scores).draft()


class _Pair:
    def __init__(self, text: Table, number: Table, scores: Table | None) -> None:
        importer = WenjuanxingImporter()
        self.text, self.number = importer.arrange(text), importer.arrange(number)
        self.scores = None if scores is None else importer.arrange(scores)
        self.matched = match_records(self.text.table, self.number.table)
        self.scored = None if self.scores is None else match_records(self.number.table, self.scores.table)
        self.builder = DraftBuilder(Path(text.file), "wenjuanxing")
        self.language = guess_language(text.headings)
        self.gone = frozenset(known_missing("wenjuanxing")) | {""}

    def draft(self) -> StructureDraft:
        mine, theirs = _by_number(self.text.headings), _by_number(self.number.headings)
        self._report_records()
        open_section = False
        for number, places in mine.items():
            kept = [place for place in places if not self._left_out(place)]
            if not kept:
                continue
            codes = theirs.get(number, [])
            groups = _groups(self.number.headings, codes)
            stem = self.text.headings[kept[0]].stem or ""
            grid = len(kept) > 1 and self.text.headings[kept[0]].group is not None
            if len(kept) != len(groups):
                for place in kept:
                    item = self._item(place)
                    self.builder.leave_out(item, "survey.wjx_pair_columns", severity="warning")
                continue
            if grid:
                self.builder.section(f"block_{number}", self._words(stem[:120]), stem=self._words(stem), grid=True)
            elif not open_section:
                self.builder.section(f"part_{number}", {})
            open_section = not grid
            rows = list(zip(kept, groups, strict=True))
            shared = self._labels(rows) if grid else None
            for row, (place, group) in enumerate(rows, start=1):
                self._question(place, group, f"Q{number}" + (f"_{row}" if len(rows) > 1 else ""), shared)
        alone = [number for number in theirs if number not in mine]
        for number in alone:
            self.builder.remark("survey.wjx_pair_columns", f"Q{number}", severity="warning")
        return self.builder.finish(title={self.language: Path(self.text.table.file).stem}, languages=[self.language])

    def _report_records(self) -> None:
        for rows, table in (
            (self.matched.only_first, self.text.table),
            (self.matched.only_second, self.number.table),
        ):
            if rows:
                self.builder.remark(
                    "survey.wjx_pair_alone", table.file, severity="warning", count=str(len(rows)), rows=_listed(rows)
                )
        if self.matched.by == "order":
            self.builder.remark("survey.wjx_pair_by_order", self.number.table.file, severity="warning")

    def _words(self, text: str) -> dict[str, str]:
        return {self.language: text} if text else {}

    def _item(self, place: int) -> Item:
        return self.builder.item(
            f"{column_letter(place)}: {self.text.table.headings[place].strip()[:60]}",
            "column",
            self.text.table.place(place),
        )

    def _left_out(self, place: int) -> bool:
        """Whether a column identifies persons, so that its cells are not looked at."""
        heading = self.text.headings[place]
        if (heading.role or role_of(heading.text, self.text.table.columns[place])) != "identifier":
            return False
        self.builder.leave_out(self._item(place), "survey.wjx_pair_identifying", severity="warning")
        return True

    def _pairs(self, mine: int, theirs: int) -> list[tuple[str, str, int]]:
        """Text, code and row of every matched record that answered."""
        texts, codes = self.text.table.columns[mine], self.number.table.columns[theirs]
        found = []
        for left, right in self.matched.pairs:
            text, code = cell_text(texts[left]), without_free_text(cell_text(codes[right]))
            if fold(text) not in self.gone and fold(code) not in self.gone:
                found.append((text, code, self.text.table.rows[left]))
        return found

    def _question(self, place: int, group: Sequence[int], name: str, shared: _Labels | None) -> None:
        """Carry one question; ``shared`` are the labels of a matrix, which its rows have in common."""
        heading = self.text.headings[place]
        item = self._item(place)
        wording = next(iter(heading.wordings), heading.text)
        if self.number.headings[group[0]].option is not None:
            kind, options = self._spread(place, group, name)
        else:
            kind, options = self._single(place, group[0], name, shared)
        code = self.builder.question(item, name, kind, self._words(wording), options=options)
        if asks_for_attention(wording):
            self.builder.remark("survey.wjx_attention", code, severity="warning")

    def _labels(self, columns: Sequence[tuple[int, Sequence[int]]]) -> _Labels:
        """The commonest label of each code in columns that share their options."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        beside: set[int] = set()
        for mine, group in columns:
            for text, code, _ in self._pairs(mine, group[0]):
                number = number_in(fold(code))
                if number is not None and number.is_integer():
                    counts[int(number)][without_free_text(text).strip()] += 1
                    if "〖" in text:
                        beside.add(int(number))
        label_of = {code: found.most_common(1)[0][0] for code, found in counts.items()}
        code_of: dict[str, int] = {}
        for kept in sorted(counts, key=lambda place: -counts[place][label_of[place]]):
            code_of.setdefault(fold(label_of[kept]), kept)
        return _Labels(label_of=label_of, code_of=code_of, beside=frozenset(beside))

    def _single(self, mine: int, theirs: int, name: str, shared: _Labels | None) -> tuple[Kind, list[DraftOption]]:
        pairs = self._pairs(mine, theirs)
        if all(_same(text, code) for text, code, _ in pairs):
            return self._numbers_or_text([text for text, _, _ in pairs])
        labels = shared or self._labels([(mine, [theirs])])
        rows = []
        for text, code, row in pairs:
            number = number_in(fold(code))
            if number is None or labels.code_of.get(fold(without_free_text(text))) != number:
                rows.append(row)
        self._contradict(name, rows)
        if not labels.label_of:
            return "text", []
        known = self._scores(theirs)
        options = [
            DraftOption(
                code=code,
                label=self._words(labels.label_of.get(code, "")),
                score=known.get(code),
                specify=code in labels.beside,
            )
            for code in range(min(1, *labels.label_of), max(labels.label_of) + 1)
        ]
        return "scale" if shared or self.text.headings[mine].kind == "scale" else "single", options

    def _numbers_or_text(self, texts: Sequence[str]) -> tuple[Kind, list[DraftOption]]:
        """What cells alike in both exports are: ratings labelled by their numbers, numbers, or open answers."""
        numbers = [number_in(fold(text)) for text in texts]
        if not texts or any(number is None for number in numbers):
            return "text", []
        distinct = {number for number in numbers if number is not None}
        low, high = min(distinct), max(distinct)
        if low >= 0 and high < _STEPS and len(texts) > 1 and all(number.is_integer() for number in distinct):
            steps = range(min(1, int(low)), int(high) + 1)
            return "scale", [DraftOption(code=step, label=self._words(str(step))) for step in steps]
        return "number", []

    def _spread(self, mine: int, group: Sequence[int], name: str) -> tuple[Kind, list[DraftOption]]:
        """Options of a multiple choice or ranking: labels from the headings, checked against the texts."""
        headings = [self.number.headings[place] for place in group]
        labels = [heading.part or "" for heading in headings]
        ranking = headings[0].kind == "ranking" or self.text.headings[mine].kind == "ranking"
        beside: set[str] = set()
        rows = []
        columns = [self.number.table.columns[place] for place in group]
        for left, right in self.matched.pairs:
            text = cell_text(self.text.table.columns[mine][left])
            if fold(text) in self.gone:
                continue
            parts = [part.strip() for part in text.split("→" if ranking else "┋") if part.strip()]
            beside |= {fold(without_free_text(part)) for part in parts if "〖" in part}
            chosen = [fold(without_free_text(part)) for part in parts]
            if not _agree(chosen, labels, [column[right] for column in columns], ranking=ranking):
                rows.append(self.text.table.rows[left])
        self._contradict(name, rows)
        return "ranking" if ranking else "multiple", [
            DraftOption(code=code, label=self._words(label), specify=fold(label) in beside)
            for code, label in enumerate(labels, start=1)
        ]

    def _contradict(self, name: str, rows: Sequence[int]) -> None:
        if rows:
            self.builder.remark(
                "survey.wjx_pair_contradict", name, severity="warning", count=str(len(rows)), rows=_listed(rows)
            )

    def _scores(self, theirs: int) -> Mapping[int, float]:
        """The score of each code by the 按分数 export, where each code has one score only."""
        if self.scores is None or self.scored is None:
            return {}
        heading = self.number.table.headings[theirs]
        place = self.scores.table.position_of(heading, self.number.table.occurrences[theirs])
        if place is None:
            return {}
        found: dict[int, set[float]] = defaultdict(set)
        for left, right in self.scored.pairs:
            texts = (
                cell_text(self.number.table.columns[theirs][left]),
                cell_text(self.scores.table.columns[place][right]),
            )
            numbers = [number_in(fold(without_free_text(text))) for text in texts if fold(text) not in self.gone]
            if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
                found[int(numbers[0])].add(numbers[1])
        return {code: scores.pop() for code, scores in found.items() if len(scores) == 1}


def _by_number(headings: Sequence[Heading]) -> dict[str, list[int]]:
    """Columns by the number of their question, in the file's order."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, heading in enumerate(headings):
        if heading.number is not None and role_in_wenjuanxing(heading.text) is None:
            found[heading.number].append(place)
    return found


def _groups(headings: Sequence[Heading], places: Sequence[int]) -> list[list[int]]:
    """Columns of a number export by question: option columns together, every other column by itself."""
    groups: list[list[int]] = []
    for place in places:
        heading = headings[place]
        last = headings[groups[-1][0]] if groups else None
        if last is not None and heading.option is not None and last.option is not None and heading.group == last.group:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _agree(chosen: Sequence[str], labels: Sequence[str], cells: Sequence[CellValue], *, ranking: bool) -> bool:
    """Whether the options a text names are those whose columns are ticked, or ranked in that order."""
    numbers = [number_in(fold(without_free_text(cell_text(cell)))) or 0 for cell in cells]
    marked = [(number, fold(without_free_text(label))) for number, label in zip(numbers, labels, strict=True)]
    if ranking:
        return list(chosen) == [label for number, label in sorted(marked) if number > 0]
    return set(chosen) == {label for number, label in marked if number == 1}


def _same(text: str, code: str) -> bool:
    numbers = number_in(fold(text)), number_in(fold(code))
    return fold(text) == fold(code) or (numbers[0] is not None and numbers[0] == numbers[1])


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:_LISTED])) + (" …" if len(rows) > _LISTED else "")
