"""Read an export of any platform into a response set, with an account of what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from survey.erasures import Erasures, erased_rows
from survey.errors import MappingError, Problem
from survey.importers.account import column_reports, file_warnings, routing_warnings
from survey.importers.answers import Answers, with_routing
from survey.importers.cell_text import cell_text, fold
from survey.importers.declared_codes import codebook_warnings, with_codebooks
from survey.importers.detect import importer_of
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import ColumnRole, Mapping, check_mapping
from survey.importers.missing_words import missing_word_remarks
from survey.importers.opened_export import USED_ROLES, open_export
from survey.importers.protection import protect
from survey.importers.report import ImportReport
from survey.importers.respondent_columns import read_respondents, read_waves
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.privacy import mask_personal
from survey.responses import ResponseSet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ImportResult", "read_responses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The answers of one file, and the account of how they were read."""

    responses: ResponseSet
    report: ImportReport


def read_responses(
    source: Path | str | Table | pd.DataFrame,
    instrument: Instrument,
    mapping: Mapping,
    *,
    source_name: str | None = None,
    wave: str | None = None,
    channel: str = "survey",
    sheet: str | None = None,
    erasures: Erasures | None = None,
    study_key: Callable[[], bytes] | None = None,
) -> ImportResult:
    """Read one file of answers.

    Parameters
    ----------
    source : Path, str, Table or DataFrame
        The export, as downloaded; a data frame; or a table that was read already (from a database ...).
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
    erasures : Erasures, optional
        Persons whose rows are left out; ``study_key`` is needed to know them.
    study_key : callable, optional
        Gives the key of the study, by which a person has the same digest in all of its files.

    Returns
    -------
    ImportResult
        Questions without a column are ``not_in_version``. An id that occurs again within a wave keeps its row, is
        marked in ``flags["duplicate"]`` and gets a suffix so that ids stay unique. What identifies persons is
        protected first, as :mod:`survey.importers.protection` says.

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
    if not isinstance(source, Table | Path | str):
        from survey.importers.frames import table_from_frame

        source = table_from_frame(source, name=source_name or "frame")
    opened = open_export(source, mapping, wave=wave, sheet=sheet)
    raw, arranged, everything = opened.raw, opened.arranged, opened.table
    places = with_codebooks(everything, opened.places, instrument)
    left_out = set(_left_out(everything, mapping))
    erased: set[int] = set()
    unmet: tuple[Problem, ...] = ()
    if erasures is not None and study_key is not None:
        name = source_name or everything.file
        rows, unmet = erased_rows(raw, everything, places, erasures, study_key(), file=name)
        erased = {record for record, row in enumerate(everything.rows) if row in rows} - left_out
    gone = left_out | erased
    table = everything.keep([r for r in range(everything.n) if r not in gone]) if gone else everything
    further = {"headings": max(raw.n - everything.n, 0), "left_out": len(left_out), "erased": len(erased)}
    protected = protect(
        table,
        places,
        instrument,
        file_key=opened.file_key,
        study_key=study_key,
        also=mapping.mask_also,
    )
    table, places = protected.table, protected.places
    roles: dict[ColumnRole, int] = {
        column.role: place for place, column in places.items() if column.role in USED_ROLES and column.role
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
        digest_key=protected.digest_key,
        kept=protected.kept,
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
        sha256=opened.digest.hex(),
        platform=mapping.platform,
        platform_reasons=importer_of(mapping.platform).recognise(raw).reasons,
        encoding=table.encoding,
        encoding_reason=table.encoding_reason,
        delimiter=table.delimiter,
        sheet=table.sheet,
        other_sheets=table.other_sheets,
        header_row=table.header_row,
        rows_in_file=max(raw.n, everything.n) + len(table.empty_rows) + len(table.totals_rows),
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
        warnings=_once(
            [
                *file_warnings(table, mapping, places, without),
                *arranged.remarks,
                *codebook_warnings(table, places, instrument),
                *protected.remarks,
                *unmet,
                *missing_word_remarks(table, places, instrument, mapping),
                *respondents.warnings,
                *routing_warnings(table, misrouted),
            ]
        ),
        privacy=protected.actions,
    )
    return ImportResult(responses=responses, report=report)


def _once(remarks: list[Problem]) -> tuple[Problem, ...]:
    """Every remark once: an importer may see what is seen again when the cells are read."""
    return tuple(remark for place, remark in enumerate(remarks) if remark not in remarks[:place])


def _left_out(table: Table, mapping: Mapping) -> list[int]:
    """Records that the mapping declares to be no responses."""
    out: set[int] = set()
    for heading, values in mapping.leave_out.items():
        place = table.position_of(heading)
        if place is not None:
            marks = {fold(value) for value in values}
            out |= {record for record, cell in enumerate(table.columns[place]) if fold(cell_text(cell)) in marks}
    return sorted(out)
