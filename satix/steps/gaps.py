"""Service gaps and the importance-performance grids of one wave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.gap import service_gap
from analysis.ipa import importance_performance_by_respondent
from analysis.results import Figure, Gap, GapRow, ImportancePerformance, ImportanceRow
from analysis.selection import paired_leaves, performance_series
from satix.steps.figures import figures_of, grade_of
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from analysis.gap import GapFigure
    from satix.steps.context import Wave
    from survey.instrument import Instrument
    from survey.study import Study

__all__ = ["gap_record", "importance_performance_record"]


def gap_record(wave: Wave, study: Study, findings: list[Problem]) -> Gap | None:
    """Gaps per indicator asked on both facets, per dimension (children of the root) and overall."""
    instrument = wave.responses.instrument
    pairs = paired_leaves(instrument, "expectation", series=performance_series(study, "gap"))
    if not pairs:
        return None
    performance, expectation = _frames(wave, pairs)
    try:
        result = service_gap(
            performance,
            expectation,
            wave.design,
            scale=(0.0, 100.0),
            dimensions=_dimensions(instrument, pairs),
            confidence=study.confidence,
        )
    except InsufficientDataError:
        return None
    findings.extend(_named(result.findings, instrument))
    width = _scale_width(instrument, pairs)
    rows = [_gap_row(row, study, width) for row in (*result.items, *result.dimensions, result.unweighted)]
    return Gap(
        rows=rows,
        adjustment="holm",
        effect_size="d_z",
        unweighted=result.unweighted.estimate,
        servperf=result.servperf.unweighted,
    )


def _gap_row(row: GapFigure, study: Study, width: float) -> GapRow:
    grade = grade_of(row.n, study.limits)
    hidden = grade == "suppressed"

    def level(value: float) -> Figure:
        return Figure(
            kind="index",
            estimate=None if hidden else value,
            std_error=None,
            lower=None,
            upper=None,
            n=None if hidden else row.n,
            n_effective=None if hidden else row.n_effective,
            df=None,
            interval="",
            grade=grade,
        )

    return GapRow(
        level=row.level,
        indicator="" if row.level == "overall" else row.code,
        expectation=level(row.expectation),
        performance=level(row.perception),
        gap=Figure(
            kind="gap",
            estimate=None if hidden else row.estimate,
            std_error=None if hidden else row.std_error,
            lower=None if hidden else row.lower,
            upper=None if hidden else row.upper,
            n=None if hidden else row.n,
            n_effective=None if hidden else row.n_effective,
            df=None if hidden else row.df,
            interval="" if hidden else "t",
            grade=grade,
        ),
        gap_score=None if hidden else row.estimate * width / 100,
        statistic=None if hidden else row.t,
        p_value=None if hidden else row.p_value,
        p_adjusted=None if hidden else row.p_adjusted,
        effect_size=None if hidden else row.effect_size_d_z,
    )


def importance_performance_record(wave: Wave, study: Study, findings: list[Problem]) -> ImportancePerformance | None:
    """Grids in index points; the band uses the joint uncertainty of all means, centre included."""
    from analysis.design import design_means

    instrument = wave.responses.instrument
    pairs = paired_leaves(instrument, "importance", series=performance_series(study, "importance_performance"))
    if not pairs:
        return None
    performance, importance = _frames(wave, pairs)
    enough = (performance.notna() & importance.notna()).sum() >= study.limits.suppress
    performance, importance = performance.loc[:, enough], importance.loc[:, enough]
    if performance.shape[1] < 2:
        return None
    result = importance_performance_by_respondent(
        importance, performance, wave.design, scale=(0.0, 100.0), confidence=study.confidence
    )
    figures = {
        name: figures_of(design_means(frame.to_numpy(), wave.design, confidence=study.confidence), study.limits)
        for name, frame in (("importance", importance), ("performance", performance))
    }
    findings.extend(result.findings)
    status = result.band.status if result.band is not None else result.quadrant_data
    return ImportancePerformance(
        scale_centre=result.scale_centre,
        data_centre=result.data_centre,
        median_centre=result.median_centre,
        band="joint",
        rows=[
            ImportanceRow(
                indicator=attribute,
                importance=figures["importance"][place],
                performance=figures["performance"][place],
                gap=float(result.gap[place]),
                quadrant_scale=result.quadrant_scale[place],
                quadrant_data=result.quadrant_data[place],
                quadrant_median=result.quadrant_median[place],
                status=status[place] if result.n[place] >= study.limits.indicative else "uncertain",
                diagonal=result.diagonal_concentrate[place],
                diagonal_centred=result.data_centred_diagonal[place],
            )
            for place, attribute in enumerate(result.attributes)
        ],
    )


def _named(findings: tuple[Problem, ...], instrument: Instrument) -> list[Problem]:
    """Findings that speak of a dimension by its label instead of its code."""
    labels = {node.code: node.label.both() for node in instrument.index.walk()}
    named = []
    for finding in findings:
        label = labels.get(str(finding.fields.get("dimension")))
        text = f"{label['zh']} {label['en']}" if label is not None else finding.fields.get("dimension")
        named.append(replace(finding, fields={**finding.fields, "dimension": text}))
    return named


def _frames(wave: Wave, pairs: dict[str, tuple[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    frames = []
    for side in (0, 1):
        values = np.stack([wave.responses.index_points(pair[side]) for pair in pairs.values()], axis=1)
        frames.append(pd.DataFrame(wave.masked(values), columns=list(pairs)))
    return frames[0], frames[1]


def _dimensions(instrument: Instrument, pairs: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    members = {
        child.code: [leaf.code for leaf in child.leaves() if leaf.code in pairs]
        for child in instrument.index.indicators
    }
    return {code: leaves for code, leaves in members.items() if leaves}


def _scale_width(instrument: Instrument, pairs: dict[str, tuple[str, str]]) -> float:
    widths = set()
    for performance, _ in pairs.values():
        scale = instrument.scale_of(performance)
        widths.add(scale.highest_score - scale.lowest_score)
    return widths.pop() if len(widths) == 1 else float("nan")
