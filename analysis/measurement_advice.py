"""What figures on measurement quality add up to: a light per block of items, the rules behind it, and advice.

The thresholds are customs, not laws: .7 and .8 for reliability (Nunnally & Bernstein 1994), .3 for the item-total
correlation, .5 for the average variance extracted and .7 for composite reliability (Fornell & Larcker 1981), .85 and
.90 for HTMT (Henseler, Ringle & Sarstedt 2015), 5 and 10 for the variance inflation of formative components (Hair et
al. 2019). Fit: Hu & Bentler (1999), and the laxer limits customary before. A light names each rule it rests on.

A formative block is judged by the overlap of its components alone: its parts need not go together, so no coefficient
of internal consistency says anything about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, isfinite, nan
from typing import Literal

__all__ = [
    "Advice",
    "AdviceCode",
    "BlockEvidence",
    "BlockReading",
    "FitReading",
    "ItemEvidence",
    "Light",
    "MeasurementThresholds",
    "RuleHit",
    "fit_reading",
    "read_block",
]

FitReading = Literal["good", "acceptable", "poor", "exact"]
Light = Literal["green", "amber", "red", "grey"]
AdviceCode = Literal[
    "drop", "reword", "turn_round", "split", "merge", "add_items", "lengthen", "rethink", "redundant", "overlap"
]
_ORDER: tuple[Light, ...] = ("green", "amber", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementThresholds:
    """Where green, amber and red meet. Reliability is omega where there is one, else alpha."""

    reliability_good: float = 0.8
    reliability_acceptable: float = 0.7
    reliability_hopeless: float = 0.5
    item_total: float = 0.3
    loading: float = 0.7
    loading_weak: float = 0.5
    variance_extracted: float = 0.5
    composite_reliability: float = 0.7
    htmt: float = 0.85
    htmt_lenient: float = 0.9
    inflation: float = 5.0
    inflation_high: float = 10.0
    redundant: float = 0.95
    items_to_split: int = 6
    cfi_good: float = 0.95
    cfi_acceptable: float = 0.9
    rmsea_good: float = 0.06
    rmsea_acceptable: float = 0.08
    srmr_good: float = 0.08
    srmr_acceptable: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEvidence:
    """One item inside its block; NaN where undefined.

    ``item_total`` with the sum of the other items; ``loading`` standardised; ``alpha_without`` and
    ``variance_extracted_without`` are the block's without the item.
    """

    item: str
    item_total: float = nan
    loading: float = nan
    alpha_without: float = nan
    variance_extracted_without: float = nan


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEvidence:
    """What is known of one block.

    ``reason`` says why a reflective block has no figures (``too_few``, ``scales_differ``, ``one_item``). ``htmt`` holds
    the ratio with every other block, ``variance_extracted_alone`` AVE of one factor for this block alone (what dropping
    an item is compared with), ``inflation`` the variance inflation of every component of a formative block;
    ``n_factors`` how many factors parallel analysis finds (0: not asked). ``whole`` marks a block made up of other
    blocks: its items need not load on one factor.
    """

    measurement: Literal["reflective", "formative"]
    n_items: int
    alpha: float = nan
    omega: float = nan
    composite_reliability: float = nan
    variance_extracted: float = nan
    variance_extracted_alone: float = nan
    items: Sequence[ItemEvidence] = ()
    htmt: Mapping[str, float] = field(default_factory=dict)
    inflation: Mapping[str, float] = field(default_factory=dict)
    n_factors: int = 0
    reason: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """A rule that was not met (or, for green and grey, the one that decided): figure, threshold, and of what."""

    rule: str
    light: Light
    about: str = ""
    value: float = nan
    threshold: float = nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do: a code, the item, component or other block concerned, and the figures behind it."""

    code: AdviceCode
    about: str = ""
    fields: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReading:
    """The light of a block, every rule behind it (worst first), and advice."""

    light: Light
    rules: tuple[RuleHit, ...]
    advice: tuple[Advice, ...]


def read_block(block: BlockEvidence, *, thresholds: MeasurementThresholds | None = None) -> BlockReading:
    """The light of one block and what to do about it.

    Grey: nothing to judge (one item, too few answers, items on unlike scales, an overlap that cannot be computed).
    """
    limits = thresholds or MeasurementThresholds()
    if block.measurement == "formative":
        return _formative(block, limits)
    reason = "one_item" if block.n_items < 2 else block.reason
    if reason is None and not isfinite(block.alpha):
        reason = "undefined"
    if reason is not None:
        advice = (Advice(code="add_items"),) if reason == "one_item" else ()
        return BlockReading(light="grey", rules=(RuleHit(rule=reason, light="grey"),), advice=advice)
    hits = _reflective_hits(block, limits)
    return _reading(hits, _reflective_advice(block, limits), "all_met")


def fit_reading(
    *, df: int, cfi: float, rmsea: float, srmr: float, thresholds: MeasurementThresholds | None = None
) -> FitReading:
    """Fit of a factor model in a word: all three measures must be within the limits; an undefined one is not."""
    limits = thresholds or MeasurementThresholds()
    if df == 0:
        return "exact"
    if cfi >= limits.cfi_good and rmsea <= limits.rmsea_good and srmr <= limits.srmr_good:
        return "good"
    if cfi >= limits.cfi_acceptable and rmsea <= limits.rmsea_acceptable and srmr <= limits.srmr_acceptable:
        return "acceptable"
    return "poor"


