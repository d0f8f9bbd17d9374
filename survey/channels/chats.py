"""Live chat: a table of sessions, or a log with a row per turn.

In a log the waits are those of a customer for staff or robot: from the first of consecutive customer turns to the next
turn of the other side. Ratings of a dialogue by several coders (``3,3,2``) are kept by coder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, first_rows, one_per_row, scale_of_column
from survey.channels.words import word_codes
from survey.importers.cell_text import cell_text
from survey.importers.cells import number_of
from survey.touchpoint_builder import TouchpointBuilder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.channels.mapping import ChannelColumn

__all__ = ["read_sessions", "read_turns"]


def read_sessions(cells: ChannelCells) -> ChannelRecords:
    """A record per session. Metrics: ``queue_seconds``, ``first_response_seconds``, ``duration_minutes``, ``turns``,
    ``rating``, ``resolved`` (1 or 0), ``comment``."""
    builder = one_per_row(cells)
    started = builder.get("occurred_at")
    for field, metric in (("queue", "queue_seconds"), ("first_response", "first_response_seconds")):
        seconds = cells.durations(field, since=started, default_unit="seconds")
        builder.measure(metric, numbers=seconds, polarity=-1)
    gap = cells.moments("ended_at") - started
    seconds = np.where(np.isnat(gap), np.nan, gap.astype("m8[s]").astype(np.float64))
    lasted = cells.not_negative(cells.column("ended_at"), seconds)
    builder.measure("duration_minutes", numbers=lasted / 60, polarity=0)
    builder.measure("turns", numbers=cells.numbers("turns"), polarity=0)
    _rating(cells, builder)
    builder.measure("resolved", numbers=cells.truths("resolved"), ends=(0.0, 1.0))
    builder.measure("comment", texts=cells.texts("text"))
    attributes_of(cells, builder, {"group": "group"})
    if cells.has("agent"):
        builder.attribute("agent", cells.staff("agent"))
    return ChannelRecords(builder=builder, first=np.arange(cells.n))


def _rating(cells: ChannelCells, builder: TouchpointBuilder) -> None:
    column = cells.column("rating")
    if column is not None:
        ends = scale_of_column(column.lowest, column.highest)
        polarity = -1 if column.reverse else 1
        builder.measure("rating", numbers=cells.rating(column), ends=ends, polarity=polarity)


def read_turns(cells: ChannelCells) -> ChannelRecords:
    """A record per session of a log. Metrics: ``turns``, ``customer_turns``, ``agent_turns``, and where turns have
    times ``first_response_seconds``, ``longest_wait_seconds``, ``mean_wait_seconds`` and ``duration_minutes``;
    ``rating`` (of the whole dialogue, by coder), ``turn_rating`` (mean over rated turns).
    """
    sessions, n = cells.groups("record")
    first = first_rows(sessions, n)
    builder = TouchpointBuilder(n)
    times = cells.moments("occurred_at")
    builder.set(
        source_record_id=cells.digests("record")[first],
        respondent_key=cells.digests("respondent")[first],
        occurred_at=times[first],
    )
    roles = cells.codes("role", word_codes("role"))
    overall = _overall_lines(cells)
    spoken = ~overall
    customer = spoken & (roles == "customer")
    staff = spoken & ((roles == "agent") | (roles == "robot"))
    for metric, where in (("turns", spoken), ("customer_turns", customer), ("agent_turns", staff)):
        counts = np.bincount(sessions[where], minlength=n).astype(np.float64)
        builder.measure(metric, numbers=counts, polarity=0)
    _waits(cells, builder, sessions, times, customer, staff)
    _coded_ratings(cells, builder, sessions, overall)
    if cells.has("agent"):
        builder.attribute("agent", cells.staff("agent")[first])
    return ChannelRecords(builder=builder, first=first, groups=sessions)


def _overall_lines(cells: ChannelCells) -> NDArray[np.bool_]:
    """Lines that carry the rating of the whole dialogue and are no turn; what was said is not kept."""
    column = cells.column("message")
    if column is None:
        return np.zeros(cells.n, dtype=np.bool_)
    cells_said = cells.table.columns[cells.place_of(column)]
    return np.fromiter((cell == "OVERALL" for cell in cells_said), dtype=np.bool_, count=cells.n)


def _waits(
    cells: ChannelCells,
    builder: TouchpointBuilder,
    sessions: NDArray[np.int64],
    times: NDArray[np.datetime64],
    customer: NDArray[np.bool_],
    staff: NDArray[np.bool_],
) -> None:
    timed = ~np.isnat(times)
    if not timed.any():
        return
    n = builder.n
    seconds = times.astype("M8[s]").astype(np.int64).astype(np.float64)
    first, longest, total, answers = (np.full(n, np.nan), np.full(n, np.nan), np.zeros(n), np.zeros(n))
    begun, ended = np.full(n, np.inf), np.full(n, -np.inf)
    waiting: dict[int, float] = {}
    backwards = np.zeros(cells.n, dtype=np.bool_)
    for row in np.flatnonzero(timed & (customer | staff)):
        session, now = int(sessions[row]), seconds[row]
        backwards[row] = now < ended[session]
        begun[session], ended[session] = min(begun[session], now), max(ended[session], now)
        if customer[row]:
            waiting.setdefault(session, now)
        elif session in waiting:
            wait = now - waiting.pop(session)
            if wait < 0:
                continue
            first[session] = wait if np.isnan(first[session]) else first[session]
            longest[session] = np.fmax(longest[session], wait)
            total[session] += wait
            answers[session] += 1
    if backwards.any():
        rows = cells.rows_in_words(backwards)
        cells.note("channel_turns_backwards", cells.column("occurred_at"), count=int(backwards.sum()), rows=rows)
    builder.measure("first_response_seconds", numbers=first, polarity=-1)
    builder.measure("longest_wait_seconds", numbers=longest, polarity=-1)
    mean = np.divide(total, answers, out=np.full(n, np.nan), where=answers > 0)
    builder.measure("mean_wait_seconds", numbers=mean, polarity=-1)
    lasted = np.where(ended >= begun, ended - begun, np.nan)
    builder.measure("duration_minutes", numbers=lasted / 60, polarity=0)


def _coded_ratings(
    cells: ChannelCells, builder: TouchpointBuilder, sessions: NDArray[np.int64], overall: NDArray[np.bool_]
) -> None:
    """Ratings of the dialogue and of its turns; a cell may hold those of several coders."""
    column = cells.column("rating")
    if column is None:
        return
    whole: list[tuple[int, str, float]] = []
    turns: list[tuple[int, float]] = []
    for row, cell in enumerate(cells.table.columns[cells.place_of(column)]):
        text = cell_text(cell)
        scores = [number_of(part.strip()) for part in text.replace("，", ",").split(",")] if text else []
        low, high = column.lowest, column.highest
        if any(s is None or (low is not None and high is not None and not low <= s <= high) for s in scores):
            cells.foreign.add(
                cells.place_of(column),
                cell,
                [row],
                expected=_ends_in_words(column),
                code="survey.channel_rating_outside",
            )
            continue
        given = [score for score in scores if score is not None]
        if overall[row] or not overall.any():
            whole += [(int(sessions[row]), str(coder), score) for coder, score in enumerate(given, start=1)]
        elif given:
            turns.append((int(sessions[row]), sum(given) / len(given)))
    ends = scale_of_column(column.lowest, column.highest)
    builder.measure(
        "rating",
        numbers=np.array([score for _, _, score in whole]),
        records=np.array([session for session, _, _ in whole], dtype=np.int64),
        coders=np.array([coder for _, coder, _ in whole], dtype=object),
        ends=ends,
    )
    if turns:
        where = np.array([session for session, _ in turns], dtype=np.int64)
        count = np.bincount(where, minlength=builder.n)
        total = np.bincount(where, weights=[score for _, score in turns], minlength=builder.n)
        means = np.divide(total, count, out=np.full(builder.n, np.nan), where=count > 0)
        builder.measure("turn_rating", numbers=means, ends=ends)


def _ends_in_words(column: ChannelColumn) -> str:
    return "1, 2, 3 …" if column.lowest is None else f"{column.lowest:g}–{column.highest:g}"
