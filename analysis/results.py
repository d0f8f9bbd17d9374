"""The schema of ``results.json``: every figure of an evaluation at full precision.

Reports are made from this file alone. It carries no clock time, path or version: the same inputs
and seed give the same bytes. Undefined and suppressed figures are ``null``.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from survey.errors import Place, SatixError

__all__ = [
    "Bilingual",
    "Change",
    "ChangeRow",
    "Channel",
    "ChannelAggregate",
    "ChannelAgreement",
    "ChannelCategories",
    "ChannelComments",
    "ChannelFigureRow",
    "ChannelItem",
    "ChannelKpi",
    "ChannelOverlap",
    "ChannelRates",
    "ChannelRating",
    "ChannelSplit",
    "ChannelTime",
    "ChannelVisits",
    "CoefficientRow",
    "ConstructPair",
    "Decomposition",
    "DecompositionRow",
    "FactorModelFit",
    "Figure",
    "FindingRecord",
    "Gap",
    "GapRow",
    "Grade",
    "ImportancePerformance",
    "ImportanceRow",
    "IndicatorRecord",
    "Invariance",
    "InvarianceLevelRow",
    "ItemRow",
    "Measurement",
    "MeasurementAdvice",
    "MeasurementBlock",
    "MeasurementComponent",
    "MeasurementItem",
    "MeasurementRule",
    "MissingKindRow",
    "NodeScore",
    "OptionCount",
    "QuestionRecord",
    "Reliability",
    "Results",
    "RuleOverlap",
    "Screening",
    "ScreeningMeasure",
    "ScreeningRule",
    "ScreeningSpecification",
    "SegmentRow",
    "Segments",
    "StudyRecord",
    "TargetRow",
    "WaveRecord",
    "WaveResults",
    "dump_results",
    "read_results",
    "results_json_schema",
]


def _finite(value: Any) -> Any:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


Number = Annotated[float | None, BeforeValidator(_finite)]
"""A float64 at full precision; null where it is undefined."""

Bilingual = dict[Literal["en", "zh"], str]
Grade = Literal["shown", "indicative", "suppressed"]
"""What the number of respondents allows: a verdict, a figure without verdict, or nothing."""


class Record(BaseModel):
    """Base of every part: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Figure(Record):
    """An estimate with its uncertainty. Index and gap in points (0-100), share 0-1, net score -100 to 100."""

    kind: Literal["index", "share", "net_score", "rate", "gap", "score"]
    estimate: Number
    std_error: Number
    lower: Number
    upper: Number
    n: int | None
    n_effective: Number
    df: Number
    interval: str
    grade: Grade = "shown"


class ScreeningSpecification(Record):
    """The screening rules in force: version, which rules exclude, which count as flagged, and every threshold."""

    specification: int
    exclude: list[str]
    counted: list[str]
    thresholds: dict[str, float | int | list[str]]


class StudyRecord(Record):
    """What was studied and under which settings."""

    study: str
    title: Bilingual
    note: Bilingual | None
    instrument: str
    instrument_version: str
    instrument_title: Bilingual
    instrument_licence: Bilingual
    instrument_naming: Bilingual | None = None
    instrument_sources: list[str]
    languages: list[Literal["zh", "en"]]
    sampling: Literal["probability", "convenience", "census"]
    sampling_note: Bilingual | None
    frame: Bilingual | None
    response_rate: Number
    design_based: bool
    weighted: bool
    stratified: bool
    clustered: bool
    indicator_weights: Literal["declared", "equal"]
    minimum_answered: float
    confidence: float
    power: float
    seed: int
    suppress_below: int
    indicative_below: int
    excluded_rules: list[str]
    screening: ScreeningSpecification | None = None


class WaveRecord(Record):
    """A wave, in order; ``comparable_with_previous`` is false where the set of indicators differs."""

    wave: str
    label: Bilingual
    starts: str | None
    n_responses: int
    absent_indicators: list[str]
    comparable_with_previous: bool


class IndicatorRecord(Record):
    """A node of the indicator tree, parents before children."""

    indicator: str
    label: Bilingual
    parent: str | None
    level: int
    leaf: bool
    share_among_siblings: float
    leaf_weight: float | None
    measurement: Literal["reflective", "formative"]
    stage: Bilingual | None
    target: float | None


