"""Instruments and mappings drafted from an export, and what was asked of ``satix import``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import Language, Place, Problem, SatixError, StudyError, render_message

if TYPE_CHECKING:
    from survey.importers.draft_export import ExportDraft
    from survey.importers.table_file import Table
    from survey.instrument import Instrument

__all__ = ["ImportRequest", "draft_from_export", "write_draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What is to be done with a file.

    ``codebook`` is the questionnaire behind the export, or the other export of a 问卷星 pair. ``draft`` and
    ``save_mapping`` name files to write; ``to`` a long table of the answers.
    """

    source: str
    platform: str | None = None
    sheet: str | None = None
    query: str | None = None
    channel: str | None = None
    instrument: str | None = None
    mapping: Path | None = None
    codebook: Path | None = None
    wave: str | None = None
    draft: Path | None = None
    save_mapping: Path | None = None
    to: Path | None = None
    replace: bool = False


def draft_from_export(table: Table, platform: str, *, instrument_id: str, codebook: Path | None = None) -> ExportDraft:
    """An instrument and a mapping from an export, or from the questionnaire behind it where ``codebook`` names one.

    Raises
    ------
    SatixError
        There is no question in the export, or the codebook does not belong to it.
    """
    from survey.importers.detect import importer_of
    from survey.importers.draft_export import ExportDraft, draft_export
    from survey.importers.questions import questions_in
    from survey.structures import draft_instrument

    arranged = importer_of(platform).arrange(table)
    if codebook is None:
        return _with_reversals(table, platform, draft_export(arranged, platform=platform, instrument_id=instrument_id))
    from survey.importers.codebook import read_codebook
    from survey.importers.codebook_places import propose_from_structure

    structure = read_codebook(codebook, arranged, platform=platform)
    drafted = draft_instrument(structure, instrument_id=instrument_id)
    mapping = propose_from_structure(table, structure, drafted.instrument, platform).mapping
    remarks = (*arranged.remarks, *drafted.remarks)
    asked = questions_in(arranged, platform=platform)
    return ExportDraft(drafted.instrument, mapping, asked, remarks, arranged.table)


def _with_reversals(table: Table, platform: str, draft: ExportDraft) -> ExportDraft:
    """The draft with ``reverse: true`` on the ratings that the platform's own total counts the other way round.

    Nothing is proposed where the total does not follow from the answers, or counts most ratings that way: then it is
    the total whose direction is in question.
    """
    from satix.polarity import audit_polarity

    try:
        result = audit_polarity(table, draft.instrument, platform=platform, mapping=draft.mapping)
    except SatixError:
        return draft
    rated = [question.code for question in draft.instrument.questions if question.facet == "performance"]
    if result is None or not result.exact:
        return draft
    reversed_ = [code for code in rated if code in set(result.keyed("reversed"))]
    if not reversed_ or 2 * len(reversed_) > len(rated):
        return draft
    fields = {"n": result.n, "questions": ", ".join(reversed_)}
    place = Place(file=table.file)
    remark = Problem(code="satix.draft_reversed", place=place, fields=fields, severity="warning")
    return draft._replace(instrument=_reversed(draft.instrument, reversed_), remarks=(*draft.remarks, remark))


def _reversed(instrument: Instrument, codes: Sequence[str]) -> Instrument:
    """The instrument with these questions reversed."""
    sections = tuple(
        section.model_copy(
            update={
                "questions": tuple(
                    question.model_copy(update={"reverse": True}) if question.code in codes else question
                    for question in section.questions
                )
            }
        )
        for section in instrument.sections
    )
    fields = {name: getattr(instrument, name) for name in type(instrument).model_fields}
    return type(instrument).model_construct(instrument.model_fields_set, **{**fields, "sections": sections})


def write_draft(table: Table, platform: str, request: ImportRequest, language: Language) -> Iterator[str]:
    """Write the drafted instrument to ``request.draft`` and its mapping beside it; yields what was supposed.

    Raises
    ------
    SatixError
        The export holds no question, or a file is there already.
    """

    from satix.mapping_proposals import mapping_text
    from satix.mapping_remarks import privacy_remarks
    from survey.definition_files import dump_definition
    from survey.importers.questions import count_asked
    from survey.structures.wordings import code_from

    if request.draft is None:
        return
    file = request.draft
    if file.suffix.lower() not in {".yaml", ".yml"}:
        raise StudyError.of("satix.file_ending", Place(file=file.name), expected=".yaml")
    beside = file.with_name(f"{file.stem}.mapping.yaml")
    if beside.exists() and not request.replace:
        raise StudyError.of("satix.file_is_there", Place(file=beside.name))
    draft = draft_from_export(table, platform, instrument_id=code_from(file.stem), codebook=request.codebook)
    file.write_text(dump_definition(draft.instrument), encoding="utf-8", newline="\n")
    beside.write_text(mapping_text(draft.mapping), encoding="utf-8", newline="\n")
    fields = {
        "questions": count_asked(draft.questions),
        "file": str(file),
        "mapping": str(beside),
    }
    yield render_message("satix.import_drafted", fields, language)
    for remark in draft.remarks:
        yield f"  {remark.message(language)}"
    yield from privacy_remarks(draft.mapping, draft.table, language)
