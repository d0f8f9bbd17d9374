"""What a file is and how it would be read, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from satix.export_drafts import ImportRequest, write_draft
from satix.pasted import pasted
from satix.platform_words import platform_word, role_word
from survey.errors import Language, Place, StudyError, render_message
from survey.file_guard import file_present

if TYPE_CHECKING:
    from survey.importers.arranged import Arranged
    from survey.importers.table_file import Table
    from survey.instrument import Instrument

__all__ = ["describe_import"]

_UNLIKELY = 0.05
"""Below this "none of these" is not worth a line."""
_LISTED = 400
"""Columns or questions listed one by one."""


def describe_import(request: ImportRequest, *, language: Language = "en") -> Iterator[str]:
    """Detection with its reasons, layout and remarks; then what the request asks for.

    With an instrument and a mapping: the account of a real import. With an instrument alone: the mapping that would
    be proposed, with its likenesses. Without: the questions found, and with ``draft`` an instrument and its mapping.

    Raises
    ------
    SatixError
        The file cannot be read, cells lie outside their scale (every fault is listed), options that do not go
        together, or a file to be written is there already.
    """
    from survey.importers.detect import importer_of, platform_named
    from survey.importers.questionnaire_files import refuse_questionnaire, refuse_questionnaire_file
    from survey.importers.sources import read_any

    _check(request)
    named = None if request.platform is None else platform_named(request.platform)
    if request.channel is not None:
        from satix.channel_import import describe_channel

        yield from describe_channel(
            Path(request.source),
            request.channel,
            mapping=request.mapping,
            wave=request.wave,
            save_mapping=request.save_mapping,
            language=language,
        )
        return
    if request.query is None and Path(request.source).is_file():
        refuse_questionnaire_file(Path(request.source))
    table = read_any(request.source, sheet=request.sheet, query=request.query)
    if request.platform is None:
        refuse_questionnaire(table)
    described = _described(table, request.codebook)
    table = table if described is None else described.table
    platform = _likeliest(table) if named is None else named
    yield from _ranking(table, named, language)
    arranged = importer_of(platform).arrange(table)
    yield from _layout(arranged, language)
    for remark in () if described is None else described.remarks:
        yield f"  {remark.message(language)}"
    if request.instrument is not None and request.mapping is not None:
        yield from _account(table, request, language)
    elif request.instrument is not None:
        yield from _proposal(table, platform, request, language)
    elif request.draft is not None:
        yield from write_draft(table, platform, request, language)
    else:
        yield from _questions(arranged, platform, request, language)
    yield from _audit(arranged, platform, request, language)
    if request.instrument is None and request.draft is None:
        shown = table.file if table.kind == "query" else request.source  # an address may hold a password
        yield render_message("satix.import_next", {"file": pasted(shown)}, language)


def _check(request: ImportRequest) -> None:
    if request.codebook is not None:
        file_present(request.codebook)
    if (request.mapping is not None and request.instrument is None and request.channel is None) or (
        request.to is not None and request.mapping is None
    ):
        raise StudyError.of("satix.import_needs_both")
    unmatched = request.instrument is None and request.channel is None
    if request.save_mapping is not None and (unmatched or request.mapping is not None):
        raise StudyError.of("satix.import_save_mapping")
    if request.draft is not None and request.instrument is not None:
        raise StudyError.of("satix.import_draft_or_instrument")
    for file in (request.draft, request.save_mapping, request.to):
        if file is not None and file.exists() and not request.replace:
            raise StudyError.of("satix.file_is_there", Place(file=file.name))


def _described(table: Table, codebook: Path | None) -> Arranged | None:
    """The table with the variables of a DDI Codebook, where one is named for a table without any."""
    if codebook is None or codebook.suffix.lower() != ".xml" or table.variables:
        return None
    from survey.importers.ddi import described_by_ddi

    return described_by_ddi(table, codebook)


def _likeliest(table: Table) -> str:
    from survey.importers.detect import platform_of

    return platform_of(table)


def _ranking(table: Table, named: str | None, language: Language) -> Iterator[str]:
    from survey.importers.detect import detect_table

    ranking = detect_table(table)
    alone = len(ranking) == 1
    for detection in ranking:
        if detection.platform == "none" and detection.confidence < _UNLIKELY:
            continue
        fields: dict[str, object] = {
            "file": table.file,
            "platform": render_message(f"satix.import_no_platform{'_at_all' if alone else ''}", {}, language)
            if detection.platform == "none"
            else platform_word(detection.platform, language),
            "confidence": detection.confidence,
        }
        yield render_message("satix.import_format", fields, language)
        for reason in detection.reasons:
            yield render_message("satix.import_reason", {"reason": reason.message(language)}, language)
    if named is not None:
        yield render_message("satix.import_platform_given", {"platform": platform_word(named, language)}, language)


def _layout(arranged: Arranged, language: Language) -> Iterator[str]:
    table = arranged.table
    known = {"sheet": table.sheet, "row": table.header_row, "rows": len(table.rows), "encoding": table.encoding}
    parts = [
        render_message(
            f"satix.import_layout_{'one_row' if (name, value) == ('rows', 1) else name}", {name: value}, language
        )
        for name, value in known.items()
        if value is not None and value != "" and not (name == "row" and value == 0)
    ]
    yield "  " + ("，" if language == "zh" else ", ").join(parts)
    for remark in arranged.remarks:
        yield f"  {remark.message(language)}"
    for heading, values in arranged.leave_out.items():
        left = {"heading": heading, "values": ", ".join(values)}
        yield "  " + render_message("satix.import_leaves_out", left, language)


def _questions(arranged: Arranged, platform: str, request: ImportRequest, language: Language) -> Iterator[str]:
    from survey.importers.cell_text import column_letter
    from survey.importers.questions import count_asked, questions_in, roles_in
    from survey.privacy import mask_personal

    questions = questions_in(arranged, platform=platform)
    worded = _worded(arranged.table, platform, request, language)
    if request.codebook is not None and worded is not None:
        found = {"file": request.codebook.name, "named": sum(q.columns[0] in worded for q in questions)}
        yield render_message("satix.import_codebook", found | {"questions": len(questions)}, language)
    roles = roles_in(arranged)
    others = [place for place, role in enumerate(roles) if role is not None]
    yield render_message(
        "satix.import_questions",
        {"questions": count_asked(questions), "columns": len(roles), "others": len(others)},
        language,
    )
    for question in questions[:_LISTED]:
        first, last = column_letter(question.columns[0]), column_letter(question.columns[-1])
        fields: dict[str, object] = {
            "columns": first if first == last else f"{first}–{last}",
            "text": mask_personal(
                " ".join(((worded or {}).get(question.columns[0]) or question.text or question.name).split())
            )[:60],
            "kind": render_message(f"satix.kind_{'grid' if question.grid else question.kind}", {}, language),
            "count": len(question.columns),
            "options": len(question.options),
        }
        several = "several" if len(question.columns) > 1 else "options" if question.options else "plain"
        yield render_message(f"satix.import_found_{several}", fields, language)
    for place in others[:_LISTED]:
        fields = {
            "column": column_letter(place),
            "heading": mask_personal(" ".join(arranged.table.headings[place].split()))[:60],
            "role": role_word(roles[place] or "ignore", language),
        }
        yield render_message("satix.import_role", fields, language)


def _worded(table: Table, platform: str, request: ImportRequest, language: Language) -> dict[int, str] | None:
    """By column, how the codebook words its question (a matrix by its stem); None where it is no questionnaire.

    Raises
    ------
    SatixError
        The codebook is missing, unreadable, or belongs to another export.
    """
    if request.codebook is None or request.codebook.suffix.lower() == ".xml":
        return None
    from satix.export_drafts import draft_from_export

    draft = draft_from_export(table, platform, instrument_id="codebook", codebook=request.codebook)
    texts = {question.code: question.text for question in draft.instrument.questions}
    for section in draft.instrument.sections:
        if section.grid and section.stem is not None:
            texts |= dict.fromkeys((question.code for question in section.questions), section.stem)
    places = ((place, column.question) for place, column in enumerate(draft.mapping.columns))
    return {place: texts[code].in_language(language) for place, code in places if code in texts}


def _open(instrument: str) -> Instrument:
    from instruments.catalog import load_instrument

    return load_instrument(Path(instrument) if instrument.endswith((".yaml", ".yml")) else instrument)


def _proposal(table: Table, platform: str, request: ImportRequest, language: Language) -> Iterator[str]:
    from satix.mapping_proposals import mapping_text, refuse_foreign
    from satix.mapping_remarks import proposal_remarks
    from survey.importers.cell_text import column_letter
    from survey.importers.propose import propose_mapping
    from survey.privacy import mask_personal

    proposal = propose_mapping(table, _open(request.instrument or ""), platform)
    refuse_foreign(proposal, table)
    columns = proposal.mapping.columns
    placed = sum(column.question is not None for column in columns)
    yield render_message("satix.import_proposed", {"placed": placed, "columns": len(columns)}, language)
    for place, column in enumerate(columns):
        fields: dict[str, object] = {
            "column": column_letter(place),
            "heading": mask_personal(" ".join(column.heading.split()))[:60],
            "question": column.question,
            "similarity": column.similarity or 1.0,
        }
        if column.question is not None:
            yield render_message("satix.import_proposed_question", fields, language)
        else:
            yield render_message(
                "satix.import_role", fields | {"role": role_word(column.role or "ignore", language)}, language
            )
    yield from proposal_remarks(proposal, table, language)
    if request.save_mapping is not None:
        request.save_mapping.write_text(mapping_text(proposal.mapping), encoding="utf-8", newline="\n")
        yield render_message("satix.import_mapping_saved", {"file": str(request.save_mapping)}, language)


def _account(table: Table, request: ImportRequest, language: Language) -> Iterator[str]:
    from survey.importers.mapping import read_mapping
    from survey.importers.read import read_responses

    if request.instrument is None or request.mapping is None:
        return
    mapping = read_mapping(request.mapping)
    source: Path | Table = Path(request.source) if Path(request.source).is_file() else table
    result = read_responses(source, _open(request.instrument), mapping, wave=request.wave or "1", sheet=request.sheet)
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
            yield render_message(
                "satix.import_role", fields | {"role": role_word(column.role or "ignore", language)}, language
            )
        else:
            yield render_message("satix.import_unmapped", fields, language)
    for warning in report.warnings:
        yield warning.message(language)
    if request.to is not None:
        frame = result.responses.to_long()
        for name in ("respondent", "code", "label"):
            frame[name] = [_guarded(cell) for cell in frame[name]]
        frame.to_csv(request.to, index=False, encoding="utf-8-sig")
        yield render_message("satix.import_written", {"file": str(request.to)}, language)


def _audit(arranged: Arranged, platform: str, request: ImportRequest, language: Language) -> Iterator[str]:
    """The platform's own total, where there is one, against the declared direction of the items."""
    from satix.polarity import describe_polarity
    from survey.importers.mapping import read_mapping

    instrument = None if request.instrument is None else _open(request.instrument)
    mapping = None if request.mapping is None else read_mapping(request.mapping)
    yield from describe_polarity(arranged, instrument, language, platform=platform, mapping=mapping)


def _guarded(cell: object) -> object:
    """Text that a spreadsheet would read as a formula gets a leading apostrophe."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + cell
    return cell