class QuestionRecord(Record):
    """A question that has figures in the results."""

    question: str
    label: Bilingual
    text: Bilingual
    facet: str | None
    series: str | None
    indicator: str | None
    attribute: str | None
    reverse: bool
    lowest: Number
    highest: Number


class NodeScore(Record):
    """The index of a node. ``contribution`` is in points of the root: that of a node is the sum over its children."""

    indicator: str
    figure: Figure
    contribution: Number
    potential: Number


class OptionCount(Record):
    """How often an option was chosen: unweighted count, weighted share of valid answers."""

    code: str
    label: Bilingual
    count: int
    share: Number


class ItemRow(Record):
    """One question: valid answers, missing by kind, distribution, mean on its own scale, index, top box."""

    question: str
    n_rows: int
    n_valid: int
    missing: dict[str, int]
    options: list[OptionCount]
    mean: Number
    std_dev: Number
    index: Figure | None
    top_box: Figure | None
    top_codes: list[str]
    net_promoter: Figure | None
    grade: Grade


class CoefficientRow(Record):
    """One item inside its block."""

    question: str
    n: int
    item_total: Number
    alpha_if_deleted: Number
    mean: Number
    std_dev: Number


class Reliability(Record):
    """Internal consistency of a block of items; ``reason`` says why there is none."""

    indicator: str
    measurement: Literal["reflective", "formative"]
    facet: str
    n_items: int
    n: int | None
    missing: str
    alpha: Number
    alpha_standardised: Number
    lower: Number
    upper: Number
    interval: str
    average_r: Number
    items: list[CoefficientRow]
    findings: list[str]
    reason: str | None


class MeasurementRule(Record):
    """A rule behind a light: the figure, its threshold, and the question, component or other block it is about."""

    rule: str
    light: Literal["green", "amber", "red", "grey"]
    about: str
    value: Number
    threshold: Number


class MeasurementAdvice(Record):
    """What to do about a block: a code, the question or block it is about, and the figures behind it."""

    code: str
    about: str
    figures: dict[str, Number]


class MeasurementItem(Record):
    """One question of a reflective block: corrected item-total correlation, standardised loading, alpha and AVE
    without it."""

    question: str
    item_total: Number
    loading: Number
    alpha_without: Number
    variance_extracted_without: Number


class MeasurementComponent(Record):
    """One component of a formative block and its variance inflation factor."""

    indicator: str
    inflation: Number


class MeasurementBlock(Record):
    """How well a block measures. ``loadings_from`` is the joint factor model, or one factor for this block alone.

    ``unweighted`` names the figures that leave case weights out. Ordinal figures exist for scales of up to five points.
    """

    indicator: str
    facet: str
    measurement: Literal["reflective", "formative"]
    light: Literal["green", "amber", "red", "grey"]
    rules: list[MeasurementRule]
    advice: list[MeasurementAdvice]
    n_items: int
    n: int | None
    points: int | None
    alpha: Number
    omega: Number
    ordinal_alpha: Number
    ordinal_omega: Number
    composite_reliability: Number
    variance_extracted: Number
    loadings_from: Literal["model", "block"] | None
    kmo: Number
    bartlett_chi_square: Number
    bartlett_df: int | None
    bartlett_p_value: Number
    n_factors: int | None
    items: list[MeasurementItem]
    components: list[MeasurementComponent]
    unweighted: list[str]


class FactorModelFit(Record):
    """Fit of the factor model of all reflective blocks with three items or more; unweighted.

    ``reading`` is ``exact`` where the model has no degrees of freedom, so that its fit says nothing.
    """

    constructs: list[str]
    n_items: int
    estimator: str
    missing: str
    n: int
    dropped: int
    converged: bool
    chi_square: Number
    df: int
    p_value: Number
    cfi: Number
    tli: Number
    rmsea: Number
    rmsea_lower: Number
    rmsea_upper: Number
    srmr: Number
    reading: Literal["good", "acceptable", "poor", "exact", "not_converged"]
    findings: list[str]


class ConstructPair(Record):
    """Two blocks side by side: correlation of their factors, HTMT, and whether both pass Fornell and Larcker's rule."""

    first: str
    second: str
    correlation: Number
    htmt: Number
    fornell_larcker: bool | None


