"""Screening rule by rule: what each looks for, how many it judged and flagged, where rules meet, what was missing."""

from __future__ import annotations

from analysis.results import Screening, ScreeningRule, ScreeningSpecification
from reports.document import Block, Bullets, Column, Paragraph, Row, Table
from reports.labels import Label
from reports.reading import Reader
from reports.sentences import Field, Num, percent, sentence
from reports.wording import phrase

__all__ = ["screening_tables"]

PERCENTAGES = frozenset(
    {
        "speeder_share",
        "missing_share",
        "longstring_share",
        "near_duplicate_share",
        "reversed_distance",
        "reversed_share",
        "missing_kind_share",
    }
)
MOST_PAIRS = 12


def screening_tables(reader: Reader) -> list[Block]:
    """Of the latest wave; nothing for results written before rules were counted one by one."""
    screening, specification = reader.current.screening, reader.results.study.screening
    if specification is None or not screening.by_rule:
        return []
    return [
        *_reading(screening, specification),
        _rules(reader, screening, specification),
        *_overlap(reader, screening, specification),
        *_missing(reader, screening),
        *_measures(reader, screening),
    ]


def _reading(screening: Screening, specification: ScreeningSpecification) -> list[Block]:
    flags = screening.responses_by_flags
    items = [
        sentence("screening_suspicion"),
        sentence(
            "screening_counts",
            n=Num(screening.n, "count"),
            flagged=Num(screening.n_flagged, "count"),
            share=Num(screening.n_flagged / screening.n if screening.n else None, "share"),
            several=Num(sum(flags[2:]), "count"),
        ),
    ]
    everyone, without = screening.everyone.estimate, screening.without_flagged.estimate
    if screening.n_flagged and everyone is not None and without is not None:
        items.append(sentence("screening_moves", change=Num(without - everyone, "gap")))
    listed = any(rule.policy == "listed" for rule in screening.by_rule)
    name = "screening_version_listed" if listed else "screening_version"
    items.append(sentence(name, version=specification.specification))
    return [Bullets(items=tuple(items))]


def _rules(reader: Reader, screening: Screening, specification: ScreeningSpecification) -> Table:
    rows = tuple(
        Row(
            values={
                "rule": phrase(f"rule_{rule.rule}"),
                "what": _what(rule, specification),
                "policy": phrase(f"policy_{rule.policy}"),
                "judged": rule.n_judged,
                "flagged": rule.flagged if rule.n_judged else None,
                "share": rule.flagged / rule.n_judged if rule.n_judged else None,
                "excluded": rule.excluded,
                "why": phrase(f"unjudged_{rule.reason}") if rule.reason else None,
            },
            tone="plain" if rule.n_judged else "muted",
        )
        for rule in screening.by_rule
    )
    return Table(
        columns=(
            Column(key="rule", label=phrase("column_rule")),
            Column(key="what", label=phrase("column_what")),
            Column(key="policy", label=phrase("column_policy")),
            Column(key="judged", label=phrase("column_judged"), kind="count"),
            Column(key="flagged", label=phrase("column_flagged"), kind="count"),
            Column(key="share", label=phrase("column_flagged_share"), kind="share"),
            Column(key="excluded", label=phrase("column_excluded"), kind="count"),
            Column(key="why", label=phrase("column_why")),
        ),
        rows=rows,
        caption=sentence("caption_rules", wave=_wave(reader)),
        notes=(phrase("note_rules"),),
    )


def _what(rule: ScreeningRule, specification: ScreeningSpecification) -> Label:
    """What the rule looks for, with the thresholds in force."""
    fields: dict[str, Field] = {}
    for key, value in specification.thresholds.items():
        if isinstance(value, list):
            fields[key] = ", ".join(value)
        else:
            fields[key] = percent(float(value)) if key in PERCENTAGES else f"{value:g}".replace("-", "−")
    name = f"what_{rule.rule}"
    if rule.rule == "duplicate" and specification.thresholds.get("duplicate_key"):
        name = "what_duplicate_or_key"
    return sentence(name, **fields)


def _overlap(reader: Reader, screening: Screening, specification: ScreeningSpecification) -> list[Block]:
    flagged = {rule.rule: rule.flagged for rule in screening.by_rule}
    pairs = [pair for pair in screening.overlap if (pair.rule, pair.other) != ("attention", "attention_slip")]
    if specification.thresholds.get("attention_slips") == 1:  # then the two rules are one
        pairs = [pair for pair in pairs if "attention_slip" not in {pair.rule, pair.other}]
    if not pairs:
        return [Paragraph(text=phrase("overlap_none"))] if screening.n_flagged else []
    largest = sorted(pairs, key=lambda pair: -pair.n)[:MOST_PAIRS]
    rows = tuple(
        Row(
            values={
                "rule": phrase(f"rule_{pair.rule}"),
                "other": phrase(f"rule_{pair.other}"),
                "both": pair.n,
                "of_rule": pair.n / flagged[pair.rule],
                "of_other": pair.n / flagged[pair.other],
            }
        )
        for pair in largest
    )
    table = Table(
        columns=(
            Column(key="rule", label=phrase("column_rule")),
            Column(key="other", label=phrase("column_other_rule")),
            Column(key="both", label=phrase("column_both"), kind="count"),
            Column(key="of_rule", label=phrase("column_of_rule"), kind="share"),
            Column(key="of_other", label=phrase("column_of_other"), kind="share"),
        ),
        rows=rows,
        caption=sentence("caption_overlap", wave=_wave(reader)),
        notes=(
            phrase("note_overlap"),
            *([sentence("note_more_pairs", n=len(pairs) - MOST_PAIRS)] if len(pairs) > MOST_PAIRS else []),
        ),
    )
    return [table]


def _missing(reader: Reader, screening: Screening) -> list[Block]:
    if not screening.missing_kinds:
        return []
    rows = tuple(
        Row(
            values={
                "kind": phrase(f"missing_{row.kind}"),
                "answers": row.n_answers,
                "share": row.share,
                "responses": row.n_responses,
            }
        )
        for row in screening.missing_kinds
    )
    table = Table(
        columns=(
            Column(key="kind", label=phrase("column_missing_kind")),
            Column(key="answers", label=phrase("column_unanswered_questions"), kind="count"),
            Column(key="share", label=phrase("column_of_asked"), kind="share"),
            Column(key="responses", label=phrase("column_responses_with"), kind="count"),
        ),
        rows=rows,
        caption=sentence("caption_missing_kinds", wave=_wave(reader)),
        notes=(phrase("note_missing_kinds"),),
    )
    return [table]


def _measures(reader: Reader, screening: Screening) -> list[Block]:
    if not screening.measures:
        return []
    rows = tuple(
        Row(
            values={
                "measure": phrase(f"measure_{row.measure}"),
                "n": row.n,
                "low": row.percentile_5,
                "median": row.median,
                "high": row.percentile_95,
            }
        )
        for row in screening.measures
    )
    table = Table(
        columns=(
            Column(key="measure", label=phrase("column_measure")),
            Column(key="n", label=phrase("column_judged"), kind="count"),
            Column(key="low", label=phrase("column_percentile_5"), kind="number"),
            Column(key="median", label=phrase("column_median"), kind="number"),
            Column(key="high", label=phrase("column_percentile_95"), kind="number"),
        ),
        rows=rows,
        caption=sentence("caption_measures", wave=_wave(reader)),
        notes=(phrase("note_measures"),),
    )
    return [table]


def _wave(reader: Reader) -> Label:
    return reader.wave_name(reader.current_wave.wave)
