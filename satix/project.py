"""A study folder: the study file, the instrument it names, its mappings and data, as one object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from instruments.catalog import load_instrument
from satix.channel_files import channel_files, channel_inputs
from satix.versions import wave_instruments
from survey.channels.mapping import ChannelMapping
from survey.definition_files import read_yaml
from survey.erasures import ERASURES
from survey.errors import Place, Problem, SatixError, StudyError
from survey.importers.mapping import Mapping, check_mapping, read_mapping
from survey.instrument import Instrument
from survey.responses import RESPONDENT_COLUMNS
from survey.study import Source, Study, read_study

__all__ = ["Project", "load_study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A study with everything it names resolved, except the answers themselves.

    ``mappings`` is by the name the sources use. ``older`` holds, by wave, the version of the instrument a wave was
    asked with where that is not ``instrument``; ``older_files`` are the files it was read from, by their name inside
    the study folder. ``channel_mappings`` are those of the channels and of what they join, by the name they are given.
    ``folder`` holds the study file; every path in the study is below it.
    """

    file: Path
    study: Study
    instrument: Instrument
    mappings: dict[str, Mapping]
    older: dict[str, Instrument] = field(default_factory=dict)
    older_files: dict[str, Path] = field(default_factory=dict)
    channel_mappings: dict[str, ChannelMapping] = field(default_factory=dict)

    def instrument_of(self, wave: str | None) -> Instrument:
        """The version of the instrument a wave was asked with."""
        return self.older.get(wave or "", self.instrument)

    @property
    def folder(self) -> Path:
        """The study folder."""
        return self.file.parent

    @property
    def output(self) -> Path:
        """Where reports go."""
        return self.folder / "output"

    def inputs(self) -> Iterator[tuple[str, Path]]:
        """Every file the results depend on, with its name inside the study folder."""
        yield self.file.name, self.file
        if _is_path(self.study.instrument):
            yield self.study.instrument, self.folder / self.study.instrument
        yield from self.older_files.items()
        for name in self.mappings:
            yield name, self.folder / name
        for source in self.study.sources:
            stored = source.file or source.query_file
            if stored is not None:
                yield stored, self.folder / stored
        for name in (*self.channel_mappings, *(name for name, _ in channel_files(self.study))):
            yield name, self.folder / name
        if (self.folder / ERASURES).is_file():
            yield ERASURES, self.folder / ERASURES


