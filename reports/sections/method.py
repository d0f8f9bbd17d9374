"""How the figures were made: rules, formulas in words, settings, sources."""

from __future__ import annotations

from analysis.results import StudyRecord
from reports.document import Block, Bullets, Column, Heading, Paragraph, Row, Section, Table
from reports.labels import Label
from reports.reading import Reader
from reports.sentences import Num, percent, sentence
from reports.wording import phrase

__all__ = ["build"]


def build(reader: Reader) -> Section:
    """Always present."""
    study = reader.results.study
    blocks: list[Block] = [
        Heading(text=phrase("heading_rules")),
        Bullets(items=tuple(_rules(reader, study))),
        Heading(text=phrase("heading_settings")),
        _settings(study),
        Heading(text=phrase("heading_instrument")),
        Paragraph(
            text=sentence(
                "instrument_line",
                title=Label.of(study.instrument_title),
                code=study.instrument,
                version=study.instrument_version,
                licence=Label.of(study.instrument_licence),
            )
        ),
    ]
    if study.instrument_naming is not None:
        naming = sentence("instrument_naming", naming=Label.of(study.instrument_naming))
        blocks.append(Paragraph(text=naming, tone="note"))
    if study.instrument_sources:
        blocks.append(Bullets(items=tuple(Label.same(source) for source in study.instrument_sources)))
    blocks += [Heading(text=phrase("heading_provenance")), Paragraph(text=phrase("provenance"))]
    return Section(id="method", title=phrase("section_method"), blocks=tuple(blocks), sheet_name=phrase("sheet_method"))


def _rules(reader: Reader, study: StudyRecord) -> list[Label]:
    rules = [
        phrase("rule_text_rescale"),
        sentence("rule_text_composite", share=percent(study.minimum_answered)),
        phrase(f"rule_text_weights_{study.indicator_weights}"),
        phrase(_design_rule(study)),
    ]
    if study.weighted or study.stratified or study.clustered:
        rules.append(phrase("rule_text_linearised"))
    rules.append(phrase("rule_text_shares"))
    if reader.change is not None:
        rules.append(
            sentence(
                "rule_text_change",
                confidence=percent(study.confidence),
                power=percent(study.power),
            )
        )
    if reader.current.reliability:
        rules.append(phrase("rule_text_alpha_weighted" if study.weighted else "rule_text_alpha"))
    if reader.current.gap is not None:
        rules.append(phrase("rule_text_gap"))
    if reader.current.importance_performance is not None:
        rules.append(phrase("rule_text_ipa"))
    rules.append(sentence("rule_text_small", suppress=study.suppress_below, indicative=study.indicative_below))
    return rules


def _design_rule(study: StudyRecord) -> str:
    if study.design_based:
        return "rule_text_design"
    structured = study.weighted or study.stratified or study.clustered
    return "rule_text_model_weighted" if structured else "rule_text_model"


def _settings(study: StudyRecord) -> Table:
    facts: list[tuple[str, Label]] = [
        ("setting_study", Label.same(study.study)),
        ("setting_sampling", phrase(f"sampling_{study.sampling}")),
        ("setting_weighted", phrase("answer_yes") if study.weighted else phrase("answer_no")),
        ("setting_stratified", phrase("answer_yes") if study.stratified else phrase("answer_no")),
        ("setting_clustered", phrase("answer_yes") if study.clustered else phrase("answer_no")),
        ("setting_indicator_weights", phrase(f"weights_{study.indicator_weights}")),
        ("setting_confidence", sentence("only_value", value=percent(study.confidence))),
        ("setting_power", sentence("only_value", value=percent(study.power))),
        ("setting_minimum", sentence("only_value", value=percent(study.minimum_answered))),
        ("setting_suppress", Label.same(str(study.suppress_below))),
        ("setting_indicative", Label.same(str(study.indicative_below))),
        ("setting_seed", Label.same(str(study.seed))),
    ]
    if study.frame is not None:
        facts.insert(2, ("setting_frame", Label.of(study.frame)))
    if study.sampling_note is not None:
        facts.insert(2, ("setting_sampling_note", Label.of(study.sampling_note)))
    if study.response_rate is not None:
        facts.insert(3, ("setting_response_rate", sentence("only_value", value=Num(study.response_rate, "share"))))
    return Table(
        columns=(
            Column(key="setting", label=phrase("column_setting")),
            Column(key="value", label=phrase("column_value")),
        ),
        rows=tuple(Row(values={"setting": phrase(name), "value": value}) for name, value in facts),
        caption=phrase("caption_settings"),
    )
