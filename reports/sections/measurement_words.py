"""Rules, advice and verdicts on measurement quality in words."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from analysis.measurement_advice import MeasurementThresholds
from reports.document import Verdict
from reports.labels import Label, Tone
from reports.sentences import Num, enumerate_labels, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from analysis.results import Invariance, MeasurementAdvice, MeasurementBlock, MeasurementRule
    from reports.reading import Reader

LIGHT_TONES: dict[str, Tone] = {"green": "good", "amber": "warning", "red": "bad", "grey": "muted"}
INVARIANCE_TONES: dict[str, Tone] = {"comparable": "good", "not_comparable": "warning", "not_judged": "muted"}

__all__ = [
    "advice_words",
    "block_name",
    "coefficient",
    "invariance_reason",
    "invariance_verdict",
    "light",
    "reading_words",
    "rule_bullets",
]


def coefficient(value: float | None) -> Num:
    """A coefficient inside a sentence."""
    return Num(value, "coefficient")


def block_name(reader: Reader, block: MeasurementBlock) -> Label:
    """The indicator's name, with the facet where it is not performance."""
    name = reader.name(block.indicator)
    if block.facet == "performance":
        return name
    return sentence("facet_of", name=name, facet=phrase(f"facet_{block.facet}"))


def light(block: MeasurementBlock) -> Verdict:
    """The traffic light as a word in its tone."""
    return Verdict(label=phrase(f"light_{block.light}"), tone=LIGHT_TONES[block.light])


def reading_words(reader: Reader, block: MeasurementBlock) -> Label:
    """Every rule behind the light, worst first."""
    words = [_rule(reader, block, rule) for rule in block.rules]
    return reduce(lambda first, second: sentence("measurement_joined", first=first, second=second), words)


def advice_words(reader: Reader, block: MeasurementBlock) -> list[Label]:
    """What to do about a block, a sentence each."""
    return [_advice(reader, block, advice) for advice in block.advice]


def invariance_verdict(record: Invariance) -> Verdict:
    """Whether the means of these groups may be compared, as a verdict."""
    return Verdict(label=phrase(f"invariance_{record.verdict}"), tone=INVARIANCE_TONES[record.verdict])


def invariance_reason(reader: Reader, record: Invariance) -> Label:
    """The reason behind the verdict, with the figures that decided."""
    return sentence(
        f"invariance_reason_{record.reason}",
        blocks=enumerate_labels(reader.name(code) for code in record.constructs),
        delta_cfi=_difference(record, "delta_cfi"),
        delta_rmsea=_difference(record, "delta_rmsea"),
    )


def rule_bullets() -> tuple[Label, ...]:
    """The rules with their thresholds."""
    limits = MeasurementThresholds()
    return (
        phrase("measurement_rule_worst"),
        sentence(
            "measurement_rule_reliability",
            good=coefficient(limits.reliability_good),
            acceptable=coefficient(limits.reliability_acceptable),
        ),
        sentence(
            "measurement_rule_items",
            item_total=coefficient(limits.item_total),
            loading_weak=coefficient(limits.loading_weak),
            loading=coefficient(limits.loading),
        ),
        sentence(
            "measurement_rule_convergent",
            ave=coefficient(limits.variance_extracted),
            rho_c=coefficient(limits.composite_reliability),
        ),
        sentence("measurement_rule_htmt", htmt=coefficient(limits.htmt), htmt_lenient=coefficient(limits.htmt_lenient)),
        sentence(
            "measurement_rule_formative",
            inflation=Num(limits.inflation, "count"),
            inflation_high=Num(limits.inflation_high, "count"),
        ),
    )


def _difference(record: Invariance, name: str) -> Num:
    value = record.figures.get(name)
    return Num(value if isinstance(value, int | float) else None, "gap", 3)


def _about(reader: Reader, about: str) -> Label:
    """The name of a question, or of a block or component."""
    if about in reader.questions:
        return reader.question_name(about)
    return reader.name(about) if about in reader.indicators else Label.same(about)


def _rule(reader: Reader, block: MeasurementBlock, rule: MeasurementRule) -> Label:
    number = "number" if block.measurement == "formative" else "coefficient"
    value, threshold = rule.value, rule.threshold
    if rule.rule == "no_overlap":
        value = max((one.inflation for one in block.components if one.inflation is not None), default=None)
    return sentence(
        f"rule_{rule.rule}",
        about=_about(reader, rule.about),
        value=Num(value, "number") if number == "number" else coefficient(value),
        threshold=Num(threshold, "count") if number == "number" else coefficient(threshold),
    )


def _advice(reader: Reader, block: MeasurementBlock, advice: MeasurementAdvice) -> Label:
    figures = advice.figures
    extracted = figures.get("variance_extracted"), figures.get("variance_extracted_without")
    change = Label()
    if extracted[0] is not None and extracted[1] is not None:
        change = sentence("advice_ave_change", before=coefficient(extracted[0]), after=coefficient(extracted[1]))
    return sentence(
        f"advice_{advice.code}",
        block=block_name(reader, block),
        about=_about(reader, advice.about),
        code=advice.about,
        ave=change,
        n_items=block.n_items,
        n_factors=Num(figures.get("n_factors"), "count"),
        n_needed=Num(figures.get("n_needed"), "count"),
        inflation=Num(figures.get("inflation"), "number"),
        **{
            name: coefficient(figures.get(name))
            for name in ("alpha", "alpha_without", "item_total", "loading", "htmt", "reliability", "wanted")
        },
    )