class InvarianceLevelRow(Record):
    """Fit of one level of invariance, and what it lost against the level before."""

    level: str
    chi_square: Number
    df: int
    cfi: Number
    rmsea: Number
    delta_cfi: Number
    delta_rmsea: Number
    p_value: Number
    accepted: bool


class Invariance(Record):
    """Whether groups understand the questions alike, on complete answers and without case weights.

    ``question`` is a segment question, or ``wave``. ``verdict``: means may be compared, may not, or was not judged.
    """

    question: str
    label: Bilingual
    verdict: Literal["comparable", "not_comparable", "not_judged"]
    reason: str
    figures: dict[str, str | int | float | None]
    constructs: list[str]
    groups: dict[str, int]
    estimator: str
    levels: list[InvarianceLevelRow]


class Measurement(Record):
    """Measurement quality of a wave: every block, the factor model behind them, and invariance over segments.

    ``skipped`` says why there is no factor model.
    """

    blocks: list[MeasurementBlock]
    model: FactorModelFit | None
    skipped: str | None
    pairs: list[ConstructPair]
    invariance: list[Invariance]


class GapRow(Record):
    """Performance minus expectation for an item, a dimension or the whole."""

    level: Literal["item", "dimension", "overall"]
    indicator: str
    expectation: Figure
    performance: Figure
    gap: Figure
    gap_score: Number
    statistic: Number
    p_value: Number
    p_adjusted: Number
    effect_size: Number


class Gap(Record):
    """Service gaps. ``adjustment`` names the correction for multiple tests, per level."""

    rows: list[GapRow]
    adjustment: str
    effect_size: str
    unweighted: Number
    servperf: Number


class ImportanceRow(Record):
    """One indicator in the importance-performance grids; ``status`` may be ``uncertain``."""

    indicator: str
    importance: Figure
    performance: Figure
    gap: Number
    quadrant_scale: str
    quadrant_data: str
    quadrant_median: str
    status: str
    diagonal: bool
    diagonal_centred: bool


class ImportancePerformance(Record):
    """The grids in index points; centres are (importance, performance)."""

    scale_centre: tuple[float, float]
    data_centre: tuple[float, float]
    median_centre: tuple[float, float]
    band: str
    rows: list[ImportanceRow]


class SegmentRow(Record):
    """One segment: its index and its difference from everybody else."""

    option: str
    label: Bilingual
    n: int | None
    share: Number
    figure: Figure
    difference: Figure | None
    p_value: Number
    p_adjusted: Number
    grade: Grade
    complementary: bool = False


class Segments(Record):
    """The segments of one question."""

    question: str
    label: Bilingual
    indicator: str
    n_without: int | None
    rows: list[SegmentRow]


class ScreeningRule(Record):
    """One rule: what its flags do (``listed``: counted here only), how many it could judge, and what it found.

    ``reason`` is a code of why it could judge nobody; null where it judged somebody.
    """

    rule: str
    policy: Literal["exclude", "flag", "listed"]
    n_judged: int
    flagged: int
    excluded: int
    reason: str | None


class RuleOverlap(Record):
    """Responses to which both rules apply."""

    rule: str
    other: str
    n: int


class ScreeningMeasure(Record):
    """Spread of a continuous measure over the responses judged; null with too few of them."""

    measure: str
    n: int
    percentile_5: Number
    median: Number
    percentile_95: Number


class MissingKindRow(Record):
    """Unanswered questions of one kind: how many, their share of all questions put, and how many responses have any."""

    kind: str
    n_answers: int
    share: Number
    n_responses: int


class Screening(Record):
    """Flags by rule, and the accounting in which the first reason counts.

    ``responses_by_flags`` counts responses with no, one, two, ... of the rules that count.
    """

    n: int
    rules: dict[str, int]
    first_reason: dict[str, int]
    n_flagged: int
    n_excluded: int
    everyone: Figure
    without_flagged: Figure
    without_excluded: Figure
    by_rule: list[ScreeningRule] = []
    overlap: list[RuleOverlap] = []
    responses_by_flags: list[int] = []
    measures: list[ScreeningMeasure] = []
    missing_kinds: list[MissingKindRow] = []


