"""The parts of the results file that describe the study: settings, waves, indicators, questions, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.results import (
    FindingRecord,
    IndicatorRecord,
    QuestionRecord,
    StudyRecord,
    WaveRecord,
)
from satix.steps.screening_record import specification_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from satix.project import Project
    from satix.steps.context import WaveSplit
    from survey.errors import Problem

__all__ = ["finding_records", "indicator_records", "question_records", "study_record", "wave_records"]


def study_record(split: WaveSplit) -> StudyRecord:
    """Study, instrument and settings."""
    study, instrument, design = split.project.study, split.project.instrument, split.pooled.design
    return StudyRecord(
        study=study.study,
        title=study.title.both(),
        note=None if study.note is None else study.note.both(),
        instrument=instrument.instrument,
        instrument_version=instrument.version,
        instrument_title=instrument.title.both(),
        instrument_licence=instrument.licence.both(),
        instrument_naming=None if instrument.naming is None else instrument.naming.both(),
        instrument_sources=[source.cite for source in instrument.sources],
        languages=list(study.languages),
        sampling=study.sampling.kind,
        sampling_note=None if study.sampling.note is None else study.sampling.note.both(),
        frame=None if study.sampling.frame is None else study.sampling.frame.both(),
        response_rate=study.sampling.response_rate,
        design_based=design.probability_sample,
        weighted=design.is_weighted,
        stratified=design.strata is not None,
        clustered=design.clusters is not None,
        indicator_weights=study.indicator_weights,
        minimum_answered=study.minimum_answered,
        confidence=study.confidence,
        power=study.power,
        seed=study.seed,
        suppress_below=study.limits.suppress,
        indicative_below=study.limits.indicative,
        excluded_rules=list(study.screening.exclude),
        screening=specification_record(study.screening),
    )


def wave_records(split: WaveSplit) -> list[WaveRecord]:
    """Waves in order, and whether each has the indicators of the one before."""
    records: list[WaveRecord] = []
    for wave, declared in zip(split.waves, split.project.study.waves, strict=True):
        asked = wave.leaves.asked()
        absent = [leaf for leaf, present in zip(wave.leaves.leaves, asked, strict=True) if not present]
        records.append(
            WaveRecord(
                wave=declared.wave,
                label=declared.label.both(),
                starts=declared.starts,
                n_responses=wave.responses.n,
                absent_indicators=absent,
                comparable_with_previous=not records or records[-1].absent_indicators == absent,
            )
        )
    return records


def indicator_records(project: Project) -> list[IndicatorRecord]:
    """The tree, parents before children, with the weights in use."""
    index, method = project.instrument.index, project.study.indicator_weights
    shares, leaf_weights = index.sibling_weights(method), index.leaf_weights(method)
    parents, levels = index.parents(), index.levels()
    targets = {target.indicator: target.level for target in project.study.targets if target.level is not None}
    return [
        IndicatorRecord(
            indicator=node.code,
            label=node.label.both(),
            parent=parents[node.code],
            level=levels[node.code],
            leaf=not node.indicators,
            share_among_siblings=shares[node.code],
            leaf_weight=leaf_weights.get(node.code),
            measurement=node.measurement,
            stage=None if node.stage is None else node.stage.both(),
            target=targets.get(node.code, node.target),
        )
        for node in index.walk()
    ]


def question_records(project: Project) -> list[QuestionRecord]:
    """Questions on a scale that have figures in the results."""
    records = []
    labels = {node.code: node.label for node in project.instrument.index.walk()}
    for question in project.instrument.questions:
        if question.scale is None or question.facet is None:
            continue
        scale = project.instrument.scale_of(question)
        name = question.name
        if question.label is None and question.measures is not None:
            alike = project.instrument.questions_of(
                facet=question.facet, measures=question.measures, series=question.series
            )
            name = labels[question.measures] if len(alike) == 1 else name
        records.append(
            QuestionRecord(
                question=question.code,
                label=name.both(),
                text=question.text.both(),
                facet=question.facet,
                series=question.series,
                indicator=question.measures,
                attribute=question.attribute,
                reverse=question.reverse,
                lowest=scale.lowest_score,
                highest=scale.highest_score,
            )
        )
    return records


def finding_records(problems: Iterable[Problem]) -> list[FindingRecord]:
    """Findings with their wording in both languages, each once."""
    records: dict[str, FindingRecord] = {}
    for problem in problems:
        record = FindingRecord(
            code=problem.code,
            severity=problem.severity,
            fields={
                key: value if isinstance(value, int | float | str) else str(value)
                for key, value in problem.fields.items()
            },
            wording={"en": problem.message("en"), "zh": problem.message("zh")},
        )
        records.setdefault(record.wording["en"], record)
    return list(records.values())
