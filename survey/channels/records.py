"""What a channel's reader hands back, and what most channels have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.touchpoint_builder import TouchpointBuilder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ChannelRecords", "attributes_of", "first_rows", "one_per_row", "scale_of_column"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecords:
    """Records under construction; ``first`` is the row of the table each begins with, (n_records,), and ``groups`` the
    record each row belongs to, (n_rows,); None where every row is a record of its own.
    """

    builder: TouchpointBuilder
    first: NDArray[np.int64]
    groups: NDArray[np.int64] | None = None

    def rows_per_record(self) -> NDArray[np.int64]:
        """How many rows each record takes, (n_records,)."""
        if self.groups is None:
            return np.ones(len(self.first), dtype=np.int64)
        return np.bincount(self.groups, minlength=len(self.first)).astype(np.int64)


def one_per_row(cells: ChannelCells) -> TouchpointBuilder:
    """A record per row, with ids, persons and the time of the event."""
    builder = TouchpointBuilder(cells.n)
    builder.set(
        source_record_id=cells.digests("record"),
        respondent_key=cells.digests("respondent"),
        occurred_at=cells.moments("occurred_at"),
        recorded_at=cells.moments("recorded_at"),
    )
    return builder


def first_rows(groups: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """The first row of each of ``n`` groups."""
    first = np.full(n, len(groups), dtype=np.int64)
    np.minimum.at(first, groups, np.arange(len(groups)))
    return first


def attributes_of(cells: ChannelCells, builder: TouchpointBuilder, names: dict[str, str]) -> None:
    """Fields that become attributes of the same or another name, and all columns mapped as ``attribute``."""
    for field, code in names.items():
        if cells.has(field):
            builder.attribute(code, cells.labels(field))
    for column in cells.columns("attribute"):
        builder.attribute(column.code or column.heading, cells.labels("attribute", column))


def scale_of_column(low: float | None, high: float | None) -> tuple[float, float] | None:
    """The declared ends of a column as a pair; None where it has none."""
    return None if low is None or high is None else (low, high)
