"""Results that come already aggregated: shares at the bottom, in the middle and at the top, means, completes.

There are no respondents in such a file: no interval can be made without the number of completes, and nothing can be
weighted or cut anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row
from survey.importers.cells import number_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_aggregates"]

_SHARES = ("bottom", "middle", "top")
_ROUNDING = 2.0
"""Percentage points by which three rounded shares may miss 100."""


def read_aggregates(cells: ChannelCells) -> ChannelRecords:
    """A record per row. Metrics: ``bottom``, ``middle``, ``top``, ``response_rate`` (0-1), ``mean``, ``completes``
    (a number, or the code of a size class such as "300 or more"). Attributes ``period``, ``entity``, ``measure``."""
    builder = one_per_row(cells)
    shares = {field: cells.numbers(field, percent=True) for field in _SHARES if cells.has(field)}
    for field, values in shares.items():
        builder.measure(field, numbers=_unit(values, list(shares.values())), ends=(0.0, 1.0), polarity=0)
    if len(shares) == len(_SHARES):
        _check_sums(cells, shares)
    rates = cells.numbers("response_rate", percent=True)
    builder.measure("response_rate", numbers=_unit(rates, [rates]), ends=(0.0, 1.0))
    column = cells.column("mean")
    if column is not None:
        ends = None if column.lowest is None or column.highest is None else (column.lowest, column.highest)
        builder.measure("mean", numbers=cells.rating(column), ends=ends)
    if cells.has("completes"):
        labels = cells.labels("completes")
        numbers = np.array([np.nan if label is None else _count(label) for label in labels])
        codes = labels.copy()
        codes[~np.isnan(numbers)] = None
        builder.measure("completes", numbers=numbers, codes=codes, polarity=0)
    attributes_of(cells, builder, {"period": "period", "entity": "entity", "measure": "measure", "area": "area"})
    return ChannelRecords(builder=builder, first=np.arange(cells.n))


def _count(label: str) -> float:
    number = number_of(label)
    return np.nan if number is None else number


def _unit(values: NDArray[np.float64], together: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Percentages as shares of one, where any of the columns that belong together goes beyond 1."""
    every = np.concatenate(together)
    return values / 100 if every.size and np.nanmax(every, initial=0.0) > 1 else values


def _check_sums(cells: ChannelCells, shares: dict[str, NDArray[np.float64]]) -> None:
    """Shares of one row that do not add up are reported, not mended."""
    every = list(shares.values())
    total = np.sum([_unit(values, every) for values in every], axis=0)
    off = np.abs(total - 1) * 100 > _ROUNDING
    if off.any():
        cells.note(
            "channel_shares_do_not_add",
            cells.column("top"),
            count=int(off.sum()),
            rows=cells.rows_in_words(off),
        )