def _reading(hits: list[RuleHit], advice: list[Advice], met: str) -> BlockReading:
    if not hits:
        return BlockReading(light="green", rules=(RuleHit(rule=met, light="green"),), advice=tuple(advice))
    ordered = sorted(hits, key=lambda hit: -_ORDER.index(hit.light))
    return BlockReading(light=ordered[0].light, rules=tuple(ordered), advice=tuple(advice))


def _formative(block: BlockEvidence, limits: MeasurementThresholds) -> BlockReading:
    if not block.inflation:
        rule = block.reason or "formative_not_judged"
        return BlockReading(light="grey", rules=(RuleHit(rule=rule, light="grey"),), advice=())
    hits, advice = [], []
    for component, value in block.inflation.items():
        if value >= limits.inflation:
            high = value >= limits.inflation_high
            light: Light = "red" if high else "amber"
            threshold = limits.inflation_high if high else limits.inflation
            hits.append(RuleHit(rule="inflation", light=light, about=component, value=value, threshold=threshold))
            advice.append(Advice(code="overlap", about=component, fields={"inflation": value}))
    return _reading(hits, advice, "no_overlap")


def _reflective_hits(block: BlockEvidence, limits: MeasurementThresholds) -> list[RuleHit]:
    hits: list[RuleHit] = []

    def below(rule: str, light: Light, value: float, threshold: float, about: str = "") -> bool:
        short = isfinite(value) and value < threshold
        if short:
            hits.append(RuleHit(rule=rule, light=light, about=about, value=value, threshold=threshold))
        return short

    name = "omega" if isfinite(block.omega) else "alpha"
    reliability = block.omega if isfinite(block.omega) else block.alpha
    if not below(name, "red", reliability, limits.reliability_acceptable):
        below(name, "amber", reliability, limits.reliability_good)
    for item in block.items:
        if not below("item_negative", "red", item.item_total, 0.0, item.item):
            below("item_total", "amber", item.item_total, limits.item_total, item.item)
        # only the size of a loading: its sign is that of the item-total correlation
        below("loading", "amber", abs(item.loading), limits.loading_weak, item.item)
    if isfinite(block.variance_extracted) and block.variance_extracted < limits.variance_extracted:
        short = not block.composite_reliability >= limits.composite_reliability
        below("variance_extracted", "red" if short else "amber", block.variance_extracted, limits.variance_extracted)
    below("composite_reliability", "red", block.composite_reliability, limits.composite_reliability)
    for other, value in block.htmt.items():
        if isfinite(value) and value >= limits.htmt:
            lenient = value >= limits.htmt_lenient
            light: Light = "red" if lenient else "amber"
            threshold = limits.htmt_lenient if lenient else limits.htmt
            hits.append(RuleHit(rule="htmt", light=light, about=other, value=value, threshold=threshold))
    return hits


def _reflective_advice(block: BlockEvidence, limits: MeasurementThresholds) -> list[Advice]:
    found: list[Advice] = []
    negative = [item for item in block.items if item.item_total < 0]
    for item in sorted(block.items, key=lambda item: item.item_total if isfinite(item.item_total) else 1.0):
        weak = item.item_total < limits.item_total or abs(item.loading) < limits.loading_weak
        # two items oppose each other alike: which one is the wrong way round only the wording tells
        if item.item_total < 0:
            found.append(Advice(code="turn_round", about=item.item, fields={"item_total": item.item_total}))
        elif weak and not negative:
            found.append(_drop_or_reword(block, item))
    if block.n_factors > 1 and block.n_items >= limits.items_to_split and not block.whole:
        found.append(Advice(code="split", fields={"n_factors": block.n_factors}))
    for other, value in block.htmt.items():
        if isfinite(value) and value >= limits.htmt_lenient:
            found.append(Advice(code="merge", about=other, fields={"htmt": value}))
    if block.n_items == 2:
        found.append(Advice(code="add_items"))
    elif block.alpha > limits.redundant:
        found.append(Advice(code="redundant", fields={"alpha": block.alpha}))
    reliability = block.omega if isfinite(block.omega) else block.alpha
    if reliability < limits.reliability_acceptable and not found:
        if reliability < limits.reliability_hopeless:
            found.append(Advice(code="rethink", fields={"reliability": reliability}))
        else:
            fields = _length_needed(block.n_items, reliability, limits.reliability_good)
            found.append(Advice(code="lengthen", fields=fields))
    return found


def _length_needed(n_items: int, reliability: float, wanted: float) -> dict[str, float]:
    """Spearman and Brown's prophecy: how many items like these would be reliable enough."""
    times = wanted * (1 - reliability) / (reliability * (1 - wanted))
    return {"reliability": reliability, "n_needed": ceil(n_items * times - 1e-9), "wanted": wanted}


def _drop_or_reword(block: BlockEvidence, item: ItemEvidence) -> Advice:
    """Dropping an item is advised only where the rest measures better and is still a scale of three items."""
    fields = {"item_total": item.item_total, "loading": item.loading}
    if block.n_items >= 4 and item.alpha_without > block.alpha:
        fields |= {"alpha": block.alpha, "alpha_without": item.alpha_without}
        fields |= {
            "variance_extracted": block.variance_extracted_alone,
            "variance_extracted_without": item.variance_extracted_without,
        }
        return Advice(code="drop", about=item.item, fields=fields)
    return Advice(code="reword", about=item.item, fields=fields)
