"""The first page: the index, its change, what is strong, what is weak, and what limits the reading."""

from __future__ import annotations

from analysis.results import Figure, ItemRow, NodeScore
from reports.document import (
    Block,
    Bullets,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
)
from reports.labels import Label
from reports.reading import VERDICT_TONES, Reader, verdict_of
from reports.sections.summary_charts import index_chart, trend_chart
from reports.sentences import Between, Num, enumerate_labels, percent, sentence
from reports.wording import phrase

__all__ = ["build"]


def build(reader: Reader) -> Section:
    """The summary; always present."""
    blocks: list[Block] = [KeyFigures(figures=tuple(_key_figures(reader)))]
    findings = _findings(reader)
    if findings:
        blocks += [Heading(text=phrase("heading_findings")), Bullets(items=tuple(findings))]
    blocks += _limits(reader)
    chart = index_chart(reader, level=1)
    if chart is not None:
        blocks.append(chart)
    trend = trend_chart(reader, [reader.root.indicator])
    if trend is not None:
        blocks.append(trend)
    return Section(
        id="summary", title=phrase("section_summary"), blocks=tuple(blocks), sheet_name=phrase("sheet_summary")
    )


def _key_figures(reader: Reader) -> list[KeyFigure]:
    root = reader.scores()[reader.root.indicator].figure
    row = reader.change_rows.get(reader.root.indicator)
    change = reader.change
    figures = [
        KeyFigure(
            label=Label.of(reader.root.label),
            value=root.estimate,
            lower=root.lower,
            upper=root.upper,
            change=None if row is None else row.change.estimate,
            change_label=Label() if change is None else sentence("since", wave=reader.wave_name(change.before)),
            change_tone="uncertain" if row is None else VERDICT_TONES[row.verdict],
            verdict=Label() if row is None else verdict_of(row.verdict).label,
            tone="neutral" if row is None else VERDICT_TONES[row.verdict],
            caption=_base(root),
        )
    ]
    outcomes = reader.items(facet="outcome")
    promoted = [item for item in outcomes if item.net_promoter is not None]
    for item in [*outcomes[:1], *promoted, *outcomes[1:]]:
        if item in promoted and any(figure.kind == "gap" for figure in figures):
            continue
        if len(figures) == 4:
            break
        figures.append(_outcome(reader, item))
    return figures


def _outcome(reader: Reader, item: ItemRow) -> KeyFigure:
    name = reader.question_name(item.question)
    if item.net_promoter is not None:
        figure = item.net_promoter
        return KeyFigure(
            label=sentence("net_promoter_of", question=name),
            value=figure.estimate,
            kind="gap",
            lower=figure.lower,
            upper=figure.upper,
            caption=_base(figure),
        )
    top = item.top_box
    return KeyFigure(
        label=sentence("top_box_of", question=name),
        value=None if top is None else top.estimate,
        kind="share",
        lower=None if top is None else top.lower,
        upper=None if top is None else top.upper,
        caption=_base(item.index),
    )


def _base(figure: Figure | None) -> Label:
    if figure is None or figure.n is None:
        return phrase("too_few_to_show")
    return sentence("base_n", n=Num(figure.n, "count"))


def _findings(reader: Reader) -> list[Label]:
    found = [_headline(reader), *_change_findings(reader)]
    leaves = reader.leaves_by_score()
    if len(leaves) >= 4:
        size = 3 if len(leaves) >= 6 else 2
        found.append(sentence("finding_weakest", indicators=_listed(reader, leaves[:size])))
        found.append(sentence("finding_strongest", indicators=_listed(reader, leaves[::-1][:size])))
    largest = _largest_loss(reader)
    if largest is not None:
        found.append(largest)
    gap = reader.current.gap
    if gap is not None:
        unmet = [
            row
            for row in gap.rows
            if row.level == "dimension"
            and row.p_adjusted is not None
            and row.p_adjusted < 1 - reader.results.study.confidence
            and row.gap.estimate is not None
            and row.gap.estimate < 0
        ]
        if unmet:
            worst = min(unmet, key=lambda row: row.gap.estimate or 0.0)
            found.append(
                sentence(
                    "finding_gap",
                    n=len(unmet),
                    total=sum(row.level == "dimension" for row in gap.rows),
                    indicator=reader.name(worst.indicator),
                    gap=Num(worst.gap.estimate, "gap"),
                )
            )
    grid = reader.current.importance_performance
    if grid is not None:
        urgent = [reader.name(row.indicator) for row in grid.rows if row.status == "concentrate_here"]
        unsure = sum(row.status == "uncertain" for row in grid.rows)
        name = "finding_concentrate" if urgent else "finding_concentrate_none"
        found.append(sentence(name, indicators=enumerate_labels(urgent), uncertain=unsure, total=len(grid.rows)))
    return found


