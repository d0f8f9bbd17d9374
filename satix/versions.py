"""Waves asked with an older version of the instrument: find the version, and carry its answers over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from instruments.catalog import load_instrument
from survey.definition_files import read_yaml
from survey.errors import InstrumentError, Place, Problem, SatixError
from survey.instrument import Instrument, read_instrument

if TYPE_CHECKING:
    from analysis.comparability import Comparability
    from survey.responses import ResponseSet
    from survey.study import Study

__all__ = ["VERSIONS_FOLDER", "carry_over", "wave_instruments"]

VERSIONS_FOLDER = "instruments"
"""Folder inside a study that keeps the older versions of its instrument, one YAML file each."""

Lines = Mapping[tuple[str | int, ...], int]


def wave_instruments(
    study: Study, instrument: Instrument, folder: Path, file: str, lines: Lines
) -> tuple[dict[str, Instrument], dict[str, Path], list[Problem]]:
    """Versions by wave where they are not ``instrument``, the files they come from, and what could not be found.

    A version is looked for in the folder ``instruments/`` of the study, then among the shipped instruments.
    """
    named = {wave.wave: wave.instrument_version for wave in study.waves if wave.instrument_version is not None}
    wanted = {version for version in named.values() if version != instrument.version}
    if not wanted:
        return {}, {}, []
    problems: list[Problem] = []
    kept, files = _kept_versions(folder, instrument.instrument, wanted, problems)
    found: dict[str, Instrument] = {}
    for position, wave in enumerate(study.waves):
        version = named.get(wave.wave)
        if version not in wanted:
            continue
        if version not in kept:
            try:
                kept[version] = load_instrument(instrument.instrument, version)
            except InstrumentError:
                place = Place(file=file, line=lines.get(("waves", position)))
                fields = {"wave": wave.wave, "version": version, "instrument": instrument.instrument}
                problems.append(Problem(code="satix.version_absent", place=place, fields=fields))
                continue
        found[wave.wave] = kept[version]
    return found, files, problems


def _kept_versions(
    folder: Path, instrument: str, wanted: set[str], problems: list[Problem]
) -> tuple[dict[str, Instrument], dict[str, Path]]:
    kept: dict[str, Instrument] = {}
    files: dict[str, Path] = {}
    for path in sorted((folder / VERSIONS_FOLDER).glob("*.y*ml")):
        try:
            content, _ = read_yaml(path, error=InstrumentError)
            facts = content if isinstance(content, dict) else {}
            version = str(facts.get("version"))
            if facts.get("instrument") == instrument and version in wanted and version not in kept:
                kept[version] = read_instrument(path)
                files[f"{VERSIONS_FOLDER}/{path.name}"] = path
        except SatixError as error:
            problems.extend(error.problems)
    return kept, files


def carry_over(responses: ResponseSet, instrument: Instrument, comparability: Comparability) -> ResponseSet:
    """Answers given to an older version as answers to ``instrument``.

    Questions that do not mean the same in both versions, and those the older one did not ask, are ``not_in_version``.
    """
    import numpy as np

    from survey.responses import AnswerColumn, NumberColumn
    from survey.scales import MISSING_CODES

    absent = MISSING_CODES["not_in_version"]
    alike = comparability.comparable_questions
    rows = {column.key: row for row, column in enumerate(responses.columns) if column.question in alike}
    columns: list[AnswerColumn] = []
    for question in instrument.questions:
        if question.type in {"scale", "single"}:
            columns.append(AnswerColumn(question.code))
        elif question.type in {"multiple", "ranking"}:
            options = instrument.scale_of(question).answers
            columns += [AnswerColumn(question.code, option.code) for option in options]
    codes = np.full((len(columns), responses.n), absent, dtype=np.int16)
    for row, column in enumerate(columns):
        if column.key in rows:
            codes[row] = responses.codes[rows[column.key]]
    nothing = NumberColumn(values=np.full(responses.n, np.nan), missing=np.full(responses.n, absent, dtype=np.int8))
    numbers = [question.code for question in instrument.questions if question.type == "number"]
    texts = [question.code for question in instrument.questions if question.type == "text"]
    return replace(
        responses,
        instrument=instrument,
        columns=tuple(columns),
        codes=codes,
        numbers={code: responses.numbers[code] if code in alike else nothing for code in numbers},
        texts={code: responses.texts[code] if code in alike else [None] * responses.n for code in texts},
    )
