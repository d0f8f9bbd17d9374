"""From an export in ``data/`` to a mapping a person can review, entered in the study file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from satix.mapping_remarks import proposal_remarks
from satix.pasted import pasted
from satix.platform_words import platform_word
from satix.study_text import Entry, appended, not_extended
from survey.errors import Language, MappingError, Place, Problem, SatixError, StudyError, render_message
from survey.texts import Code

if TYPE_CHECKING:
    from survey.importers.mapping import Mapping
    from survey.importers.propose import Proposal
    from survey.importers.table_file import Table
    from survey.instrument import Instrument
    from survey.study import Study

__all__ = ["mapping_text", "proposal_remarks", "propose_for_study", "refuse_foreign"]

READABLE = {".xlsx", ".xls", ".csv", ".txt", ".tsv", ".sav", ".zsav", ".por", ".dta", ".parquet", ".json", ".jsonl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A source to be mapped: what it is called, how the study names it, and its records."""

    name: str
    entry: Entry
    file: Path | None = None
    table: Table | None = None

    def opened(self, headings: Iterable[str] = ()) -> Table:
        from survey.importers.table_file import read_table

        return self.table or read_table(self.file or Path(self.name), known_headings=headings)


def propose_for_study(
    path: Path,
    files: Sequence[Path],
    *,
    wave: str | None = None,
    replace: bool = False,
    database: str | None = None,
    query: str | None = None,
    language: Language = "en",
) -> Iterator[str]:
    """Map files (default: those in ``data/`` the study does not name) and enter them in the study; yields report lines.

    With ``database`` and ``query`` the rows of the query are mapped instead. A mapping the study has already is used
    again where every question column it names is in the file.

    Raises
    ------
    SatixError
        Nothing to map, a file outside the study folder, an unclear wave, or a file that cannot be read.
    """
    from instruments.catalog import load_instrument
    from survey.study import read_study

    file = path / "study.yaml" if path.is_dir() else path
    study = read_study(file)
    folder = file.parent
    inner = study.instrument.endswith((".yaml", ".yml"))
    instrument = load_instrument(folder / study.instrument if inner else study.instrument, study.instrument_version)
    if database is not None or query is not None:
        chosen = [_query_to_map(folder, study, database, query, file.name, replace=replace)]
    else:
        found = _files_to_map(folder, study, files, file.name, replace=replace)
        names = [each.relative_to(folder).as_posix() for each in found]
        chosen = [_Candidate(name=name, entry={"file": name}, file=folder / name) for name in names]
    for position, candidate in enumerate(chosen):
        study = read_study(file)
        yield from _map_one(file, study, instrument, candidate, wave=wave, language=language)
        if position == len(chosen) - 1:
            yield render_message("satix.map_next", {"study": pasted(file.as_posix())}, language)


def _query_to_map(
    folder: Path, study: Study, database: str | None, query: str | None, file: str, *, replace: bool
) -> _Candidate:
    """The rows of a query, entered as the study will name them.

    Raises
    ------
    SatixError
        Half of the source is missing, a password stands in it, or the query is at fault.
    """
    from survey.database_address import holds_password, is_database_address
    from survey.importers.sources import answers_of
    from survey.importers.table_file import Table as ReadTable
    from survey.study import Source

    place = Place(file=file)
    if database is None or query is None:
        raise StudyError.of("survey.source_file_or_database", place)
    if not is_database_address(database):
        raise StudyError.of("survey.database_address", place)
    if holds_password(database):
        raise StudyError.of("survey.database_password", place)
    source = Source(database=database, query=query, mapping="mapping.yaml")
    if source.name in {known.name for known in study.sources} and not replace:
        raise StudyError.of("satix.source_known", place, file=source.name)
    table = answers_of(source, folder)
    if not isinstance(table, ReadTable):  # a query gives a table
        raise StudyError.of("survey.source_file_or_database", place)
    return _Candidate(name=source.name, entry={"database": database, "query": query}, table=table)


def _files_to_map(folder: Path, study: Study, files: Sequence[Path], name: str, *, replace: bool) -> list[Path]:
    known = {source.name for source in study.sources}
    if not files:
        found = sorted(f for f in (folder / "data").glob("*") if f.suffix.lower() in READABLE) if folder else []
        found = [f for f in found if replace or f.relative_to(folder).as_posix() not in known]
        if not found:
            raise StudyError.of("satix.no_files_to_map", Place(file=name))
        return found
    chosen = []
    for file in files:
        inside = folder / file if not file.is_absolute() and not file.exists() else file
        try:
            inner = inside.resolve().relative_to(folder.resolve())
        except ValueError:
            raise StudyError.of("satix.file_outside_study", Place(file=file.name)) from None
        if inner.as_posix() in known and not replace:
            raise StudyError.of("satix.source_known", Place(file=name), file=inner.as_posix())
        chosen.append(folder / inner)
    return chosen


