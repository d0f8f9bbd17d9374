"""What an import did: detected, mapped, kept, skipped, and what deserves a second look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from survey.errors import Language, Problem, render_message

if TYPE_CHECKING:
    import pandas as pd

    from survey.importers.protection import PrivacyAction

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

    ``rows_in_file`` counts rows below the headings up to the last one that holds anything. ``privacy`` is what was done
    to protect persons, by column; the manifest carries it.
    """

    file: str
    sha256: str
    platform: str
    platform_reasons: tuple[Problem, ...]
    encoding: str | None
    encoding_reason: Problem | None
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
    privacy: tuple[PrivacyAction, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as ``results.json`` carries them; warnings are worded in both languages."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "platform": self.platform,
            "platform_reasons": [_worded(reason) for reason in self.platform_reasons],
            "encoding": self.encoding,
            "encoding_reason": None if self.encoding_reason is None else _worded(self.encoding_reason),
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
            "warnings": [_worded(warning) for warning in self.warnings],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per column of the file."""
        import pandas as pd

        return pd.DataFrame([column.to_dict() for column in self.columns])

    def summary(self, language: Language = "en") -> str:
        """The account in one sentence."""
        fields = {
            "file": self.file,
            "rows": self.rows_in_file,
            "kept": self.rows_kept,
            "skipped": sum(self.rows_skipped.values()),
            "columns": len(self.columns),
            "mapped": sum(column.question is not None for column in self.columns),
            "unmapped": len(self.unmapped),
            "warnings": len(self.warnings),
        }
        return render_message("survey.import_summary", fields, language)


def _worded(problem: Problem) -> dict[str, Any]:
    message = {"en": problem.message("en"), "zh": problem.message("zh")}
    return {"code": problem.code, "severity": problem.severity, "message": message}
