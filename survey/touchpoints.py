"""Touchpoint records: what channels other than the questionnaire recorded, in one canonical table.

A record is one review, ticket, session, case, post, visit, statement or row of figures; it carries any number of
metrics. The canonical table (`TouchpointSet.to_frame`) has a row per metric and record. The ends of a scale stand on
the row, because sources mix 5, 10, 100 and Good/Bad. Ids of records, persons and orders are keyed digests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Objects = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

__all__ = ["CANONICAL_COLUMNS", "MEASURE_COLUMNS", "RECORD_COLUMNS", "TouchpointSet", "held_in", "named_where"]

RECORD_COLUMNS: Mapping[str, str] = {
    "source_system": "O",
    "source_file": "O",
    "source_record_id": "O",
    "source_row": "i8",
    "channel": "O",
    "respondent_key": "O",
    "entity_type": "O",
    "entity_id": "O",
    "occurred_at": "M8[s]",
    "recorded_at": "M8[s]",
    "tz": "O",
    "lang": "O",
    "weight": "f8",
    "wave": "O",
    "import_batch_id": "O",
    "raw_hash": "O",
}
"""Columns of the record table and their types; None, NaN or NaT where there is nothing."""
MEASURE_COLUMNS: Mapping[str, str] = {
    "record": "i8",
    "metric_code": "O",
    "value_num": "f8",
    "value_code": "O",
    "scale_min": "f8",
    "scale_max": "f8",
    "polarity": "i1",
    "text": "O",
    "is_default": "?",
    "coder": "O",
    "critical": "?",
}
"""Columns of the measure table; ``record`` is the place of the record, ``polarity`` 1, -1 or 0 (no end is good)."""
CANONICAL_COLUMNS = (
    "source_system",
    "source_record_id",
    "source_row",
    "channel",
    "respondent_key",
    "entity_type",
    "entity_id",
    "occurred_at",
    "recorded_at",
    "tz",
    "metric_code",
    "value_num",
    "value_code",
    "scale_min",
    "scale_max",
    "polarity",
    "text",
    "lang",
    "is_default",
    "weight",
    "wave",
    "attributes",
    "import_batch_id",
    "raw_hash",
)


def held_in(values: Objects) -> Booleans:
    """Where an array of objects holds something, that is, not None."""
    return np.fromiter((value is not None for value in values), dtype=np.bool_, count=len(values))


def named_where(values: Objects, name: str) -> Objects:
    """The name where ``values`` holds something, None elsewhere."""
    named = np.full(len(values), None, dtype=object)
    named[held_in(values)] = name
    return named


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TouchpointSet:
    """Touchpoint records of one or several files; nothing is changed in place.

    Attributes
    ----------
    records : one array of shape (n_records,) per column of `RECORD_COLUMNS`
    attributes : further properties of records by code (status, product, agent ...), (n_records,), None where absent
    measures : one array of shape (n_measures,) per column of `MEASURE_COLUMNS`, sorted by record
    """

    records: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, Objects]
    measures: Mapping[str, NDArray[Any]]

    def __post_init__(self) -> None:
        for columns in (self.records, self.attributes, self.measures):
            for values in columns.values():
                values.setflags(write=False)

    @property
    def n_records(self) -> int:
        """How many records."""
        return len(self.records["source_row"])

    @property
    def n(self) -> int:
        """How many rows the canonical table has."""
        return len(self.measures["record"])

    @property
    def metrics(self) -> tuple[str, ...]:
        """Codes of the metrics, in order of first appearance."""
        return tuple(dict.fromkeys(self.measures["metric_code"]))

    def persons(self) -> Objects:
        """Who stands behind each record, (n_records,): the person's key, else that of the order; None where unknown."""
        keys = self.records["respondent_key"].copy()
        orders = (self.records["entity_type"] == "order") & ~held_in(keys)
        keys[orders] = self.records["entity_id"][orders]
        return keys

    @property
    def n_persons(self) -> int | None:
        """How many different persons (orders where persons are unknown); None where some records name neither."""
        keys = self.persons()
        return len(set(keys)) if held_in(keys).all() else None

    def rows_of(self, metric: str) -> NDArray[np.int64]:
        """Places of a metric's rows in the measure table."""
        return np.flatnonzero(self.measures["metric_code"] == metric)

    def values(self, metric: str, *, coder: str | None = None) -> Floats:
        """Numbers of a metric, (n_records,), NaN where there is none; the mean where several coders gave one."""
        rows = self._rows(metric, coder)
        numbers, record = self.measures["value_num"][rows], self.measures["record"][rows]
        given = ~np.isnan(numbers)
        total = np.bincount(record[given], weights=numbers[given], minlength=self.n_records)
        count = np.bincount(record[given], minlength=self.n_records)
        with np.errstate(invalid="ignore", divide="ignore"):
            means: Floats = np.where(count > 0, total / count, np.nan)
        return means

    def codes(self, metric: str, *, coder: str | None = None) -> Objects:
        """Codes of a metric, (n_records,), None where there is none; the first where there are several."""
        return self._first(metric, "value_code", coder)

    def texts(self, metric: str) -> Objects:
        """Texts of a metric, (n_records,), None where nothing was written."""
        return self._first(metric, "text", None)

    def defaults(self, metric: str) -> Booleans:
        """Where a metric was filled in by the platform and not by a person, (n_records,)."""
        found = np.zeros(self.n_records, dtype=np.bool_)
        rows = self.rows_of(metric)
        found[self.measures["record"][rows][self.measures["is_default"][rows]]] = True
        return found

    def scale_of(self, metric: str) -> tuple[float, float] | None:
        """The ends all rows of a metric share; None where they have none or differ."""
        rows = self.rows_of(metric)
        ends = {(float(low), float(high)) for low, high in zip(*self._ends(rows), strict=True)}
        if len(ends) != 1 or any(np.isnan(next(iter(ends)))):
            return None
        return ends.pop()

    def _ends(self, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
        return self.measures["scale_min"][rows], self.measures["scale_max"][rows]

    def _rows(self, metric: str, coder: str | None) -> NDArray[np.int64]:
        rows = self.rows_of(metric)
        return rows if coder is None else rows[self.measures["coder"][rows] == coder]

    def _first(self, metric: str, column: str, coder: str | None) -> Objects:
        found = np.full(self.n_records, None, dtype=object)
        rows = self._rows(metric, coder)[::-1]
        found[self.measures["record"][rows]] = self.measures[column][rows]
        return found

    def select(self, keep: Sequence[bool] | Booleans) -> TouchpointSet:
        """The records where ``keep`` (n_records,) is true, with their measures."""
        mask = np.asarray(keep, dtype=np.bool_)
        inside = mask[self.measures["record"]]
        places = np.cumsum(mask) - 1
        measures = {name: values[inside] for name, values in self.measures.items()}
        measures["record"] = places[measures["record"]]
        return TouchpointSet(
            records={name: values[mask] for name, values in self.records.items()},
            attributes={name: values[mask] for name, values in self.attributes.items()},
            measures=measures,
        )

    @staticmethod
    def concatenate(parts: Sequence[TouchpointSet]) -> TouchpointSet:
        """All records of several sets, in order; attributes a part does not have are None there."""
        starts = np.cumsum([0, *(part.n_records for part in parts)])
        measures = {
            name: np.concatenate([part.measures[name] for part in parts])
            for name in MEASURE_COLUMNS
            if name != "record"
        }
        shifted = [part.measures["record"] + start for part, start in zip(parts, starts[:-1], strict=True)]
        measures["record"] = np.concatenate(shifted)
        codes = dict.fromkeys(code for part in parts for code in part.attributes)
        return TouchpointSet(
            records={name: np.concatenate([part.records[name] for part in parts]) for name in RECORD_COLUMNS},
            attributes={
                code: np.concatenate(
                    [part.attributes.get(code, np.full(part.n_records, None, dtype=object)) for part in parts]
                )
                for code in codes
            },
            measures=measures,
        )

    def to_frame(self) -> pd.DataFrame:
        """The canonical table: a row per metric and record; ``attributes`` is JSON."""
        import pandas as pd

        record = self.measures["record"]
        shared = [self._attributes_of(place) for place in range(self.n_records)]
        frame: dict[str, Any] = {}
        for name in CANONICAL_COLUMNS:
            if name in RECORD_COLUMNS:
                frame[name] = self.records[name][record]
            elif name in MEASURE_COLUMNS:
                frame[name] = self.measures[name]
        coders, critical = self.measures["coder"], self.measures["critical"]
        frame["attributes"] = [
            json.dumps(
                shared[place] | ({"coder": coder} if coder else {}) | ({"critical": True} if vital else {}),
                ensure_ascii=False,
            )
            for place, coder, vital in zip(record, coders, critical, strict=True)
        ]
        return pd.DataFrame(frame)[list(CANONICAL_COLUMNS)]

    def _attributes_of(self, place: int) -> dict[str, Any]:
        return {code: values[place] for code, values in self.attributes.items() if values[place] is not None}