class TargetRow(Record):
    """A level target and the verdict of this wave alone."""

    indicator: str
    target: Number
    verdict: str


class WaveResults(Record):
    """Everything estimated from one wave, or (``wave`` null) from all waves together, which is descriptive only."""

    wave: str | None
    n_responses: int
    n_used: int
    screening: Screening
    scores: list[NodeScore]
    targets: list[TargetRow]
    covariance_of: list[str]
    covariance: list[list[Number]]
    items: list[ItemRow]
    reliability: list[Reliability]
    gap: Gap | None
    importance_performance: ImportancePerformance | None
    segments: list[Segments]
    measurement: Measurement | None = None


class ChangeRow(Record):
    """Change of one indicator between two waves, on the items both waves have.

    ``score_effect`` and ``mix_effect`` split it by the segment question (``mix_question``) whose make-up explains most.
    """

    indicator: str
    before: Figure
    after: Figure
    change: Figure
    statistic: Number
    p_value: Number
    p_adjusted: Number
    minimum_detectable: Number
    score_effect: Number
    mix_effect: Number
    mix_question: str | None
    verdict: str
    target: Number
    target_kind: Literal["level", "change"] | None


class DecompositionRow(Record):
    """What one segment contributes to the change."""

    option: str
    label: Bilingual
    share_before: Number
    share_after: Number
    score_before: Number
    score_after: Number
    score_effect: Number
    mix_effect: Number
    grade: Grade


class Decomposition(Record):
    """Change of the index split into score and mix; the two add up to ``total`` exactly."""

    question: str
    label: Bilingual
    total: Number
    score_effect: Number
    score_std_error: Number
    mix_effect: Number
    mix_std_error: Number
    rows: list[DecompositionRow]


class Change(Record):
    """Change from one wave to another. ``family`` indicators were tested together."""

    before: str
    after: str
    common_indicators: list[str]
    left_out: list[str]
    family: int
    adjustment: str
    test: str
    detectable_at: str
    rows: list[ChangeRow]
    decompositions: list[Decomposition]


class ChannelFigureRow(Record):
    """A figure for one value, group or category of a channel; the number of persons decides what may be shown.

    ``n_records`` and ``n_persons`` have the value or are in the group; ``n_persons`` is null where persons are unknown.
    ``weighted`` is the estimate under the channel's weights; null where it has none.
    """

    group: str
    label: Bilingual
    figure: Figure
    weighted: Number
    n_records: int | None
    n_persons: int | None


class ChannelRating(Record):
    """A rating on its own scale. Automatic ratings are in ``with_defaults`` and nowhere else."""

    metric: str
    label: Bilingual | None
    lowest: Number
    highest: Number
    mean: Figure
    weighted: Figure | None
    with_defaults: Number
    n_default: int
    n_persons: int | None
    values: list[ChannelFigureRow]


class ChannelSplit(Record):
    """A rating by an attribute of the records."""

    metric: str
    attribute: str
    share: bool
    rows: list[ChannelFigureRow]


class ChannelComments(Record):
    """Who writes: the share of records with a comment, by rating."""

    metric: str
    overall: Figure
    rows: list[ChannelFigureRow]


class ChannelTime(Record):
    """A time or count: mean and quantiles of the sample (key: the probability)."""

    metric: str
    mean: Figure
    quantiles: dict[str, Number]


class ChannelCategories(Record):
    """Shares of codes (sentiment, topics, outcomes of calls) among the records that have one."""

    metric: str
    rows: list[ChannelFigureRow]


class ChannelAgreement(Record):
    """Agreement of coders: per cent and Cohen's kappa (``figure``); without interval where coders are anonymous."""

    metric: str
    kappa_weights: str
    n_objects: int
    agreement: Number
    kappa: Number
    std_error: Number
    lower: Number
    upper: Number


class ChannelItem(Record):
    """One item of the checklists of mystery visits: points earned of points that applied."""

    item: str
    label: Bilingual
    critical: bool
    n_applied: int
    n_not_applicable: int
    n_failed: int
    share: Figure