def _map_one(
    study_file: Path,
    study: Study,
    instrument: Instrument,
    candidate: _Candidate,
    *,
    wave: str | None,
    language: Language,
) -> Iterator[str]:
    from survey.importers.detect import platform_of
    from survey.importers.mapping import read_mapping
    from survey.importers.propose import propose_mapping
    from survey.importers.questionnaire_files import refuse_questionnaire, refuse_questionnaire_file

    folder, name = study_file.parent, candidate.name
    known = {source.name: source for source in study.sources}
    if wave is not None:
        _wave_for(study, study_file, wave)
    if candidate.file is not None:
        refuse_questionnaire_file(candidate.file)
    table = candidate.opened()
    refuse_questionnaire(table)
    platform = platform_of(table)
    for earlier in dict.fromkeys(source.mapping for source in study.sources if source.name != name):
        if (folder / earlier).is_file() and _fits(read_mapping(folder / earlier), candidate):
            mapping_name, proposal = earlier, None
            break
    else:
        proposal = propose_mapping(table, instrument, platform)
        refuse_foreign(proposal, table)
        shared = sum(source.mapping == known[name].mapping for source in study.sources) > 1 if name in known else True
        if name in known and shared:
            raise StudyError.of("satix.mapping_shared", Place(file=study_file.name), mapping=known[name].mapping)
        mapping_name = known[name].mapping if name in known else _free_name(folder, name)
        (folder / mapping_name).parent.mkdir(parents=True, exist_ok=True)
        (folder / mapping_name).write_text(mapping_text(proposal.mapping), encoding="utf-8")
    mapping = read_mapping(folder / mapping_name)
    if name not in known:
        by_row = any(column.role == "wave" for column in mapping.columns)
        chosen = None if by_row else _wave_for(study, study_file, wave)
        added = _enter(study_file, study, candidate, mapping_name, chosen)
    else:
        added = None
    fields = {
        "file": name,
        "mapping": mapping_name,
        "placed": sum(column.question is not None for column in mapping.columns),
        "columns": len(table.headings),
        "platform": platform_word(platform, language),
    }
    yield render_message("satix.map_written", fields, language)
    if added is not None:
        yield render_message("satix.map_wave_added", {"wave": added}, language)
        yield render_message("satix.map_wave_order", {"wave": added}, language)
    if proposal is not None:
        yield from proposal_remarks(proposal, table, language)


def refuse_foreign(proposal: Proposal, table: Table) -> None:
    """Stop where not one column answers a question of the instrument.

    Raises
    ------
    MappingError
        It is another questionnaire's file.
    """
    if all(column.question is None for column in proposal.mapping.columns):
        fields = {"instrument": proposal.mapping.instrument, "columns": len(table.headings)}
        raise MappingError.of("satix.map_nothing_fits", Place(file=table.file), **fields)


def _free_name(folder: Path, name: str) -> str:
    """A mapping file named after the source that is not there yet."""
    stem = Path(name).stem.replace("#", "_")
    candidates = (f"mappings/{stem}{'' if n == 1 else f'_{n}'}.yaml" for n in range(1, 10_000))
    return next(candidate for candidate in candidates if not (folder / candidate).exists())


def _fits(mapping: Mapping, candidate: _Candidate) -> bool:
    """Whether there are columns that answer a question, all of them in the source."""
    wanted = {column.heading for column in mapping.columns if column.question is not None}
    try:
        table = candidate.opened(wanted)
    except SatixError:
        return False
    return bool(wanted) and wanted <= set(table.headings)


def _wave_for(study: Study, study_file: Path, wave: str | None) -> str:
    if wave is not None:
        try:
            return TypeAdapter(Code).validate_python(wave)
        except ValidationError:
            raise StudyError.of("satix.wave_is_no_code", found=wave[:40]) from None
    if len(study.waves) == 1:
        return study.waves[0].wave
    raise StudyError(Problem(code="satix.wave_needed", place=Place(file=study_file.name)))


def mapping_text(mapping: Mapping) -> str:
    """A mapping as YAML with one column a line, so that a person can read it beside the export."""
    import yaml

    from survey.definition_files import dump_definition

    content = yaml.safe_load(dump_definition(mapping))
    columns = content.pop("columns")
    head: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    lines = [
        "  - "
        + yaml.safe_dump(column, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6).strip()
        for column in columns
    ]
    return head + "columns:\n" + "\n".join(lines) + "\n"


def _enter(study_file: Path, study: Study, candidate: _Candidate, mapping: str, wave: str | None) -> str | None:
    """Add the source, and the wave if it is new, to the text of the study file; comments stay as they are.

    Raises
    ------
    StudyError
        The file does not lend itself to it; it is left as it was.
    """
    text = study_file.read_text(encoding="utf-8-sig")
    added = None
    if wave is not None and wave not in {known.wave for known in study.waves}:
        label = {"wave": wave, "label": {"en": wave, "zh": wave}}
        text, added = appended(text, "waves", label, study_file.name), wave
    source = {**candidate.entry, "mapping": mapping} | ({"wave": wave} if wave is not None else {})
    text = appended(text, "sources", source, study_file.name)
    _check_text(text, study, candidate.entry, study_file.name)
    study_file.write_text(text, encoding="utf-8")
    return added


def _check_text(text: str, before: Study, entry: Entry, file: str) -> None:
    """Refuse a text that does not read back as the study with one more source."""
    import tempfile

    from survey.study import read_study

    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / file
        trial.write_text(text, encoding="utf-8")
        try:
            after = read_study(trial)
        except SatixError:
            raise not_extended("sources", entry, file) from None
    if len(after.sources) != len(before.sources) + 1:
        raise not_extended("sources", entry, file)
