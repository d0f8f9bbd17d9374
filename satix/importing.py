"""What a file is and how it would be read, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from survey.errors import Language, StudyError, render_message

__all__ = ["describe_import"]


def describe_import(
    file: Path,
    *,
    instrument: str | None = None,
    mapping: Path | None = None,
    wave: str | None = None,
    to: Path | None = None,
    language: Language = "en",
) -> Iterator[str]:
    """Detection with its reasons and the layout; with instrument and mapping, the account of a real import.

    With ``to`` the answers are also written as a long table (CSV, UTF-8 with signature).

    Raises
    ------
    SatixError
        The file cannot be read, or cells lie outside their scale; every fault is listed.
    """
    from survey.importers.cell_text import column_letter
    from survey.importers.detect import detect_table
    from survey.importers.table_file import read_table

    if (instrument is None) != (mapping is None) or (to is not None and mapping is None):
        raise StudyError.of("satix.import_needs_both")
    table = read_table(file)
    for detection in detect_table(table):
        fields: dict[str, object] = {
            "file": file.name,
            "platform": detection.platform,
            "confidence": detection.confidence,
        }
        yield render_message("satix.import_format", fields, language)
        for reason in detection.reasons:
            yield render_message("satix.import_reason", {"reason": reason.message(language)}, language)
    fields = {
        "sheet": table.sheet or "–",
        "row": table.header_row,
        "rows": len(table.rows),
        "encoding": table.encoding or "–",
    }
    yield render_message("satix.import_layout", fields, language)
    if instrument is None or mapping is None:
        yield render_message("satix.import_columns", {"columns": len(table.headings)}, language)
        for place, heading in enumerate(table.headings):
            yield f"  {column_letter(place):>4} {' '.join(heading.split())[:80]}"
        return
    yield from _account(file, instrument, mapping, wave, to, language)


def _account(
    file: Path, instrument: str, mapping: Path, wave: str | None, to: Path | None, language: Language
) -> Iterator[str]:
    from instruments.catalog import load_instrument
    from survey.importers.mapping import read_mapping
    from survey.importers.read import read_responses

    named = Path(instrument) if instrument.endswith((".yaml", ".yml")) else instrument
    result = read_responses(file, load_instrument(named), read_mapping(mapping), wave=wave or "1")
    report = result.report
    skipped = ", ".join(f"{reason} {count}" for reason, count in report.rows_skipped.items() if count) or "0"
    yield render_message(
        "satix.import_rows", {"kept": report.rows_kept, "rows": report.rows_in_file, "skipped": skipped}, language
    )
    for column in report.columns:
        fields: dict[str, object] = {"column": column.letter, "heading": " ".join(column.heading.split())[:60]}
        if column.question is not None:
            fields |= {
                "question": column.question,
                "answered": column.n_answered,
                "missing": sum(column.missing.values()),
            }
            yield render_message("satix.import_question", fields, language)
        elif column.role is not None:
            yield render_message("satix.import_role", fields | {"role": column.role}, language)
        else:
            yield render_message("satix.import_unmapped", fields, language)
    for warning in report.warnings:
        yield warning.message(language)
    if to is not None:
        frame = result.responses.to_long()
        for name in ("respondent", "code", "label"):
            frame[name] = [_guarded(cell) for cell in frame[name]]
        frame.to_csv(to, index=False, encoding="utf-8-sig")
        yield render_message("satix.import_written", {"file": str(to)}, language)


def _guarded(cell: object) -> object:
    """Text that a spreadsheet would read as a formula gets a leading apostrophe."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + cell
    return cell