class ChannelVisits(Record):
    """Mystery visits: the score after and before the rule for critical items (0-100)."""

    n_visits: int
    n_coded_twice: int
    rule: Literal["cap", "zero", "none"]
    cap: float
    score: Figure
    raw: Number
    n_critical_failed: int
    items: list[ChannelItem]


class ChannelRates(Record):
    """Outcome rates after AAPOR (0-1), where there is a frame; ``reason`` says why there are none.

    ``finished`` is the share of those reached or begun that finished, given where a response rate is refused.
    """

    reason: str | None
    counts: dict[str, int]
    rates: dict[str, Number]
    eligible_share: Number
    eligible_share_from: str | None
    all_eligibility_known: bool
    finished: Figure | None


class ChannelKpi(Record):
    """A figure as the file gives it, for its latest period, with the one before and the target."""

    kpi: str
    entity: str | None
    period: str | None
    value: Number
    previous_period: str | None
    previous: Number
    target: Number
    unit: str | None


class ChannelAggregate(Record):
    """Aggregated shares (0-1) of a measure in one period: as published, or the plain mean over ``n_rows`` units."""

    measure: str | None
    period: str | None
    n_rows: int
    bottom: Number
    middle: Number
    top: Number
    lowest_top: Number
    highest_top: Number
    response_rate: Number
    completes: int | None


class Channel(Record):
    """One channel of one wave. Channels stand side by side and are never pooled.

    ``n_persons`` counts persons (or orders where persons are unknown); null where records name neither.
    ``self_selected`` marks what holds only among those who wrote. ``coverage`` is the share of orders of the joined
    file (``n_frame`` of them) that have a record. ``report`` is the account of the file.
    """

    name: str
    channel: str
    label: Bilingual | None
    wave: str | None
    file: str
    n_records: int
    n_persons: int | None
    persons_are: Literal["persons", "orders"] | None
    n_frame: int | None
    coverage: Number
    self_selected: bool
    weighted_by: str | None
    ratings: list[ChannelRating]
    splits: list[ChannelSplit]
    comments: ChannelComments | None
    times: list[ChannelTime]
    categories: list[ChannelCategories]
    agreement: list[ChannelAgreement]
    visits: ChannelVisits | None
    rates: ChannelRates | None
    kpis: list[ChannelKpi]
    aggregates: list[ChannelAggregate]
    report: dict[str, Any]


class ChannelOverlap(Record):
    """Persons two channels have in common, by keyed digests; ``n_both`` is null where it is small and not zero."""

    first: str
    second: str
    wave: str | None
    n_first: int
    n_second: int
    n_both: int | None


class FindingRecord(Record):
    """Something worth knowing that did not stop the work: a message code and its fields."""

    code: str
    severity: Literal["error", "warning", "note"]
    fields: dict[str, str | int | float | None]
    wording: Bilingual


class Results(Record):
    """The whole file."""

    schema_: Literal["satix.results/1"] = Field(default="satix.results/1", alias="schema")
    study: StudyRecord
    waves: list[WaveRecord]
    indicators: list[IndicatorRecord]
    questions: list[QuestionRecord]
    results: list[WaveResults]
    changes: list[Change]
    imports: list[dict[str, Any]]
    findings: list[FindingRecord]
    channels: list[Channel] = []
    channel_overlaps: list[ChannelOverlap] = []

    def of_wave(self, wave: str | None) -> WaveResults:
        """The block of a wave (None: all waves together)."""
        return next(block for block in self.results if block.wave == wave)

    @property
    def current(self) -> WaveResults:
        """The block of the latest wave."""
        return self.of_wave(self.waves[-1].wave)


def dump_results(results: Results) -> str:
    """The file's text: UTF-8 JSON, keys in schema order, floats in shortest round-trip form."""
    content = results.model_dump(mode="json", by_alias=True)
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises
    ------
    SatixError
        The file is missing, or is not a results file this version reads.
    """
    if not path.is_file():
        raise SatixError.of("analysis.results_missing", Place(file=path.name))
    try:
        return Results.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise SatixError.of("analysis.results_unreadable", Place(file=path.name)) from None


def results_json_schema() -> dict[str, Any]:
    """The published JSON schema of ``results.json``."""
    return Results.model_json_schema(by_alias=True, mode="serialization")
