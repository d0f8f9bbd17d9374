"""Read an export of any platform into a response set, with an account of what was done."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from survey.errors import MappingError, Place, Problem
from survey.importers.account import column_reports, file_warnings, routing_warnings
from survey.importers.answers import Answers, with_routing
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold
from survey.importers.detect import importer_of
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import Column, ColumnRole, Mapping, check_mapping
from survey.importers.report import ImportReport
from survey.importers.respondent_columns import read_respondents, read_waves
from survey.importers.table_file import Table, read_table
from survey.instrument import Instrument
from survey.privacy import mask_personal
from survey.responses import ResponseSet

__all__ = ["ImportResult", "read_responses"]

_USED_ROLES: frozenset[ColumnRole] = frozenset(
    {"respondent", "wave", "submitted", "started", "duration", "channel", "case_weight", "stratum", "cluster"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The answers of one file, and the account of how they were read."""

    responses: ResponseSet
    report: ImportReport


def read_responses(
    source: Path | str | Table,
    instrument: Instrument,
    mapping: Mapping,
    *,
    source_name: str | None = None,
    wave: str | None = None,
    channel: str = "survey",
    sheet: str | None = None,
) -> ImportResult:
    """Read one file of answers.

    Parameters
    ----------
    source : Path, str or Table
        The export, as downloaded; or a table that was read already (from a database, a data frame ...).
    mapping : Mapping
        Which column answers which question.
    source_name : str, optional
        What the file is called in results; its name where not given.
    wave : str, optional
        The wave of every record where no column is mapped to it ("1" where that is missing too).
    channel : str
        The channel of records without a mapped channel.
    sheet : str, optional
        The sheet to read; it comes before the mapping's.

    Returns
    -------
    ImportResult
        Questions without a column are ``not_in_version``. An id that occurs again within a wave keeps its row, is
        marked in ``flags["duplicate"]`` and gets a suffix so that ids stay unique. Columns that identify persons
        are not read.

    Raises
    ------
    FileRefusedError
        The file is missing, mislabelled or unsafe.
    MappingError
        The mapping fits neither file nor instrument; everything amiss is listed.
    ResponseImportError
        The file cannot be read, or cells hold values that nothing declares; every such cell is listed.
    """
    problems = check_mapping(mapping, instrument)
    if problems:
        raise MappingError(problems)
    if isinstance(source, Table):
        raw, digest = source, _digest_of(source)
    else:
        raw = read_table(
            Path(source),
            sheet=sheet or mapping.sheet,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            header_row=mapping.header_row,
            known_headings=[column.heading for column in mapping.columns],
        )
        digest = hashlib.sha256(Path(source).read_bytes()).digest()
    importer = importer_of(mapping.platform)
    arranged = importer.arrange(raw)
    everything = arranged.table
    left_out = _left_out(everything, mapping)
    gone = set(left_out)
    table = everything.keep([r for r in range(everything.n) if r not in gone]) if gone else everything
    further = {"headings": raw.n - everything.n, "left_out": len(left_out)}
    places = _place_columns(table, arranged, mapping, wave)
    roles: dict[ColumnRole, int] = {
        column.role: place for place, column in places.items() if column.role in _USED_ROLES and column.role
    }
    foreign = ForeignCells(table)
    waves = read_waves(table, mapping, roles, wave, foreign)
    respondents = read_respondents(
        table,
        roles,
        waves,
        foreign,
        source=source_name or table.file,
        channel=channel,
        key=hmac.new(b"satix respondent ids", digest, hashlib.sha256).digest(),
    )
    answers = Answers(table, instrument, mapping, places=places, foreign=foreign, waves=waves)
    foreign.stop_if_any()
    responses = ResponseSet(
        instrument=instrument,
        respondents=respondents.frame,
        columns=tuple(answers.columns),
        codes=np.concatenate(answers.codes) if answers.codes else np.empty((0, table.n), dtype=np.int16),
        numbers=answers.numbers,
        texts=answers.texts,
        flags={"duplicate": respondents.repeated} if respondents.repeated.any() else {},
    )
    responses, misrouted = with_routing(responses)
    mapped = {column.question for column in places.values()}
    without = tuple(question.code for question in instrument.questions if question.code not in mapped)
    report = ImportReport(
        file=table.file,
        sha256=digest.hex(),
        platform=mapping.platform,
        platform_reasons=importer.recognise(raw).reasons,
        encoding=table.encoding,
        encoding_reason=table.encoding_reason,
        delimiter=table.delimiter,
        sheet=table.sheet,
        other_sheets=table.other_sheets,
        header_row=table.header_row,
        rows_in_file=raw.n + len(table.empty_rows) + len(table.totals_rows),
        rows_kept=table.n,
        rows_skipped={
            "empty": len(table.empty_rows),
            "totals": len(table.totals_rows),
            **{reason: count for reason, count in further.items() if count},
        },
        columns=column_reports(table, places, responses),
        unmapped=tuple(
            mask_personal(heading) or table.place(place).column or ""
            for place, heading in enumerate(table.headings)
            if place not in places
        ),
        questions_without_column=without,
        warnings=(
            *file_warnings(table, mapping, places, without),
            *arranged.remarks,
            *respondents.warnings,
            *routing_warnings(table, misrouted),
        ),
    )
    return ImportResult(responses=responses, report=report)


def _digest_of(table: Table) -> bytes:
    """What the headings and cells of a table add up to."""
    digest = hashlib.sha256()
    for heading, column in zip(table.headings, table.columns, strict=True):
        digest.update(f"{heading}\x1d".encode())
        digest.update("\x1f".join(map(cell_text, column)).encode())
    return digest.digest()


def _left_out(table: Table, mapping: Mapping) -> list[int]:
    """Records that the mapping declares to be no responses."""
    out: set[int] = set()
    for heading, values in mapping.leave_out.items():
        place = table.position_of(heading)
        if place is not None:
            marks = {fold(value) for value in values}
            out |= {record for record, cell in enumerate(table.columns[place]) if fold(cell_text(cell)) in marks}
    return sorted(out)


def _place_columns(table: Table, arranged: Arranged, mapping: Mapping, wave: str | None) -> dict[int, Column]:
    """Where each mapped column stands in the file.

    Raises
    ------
    MappingError
        Columns that answer a question, or carry a used role, are not in the file; or, where the mapping refuses
        them, the file has columns that are not mapped.
    """
    import difflib

    not_asked = set(mapping.not_asked.get(wave or "", ()))
    places: dict[int, Column] = {}
    problems: list[Problem] = []
    by_key = {heading.key: place for place, heading in enumerate(arranged.headings) if heading.key is not None}
    for column in mapping.columns:
        place = by_key.get(column.key) if column.key is not None else None
        if place is None:
            place = table.position_of(column.heading, column.occurrence)
        if place is not None and place not in places:
            places[place] = column
        elif (column.question and column.question not in not_asked) or column.role in _USED_ROLES:
            close = difflib.get_close_matches(fold(column.heading), [fold(h) for h in table.headings], n=1, cutoff=0.6)
            problems.append(
                Problem(
                    code="survey.mapped_column_absent",
                    place=Place(file=table.file, sheet=table.sheet, heading=column.heading),
                    fields={
                        "wanted": column.question or column.role,
                        "occurrence": column.occurrence,
                        "row": table.header_row,
                        "closest": mask_personal(close[0]) if close else "–",
                    },
                )
            )
    if mapping.unmapped == "refuse":
        problems += [
            Problem(code="survey.column_not_mapped", place=table.place(place))
            for place in range(len(table.headings))
            if place not in places
        ]
    if problems:
        raise MappingError(problems)
    return places
