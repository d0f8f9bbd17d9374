"""From an export in ``data/`` to a mapping a person can review, entered in the study file."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from survey.errors import Language, Place, Problem, SatixError, StudyError, render_message
from survey.texts import Code

if TYPE_CHECKING:
    from survey.importers.mapping import Mapping
    from survey.importers.propose import Proposal
    from survey.importers.table_file import Table
    from survey.instrument import Instrument
    from survey.study import Study

__all__ = ["mapping_text", "proposal_remarks", "propose_for_study"]

Entry = abc.Mapping[str, object]

READABLE = {".xlsx", ".xls", ".csv", ".txt", ".tsv"}


def propose_for_study(
    path: Path, files: Sequence[Path], *, wave: str | None = None, replace: bool = False, language: Language = "en"
) -> Iterator[str]:
    """Map files (default: those in ``data/`` the study does not name) and enter them in the study; yields report lines.

    A mapping the study has already is used again where every question column it names is in the file.

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
    chosen = _files_to_map(folder, study, files, file.name, replace=replace)
    for position, source in enumerate(chosen):
        study = read_study(file)
        name = source.relative_to(folder).as_posix()
        yield from _map_one(file, study, instrument, name, wave=wave, language=language)
        if position == len(chosen) - 1:
            yield render_message("satix.map_next", {"study": file.as_posix()}, language)


def _files_to_map(folder: Path, study: Study, files: Sequence[Path], name: str, *, replace: bool) -> list[Path]:
    known = {source.file for source in study.sources}
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
    study_file: Path, study: Study, instrument: Instrument, name: str, *, wave: str | None, language: Language
) -> Iterator[str]:
    from survey.importers.detect import platform_of
    from survey.importers.mapping import read_mapping
    from survey.importers.propose import propose_mapping
    from survey.importers.table_file import read_table

    folder = study_file.parent
    known = {source.file: source for source in study.sources}
    if wave is not None:
        _wave_for(study, study_file, wave)
    table = read_table(folder / name)
    platform = platform_of(table)
    for earlier in dict.fromkeys(source.mapping for source in study.sources if source.file != name):
        if (folder / earlier).is_file() and _fits(read_mapping(folder / earlier), folder / name):
            mapping_name, proposal = earlier, None
            break
    else:
        proposal = propose_mapping(table, instrument, platform)
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
        added = _enter(study_file, study, name, mapping_name, chosen)
    else:
        added = None
    fields = {
        "file": name,
        "mapping": mapping_name,
        "placed": sum(column.question is not None for column in mapping.columns),
        "columns": len(table.headings),
        "platform": platform,
    }
    yield render_message("satix.map_written", fields, language)
    if added is not None:
        yield render_message("satix.map_wave_added", {"wave": added}, language)
        yield render_message("satix.map_wave_order", {"wave": added}, language)
    if proposal is not None:
        yield from proposal_remarks(proposal, table, language)


def _free_name(folder: Path, name: str) -> str:
    """A mapping file named after the source that is not there yet."""
    stem = Path(name).stem
    candidates = (f"mappings/{stem}{'' if n == 1 else f'_{n}'}.yaml" for n in range(1, 10_000))
    return next(candidate for candidate in candidates if not (folder / candidate).exists())


def proposal_remarks(proposal: Proposal, table: Table, language: Language) -> Iterator[str]:
    from survey.importers.cell_text import column_letter

    for column in proposal.uncertain:
        places = [place for place, heading in enumerate(table.headings) if heading == column.heading]
        letter = column_letter(places[column.occurrence - 1]) if len(places) >= column.occurrence else ""
        fields = {
            "column": letter,
            "heading": column.heading.strip()[:40],
            "question": column.question,
            "similarity": column.similarity,
        }
        yield render_message("satix.map_similar", fields, language)
    for column in proposal.mapping.columns:
        if column.role in {"case_weight", "stratum", "cluster", "wave"}:
            role = render_message(f"satix.role_{column.role}", {}, language)
            letter = column_letter(table.headings.index(column.heading))
            fields = {"column": letter, "heading": column.heading.strip()[:40], "role": role}
            yield render_message("satix.map_roles", fields, language)
    joint = "；" if language == "zh" else "; "
    if proposal.unplaced_columns:
        shown = joint.join(name[:50] for name in proposal.unplaced_columns)
        yield render_message("satix.map_unplaced_columns", {"columns": shown}, language)
    if proposal.unplaced_questions:
        yield render_message(
            "satix.map_unplaced_questions", {"questions": ", ".join(proposal.unplaced_questions)}, language
        )


def _fits(mapping: Mapping, file: Path) -> bool:
    """Whether every column that answers a question is in the file."""
    from survey.importers.table_file import read_table

    wanted = {column.heading for column in mapping.columns if column.question is not None}
    try:
        table = read_table(file, known_headings=wanted, sheet=None)
    except SatixError:
        return False
    return wanted <= set(table.headings)


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


def _enter(study_file: Path, study: Study, name: str, mapping: str, wave: str | None) -> str | None:
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
        text, added = _append(text, "waves", label, study_file.name), wave
    source = {"file": name, "mapping": mapping} | ({"wave": wave} if wave is not None else {})
    text = _append(text, "sources", source, study_file.name)
    _check_text(text, study, name, study_file.name)
    study_file.write_text(text, encoding="utf-8")
    return added


def _check_text(text: str, before: Study, name: str, file: str) -> None:
    """Refuse a text that does not read back as the study with one more source."""
    import tempfile

    from survey.study import read_study

    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / file
        trial.write_text(text, encoding="utf-8")
        try:
            after = read_study(trial)
        except SatixError:
            raise _not_extended("sources", {"file": name}, file) from None
    if len(after.sources) != len(before.sources) + 1:
        raise _not_extended("sources", {"file": name}, file)


def _not_extended(key: str, entry: Entry, file: str) -> StudyError:
    return StudyError.of("satix.study_not_extended", Place(file=file), key=key, entry=_flow(entry))


def _flow(entry: Entry) -> str:
    import yaml

    dumped: str = yaml.safe_dump(dict(entry), allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6)
    return f"- {dumped.strip()}"


def _append(text: str, key: str, entry: Entry, file: str) -> str:
    """The text with ``entry`` as last item of the top-level list ``key``, which is written one entry a line."""
    line = f"  {_flow(entry)}"
    lines = text.split("\n")
    starts = [n for n, row in enumerate(lines) if row.split(":")[0].strip("'\" ") == key and not row.startswith(" ")]
    if not starts:
        return text.rstrip("\n") + f"\n{key}:\n{line}\n"
    start = starts[0]
    inline = lines[start].partition(":")[2].split("#")[0].strip()
    if inline.replace(" ", "") == "[]":
        lines[start] = f"{key}:"
        return "\n".join([*lines[: start + 1], line, *lines[start + 1 :]])
    if inline:
        raise _not_extended(key, entry, file)
    last = end = start
    while end + 1 < len(lines) and (not lines[end + 1].strip() or lines[end + 1][:1] in {" ", "-", "#"}):
        end += 1
        if lines[end][:1] in {" ", "-"} and lines[end].strip() and not lines[end].lstrip().startswith("#"):
            last = end
    first = lines[start + 1] if last > start else line
    indent = next((row for row in lines[start + 1 : last + 1] if row.lstrip().startswith("-")), first)
    depth = len(indent) - len(indent.lstrip())
    return "\n".join([*lines[: last + 1], " " * depth + line.strip(), *lines[last + 1 :]])
