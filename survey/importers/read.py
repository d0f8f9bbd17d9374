"""Read an export of any platform into a response set, with an account of what was done."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from survey.errors import MappingError, Place, Problem
from survey.importers.account import column_reports, file_warnings, routing_warnings
from survey.importers.cell_text import fold
from survey.importers.cells import CellCoder
from survey.importers.detect import reasons_for
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import Column, ColumnRole, Mapping, check_mapping
from survey.importers.report import ImportReport
from survey.importers.respondent_columns import read_respondents, read_waves
from survey.importers.table_file import Table, read_table
from survey.importers.wenjuanxing import score_warnings
from survey.instrument import Instrument
from survey.privacy import mask_personal
from survey.questionnaire import Question
from survey.responses import AnswerColumn, NumberColumn, ResponseSet
from survey.routing import evaluate
from survey.scales import MISSING_CODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ImportResult", "read_responses"]

_USED_ROLES: frozenset[ColumnRole] = frozenset(
    {"respondent", "wave", "submitted", "started", "duration", "channel", "case_weight", "stratum", "cluster"}
)
NOT_IN_VERSION = MISSING_CODES["not_in_version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The answers of one file, and the account of how they were read."""

    responses: ResponseSet
    report: ImportReport


def read_responses(
    path: Path,
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
    path : Path
        The export, as downloaded.
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
    table = read_table(
        path,
        sheet=sheet or mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        header_row=mapping.header_row,
        known_headings=[column.heading for column in mapping.columns],
    )
    content = path.read_bytes()
    places = _place_columns(table, mapping, wave)
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
        source=source_name or path.name,
        channel=channel,
        key=hmac.new(b"satix respondent ids", content, hashlib.sha256).digest(),
    )
    answers = _Answers(table, instrument, mapping, places=places, foreign=foreign, waves=waves)
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
    responses, misrouted = _with_routing(responses)
    scores = score_warnings(table) if mapping.platform == "wenjuanxing" else ()
    mapped = {column.question for column in places.values()}
    without = tuple(question.code for question in instrument.questions if question.code not in mapped)
    report = ImportReport(
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        platform=mapping.platform,
        platform_reasons=reasons_for(table, mapping.platform),
        encoding=table.encoding,
        encoding_reason=table.encoding_reason,
        delimiter=table.delimiter,
        sheet=table.sheet,
        other_sheets=table.other_sheets,
        header_row=table.header_row,
        rows_in_file=table.n + len(table.empty_rows) + len(table.totals_rows),
        rows_kept=table.n,
        rows_skipped={"empty": len(table.empty_rows), "totals": len(table.totals_rows)},
        columns=column_reports(table, places, responses),
        unmapped=tuple(
            mask_personal(heading) or table.place(place).column or ""
            for place, heading in enumerate(table.headings)
            if place not in places
        ),
        questions_without_column=without,
        warnings=(
            *file_warnings(table, mapping, places, without),
            *scores,
            *respondents.warnings,
            *routing_warnings(table, misrouted),
        ),
    )
    return ImportResult(responses=responses, report=report)


def _place_columns(table: Table, mapping: Mapping, wave: str | None) -> dict[int, Column]:
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
    for column in mapping.columns:
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


class _Answers:
    """Codes, numbers and texts of every question of the instrument, in presentation order."""

    def __init__(
        self,
        table: Table,
        instrument: Instrument,
        mapping: Mapping,
        *,
        places: Lookup[int, Column],
        foreign: ForeignCells,
        waves: NDArray[np.object_],
    ) -> None:
        self.instrument = instrument
        self.n = table.n
        self.columns: list[AnswerColumn] = []
        self.codes: list[NDArray[np.int16]] = []
        self.numbers: dict[str, NumberColumn] = {}
        self.texts: dict[str, list[str | None]] = {}
        asked: dict[str, NDArray[np.bool_]] = {}
        for wave, questions in mapping.not_asked.items():
            for code in questions:
                everyone = np.ones(table.n, dtype=np.bool_)
                asked[code] = asked.get(code, everyone) & np.asarray(waves != wave, dtype=np.bool_)
        coder = CellCoder(columns=table.columns, mapping=mapping, foreign=foreign, asked=asked, n=table.n)
        for question in instrument.questions:
            mine = [(column, place) for place, column in places.items() if column.question == question.code]
            if mine:
                self._read(question, mine, coder)
            else:
                self._leave_out(question)

    def _read(self, question: Question, mine: list[tuple[Column, int]], coder: CellCoder) -> None:
        column, place = mine[0]
        if question.type == "number":
            self.numbers[question.code] = coder.number(question, column, place)
        elif question.type == "text":
            self.texts[question.code] = coder.text(question, column, place)
        else:
            scale = self.instrument.scale_of(question)
            if question.type in {"scale", "single"}:
                self.columns.append(AnswerColumn(question.code))
                self.codes.append(coder.choice(question, scale, column, place)[None, :])
                return
            read = (
                coder.choices_in_one_cell(question, scale, column, place)
                if column.option is None
                else coder.choices_over_columns(question, scale, mine)
            )
            self.columns += read[0]
            self.codes.append(read[1])

    def _leave_out(self, question: Question) -> None:
        if question.type == "number":
            absent = np.full(self.n, NOT_IN_VERSION, dtype=np.int8)
            self.numbers[question.code] = NumberColumn(values=np.full(self.n, np.nan), missing=absent)
        elif question.type == "text":
            self.texts[question.code] = [None] * self.n
        else:
            options = (
                [None]
                if question.type in {"scale", "single"}
                else [option.code for option in self.instrument.scale_of(question).answers]
            )
            self.columns += [AnswerColumn(question.code, option) for option in options]
            self.codes.append(np.full((len(options), self.n), NOT_IN_VERSION, dtype=np.int16))


def _with_routing(responses: ResponseSet) -> tuple[ResponseSet, dict[str, NDArray[np.bool_]]]:
    """Blank answers of questions that were not shown become ``not_shown``.

    Also returns, by question, where an answer stands although the question should not have been shown; such
    answers are kept.
    """
    routed = [question for question in responses.instrument.questions if question.show_if is not None]
    if not routed:
        return responses, {}
    codes = responses.codes.copy()
    numbers = dict(responses.numbers)
    misrouted: dict[str, NDArray[np.bool_]] = {}
    for question in routed:
        if question.show_if is None:
            continue
        hidden = ~evaluate(question.show_if, responses)
        answered = responses.answered(question.code) & hidden
        if answered.any():
            misrouted[question.code] = answered
        if question.code in numbers:
            column = numbers[question.code]
            blank = hidden & (column.missing == MISSING_CODES["blank"])
            kinds = np.where(blank, MISSING_CODES["not_shown"], column.missing).astype(np.int8)
            numbers[question.code] = NumberColumn(values=column.values, missing=kinds)
        rows = [row for row, column in enumerate(responses.columns) if column.question == question.code]
        for row in rows:
            codes[row, hidden & (codes[row] == MISSING_CODES["blank"])] = MISSING_CODES["not_shown"]
    return replace(responses, codes=codes, numbers=numbers), misrouted
