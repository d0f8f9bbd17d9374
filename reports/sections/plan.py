"""A plan as a report of its own: sizes, allocation, waves, channels, simulation, and how it was worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Block, Bullets, Column, Fact, Paragraph, Report, Row, Section, Table, Value, Verdict
from reports.labels import Label, Languages, NumberKind
from reports.sections.plan_channels import amount_of, channels_section
from reports.sections.plan_simulation import simulation_findings, simulation_rules, simulation_section
from reports.sentences import Num, percent, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from analysis.planning.plan_record import AllocationRecord, PlanRecord, SizeRow, WavesRecord

__all__ = ["build_plan_report"]


def build_plan_report(record: PlanRecord, languages: Languages) -> Report:
    """The report of a plan; parts the plan does not have are left out."""
    sections = [_summary(record)]
    if record.sizes:
        sections.append(_sizes(record))
    if record.allocation is not None:
        sections.append(_allocation(record.allocation))
    if record.waves is not None:
        sections.append(_waves(record.waves, record))
    if record.channels is not None:
        sections.append(channels_section(record.channels))
    if record.simulation is not None:
        sections.append(simulation_section(record.simulation, record))
    sections.append(_method(record))
    return Report(
        title=Label.of(record.title),
        subtitle=phrase("plan_subtitle"),
        languages=languages,
        sections=tuple(sections),
        facts=tuple(
            Fact(label=phrase(name), value=sentence("only_value", value=percent(level or 0)))
            for name, level in (("setting_confidence", record.confidence), ("setting_power", record.power))
        ),
        footer=sentence("report_footer", title=Label.of(record.title)),
    )


def _summary(record: PlanRecord) -> Section:
    findings: list[Label] = []
    for size in record.sizes:
        kind: NumberKind = "number" if size.method == "mean" else "share"
        findings.append(
            sentence(
                "plan_finding_size" if size.response_rate is None else "plan_finding_size_invited",
                figure=Label.of(size.label),
                margin=Num(size.margin, kind),
                n=Num(size.respondents, "count"),
                invitations=Num(size.invitations, "count"),
            )
        )
    if record.waves is not None:
        findings += [
            sentence(
                f"plan_finding_{row.design}",
                overlap=Num(row.overlap, "share", 0),
                n=Num(record.waves.n_1, "count"),
                estimate=Num(row.estimate, "number"),
            )
            for row in record.waves.rows
        ]
    if record.channels is not None and record.channels.rows[0].cost is not None:
        first = record.channels.rows[0]
        findings.append(
            sentence(
                "plan_finding_channel" if first.feasible else "plan_finding_no_channel",
                channel=Label.of(first.label),
                cost=amount_of(first.cost, Label.of(record.channels.currency)),
                contacts=Num(first.contacts_for_margin, "count"),
            )
        )
    if record.simulation is not None:
        findings += simulation_findings(record.simulation)
    blocks: list[Block] = [Bullets(items=tuple(findings))]
    if record.note is not None:
        blocks.append(Paragraph(text=Label.of(record.note), tone="note"))
    blocks.append(Paragraph(text=phrase("plan_caution"), tone="warning"))
    return Section(
        id="summary", title=phrase("section_summary"), blocks=tuple(blocks), sheet_name=phrase("sheet_summary")
    )


def _sizes(record: PlanRecord) -> Section:
    shares = [size for size in record.sizes if size.method != "mean"]
    means = [size for size in record.sizes if size.method == "mean"]
    blocks = [_size_table(shares, "share")] if shares else []
    if means:
        blocks.append(_size_table(means, "number"))
    return Section(
        id="sizes",
        title=phrase("plan_section_sizes"),
        blocks=tuple(blocks),
        sheet_name=phrase("plan_section_sizes"),
        lead=phrase("plan_lead_sizes"),
    )


def _size_table(sizes: list[SizeRow], kind: NumberKind) -> Table:
    """Sizes of shares, or of means; the two have different units."""
    of_shares = kind == "share"
    column_kind = "share" if of_shares else "number"
    remarks = {size.size: remark for size in sizes if (remark := _remark(size)) is not None}
    return Table(
        columns=(
            Column(key="figure", label=phrase("plan_column_figure")),
            Column(
                key="expected",
                label=phrase("plan_column_expected_share" if of_shares else "column_std_dev"),
                kind=column_kind,  # type: ignore[arg-type]
            ),
            Column(key="margin", label=phrase("plan_column_margin"), kind=column_kind),  # type: ignore[arg-type]
            Column(key="population", label=phrase("plan_column_population"), kind="count"),
            Column(key="design_effect", label=phrase("plan_column_design_effect"), kind="number"),
            Column(key="response_rate", label=phrase("plan_column_response_rate"), kind="share"),
            Column(key="respondents", label=phrase("plan_column_respondents"), kind="count"),
            Column(key="invitations", label=phrase("plan_column_invitations"), kind="count"),
            *([Column(key="remark", label=phrase("column_remark"), kind="verdict")] if remarks else []),
        ),
        rows=tuple(
            Row(
                values={
                    "figure": Label.of(size.label),
                    "expected": size.expected,
                    "margin": size.margin,
                    "population": size.population,
                    "design_effect": size.design_effect,
                    "response_rate": size.response_rate,
                    "respondents": size.respondents,
                    "invitations": size.invitations,
                    **({"remark": remarks.get(size.size)} if remarks else {}),
                }
            )
            for size in sizes
        ),
        caption=phrase("plan_caption_shares" if of_shares else "plan_caption_means"),
        notes=(phrase("plan_note_sizes"),),
    )


def _remark(size: SizeRow) -> Verdict | None:
    if size.more_than_population:
        return Verdict(label=phrase("plan_remark_population"), tone="warning")
    if size.method == "krejcie_morgan":
        return Verdict(label=phrase("plan_remark_krejcie_morgan"), tone="muted")
    return None


def _allocation(allocation: AllocationRecord) -> Section:
    total = sum(stratum.population for stratum in allocation.strata)
    methods = allocation.methods
    with_sd = any(stratum.sd is not None for stratum in allocation.strata)
    with_cost = any(stratum.cost is not None for stratum in allocation.strata)
    columns = [
        Column(key="stratum", label=phrase("plan_column_stratum")),
        Column(key="population", label=phrase("plan_column_population"), kind="count"),
        Column(key="share", label=phrase("column_share"), kind="share"),
    ]
    if with_sd:
        columns.append(Column(key="sd", label=phrase("column_std_dev"), kind="number"))
    if with_cost:
        columns.append(Column(key="cost", label=phrase("plan_column_unit_cost"), kind="number"))
    columns += [
        Column(key=entry.method, label=phrase(f"plan_method_{entry.method}"), kind="count") for entry in methods
    ]
    rows = []
    for place, stratum in enumerate(allocation.strata):
        values: dict[str, Value] = {
            "stratum": Label.of(stratum.label),
            "population": stratum.population,
            "share": stratum.population / total,
        }
        if with_sd:
            values["sd"] = stratum.sd
        if with_cost:
            values["cost"] = stratum.cost
        rows.append(Row(values={**values, **{entry.method: entry.n[place] for entry in methods}}))
    sums: dict[str, Value] = {"stratum": phrase("plan_total"), "population": total, "share": 1.0}
    rows.append(Row(values={**sums, **{entry.method: sum(entry.n) for entry in methods}}, tone="total"))
    notes = [phrase("plan_note_allocation")]
    if allocation.minimum:
        notes.append(sentence("plan_note_minimum", minimum=Num(allocation.minimum, "count")))
    blocks: list[Block] = [
        Table(columns=tuple(columns), rows=tuple(rows), caption=phrase("plan_caption_allocation"), notes=tuple(notes))
    ]
    if with_sd:
        blocks.append(_allocation_quality(allocation))
    return Section(
        id="allocation",
        title=phrase("plan_section_allocation"),
        blocks=tuple(blocks),
        sheet_name=phrase("plan_section_allocation"),
        lead=phrase("plan_lead_allocation"),
    )


def _allocation_quality(allocation: AllocationRecord) -> Table:
    return Table(
        columns=(
            Column(key="method", label=phrase("plan_column_method")),
            Column(key="std_error", label=phrase("column_std_error"), kind="number", decimals=3),
            Column(key="cost", label=phrase("plan_column_cost"), kind="count"),
        ),
        rows=tuple(
            Row(
                values={
                    "method": phrase(f"plan_method_{entry.method}"),
                    "std_error": entry.std_error,
                    "cost": entry.cost,
                }
            )
            for entry in allocation.methods
        ),
        caption=phrase("plan_caption_allocation_quality"),
    )


def _waves(waves: WavesRecord, record: PlanRecord) -> Section:
    columns = [
        Column(key="design", label=phrase("plan_column_design")),
        Column(key="overlap", label=phrase("plan_column_overlap"), kind="share", decimals=0),
        Column(key="std_error", label=phrase("plan_column_difference_error"), kind="number"),
        Column(key="estimate", label=phrase("column_detectable"), kind="number"),
    ]
    if waves.target_change is not None:
        target = sentence("plan_column_n_for_target", change=Num(waves.target_change, "number"))
        columns.append(Column(key="needed", label=target, kind="count"))
    rows = []
    for row in waves.rows:
        values: dict[str, Value] = {
            "design": phrase(f"plan_design_{row.design}"),
            "overlap": row.overlap,
            "std_error": row.std_error,
            "estimate": row.estimate,
        }
        if waves.target_change is not None:
            values["needed"] = row.n_for_target
        rows.append(Row(values=values))
    return Section(
        id="waves",
        title=phrase("plan_section_waves"),
        blocks=(
            Table(
                columns=tuple(columns),
                rows=tuple(rows),
                caption=sentence("plan_caption_waves", n_1=Num(waves.n_1, "count"), n_2=Num(waves.n_2, "count")),
                notes=(
                    sentence(
                        "plan_note_waves",
                        sd_1=Num(waves.sd_1, "number"),
                        sd_2=Num(waves.sd_2, "number"),
                        correlation=Num(waves.correlation, "coefficient"),
                        design_effect=Num(waves.design_effect, "number"),
                        tests=Num(waves.tests, "count"),
                        power=percent(record.power or 0),
                    ),
                ),
            ),
        ),
        sheet_name=phrase("plan_section_waves"),
        lead=phrase("plan_lead_waves"),
    )


def _method(record: PlanRecord) -> Section:
    rules = []
    if record.sizes:
        rules += [phrase("plan_rule_share"), phrase("plan_rule_mean"), phrase("plan_rule_rounding")]
        if any(size.method == "krejcie_morgan" for size in record.sizes):
            rules.append(phrase("plan_rule_krejcie_morgan"))
    if record.allocation is not None:
        rules.append(phrase("plan_rule_allocation"))
    if record.waves is not None:
        rules.append(phrase("plan_rule_waves"))
    if record.channels is not None:
        rules.append(phrase("plan_rule_channels"))
    if record.simulation is not None:
        rules += simulation_rules(record.simulation, record)
    return Section(
        id="method",
        title=phrase("section_method"),
        blocks=(Bullets(items=tuple(rules)),),
        sheet_name=phrase("sheet_method"),
    )
