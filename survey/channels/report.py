"""What the reading of a channel file did: rows in, records out, what was skipped and why, what deserves a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChannelColumnReport", "ChannelReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelColumnReport:
    """One column of the file, what it holds, and in how many rows it holds something."""

    letter: str
    heading: str
    field: str | None
    code: str | None
    n_filled: int

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "letter": self.letter,
            "heading": self.heading,
            "field": self.field,
            "code": self.code,
            "n_filled": self.n_filled,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """The account of one channel file. ``rows_in_file`` = ``rows_used`` + the sum of ``rows_skipped``.

    A record may take several rows (the turns of a chat, the attempts of a call), so ``n_records`` is at most
    ``rows_used``. ``n_persons`` is None where the file names nobody. ``n_ids_twice`` counts records whose id occurs
    earlier in the file. ``metrics`` gives the records that carry each metric.
    """

    file: str
    sha256: str
    channel: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    rows_in_file: int
    rows_used: int
    rows_skipped: Mapping[str, int]
    n_records: int
    n_persons: int | None
    n_ids_twice: int
    n_default: int
    metrics: Mapping[str, int]
    columns: tuple[ChannelColumnReport, ...]
    warnings: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as ``results.json`` carries them; warnings are worded in both languages."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "channel": self.channel,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "rows_in_file": self.rows_in_file,
            "rows_used": self.rows_used,
            "rows_skipped": dict(self.rows_skipped),
            "n_records": self.n_records,
            "n_persons": self.n_persons,
            "n_ids_twice": self.n_ids_twice,
            "n_default": self.n_default,
            "metrics": dict(self.metrics),
            "columns": [column.to_dict() for column in self.columns],
            "warnings": [
                {
                    "code": warning.code,
                    "severity": warning.severity,
                    "message": {"en": warning.message("en"), "zh": warning.message("zh")},
                }
                for warning in self.warnings
            ],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per column of the file."""
        import pandas as pd

        return pd.DataFrame([column.to_dict() for column in self.columns])
