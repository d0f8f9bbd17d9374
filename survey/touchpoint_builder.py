"""Puts a touchpoint set together, metric by metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.touchpoints import MEASURE_COLUMNS, RECORD_COLUMNS, TouchpointSet, held_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TouchpointBuilder"]

_EMPTY: Mapping[str, Any] = {"O": None, "f8": np.nan, "i8": 0, "M8[s]": np.datetime64("NaT", "s")}


class TouchpointBuilder:
    """Collects the columns of ``n`` records; `build` freezes them."""

    def __init__(self, n: int) -> None:
        self.n = n
        self._records: dict[str, NDArray[Any]] = {}
        self._attributes: dict[str, NDArray[np.object_]] = {}
        self._measures: list[dict[str, NDArray[Any]]] = []

    def set(self, **columns: Any) -> None:
        """Columns of the record table: an array of shape (n,) or one value for all."""
        for name, values in columns.items():
            dtype = np.dtype(RECORD_COLUMNS[name])
            self._records[name] = np.full(self.n, values, dtype) if _single(values) else np.asarray(values, dtype)

    def get(self, name: str) -> NDArray[Any]:
        """A column of the record table as it stands."""
        return self._records.get(name, np.full(self.n, _EMPTY[RECORD_COLUMNS[name]], RECORD_COLUMNS[name]))

    def attribute(self, code: str, values: Sequence[str | None] | NDArray[np.object_]) -> None:
        """A property of the records, (n,); left out where no record has it."""
        if any(value is not None for value in values):
            self._attributes[code] = np.asarray(values, dtype=object)

    def measure(
        self,
        metric: str,
        *,
        numbers: NDArray[np.float64] | None = None,
        codes: Sequence[str | None] | NDArray[np.object_] | None = None,
        texts: Sequence[str | None] | NDArray[np.object_] | None = None,
        records: NDArray[np.int64] | None = None,
        ends: tuple[float, float] | None = None,
        highest: NDArray[np.float64] | None = None,
        polarity: int = 1,
        defaults: NDArray[np.bool_] | None = None,
        coder: str | None = None,
        coders: NDArray[np.object_] | None = None,
        critical: NDArray[np.bool_] | bool = False,
    ) -> None:
        """Rows of one metric; rows without number, code and text are left out.

        ``records`` are the places of the records the rows belong to (default: one row per record, in order), ``ends``
        the ends of the scale, ``highest`` the upper ends where they differ by row (points of a checklist).
        """
        place = np.arange(self.n) if records is None else np.asarray(records, dtype=np.int64)
        rows = len(place)
        number = np.full(rows, np.nan) if numbers is None else np.asarray(numbers, dtype=np.float64)
        code = np.full(rows, None, dtype=object) if codes is None else np.asarray(codes, dtype=object)
        text = np.full(rows, None, dtype=object) if texts is None else np.asarray(texts, dtype=object)
        held = ~np.isnan(number) | held_in(code) | held_in(text)
        low, high = ends or (np.nan, np.nan)
        columns: dict[str, Any] = {
            "record": place,
            "metric_code": np.full(rows, metric, dtype=object),
            "value_num": number,
            "value_code": code,
            "scale_min": np.full(rows, low),
            "scale_max": np.full(rows, high) if highest is None else np.asarray(highest, dtype=np.float64),
            "polarity": np.full(rows, polarity, dtype=np.int8),
            "text": text,
            "is_default": np.zeros(rows, dtype=np.bool_) if defaults is None else np.asarray(defaults, np.bool_),
            "coder": np.full(rows, coder, dtype=object) if coders is None else np.asarray(coders, dtype=object),
            "critical": np.broadcast_to(np.asarray(critical, dtype=np.bool_), (rows,)),
        }
        self._measures.append({name: values[held] for name, values in columns.items()})

    def build(self) -> TouchpointSet:
        """The set; rows of one record stand together."""
        joined = {
            name: np.concatenate([part[name] for part in self._measures])
            if self._measures
            else np.empty(0, dtype=np.dtype(dtype))
            for name, dtype in MEASURE_COLUMNS.items()
        }
        order = np.argsort(joined["record"], kind="stable")
        return TouchpointSet(
            records={name: self.get(name).copy() for name in RECORD_COLUMNS},
            attributes=dict(self._attributes),
            measures={name: values[order] for name, values in joined.items()},
        )


def _single(values: Any) -> bool:
    return values is None or isinstance(values, str | int | float | np.datetime64)
