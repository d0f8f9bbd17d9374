"""Where the answers came from and which of them deserve a second look."""

from __future__ import annotations

from typing import Any

from analysis.results import Screening
from reports.document import Block, Bullets, Column, Heading, Paragraph, Row, Section, Table
from reports.labels import Label
from reports.reading import Reader, interval_of
from reports.sections.screening_tables import screening_tables
from reports.sentences import Num, enumerate_labels, sentence
from reports.wording import phrase

__all__ = ["build"]

MOST_ALIKE = 3
FIRST_RULES = ("duplicate", "attention", "speeder", "straight_line", "missing_share")
"""Rules that have a column of their own whether or not they found anything."""


def build(reader: Reader) -> Section:
    """Always present."""
    blocks: list[Block] = [
        Heading(text=phrase("heading_screening")),
        _screening(reader),
        _indices(reader),
        *screening_tables(reader),
        Heading(text=phrase("heading_import")),
        _files(reader),
    ]
    blocks += _remarks(reader)
    blocks += [Heading(text=phrase("heading_columns")), *_columns(reader)]
    return Section(
        id="data-quality",
        title=phrase("section_data_quality"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_data_quality"),
        lead=phrase("lead_data_quality"),
    )


def _screenings(reader: Reader) -> list[tuple[Label, Screening]]:
    return [
        (
            phrase("all_waves") if block.wave is None else reader.wave_name(block.wave),
            block.screening,
        )
        for block in reader.results.results
    ]


def _columns_of_rules(reader: Reader) -> list[str]:
    """The first rules, and those of the others that were a reason in some wave, in the order of the reasons."""
    found: dict[str, None] = {}
    for _, screening in _screenings(reader):
        found |= dict.fromkeys(rule for rule, n in screening.first_reason.items() if n or rule in FIRST_RULES)
    order = list(reader.current.screening.first_reason)
    return sorted({*found, *FIRST_RULES}, key=lambda rule: order.index(rule) if rule in order else len(order))


def _screening(reader: Reader) -> Table:
    rows = []
    rules = _columns_of_rules(reader)
    for name, screening in _screenings(reader):
        values: dict[str, Any] = {
            "wave": name,
            "n": screening.n,
            "flagged": screening.n_flagged,
            "excluded": screening.n_excluded,
        }
        values |= {rule: screening.first_reason.get(rule, 0) for rule in rules}
        values["unflagged"] = screening.n - sum(screening.first_reason.values())
        rows.append(Row(values=values))
    excluded = reader.results.study.excluded_rules
    return Table(
        columns=(
            Column(key="wave", label=phrase("column_wave")),
            Column(key="n", label=phrase("column_responses"), kind="count"),
            *(Column(key=rule, label=phrase(f"rule_{rule}"), kind="count") for rule in rules),
            Column(key="unflagged", label=phrase("column_unflagged"), kind="count"),
            Column(key="flagged", label=phrase("column_flagged"), kind="count"),
            Column(key="excluded", label=phrase("column_excluded"), kind="count"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_screening"),
        notes=(
            phrase("note_first_reason"),
            sentence("note_excluding", rules=enumerate_labels(phrase(f"rule_{rule}") for rule in excluded))
            if excluded
            else phrase("note_excluding_none"),
        ),
    )


def _indices(reader: Reader) -> Table:
    rows = []
    for name, screening in _screenings(reader):
        rows.append(
            Row(
                values={
                    "wave": name,
                    "everyone": screening.everyone.estimate,
                    "everyone_interval": interval_of(screening.everyone),
                    "without_flagged": screening.without_flagged.estimate,
                    "without_interval": interval_of(screening.without_flagged),
                    "in_use": screening.without_excluded.estimate,
                }
            )
        )
    return Table(
        columns=(
            Column(key="wave", label=phrase("column_wave")),
            Column(key="everyone", label=phrase("column_everyone"), kind="index"),
            Column(key="everyone_interval", label=phrase("column_interval"), kind="interval"),
            Column(key="without_flagged", label=phrase("column_without_flagged"), kind="index"),
            Column(key="without_interval", label=phrase("column_interval"), kind="interval"),
            Column(key="in_use", label=phrase("column_in_use"), kind="index"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_both_indices"),
    )


def _files(reader: Reader) -> Table:
    rows = []
    for record in reader.results.imports:
        skipped = sum(record["rows_skipped"].values())
        rows.append(
            Row(
                values={
                    "file": record["file"],
                    "platform": phrase(f"platform_{record['platform']}")
                    if record["platform"] in {"wenjuanxing", "table"}
                    else record["platform"],
                    "sheet": record["sheet"] or None,
                    "encoding": record["encoding"] or None,
                    "rows": record["rows_in_file"],
                    "kept": record["rows_kept"],
                    "skipped": skipped,
                    "columns": len(record["columns"]),
                    "mapped": sum(column["question"] is not None for column in record["columns"]),
                    "invalid": sum(column["n_invalid"] for column in record["columns"]),
                }
            )
        )
    return Table(
        columns=(
            Column(key="file", label=phrase("column_file"), kind="code"),
            Column(key="platform", label=phrase("column_platform")),
            Column(key="sheet", label=phrase("column_sheet"), kind="code"),
            Column(key="encoding", label=phrase("column_encoding"), kind="code"),
            Column(key="rows", label=phrase("column_rows"), kind="count"),
            Column(key="kept", label=phrase("column_kept"), kind="count"),
            Column(key="skipped", label=phrase("column_skipped"), kind="count"),
            Column(key="columns", label=phrase("column_columns"), kind="count"),
            Column(key="mapped", label=phrase("column_mapped"), kind="count"),
            Column(key="invalid", label=phrase("column_invalid"), kind="count"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_files"),
        notes=(phrase("note_files"),),
    )


def _remarks(reader: Reader) -> list[Block]:
    """Findings of the import; of those that recur, the first few."""
    if not reader.results.findings:
        return []
    alike: dict[str, list[Label]] = {}
    for finding in reader.results.findings:
        alike.setdefault(finding.code, []).append(Label.of(finding.wording))
    items: list[Label] = []
    for wordings in alike.values():
        items += wordings[:MOST_ALIKE]
        if len(wordings) > MOST_ALIKE:
            items.append(sentence("remarks_more", n=len(wordings) - MOST_ALIKE))
    return [Paragraph(text=phrase("remarks_lead")), Bullets(items=tuple(items))]


def _columns(reader: Reader) -> list[Block]:
    """Column by column; files read with the same columns are shown once."""
    tables: list[Block] = []
    seen: list[list[tuple[str, str | None]]] = []
    for record in reader.results.imports:
        signature = [(column["letter"], column["question"]) for column in record["columns"]]
        if signature in seen:
            continue
        seen.append(signature)
        tables.append(_column_table(record))
    return tables


def _column_table(record: dict[str, Any]) -> Table:
    rows = []
    for column in record["columns"]:
        missing = column["missing"]
        use = column["question"] or ""
        if column["option"] is not None:
            use += f" [{column['option']}]"
        rows.append(
            Row(
                values={
                    "letter": column["letter"],
                    "heading": column["heading"],
                    "use": use or (phrase(f"role_{column['role']}") if column["role"] else phrase("role_none")),
                    "answered": column["n_answered"],
                    "missing": sum(missing.values()) if column["n_answered"] is not None else None,
                    "kinds": enumerate_labels(
                        sentence("missing_count", kind=phrase(f"missing_{kind}"), n=Num(count, "count"))
                        for kind, count in missing.items()
                    )
                    if missing
                    else None,
                },
                tone="plain" if column["question"] else "muted",
            )
        )
    return Table(
        columns=(
            Column(key="letter", label=phrase("column_letter"), kind="code"),
            Column(key="heading", label=phrase("column_heading")),
            Column(key="use", label=phrase("column_use")),
            Column(key="answered", label=phrase("column_answered"), kind="count"),
            Column(key="missing", label=phrase("column_missing"), kind="count"),
            Column(key="kinds", label=phrase("column_missing_kinds")),
        ),
        rows=tuple(rows),
        caption=sentence("caption_columns", file=record["file"]),
    )
