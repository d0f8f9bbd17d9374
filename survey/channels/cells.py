"""The cells of a channel export, column by column: numbers, ratings, times, durations, labels, texts and digests.

Work is done once per distinct value. What nothing declares is gathered (`ChannelCells.foreign`) and spoken of once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.channels.foreign import ForeignValues
from survey.channels.lengths import read_lengths
from survey.channels.mapping import ChannelColumn, ChannelMapping
from survey.channels.moments import is_moment, read_moments
from survey.channels.staff import shown_staff
from survey.channels.words import folded_words, rating_words
from survey.errors import Problem
from survey.importers.cell_text import CellValue, cell_text, fold, is_blank
from survey.importers.cells import Distinct, distinct, number_of
from survey.importers.table_file import Table
from survey.privacy import mask_personal, pseudonym

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]
    Moments = NDArray[np.datetime64]

__all__ = ["ChannelCells"]

_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?) ?%")


@dataclass(slots=True, kw_only=True)
class ChannelCells:
    """Reads the columns of one table as its mapping says.

    ``placed`` are the mapped columns with their places in the table, ``key`` makes the digests of ids, ``warnings``
    are what a reader of the results should know.
    """

    table: Table
    mapping: ChannelMapping
    placed: Sequence[tuple[ChannelColumn, int]]
    key: bytes
    foreign: ForeignValues
    warnings: list[Problem] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Rows of the table."""
        return self.table.n

    def columns(self, name: str) -> list[ChannelColumn]:
        """The columns that hold a field, in mapping order."""
        return [column for column, _ in self.placed if column.field == name]

    def place_of(self, column: ChannelColumn) -> int:
        """Where a mapped column stands in the table."""
        return next(place for found, place in self.placed if found is column)

    def column(self, name: str) -> ChannelColumn | None:
        """The column that holds a field; None where there is none."""
        return next(iter(self.columns(name)), None)

    def has(self, name: str) -> bool:
        """Whether some column holds a field."""
        return self.column(name) is not None

    def note(self, code: str, column: ChannelColumn | None = None, **fields: object) -> None:
        """Enter a warning about a column (or the whole file)."""
        place = self.table.place(None if column is None else self.place_of(column))
        self.warnings.append(Problem(code=f"survey.{code}", place=place, fields=fields, severity="warning"))

    def holds_moments(self, name: str) -> bool:
        """Whether the filled cells of a field are moments rather than numbers."""
        column = self.column(name)
        if column is None:
            return False
        filled = [is_moment(value) for value in set(self.table.columns[self.place_of(column)]) if not is_blank(value)]
        return bool(filled) and sum(filled) > len(filled) / 2

    def rows_in_words(self, where: NDArray[np.bool_]) -> str:
        """The first rows, as Excel counts, where something holds."""
        rows = [self.table.rows[int(record)] for record in np.flatnonzero(where)]
        return ", ".join(str(row) for row in rows[:10]) + (" …" if len(rows) > 10 else "")

    def texts(self, name: str) -> Objects:
        """Texts as they were written, personal numbers masked, (n,); None where the cell is empty.

        A cell that holds nothing but blanks or line breaks counts as something written (an empty comment sent off).
        """
        column = self.column(name)
        if column is None:
            return self._nothing()
        absent = {fold(text) for text in column.absent}
        cells = self.table.columns[self.place_of(column)]
        read = {
            value: None
            if value is None or value == "" or (absent and fold(cell_text(value)) in absent)
            else mask_personal(cell_text(value))
            for value in set(cells)
        }
        return _objects([read[value] for value in cells])

    def labels(self, name: str, column: ChannelColumn | None = None) -> Objects:
        """Short labels (status, shop, product), (n,); None where empty. ``values`` of the column translate them."""
        column = column or self.column(name)
        if column is None:
            return self._nothing()
        translated = {fold(text): str(value) for text, value in column.values.items()}
        absent = {fold(text) for text in column.absent}

        def label(value: CellValue) -> str | None:
            text = " ".join(mask_personal(cell_text(value)).split())
            folded = fold(text)
            return None if not folded or folded in absent else translated.get(folded, text[:120])

        return self._each(column, label)

    def staff(self, name: str) -> Objects:
        """Agents, interviewers, shoppers: codes as they are; names as numbers (``#1``) in order of appearance; (n,)."""
        labels = self.labels(name)
        shown = shown_staff(labels)
        numbered = sum(label != text for label, text in shown.items())
        if numbered and all(w.code != "survey.channel_staff_numbered" for w in self.warnings):
            self.note("channel_staff_numbered", self.column(name), count=numbered)
        return _objects([None if label is None else shown[label] for label in labels])

    def digests(self, name: str) -> Objects:
        """Keyed digests of ids, (n,); None where empty."""
        column = self.column(name)
        if column is None:
            return self._nothing()
        return self._each(column, lambda value: None if is_blank(value) else pseudonym(cell_text(value), self.key))

    def groups(self, *names: str) -> tuple[NDArray[np.int64], int]:
        """Rows that belong to one record, by the ids of the first of the fields that is mapped: (n,) and how many.

        A row without id is a record of its own; so is every row where none of the fields is mapped.
        """
        ids = next((self.digests(name) for name in names if self.has(name)), self._nothing())
        places: dict[object, int] = {}
        numbered = [places.setdefault(row if found is None else found, len(places)) for row, found in enumerate(ids)]
        return np.array(numbered, dtype=np.int64), len(places)

    def codes(
        self,
        name: str,
        words: dict[str, str],
        column: ChannelColumn | None = None,
        *,
        unknown: str = "channel_value_unknown",
    ) -> Objects:
        """Codes by a list of words (and the column's ``values``), (n,); None where empty, foreign where unknown."""
        column = column or self.column(name)
        if column is None:
            return self._nothing()
        translated = words | {fold(text): str(value) for text, value in column.values.items()}

        def code(folded: str) -> str | None:
            number = number_of(folded)
            return translated.get(folded) or (None if number is None else translated.get(f"{number:g}"))

        return self._translated(column, code, expected=" / ".join(dict.fromkeys(translated.values())), code=unknown)

    def truths(self, name: str) -> Floats:
        """Yes and no as 1 and 0, (n,); a number above 1 (a count of reopenings) stays a number."""
        column = self.column(name)
        if column is None:
            return np.full(self.n, np.nan)
        yes, no = folded_words("affirmed"), folded_words("denied")

        def truth(folded: str) -> float | None:
            number = number_of(folded)
            if number is not None and number >= 0:
                return number
            return 1.0 if folded in yes else 0.0 if folded in no else None

        found = self._translated(column, truth, expected="0, 1, 2 … / yes / no / 是 / 否")
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    def numbers(
        self,
        name: str,
        column: ChannelColumn | None = None,
        *,
        percent: bool = False,
        absent: Collection[str] = (),
    ) -> Floats:
        """Numbers, (n,), NaN where empty or one of the folded words ``absent``; with ``percent``, ``92%`` is 0.92."""
        column = column or self.column(name)
        if column is None:
            return np.full(self.n, np.nan)
        translated = {fold(text): value for text, value in column.values.items()}

        def number(folded: str) -> float | None:
            given = translated.get(folded, folded)
            if percent and isinstance(given, str) and (found := _PERCENT.fullmatch(given)):
                return float(found[1]) / 100
            return number_of(given)

        found = self._translated(column, number, expected="12; 3.5 …", absent=absent)
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    def rating(self, column: ChannelColumn) -> Floats:
        """A rating on the scale the mapping declares, (n,), NaN where none was given; beyond its ends it is foreign."""
        low, high = column.lowest, column.highest
        words: dict[str, float] = {}
        if high == 5 and low == 1:
            words = rating_words("five")
        elif (low, high) == (1, 3):
            words = rating_words("three")
        words = words | {fold(text): float(value) for text, value in column.values.items()}

        def rating(folded: str) -> float | None:
            value = words.get(folded)
            value = number_of(re.sub(r" ?(?:stars?|星级?|颗星|estrelas?)$", "", folded)) if value is None else value
            inside = value is not None and (low is None or high is None or low <= value <= high)
            return value if inside else None

        expected = "1, 2, 3 …" if low is None else f"{low:g}–{high:g}"
        found = self._translated(column, rating, expected=expected, code="channel_rating_outside")
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    def moments(self, name: str) -> Moments:
        """Moments to the second, (n,), NaT where empty."""
        column = self.column(name)
        if column is None:
            return np.full(self.n, np.datetime64("NaT", "s"))
        found = self._distinct(column)
        moments, foreign = read_moments(found.values, column.date_order, absent=self._absent(column))
        for which, code in foreign.items():
            expected = "2024-03-01 12:30" if code == "channel_time_unreadable" else "date_order: mdy / dmy"
            self._foreign(column, found, which, expected, code)
        return moments[found.inverse]

    def durations(self, name: str, *, since: Moments, default_unit: str) -> Floats:
        """Durations in seconds, (n,): numbers in the column's unit, clock times, ``2小时5分``, or moments.

        Of a moment the time since ``since`` is taken. Negative durations are reported and left out.
        """
        column = self.column(name)
        if column is None:
            return np.full(self.n, np.nan)
        found = self._distinct(column)
        factor = _SECONDS[column.unit or default_unit]
        seconds, timed, unread = read_lengths(found.values, factor, absent=self._absent(column))
        for which in unread:
            self._foreign(column, found, which, "12; 00:12:30; 2小时5分; 2024-03-01 12:30", "channel_duration")
        result = seconds[found.inverse]
        if timed.any():
            moments, foreign = read_moments(
                [value if timed[which] else None for which, value in enumerate(found.values)], column.date_order
            )
            for which, code in foreign.items():
                self._foreign(column, found, which, "date_order: mdy / dmy", code)
            gap = (moments[found.inverse] - since).astype("m8[s]")
            result = np.where(np.isnat(gap), result, gap.astype(np.float64))
            orphaned = timed[found.inverse] & np.isnat(since)
            if orphaned.any():
                self.note("channel_moment_without_start", column, count=int(orphaned.sum()))
        return self.not_negative(column, result)

    def not_negative(self, column: ChannelColumn | None, seconds: Floats) -> Floats:
        """Durations without the negative ones, which are reported with their rows."""
        negative = seconds < 0
        if not negative.any():
            return seconds
        self.note("channel_negative_duration", column, count=int(negative.sum()), rows=self.rows_in_words(negative))
        return np.where(negative, np.nan, seconds)

    def _nothing(self) -> Objects:
        return np.full(self.n, None, dtype=object)

    def _absent(self, column: ChannelColumn) -> frozenset[str]:
        return folded_words("nothing") | {fold(text) for text in (*column.absent, *column.invalid)}

    def _distinct(self, column: ChannelColumn) -> Distinct:
        return distinct(self.table.columns[self.place_of(column)])

    def _each(self, column: ChannelColumn, read: Callable[[CellValue], object]) -> Objects:
        cells: Sequence[CellValue] = self.table.columns[self.place_of(column)]
        known = {value: read(value) for value in set(cells)}
        return _objects([known[value] for value in cells])

    def _translated(
        self,
        column: ChannelColumn,
        read: Callable[[str], Any],
        *,
        expected: str,
        code: str = "channel_value_unknown",
        absent: Collection[str] = (),
    ) -> Objects:
        found = self._distinct(column)
        absent = {*self._absent(column), *absent}
        known = _objects([None] * len(found.values))
        for which, value in enumerate(found.values):
            folded = fold(cell_text(value))
            if not folded:
                continue
            known[which] = read(folded)
            if known[which] is None and folded not in absent:
                self._foreign(column, found, which, expected, code)
        return known[found.inverse]

    def _foreign(self, column: ChannelColumn, found: Distinct, which: int, expected: str, code: str) -> None:
        records = found.records_with(which, None)
        self.foreign.add(self.place_of(column), found.values[which], records, expected=expected, code=f"survey.{code}")


def _objects(values: Sequence[Any]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
