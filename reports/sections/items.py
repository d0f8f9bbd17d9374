"""Question by question: valid answers, missing by kind, mean, index, top box, distribution."""

from __future__ import annotations

from itertools import groupby

from analysis.results import ItemRow
from reports.document import (
    Block,
    Chart,
    Column,
    DistributionData,
    DistributionItem,
    Heading,
    Row,
    Section,
    Table,
    Value,
)
from reports.labels import Label
from reports.reading import Reader
from reports.sentences import sentence
from reports.wording import phrase

__all__ = ["build"]

FACETS = ("performance", "outcome", "expectation", "minimum", "importance")
NOT_ASKED = ("not_applicable", "not_shown", "not_in_version")
MOST_CATEGORIES, MOST_ITEMS = 7, 30


def build(reader: Reader) -> Section | None:
    """None where the latest wave has no scored question."""
    if not reader.current.items:
        return None
    blocks: list[Block] = []
    for facet in FACETS:
        for series in reader.series():
            rows = reader.items(facet=facet, series=series)
            if not rows:
                continue
            heading = phrase(f"facet_{facet}")
            if series is not None:
                heading = sentence("facet_series", facet=heading, series=series)
            blocks += [Heading(text=heading), _table(reader, rows)]
            if series is None and facet in {"performance", "outcome"}:
                blocks += _distributions(reader, rows, heading)
    return Section(
        id="items",
        title=phrase("section_items"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_items"),
        lead=sentence("lead_items", wave=Label.of(reader.current_wave.label)),
    )


def _table(reader: Reader, items: list[ItemRow]) -> Table:
    promoted = any(item.net_promoter is not None for item in items)
    columns = [
        Column(key="question", label=phrase("column_question")),
        Column(key="code", label=phrase("column_code"), kind="code"),
        Column(key="n_valid", label=phrase("column_n_valid"), kind="count"),
        Column(key="not_asked", label=phrase("column_not_asked"), kind="count"),
        Column(key="unanswered", label=phrase("column_unanswered"), kind="count"),
        Column(key="mean", label=phrase("column_mean"), kind="number"),
        Column(key="std_dev", label=phrase("column_std_dev"), kind="number"),
        Column(key="index", label=phrase("column_index"), kind="bar"),
        Column(key="top_box", label=phrase("column_top_box"), kind="share"),
    ]
    if promoted:
        columns.append(Column(key="net_promoter", label=phrase("column_net_promoter"), kind="gap"))
    rows = []
    for item in items:
        not_asked = sum(count for kind, count in item.missing.items() if kind in NOT_ASKED)
        values: dict[str, Value] = {
            "question": Label.of(reader.questions[item.question].text),
            "code": item.question,
            "n_valid": item.n_valid,
            "not_asked": not_asked,
            "unanswered": sum(item.missing.values()) - not_asked,
            "mean": item.mean,
            "std_dev": item.std_dev,
            "index": None if item.index is None else item.index.estimate,
            "top_box": None if item.top_box is None else item.top_box.estimate,
        }
        if promoted:
            values["net_promoter"] = None if item.net_promoter is None else item.net_promoter.estimate
        rows.append(Row(values=values, tone="suppressed" if item.grade == "suppressed" else "plain"))
    tops = sorted({"+".join(item.top_codes) for item in items})
    reverse = [item.question for item in items if reader.questions[item.question].reverse]
    notes = [phrase("note_items"), sentence("note_top_box", codes="; ".join(tops))]
    if reverse:
        notes.append(sentence("note_reversed", questions=", ".join(reverse)))
    return Table(columns=tuple(columns), rows=tuple(rows), notes=tuple(notes))


def _distributions(reader: Reader, items: list[ItemRow], heading: Label) -> list[Block]:
    """One chart per scale, for scales of up to seven options."""
    charts: list[Block] = []
    shown = [item for item in items if item.options and len(item.options) <= MOST_CATEGORIES]

    def scale(item: ItemRow) -> str:
        return "|".join(f"{option.code}={option.label.get('en', '')}" for option in item.options)

    for _, group in groupby(sorted(shown, key=scale), key=scale):
        members = sorted(group, key=items.index)
        size = len(members[0].options)
        for start in range(0, len(members), MOST_ITEMS):
            part = members[start : start + MOST_ITEMS]
            charts.append(
                Chart(
                    data=DistributionData(
                        items=tuple(
                            DistributionItem(
                                label=reader.question_name(item.question),
                                shares=tuple(option.share or 0.0 for option in item.options),
                                n=item.n_valid,
                            )
                            for item in part
                        ),
                        categories=tuple(Label.of(option.label) for option in members[0].options),
                        axis=phrase("axis_share"),
                        neutral=size // 2 if size % 2 else None,
                    ),
                    title=sentence("chart_distribution", facet=heading),
                    alt=sentence("chart_distribution_alt", n=len(part)),
                )
            )
    return charts