def load_study(path: Path | str) -> Project:
    """Read a study file and everything it names.

    Parameters
    ----------
    path : Path
        A study file, or the folder that holds ``study.yaml``.

    Raises
    ------
    SatixError
        Some file is missing or at fault, or a name in the study is unknown to the instrument; every
        fault of every file is listed.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.yaml"
    study = read_study(file)
    folder = file.parent
    problems: list[Problem] = []
    instrument: Instrument | None = None
    if _is_path(study.instrument) and not _stays_inside(folder, study.instrument):
        raise StudyError(_leaves(file, study.instrument))
    try:
        named = folder / study.instrument if _is_path(study.instrument) else study.instrument
        instrument = load_instrument(named, study.instrument_version)
    except SatixError as error:
        problems.extend(error.problems)
    mappings: dict[str, Mapping] = {}
    for name in dict.fromkeys(source.mapping for source in study.sources):
        if not _stays_inside(folder, name):
            problems.append(_leaves(file, name))
            continue
        try:
            mappings[name] = read_mapping(folder / name)
        except SatixError as error:
            problems.extend(error.problems)
    _, lines = read_yaml(file)
    older: dict[str, Instrument] = {}
    older_files: dict[str, Path] = {}
    if instrument is not None:
        problems.extend(_unknown_names(study, instrument, file.name, lines))
        older, older_files, absent = wave_instruments(study, instrument, folder, file.name, lines)
        problems.extend(absent)
        problems.extend(_mapping_problems(study, mappings, (instrument, *older.values())))
    for position, source in enumerate(study.sources):
        place = Place(file=file.name, line=lines.get(("sources", position)))
        problems.extend(_source_problems(source, folder, study, mappings, place, several_versions=bool(older)))
    channel_mappings, at_fault = channel_inputs(study, folder, file.name, lines)
    problems.extend(at_fault)
    if instrument is None or any(problem.severity == "error" for problem in problems):
        raise StudyError(problems)
    return Project(
        file=file,
        study=study,
        instrument=instrument,
        mappings=mappings,
        older=older,
        older_files=older_files,
        channel_mappings=channel_mappings,
    )


def _stays_inside(folder: Path, name: str) -> bool:
    """Whether a path of the study stays in its folder once links are followed."""
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _leaves(file: Path, name: str) -> Problem:
    return Problem(code="survey.path_leaves_folder", place=Place(file=file.name), fields={"path": name})


def _is_path(instrument: str) -> bool:
    return instrument.endswith((".yaml", ".yml"))


def _unknown_names(
    study: Study, instrument: Instrument, file: str, lines: dict[tuple[str | int, ...], int]
) -> Iterator[Problem]:
    questions = {question.code: question for question in instrument.questions}
    nodes = {node.code for node in instrument.index.walk()}
    for position, segment in enumerate(study.segments):
        place = Place(file=file, line=lines.get(("segments", position)))
        asked = questions.get(segment.question)
        if asked is None:
            yield _unknown("unknown_question", place, "segments", segment.question, sorted(questions))
        elif asked.type not in {"single", "scale"}:
            yield Problem(code="satix.segment_not_single_choice", place=place, fields={"question": segment.question})
    for position, target in enumerate(study.targets):
        if target.indicator not in nodes:
            place = Place(file=file, line=lines.get(("targets", position)))
            yield _unknown("unknown_indicator", place, "targets", target.indicator, sorted(nodes))
    for analysis, series in study.performance_series.items():
        if series not in instrument.series:
            place = Place(file=file, line=lines.get(("performance_series", analysis)))
            yield _unknown("unknown_series", place, "performance_series", series, list(instrument.series))
    for code in study.screening.duplicate_key:
        if code not in questions and code not in RESPONDENT_COLUMNS:
            place = Place(file=file, line=lines.get(("screening", "duplicate_key")))
            yield _unknown("unknown_question", place, "duplicate_key", code, sorted(questions))


def _unknown(kind: str, place: Place, owner: str, code: str, known: list[str]) -> Problem:
    fields = {"owner": owner, "code": code, "known": ", ".join(known[:12])}
    return Problem(code=f"survey.{kind}", place=place, fields=fields)


def _mapping_problems(
    study: Study, mappings: dict[str, Mapping], versions: tuple[Instrument, ...]
) -> Iterator[Problem]:
    waves = [wave.wave for wave in study.waves]
    for name, mapping in mappings.items():
        yield from min((check_mapping(mapping, version, file=name) for version in versions), key=len)
        for wave in {*mapping.waves.values(), *mapping.not_asked}:
            if wave not in waves:
                yield _unknown("unknown_wave", Place(file=name), "waves", wave, waves)


def _source_problems(
    source: Source,
    folder: Path,
    study: Study,
    mappings: dict[str, Mapping],
    place: Place,
    *,
    several_versions: bool,
) -> Iterator[Problem]:
    stored = source.file or source.query_file
    if stored is not None and not (folder / stored).is_file():
        yield Problem(code="satix.source_missing", place=place, fields={"file": stored})
    elif stored is not None and not _stays_inside(folder, stored):
        yield Problem(code="survey.path_leaves_folder", place=place, fields={"path": stored})
    mapping = mappings.get(source.mapping)
    if source.wave is None and several_versions:
        yield Problem(code="satix.source_of_several_versions", place=place, fields={"file": source.name})
    undecided = mapping is not None and source.wave is None and len(study.waves) > 1
    if undecided and mapping is not None and not any(column.role == "wave" for column in mapping.columns):
        yield Problem(code="satix.source_without_wave", place=place, fields={"file": source.name})
