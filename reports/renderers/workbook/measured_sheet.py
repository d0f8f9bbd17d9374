"""A worksheet that remembers how tall its rows are, so that page breaks can be set before a chart would be cut."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet

DEFAULT_HEIGHT = 15.0

__all__ = ["MeasuredSheet"]


class MeasuredSheet(Worksheet):  # type: ignore[misc]
    """XlsxWriter's worksheet with the heights of its rows in points."""

    def __init__(self) -> None:
        super().__init__()
        self._heights: dict[int, float] = {}

    def set_row(self, row: int, height: float | None = None, *look: Any, **options: Any) -> Any:
        """Set a row's height, as XlsxWriter does, and remember it."""
        if height is not None:
            self._heights[row] = height
        return super().set_row(row, height, *look, **options)

    def height_of(self, first: int, end: int) -> float:
        """The height of the rows from ``first`` up to but without ``end``."""
        return sum(self._heights.get(row, DEFAULT_HEIGHT) for row in range(first, end))
