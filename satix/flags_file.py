"""The flags of every response as a table to look into: one row per response, one column per rule."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from survey.errors import StudyError
from survey.screening import RULE_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from satix.project import Project
    from satix.steps.screening import Screened
    from survey.responses import ResponseSet

__all__ = ["refuse_inputs", "spreadsheet_safe", "write_flags"]


def refuse_inputs(project: Project, file: Path) -> None:
    """Refuse to write over a file the study reads.

    Raises
    ------
    StudyError
        ``file`` is the study file, its instrument, a mapping or a file of answers.
    """
    read = {path.resolve() for _, path in project.inputs()} | {project.file.resolve()}
    if file.resolve() in read:
        raise StudyError.of("satix.flags_overwrite", file=file.name)


def write_flags(responses: ResponseSet, screened: Screened, file: Path) -> None:
    """Write the flags as CSV (UTF-8 with signature), whole or not at all.

    Columns: source file, row as Excel counts it, respondent id as satix stores it, wave; how many rules that count
    apply, and the first of them; per rule 1 flagged, 0 not, empty where it cannot be judged; then every measure, empty
    where there is none. No answer is written. Text that a spreadsheet would take for a formula gets an apostrophe.

    Raises
    ------
    StudyError
        The file cannot be written.
    """
    table = responses.respondents
    outcomes = screened.outcomes
    rules = [rule for rule in RULE_ORDER if rule in outcomes]
    counted = [rule for rule in rules if rule in screened.settings.counted]
    measures: dict[str, NDArray[np.float64]] = {}
    for rule in rules:
        measures |= outcomes[rule].measures
    hits = np.zeros(responses.n, dtype=np.int64)
    first = np.full(responses.n, "", dtype=object)
    for rule in counted:
        flagged = outcomes[rule].flagged
        first[flagged & (hits == 0)] = rule
        hits += flagged
    columns: dict[str, Iterable[object]] = {
        "source": map(spreadsheet_safe, _column(table, "source")),
        "row": _column(table, "row"),
        "respondent": map(spreadsheet_safe, map(str, table.index)),
        "wave": map(spreadsheet_safe, map(str, screened.waves)),
        "n_flags": hits.tolist(),
        "first_reason": first.tolist(),
    }
    for rule in rules:
        flags = np.where(outcomes[rule].judged, outcomes[rule].flagged.astype(np.int64).astype(str), "")
        columns[f"flag_{rule}"] = flags.tolist()
    columns |= {name: map(_figure, values.tolist()) for name, values in measures.items()}
    try:
        with tempfile.TemporaryDirectory(prefix=".flags.", dir=file.parent) as folder:
            fresh = Path(folder) / "flags.csv"
            with fresh.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(columns)
                writer.writerows(zip(*columns.values(), strict=True))
            fresh.replace(file)
    except OSError as error:
        raise StudyError.of("satix.flags_not_written", file=file.name, reason=error.strerror or "?") from None


def spreadsheet_safe(cell: object) -> object:
    """Text that a spreadsheet would read as a formula gets a leading apostrophe; anything else is left alone."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}:
        return "'" + cell
    return cell


def _column(table: pd.DataFrame, name: str) -> list[object]:
    if name not in table:
        return [""] * len(table)
    return ["" if absent else value for value, absent in zip(table[name].tolist(), table[name].isna(), strict=True)]


def _figure(value: float) -> str:
    return f"{value:.10g}" if np.isfinite(value) else ""
