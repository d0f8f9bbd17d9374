"""Lengths of time as channel exports write them: numbers, clock times, ``2小时5分``; moments are left to the caller."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from survey.channels.moments import is_moment
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.times import seconds_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_lengths"]


def read_lengths(
    values: Sequence[CellValue], factor: float, *, absent: Collection[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[int]]:
    """Seconds of each value, NaN where there is none; which values are moments; the places of those that are neither.

    A plain number counts ``factor`` seconds. Empty cells and the folded words ``absent`` hold nothing.
    """
    seconds = np.full(len(values), np.nan)
    timed = np.zeros(len(values), dtype=np.bool_)
    foreign: list[int] = []
    for which, value in enumerate(values):
        folded = fold(cell_text(value))
        if not folded or folded in absent:
            continue
        if is_moment(value):
            timed[which] = True
            continue
        number = number_in(folded.replace(",", "")) if isinstance(value, str | int | float) else None
        if number is not None:
            seconds[which] = number * factor
        elif (length := seconds_in(value)) is not None:
            seconds[which] = length
        else:
            foreign.append(which)
    return seconds, timed, foreign
