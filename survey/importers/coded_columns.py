"""A column as its distinct cells and, per record, the place of its cell among them: small to hold and to hand over."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from survey.importers.cell_text import CellValue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CodedColumn", "decoded"]


class CodedColumn:
    """Grows stretch by stretch."""

    def __init__(self) -> None:
        self.places: dict[CellValue, int] = {}
        self.which = array("i")

    def take(self, cells: Iterable[CellValue]) -> None:
        """Add cells one by one."""
        places = self.places
        self.which.extend([places.setdefault(cell, len(places)) for cell in cells])

    def take_coded(self, distinct: Sequence[CellValue], inverse: NDArray[np.integer[Any]]) -> None:
        """Add cells given as distinct values and the place of each record's value among them."""
        import numpy as np

        places = self.places
        here = np.array([places.setdefault(cell, len(places)) for cell in distinct], dtype=np.int32)
        self.which.frombytes(here[inverse].tobytes())

    def plain(self) -> tuple[list[CellValue], bytes]:
        """What another process can hand over: distinct cells and places."""
        return list(self.places), self.which.tobytes()


def decoded(distinct: Sequence[CellValue], which: bytes) -> list[CellValue]:
    """The cells of :meth:`CodedColumn.plain`; equal cells are one object."""
    places = array("i")
    places.frombytes(which)
    return [distinct[place] for place in places]
