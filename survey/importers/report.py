"""What an import did: detected, mapped, kept, skipped, and what deserves a second look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from survey.errors import Language, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ColumnReport", "ImportReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One column of the export and what became of it.

    ``n_answered`` and ``missing`` (counts by kind) are None for columns that hold no answers;
    ``n_invalid`` counts cells the mapping declares unusable.
    """

    letter: str
    heading: str
    occurrence: int = 1
    question: str | None = None
    option: str | None = None
    role: str | None = None
    similarity: float | None = None
    n_answered: int | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    n_invalid: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as ``results.json`` carries them."""
        return {
            "letter": self.letter,
            "heading": self.heading,
            "occurrence": self.occurrence,
            "question": self.question,
            "option": self.option,
            "role": self.role,
            "similarity": self.similarity,
            "n_answered": self.n_answered,
            "missing": dict(self.missing),
            "n_invalid": self.n_invalid,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The account of one file. ``rows_in_file`` = ``rows_kept`` + the sum of ``rows_skipped``.

    ``rows_in_file`` counts rows below the headings up to the last one that holds anything.
    """

    file: str
    sha256: str
    platform: str
    platform_reasons: tuple[str, ...]
    encoding: str | None
    encoding_reason: str | None
    delimiter: str | None
    sheet: str | None
    other_sheets: tuple[str, ...]
    header_row: int
    rows_in_file: int
    rows_kept: int
    rows_skipped: Mapping[str, int]
    columns: tuple[ColumnReport, ...]
    unmapped: tuple[str, ...]
    questions_without_column: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as ``results.json`` carries them; warnings are worded in both languages."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "platform": self.platform,
            "platform_reasons": list(self.platform_reasons),
            "encoding": self.encoding,
            "encoding_reason": self.encoding_reason,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "other_sheets": list(self.other_sheets),
            "header_row": self.header_row,
            "rows_in_file": self.rows_in_file,
            "rows_kept": self.rows_kept,
            "rows_skipped": dict(self.rows_skipped),
            "columns": [column.to_dict() for column in self.columns],
            "unmapped": list(self.unmapped),
            "questions_without_column": list(self.questions_without_column),
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

    def summary(self, language: Language = "en") -> str:
        """The account in one sentence."""
        skipped = sum(self.rows_skipped.values())
        mapped = sum(column.question is not None for column in self.columns)
        if language == "zh":
            return (
                f"{self.file}：读入 {self.rows_in_file} 行，保留 {self.rows_kept} 行，跳过 {skipped} 行；"
                f"{len(self.columns)} 列中 {mapped} 列对应题目，{len(self.unmapped)} 列未对应；提示 {len(self.warnings)} 条。"
            )
        return (
            f"{self.file}: {self.rows_in_file} rows, {self.rows_kept} kept, {skipped} skipped; {mapped} of "
            f"{len(self.columns)} columns answer questions, {len(self.unmapped)} unmapped; {len(self.warnings)} warnings."
        )
