"""Whether groups understand the questions alike: the gate before their means are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.results import Invariance, InvarianceLevelRow
from satix.steps.measurement_blocks import FEWEST_ITEMS, FEWEST_RESPONDENTS, MOST_ITEMS_OF_ALL, answers_of
from satix.steps.measurement_model import estimator_for
from satix.steps.segments import segment_labels
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.invariance import MeasurementInvariance
    from satix.steps.context import Wave
    from survey.study import Study
    from survey.study import Wave as StudyWave
    from survey.texts import Text

MOST_QUESTIONS = 5
WAVES = "wave"

__all__ = ["WAVES", "segment_invariance", "wave_invariance"]


def segment_invariance(
    wave: Wave, study: Study, constructs: dict[str, list[str]], findings: list[Problem]
) -> list[Invariance]:
    """A verdict per segment question over the reflective blocks; groups of fewer than 100 are left out.

    At most five questions are judged; that the others were not is a finding.
    """
    records = []
    for place, segment in enumerate(study.segments):
        label = segment.label or wave.responses.instrument.question(segment.question).name
        if place >= MOST_QUESTIONS:
            fields: dict[str, object] = {"question": segment.question, "limit": MOST_QUESTIONS}
            findings.append(Problem(code="analysis.measurement_many_segments", fields=fields, severity="note"))
            records.append(_not_judged(segment.question, label, "many_segments", {"limit": MOST_QUESTIONS}))
            continue
        try:
            labels = segment_labels(wave, segment.question)[wave.used]
        except KeyError:
            records.append(_not_judged(segment.question, label, "not_asked", {}))
            continue
        records.append(_judged(wave, segment.question, label, constructs, labels, findings))
    return records


def wave_invariance(
    pooled: Wave, waves: Sequence[StudyWave], constructs: dict[str, list[str]], findings: list[Problem]
) -> Invariance:
    """The verdict over the waves; refused, with the reason as a finding, where waves share respondents."""
    table = pooled.responses.respondents
    labels = np.array([str(wave) for wave in table["wave"]], dtype=object)[pooled.used]
    order = {wave.wave: place for place, wave in enumerate(waves)}
    labels = np.array([label if label in order else None for label in labels], dtype=object)
    respondents = table.index.to_numpy()[pooled.used]
    return _judged(pooled, WAVES, None, constructs, labels, findings, respondents=respondents)


def _judged(
    wave: Wave,
    question: str,
    label: Text | None,
    constructs: dict[str, list[str]],
    labels: NDArray[np.object_],
    findings: list[Problem],
    *,
    respondents: NDArray[np.object_] | None = None,
) -> Invariance:
    from analysis.invariance import check_groups, measurement_invariance
    from analysis.invariance_result import InvarianceCutoffs

    codes = [code for members in constructs.values() for code in members]
    if not codes:
        return _not_judged(question, label, "no_blocks", {})
    if len(codes) > MOST_ITEMS_OF_ALL:
        return _not_judged(question, label, "many_items", {"items": len(codes), "limit": MOST_ITEMS_OF_ALL})
    frame = answers_of(wave, codes)
    complete = ~frame.isna().to_numpy().any(axis=1) & np.array([one is not None for one in labels], dtype=np.bool_)
    sizes = {name: int(np.count_nonzero(labels[complete] == name)) for name in dict.fromkeys(labels[complete])}
    kept = sorted(name for name, size in sizes.items() if size >= FEWEST_RESPONDENTS)
    if len(kept) < 2:
        return _not_judged(question, label, "small_groups", {"limit": FEWEST_RESPONDENTS, "groups": len(kept)})
    rows = complete & np.isin(labels.astype(str), kept)
    if respondents is not None:
        try:
            check_groups(labels[rows].astype(str), respondents[rows])
        except InsufficientDataError as error:
            findings.extend(replace(problem, severity="warning") for problem in error.problems)
            return _not_judged(question, label, "groups_overlap", {})
    # one block of three items fits by construction: a rise of its RMSEA from nought is no loss of fit
    exact = len(codes) == FEWEST_ITEMS
    try:
        result = measurement_invariance(
            frame[rows].reset_index(drop=True),
            constructs,
            labels[rows].astype(str),
            estimator=estimator_for(min(sizes[name] for name in kept)),
            up_to="scalar",
            search_partial=False,
            cutoffs=InvarianceCutoffs(rmsea=None) if exact else None,
        )
    except SatixError as error:
        return _not_judged(question, label, "not_fitted", {"cause": error.problems[0].code})
    return _record(question, label, constructs, result)


def _record(
    question: str, label: Text | None, constructs: dict[str, list[str]], result: MeasurementInvariance
) -> Invariance:
    stopped = [level.level for level in result.levels if not level.result.converged]
    if stopped:
        return _not_judged(question, label, "not_converged", {"level": stopped[0]})
    differences = {comparison.level: comparison for comparison in result.comparisons}
    rows = []
    for model in result.models:
        difference = differences.get(model.level)
        rows.append(
            InvarianceLevelRow(
                level=model.level,
                chi_square=model.chisq,
                df=model.df,
                cfi=model.cfi,
                rmsea=model.rmsea,
                delta_cfi=None if difference is None else difference.delta_cfi,
                delta_rmsea=None if difference is None else difference.delta_rmsea,
                p_value=None if difference is None else difference.p_value,
                accepted=model.level in result.accepted,
            )
        )
    failed = next((row for row in rows if not row.accepted), None)
    figures: dict[str, str | int | float | None] = {}
    if failed is not None:
        figures = {"level": failed.level, "delta_cfi": failed.delta_cfi, "delta_rmsea": failed.delta_rmsea}
    return Invariance(
        question=question,
        label={} if label is None else label.both(),
        verdict="comparable" if result.mean_comparison_allowed else "not_comparable",
        reason="scalar_holds" if failed is None else f"{failed.level}_fails",
        figures=figures,
        constructs=list(constructs),
        groups={str(name): size for name, size in result.n_by_group.items()},
        estimator=result.estimator,
        levels=rows,
    )


def _not_judged(
    question: str, label: Text | None, reason: str, figures: dict[str, str | int | float | None]
) -> Invariance:
    return Invariance(
        question=question,
        label={} if label is None else label.both(),
        verdict="not_judged",
        reason=reason,
        figures=figures,
        constructs=[],
        groups={},
        estimator="",
        levels=[],
    )
