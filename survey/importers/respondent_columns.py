"""The respondent table: ids, wave, times, channel, weight and design columns."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from survey.errors import Problem
from survey.importers.cell_text import CellValue, cell_text, fold, is_blank
from survey.importers.cells import distinct, number_of
from survey.importers.date_remarks import TIME_ROLES, order_remark
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import ColumnRole, Mapping
from survey.importers.table_file import Table
from survey.importers.times import seconds_in, time_reader
from survey.privacy import MASK, pseudonym
from survey.responses import RESPONDENT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Respondents", "read_respondents", "read_waves"]

Read = TypeVar("Read")
_Moments = dict[ColumnRole, list[datetime | None]]
_ROUNDED = 1e15
"""From here on a spreadsheet keeps numbers with 15 digits only."""
_LISTED_IDS = 20
"""Repeated ids named one by one; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents:
    """The respondent table, where an id occurs a second time within its wave, and what to know about it."""

    frame: pd.DataFrame
    repeated: NDArray[np.bool_]
    warnings: tuple[Problem, ...]


def read_waves(
    table: Table, mapping: Mapping, roles: Lookup[ColumnRole, int], wave: str | None, foreign: ForeignCells
) -> NDArray[np.object_]:
    """The wave of each record: from the mapped column, else ``wave`` for all, else the single wave "1"."""
    if "wave" not in roles:
        return np.full(table.n, wave or "1", dtype=object)
    place = roles["wave"]
    found = distinct(table.columns[place])
    known = {fold(text): code for text, code in mapping.waves.items()}
    waves = np.empty(len(found.values), dtype=object)
    for which, value in enumerate(found.values):
        text = cell_text(value)
        if (known and fold(text) in known) or (not known and text):
            waves[which] = known.get(fold(text), text)
            continue
        waves[which] = ""
        expected = ", ".join(mapping.waves) or "–"
        foreign.add(place, value, found.records_with(which, None), expected=expected, code="survey.wave_not_known")
    return waves[found.inverse]


def read_respondents(
    table: Table,
    roles: Lookup[ColumnRole, int],
    waves: NDArray[np.object_],
    foreign: ForeignCells,
    *,
    source: str,
    channel: str,
    digest_key: bytes | None = None,
    kept: Lookup[str, Sequence[str | None]] | None = None,
) -> Respondents:
    """Ids and the fixed columns of the respondent table, followed by what is ``kept`` of identifying columns.

    With ``digest_key`` the ids identify (telephone, openid ...) and are replaced by keyed digests. A missing id, and
    every id where no column is mapped, is file and row.
    """
    import pandas as pd

    warnings: list[Problem] = []

    def column(role: ColumnRole) -> Sequence[CellValue] | None:
        return table.columns[roles[role]] if role in roles else None

    moments = _read_moments(table, roles, warnings)
    times = moments.get("submitted") or [None] * table.n
    submitted = [None if moment is None else moment.isoformat(timespec="seconds") for moment in times]
    frame = pd.DataFrame(
        {
            "wave": pd.Series(waves, dtype=object),
            "source": pd.Series([source] * table.n, dtype=object),
            "channel": pd.Series(_texts(column("channel"), table.n, channel), dtype=object),
            "row": np.array(table.rows, dtype=np.int64),
            "submitted": pd.Series(submitted, dtype=object),
            "duration_seconds": _durations(table, roles, moments, warnings),
            "case_weight": _case_weights(table, roles, foreign),
            "stratum": pd.Series(_texts(column("stratum"), table.n, None), dtype=object),
            "cluster": pd.Series(_texts(column("cluster"), table.n, None), dtype=object),
        },
        columns=list(RESPONDENT_COLUMNS),
    )
    for name, values in (kept or {}).items():
        frame[name] = pd.Series(list(values), dtype=object)
    ids, repeated = _ids(table, roles, waves, warnings, digest_key)
    frame.index = pd.Index(ids, name="respondent", dtype=object)
    return Respondents(frame=frame, repeated=repeated, warnings=tuple(warnings))


def _of_each(cells: Sequence[CellValue], read: Callable[[CellValue], Read]) -> list[Read]:
    """What ``read`` makes of every cell, worked out once per distinct value."""
    found = distinct(cells)
    results = [read(value) for value in found.values]
    return [results[which] for which in found.inverse.tolist()]


def _texts(cells: Sequence[CellValue] | None, n: int, default: str | None) -> list[str | None]:
    if cells is None:
        return [default] * n
    return _of_each(cells, lambda cell: cell_text(cell) or default)