def _headline(reader: Reader) -> Label:
    root = reader.scores()[reader.root.indicator].figure
    if root.estimate is None:
        return sentence("finding_suppressed", limit=reader.results.study.suppress_below)
    return sentence(
        "finding_index",
        wave=Label.of(reader.current_wave.label),
        index=Label.of(reader.root.label),
        estimate=Num(root.estimate),
        interval=Between(root.lower, root.upper),
        confidence=percent(reader.results.study.confidence),
        n=Num(root.n, "count"),
    )


def _change_findings(reader: Reader) -> list[Label]:
    change, row = reader.change, reader.change_rows.get(reader.root.indicator)
    if change is None or row is None or row.change.estimate is None:
        return []
    found = [
        sentence(
            f"finding_change_{_direction(row.verdict, row.p_adjusted, reader)}",
            wave=reader.wave_name(change.before),
            change=Num(row.change.estimate, "gap"),
            interval=Between(row.change.lower, row.change.upper, "gap"),
            detectable=Num(row.minimum_detectable),
        )
    ]
    proven = [
        other
        for other in change.rows
        if reader.indicators[other.indicator].leaf
        and other.p_adjusted is not None
        and other.p_adjusted < 1 - reader.results.study.confidence
        and other.verdict not in {"too_few", "moved_by_mix"}
    ]
    shifted = [
        reader.name(other.indicator)
        for other in change.rows
        if reader.indicators[other.indicator].leaf and other.verdict == "moved_by_mix"
    ]
    up = [reader.name(o.indicator) for o in proven if (o.change.estimate or 0.0) > 0]
    down = [reader.name(o.indicator) for o in proven if (o.change.estimate or 0.0) < 0]
    if up:
        found.append(sentence("finding_rose", indicators=enumerate_labels(up)))
    if down:
        found.append(sentence("finding_fell", indicators=enumerate_labels(down)))
    if shifted:
        found.append(sentence("finding_moved_by_mix", indicators=enumerate_labels(shifted)))
    if not up and not down and not shifted:
        found.append(sentence("finding_no_indicator_moved", n=change.family))
    mixed = max(change.decompositions, key=lambda part: abs(part.mix_effect or 0.0), default=None)
    if mixed is not None and abs(mixed.mix_effect or 0.0) >= 0.5:
        found.append(
            sentence(
                "finding_mix",
                segment=Label.of(mixed.label),
                mix=Num(mixed.mix_effect, "gap"),
                mix_error=Num(mixed.mix_std_error),
                score=Num(mixed.score_effect, "gap"),
                score_error=Num(mixed.score_std_error),
            )
        )
    return found


def _direction(verdict: str, p_adjusted: float | None, reader: Reader) -> str:
    if verdict == "too_few" or p_adjusted is None:
        return "too_few"
    if p_adjusted >= 1 - reader.results.study.confidence:
        return "unproven"
    if verdict == "moved_by_mix":
        return "mix"
    return "down" if verdict == "worse" else "up"


def _largest_loss(reader: Reader) -> Label | None:
    losing = [
        score
        for score in reader.current.scores
        if reader.indicators[score.indicator].leaf and score.potential is not None and score.figure.grade == "shown"
    ]
    if len(losing) < 4:
        return None
    worst = max(losing, key=lambda score: score.potential or 0.0)
    return sentence("finding_potential", indicator=reader.name(worst.indicator), points=Num(worst.potential))


def _listed(reader: Reader, scores: list[NodeScore]) -> Label:
    return enumerate_labels(
        sentence("name_with_index", name=reader.name(score.indicator), index=Num(score.figure.estimate))
        for score in scores
    )


def _limits(reader: Reader) -> list[Block]:
    study, screening = reader.results.study, reader.current.screening
    blocks: list[Block] = []
    if not study.design_based:
        blocks.append(Paragraph(text=phrase("limit_model_based"), tone="warning"))
    if not reader.current_wave.comparable_with_previous:
        blocks.append(Paragraph(text=phrase("limit_break"), tone="warning"))
    if screening.n_flagged:
        name = "limit_excluded" if screening.n_excluded else "limit_flagged"
        if screening.everyone.estimate is None or screening.without_flagged.estimate is None:
            name = "limit_few_flagged"
        blocks.append(
            Paragraph(
                text=sentence(
                    name,
                    flagged=Num(screening.n_flagged, "count"),
                    excluded=Num(screening.n_excluded, "count"),
                    everyone=Num(screening.everyone.estimate),
                    without=Num(screening.without_flagged.estimate),
                ),
                tone="note",
            )
        )
    if study.note is not None:
        blocks.append(Paragraph(text=Label.of(study.note), tone="note"))
    return blocks
