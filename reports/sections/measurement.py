"""Measurement quality: a light per block with the rule behind it, what to do, and whether the structure holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measurement_advice import MeasurementThresholds
from reports.document import Block, Bullets, Column, Heading, Paragraph, Row, Section, Table, Value, Verdict
from reports.labels import Label
from reports.sections.measurement_words import (
    advice_words,
    block_name,
    coefficient,
    invariance_reason,
    invariance_verdict,
    light,
    reading_words,
    rule_bullets,
)
from reports.sentences import Between, Num, enumerate_labels, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from typing import Literal

    from analysis.results import ConstructPair, FactorModelFit, Invariance, Measurement, MeasurementBlock
    from reports.reading import Reader

__all__ = ["build"]


def build(reader: Reader) -> Section | None:
    """None where measurement quality was not analysed, or the results are older than it."""
    record = reader.current.measurement
    if record is None or not record.blocks:
        return None
    blocks: list[Block] = [_blocks(reader, record), Heading(text=phrase("heading_measurement_advice"))]
    advice = [words for block in record.blocks for words in advice_words(reader, block)]
    blocks.append(Bullets(items=tuple(advice)) if advice else Paragraph(text=phrase("measurement_no_advice")))
    blocks += [Heading(text=phrase("heading_measurement_fit")), _fit(reader, record)]
    if record.pairs:
        blocks += [Heading(text=phrase("heading_measurement_pairs")), _pairs(reader, record.pairs)]
    loaded = [block for block in record.blocks if block.loadings_from is not None]
    if loaded:
        blocks += [Heading(text=phrase("heading_measurement_items")), _items(reader, loaded)]
    formative = [block for block in record.blocks if block.components]
    if formative:
        blocks += [Heading(text=phrase("heading_measurement_components")), _components(reader, formative)]
    tested = [*_waves(reader), *record.invariance]
    if tested:
        blocks += [Heading(text=phrase("heading_measurement_invariance")), _invariance(reader, tested)]
    blocks += [Heading(text=phrase("heading_measurement_rules")), Bullets(items=rule_bullets())]
    return Section(
        id="measurement",
        title=phrase("section_measurement"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_measurement"),
        lead=sentence("lead_measurement", wave=Label.of(reader.current_wave.label)),
    )


def _blocks(reader: Reader, record: Measurement) -> Table:
    notes = [phrase("note_measurement_figures")]
    figures: list[tuple[str, str]] = [("alpha", "column_alpha"), ("omega", "column_omega")]
    if any(block.ordinal_alpha is not None for block in record.blocks):
        figures += [("ordinal_alpha", "column_ordinal_alpha"), ("ordinal_omega", "column_ordinal_omega")]
        notes.append(phrase("note_measurement_ordinal"))
    figures += [("composite_reliability", "column_rho_c"), ("variance_extracted", "column_ave")]
    explored = [block for block in record.blocks if block.n_factors is not None]
    if explored:
        found = enumerate_labels(
            sentence(
                "measurement_explored_block",
                block=block_name(reader, block),
                n_factors=Num(block.n_factors, "count"),
                kmo=coefficient(block.kmo),
            )
            for block in explored
        )
        notes.append(sentence("note_measurement_explored", found=found))
    if reader.results.study.weighted:
        notes.append(phrase("note_measurement_unweighted"))
    return Table(
        columns=(
            Column(key="block", label=phrase("column_block")),
            Column(key="light", label=phrase("column_light"), kind="verdict"),
            Column(key="items", label=phrase("column_items"), kind="count"),
            Column(key="n", label=phrase("column_n"), kind="count"),
            *(Column(key=key, label=phrase(label), kind="coefficient") for key, label in figures),
            Column(key="reading", label=phrase("column_reading")),
        ),
        rows=tuple(
            Row(
                values={
                    "block": block_name(reader, block),
                    "light": light(block),
                    "items": block.n_items,
                    "n": block.n,
                    **{key: getattr(block, key) for key, _ in figures},
                    "reading": reading_words(reader, block),
                },
                level=reader.indicators[block.indicator].level,
            )
            for block in record.blocks
        ),
        caption=sentence("caption_measurement", wave=Label.of(reader.current_wave.label)),
        notes=tuple(notes),
    )


def _fit(reader: Reader, record: Measurement) -> Paragraph:
    if record.model is None:
        return Paragraph(text=phrase(f"measurement_skipped_{record.skipped}"), tone="note")
    model = record.model
    poor = model.reading in {"poor", "not_converged"}
    tone: Literal["plain", "warning"] = "warning" if poor else "plain"
    blocks = enumerate_labels(reader.name(code) for code in model.constructs)
    return Paragraph(text=sentence(f"fit_{model.reading}", blocks=blocks, figures=_fit_figures(model)), tone=tone)


def _fit_figures(model: FactorModelFit) -> Label:
    return sentence(
        "fit_figures",
        chi_square=Num(model.chi_square, "number", 1),
        df=model.df,
        p_value=Num(model.p_value, "p_value"),
        cfi=Num(model.cfi, "coefficient", 3),
        tli=Num(model.tli, "coefficient", 3),
        rmsea=Num(model.rmsea, "coefficient", 3),
        interval=Between(model.rmsea_lower, model.rmsea_upper, "coefficient"),
        srmr=Num(model.srmr, "coefficient", 3),
        estimator=model.estimator,
        n=Num(model.n, "count"),
    )


def _pairs(reader: Reader, pairs: list[ConstructPair]) -> Table:
    limits = MeasurementThresholds()
    rows = []
    for pair in sorted(pairs, key=lambda pair: -(pair.htmt or 0.0)):
        reading = None
        if pair.htmt is not None:
            word = "same" if pair.htmt >= limits.htmt_lenient else "close" if pair.htmt >= limits.htmt else "distinct"
            tone: Literal["bad", "warning", "good"] = (
                "bad" if word == "same" else "warning" if word == "close" else "good"
            )
            reading = Verdict(label=phrase(f"pair_{word}"), tone=tone)
        rule = None
        if pair.fornell_larcker is not None:
            rule = Verdict(
                label=phrase("fornell_larcker_met" if pair.fornell_larcker else "fornell_larcker_failed"),
                tone="good" if pair.fornell_larcker else "warning",
            )
        rows.append(
            Row(
                values={
                    "first": reader.name(pair.first),
                    "second": reader.name(pair.second),
                    "htmt": pair.htmt,
                    "reading": reading,
                    "correlation": pair.correlation,
                    "fornell_larcker": rule,
                }
            )
        )
    return Table(
        columns=(
            Column(key="first", label=phrase("column_first_block")),
            Column(key="second", label=phrase("column_second_block")),
            Column(key="htmt", label=phrase("column_htmt"), kind="coefficient"),
            Column(key="reading", label=phrase("column_reading"), kind="verdict"),
            Column(key="correlation", label=phrase("column_factor_correlation"), kind="coefficient"),
            Column(key="fornell_larcker", label=phrase("column_fornell_larcker"), kind="verdict"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_measurement_pairs"),
        notes=(phrase("note_measurement_pairs"),),
    )


def _items(reader: Reader, blocks: list[MeasurementBlock]) -> Table:
    limits = MeasurementThresholds()
    rows = []
    for block in blocks:
        rows.append(Row(values={"item": block_name(reader, block)}, tone="total"))
        for item in block.items:
            values: dict[str, Value] = {
                "item": reader.question_name(item.question),
                "code": item.question,
                "loading": item.loading,
                "item_total": item.item_total,
                "remark": None,
            }
            if item.item_total is not None and item.item_total < 0:
                values["remark"] = Verdict(label=phrase("item_negative"), tone="bad")
            elif item.loading is not None and abs(item.loading) < limits.loading_weak:
                values["remark"] = Verdict(
                    label=sentence("loading_weak", threshold=coefficient(limits.loading_weak)),
                    tone="warning",
                )
            rows.append(Row(values=values, level=1))
    return Table(
        columns=(
            Column(key="item", label=phrase("column_question")),
            Column(key="code", label=phrase("column_code"), kind="code"),
            Column(key="loading", label=phrase("column_loading"), kind="coefficient"),
            Column(key="item_total", label=phrase("column_item_total"), kind="coefficient"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_measurement_items"),
    )


def _components(reader: Reader, blocks: list[MeasurementBlock]) -> Table:
    rows = []
    for block in blocks:
        rows.append(Row(values={"component": block_name(reader, block), "n": block.n}, tone="total"))
        rows += [
            Row(values={"component": reader.name(one.indicator), "vif": one.inflation}, level=1)
            for one in block.components
        ]
    return Table(
        columns=(
            Column(key="component", label=phrase("column_component")),
            Column(key="n", label=phrase("column_n"), kind="count"),
            Column(key="vif", label=phrase("column_vif"), kind="number"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_measurement_components"),
    )


def _waves(reader: Reader) -> list[Invariance]:
    """The test across waves, kept with all waves together."""
    pooled = [block.measurement for block in reader.results.results if block.wave is None]
    return [record for measurement in pooled if measurement is not None for record in measurement.invariance]


def _invariance(reader: Reader, records: list[Invariance]) -> Table:
    return Table(
        columns=(
            Column(key="question", label=phrase("column_groups")),
            Column(key="n", label=phrase("column_n"), kind="count"),
            Column(key="verdict", label=phrase("column_verdict"), kind="verdict"),
            Column(key="reason", label=phrase("column_reason")),
        ),
        rows=tuple(
            Row(
                values={
                    "question": Label.of(record.label) if record.label else phrase("measurement_waves"),
                    "n": sum(record.groups.values()) or None,
                    "verdict": invariance_verdict(record),
                    "reason": invariance_reason(reader, record),
                }
            )
            for record in records
        ),
        caption=phrase("caption_measurement_invariance"),
        notes=(phrase("note_measurement_invariance"),),
    )