def _read_moments(table: Table, roles: Lookup[ColumnRole, int], warnings: list[Problem]) -> _Moments:
    """Beginning and end of each record, as far as the file holds them; both columns write their dates in one order."""
    present = [role for role in TIME_ROLES if role in roles]
    read, found = time_reader(*(table.columns[roles[role]] for role in present))
    moments = {role: _of_each(table.columns[roles[role]], read) for role in present}
    if "submitted" not in roles:
        return moments
    place = roles["submitted"]
    remark = order_remark(table, place, found)
    warnings += [] if remark is None else [remark]
    if found.by not in {"ambiguous", "mixed"}:
        warnings += _unread(table, place, [moment is None for moment in moments["submitted"]], "time_not_read")
    return moments


def _durations(
    table: Table, roles: Lookup[ColumnRole, int], moments: _Moments, warnings: list[Problem]
) -> NDArray[np.float64]:
    if "duration" in roles:
        cells = table.columns[roles["duration"]]
        seconds = _of_each(cells, seconds_in)
        warnings += _unread(table, roles["duration"], [s is None for s in seconds], "duration_not_read")
        return np.array([math.nan if s is None else s for s in seconds])
    if "started" in moments and "submitted" in moments:
        return np.array(
            [
                (end - start).total_seconds() if start and end and end >= start else math.nan
                for start, end in zip(moments["started"], moments["submitted"], strict=True)
            ]
        )
    return np.full(table.n, math.nan)


def _unread(table: Table, place: int, unread: Sequence[bool], code: str) -> list[Problem]:
    """A warning where filled cells of a column could not be read as what its role says."""
    if not any(unread):
        return []
    cells = table.columns[place]
    rows = [row for row, cell, lost in zip(table.rows, cells, unread, strict=True) if lost and not is_blank(cell)]
    if not rows:
        return []
    fields = {"count": len(rows), "rows": _row_list(rows)}
    return [Problem(code=f"survey.{code}", place=table.place(place), fields=fields, severity="warning")]


def _case_weights(table: Table, roles: Lookup[ColumnRole, int], foreign: ForeignCells) -> NDArray[np.float64]:
    """Weights per record; NaN throughout where the file has no weight column."""
    if "case_weight" not in roles:
        return np.full(table.n, np.nan)
    place = roles["case_weight"]
    found = distinct(table.columns[place])
    weights = np.ones(len(found.values))
    for which, value in enumerate(found.values):
        number = number_of(value)
        if number is not None and math.isfinite(number) and number >= 0:
            weights[which] = number
        else:
            records = found.records_with(which, None)
            foreign.add(place, value, records, expected="≥ 0", code="survey.weight_expected")
    return weights[found.inverse]


def _ids(
    table: Table,
    roles: Lookup[ColumnRole, int],
    waves: NDArray[np.object_],
    warnings: list[Problem],
    digest_key: bytes | None,
) -> tuple[list[str], NDArray[np.bool_]]:
    """Ids without repetition, and where an id was there before within the wave."""
    repeated = np.zeros(table.n, dtype=np.bool_)
    own = [f"{table.file}:{row}" for row in table.rows]
    if "respondent" not in roles:
        return own, repeated
    place = roles["respondent"]
    cells = table.columns[place]
    texts = [cell_text(cell) for cell in cells]
    rounded = [row for row, cell in zip(table.rows, cells, strict=True) if isinstance(cell, float) and cell >= _ROUNDED]
    if rounded:
        fields: dict[str, object] = {"count": len(rounded), "rows": _row_list(rounded)}
        warnings.append(Problem(code="survey.ids_rounded", place=table.place(place), fields=fields, severity="warning"))
    if digest_key is not None:
        texts = [pseudonym(text, digest_key) if text else "" for text in texts]
    if len(set(zip(waves, texts, strict=True))) == table.n:
        return [text or fallback for text, fallback in zip(texts, own, strict=True)], repeated
    records: dict[tuple[str, str], list[int]] = defaultdict(list)
    ids: list[str] = []
    for record, (text, fallback) in enumerate(zip(texts, own, strict=True)):
        before = records[(waves[record], text)]
        if text:
            before.append(record)
            repeated[record] = len(before) > 1
        ids.append(f"{text}#{len(before)}" if len(before) > 1 else text or fallback)
    again = {text: found for (_, text), found in records.items() if len(found) > 1}
    for text, found in list(again.items())[:_LISTED_IDS]:
        rows = [table.rows[record] for record in found]
        fields = {"id": text if digest_key is None else MASK, "count": len(rows), "rows": _row_list(rows)}
        warnings.append(
            Problem(code="survey.respondent_id_twice", place=table.place(place), fields=fields, severity="warning")
        )
    if len(again) > _LISTED_IDS:
        rows = [table.rows[record] for record in np.flatnonzero(repeated)]
        fields = {"count": len(again), "listed": _LISTED_IDS, "responses": len(rows)}
        warnings.append(
            Problem(code="survey.respondent_ids_twice", place=table.place(place), fields=fields, severity="warning")
        )
    return ids, repeated


def _row_list(rows: Sequence[int]) -> str:
    return ", ".join(str(row) for row in rows[:10]) + (" …" if len(rows) > 10 else "")
