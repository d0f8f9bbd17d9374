"""Telephone call-backs: attempts, final dispositions in the words of AAPOR, talking time, the key pressed.

A case is a person called; its attempts may take several rows. The final disposition is the one that says most about the
case: a completed interview before a partial one, a refusal, another eligible non-response, a non-contact, then what is
not eligible and what is unknown (AAPOR, Standard Definitions, 10th ed. 2023, sections on final disposition codes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.mapping import Outcome
from survey.channels.records import ChannelRecords, attributes_of, first_rows, scale_of_column
from survey.channels.words import word_codes
from survey.importers.cell_text import fold
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import held_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PRECEDENCE", "read_callbacks"]

PRECEDENCE: tuple[Outcome, ...] = (
    "complete",
    "partial",
    "refusal",
    "other",
    "ineligible",
    "non_contact",
    "unknown_other",
    "unknown_household",
)
"""Which outcome of several attempts is the final one of the case."""


def read_callbacks(cells: ChannelCells) -> ChannelRecords:
    """A record per case. Metrics: ``disposition`` (code), ``attempts``, ``talk_seconds`` (of all attempts in which
    somebody was spoken to: not of length 0, not without contact), ``rating``, ``comment``."""
    cases, n = cells.groups("respondent", "record")
    first = first_rows(cases, n)
    builder = TouchpointBuilder(n)
    builder.set(
        source_record_id=cells.digests("record")[first],
        respondent_key=cells.digests("respondent")[first],
        occurred_at=cells.moments("occurred_at")[first],
    )
    decisive = first
    unconnected = np.zeros(cells.n, dtype=np.bool_)
    if cells.has("disposition"):
        codes = _outcomes(cells)
        unconnected = np.isin(codes.astype(str), ("non_contact", "unknown_household"))
        decisive = _decisive_rows(cases, codes, n)
        builder.measure("disposition", codes=codes[decisive], polarity=0)
    builder.measure("attempts", numbers=_attempts(cells, cases, n), polarity=0)
    if cells.has("duration"):
        seconds = cells.durations("duration", since=np.full(cells.n, np.datetime64("NaT", "s")), default_unit="seconds")
        known = ~np.isnan(seconds) & (seconds > 0) & ~unconnected
        total = np.bincount(cases[known], weights=seconds[known], minlength=n)
        counted = np.bincount(cases[known], minlength=n) > 0
        builder.measure("talk_seconds", numbers=np.where(counted, total, np.nan), polarity=0)
    column = cells.column("rating")
    if column is not None:
        builder.measure(
            "rating",
            numbers=cells.rating(column),
            records=cases,
            ends=scale_of_column(column.lowest, column.highest),
            polarity=-1 if column.reverse else 1,
        )
    builder.measure("comment", texts=cells.texts("text"), records=cases)
    if cells.has("interviewer"):
        builder.attribute("interviewer", cells.staff("interviewer")[decisive])
    if not cells.columns("attribute"):
        return ChannelRecords(builder=builder, first=first, groups=cases)
    whole = TouchpointBuilder(cells.n)
    attributes_of(cells, whole, {})
    for code, values in whole.build().attributes.items():
        builder.attribute(code, values[decisive])
    return ChannelRecords(builder=builder, first=first, groups=cases)


def _outcomes(cells: ChannelCells) -> NDArray[np.object_]:
    """AAPOR outcomes of rows: by the mapping first, then by the words that are shipped; an empty cell is unknown."""
    words = word_codes("disposition") | {code: code for code in get_args(Outcome)}
    declared = {fold(text): str(outcome) for text, outcome in cells.mapping.dispositions.items()}
    codes = cells.codes("disposition", words | declared, unknown="channel_outcome_unknown")
    codes[~held_in(codes)] = "unknown_household"
    return codes


def _decisive_rows(cases: NDArray[np.int64], codes: NDArray[np.object_], n: int) -> NDArray[np.int64]:
    """The row that decides each case; the later one of equals."""
    rank = np.array([PRECEDENCE.index(code) if code in PRECEDENCE else len(PRECEDENCE) for code in codes])
    order = np.lexsort((-np.arange(len(codes)), rank, cases))
    decisive = np.zeros(n, dtype=np.int64)
    decisive[cases[order[::-1]]] = order[::-1]
    return decisive


def _attempts(cells: ChannelCells, cases: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """The highest attempt number of a case, at least its number of rows."""
    rows = np.bincount(cases, minlength=n).astype(np.float64)
    numbered = cells.numbers("attempt")
    np.fmax.at(rows, cases, numbered)
    return rows
