"""What a channel file holds and how it would be read, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from survey.errors import Language, MappingError, Place, StudyError, render_message

if TYPE_CHECKING:
    from survey.channels.mapping import ChannelMapping, ChannelName
    from survey.channels.propose import ChannelProposal
    from survey.channels.report import ChannelReport
    from survey.importers.table_file import Table

__all__ = ["channel_mapping_text", "describe_channel"]

_RATED = frozenset({"rating", "sub_rating", "satisfaction"})


def describe_channel(
    file: Path,
    channel: str,
    *,
    mapping: Path | None = None,
    wave: str | None = None,
    save_mapping: Path | None = None,
    language: Language = "en",
) -> Iterator[str]:
    """The account of a channel file: rows, records, columns, metrics, remarks.

    Without a mapping one is drafted from the headings; it is shown, or written to ``save_mapping``, for a person to
    confirm.

    Raises
    ------
    SatixError
        There is no such channel, the file cannot be read or does not fit it, cells hold what nothing declares (all of
        them are listed), or ``save_mapping`` is there already.
    """
    from survey.channels.mapping import CHANNELS, read_channel_mapping
    from survey.channels.propose import channel_skeleton, propose_channel_mapping
    from survey.channels.read import read_channel, read_channel_table, read_order_table

    kinds: tuple[ChannelName | Literal["orders"], ...] = (*CHANNELS, "orders")
    chosen = next((name for name in kinds if name == channel), None)
    if chosen is None:
        raise StudyError.of("satix.channel_unknown", found=channel[:40], known=", ".join(kinds))
    if save_mapping is not None and save_mapping.exists():
        raise StudyError.of("satix.channel_import_exists", Place(file=save_mapping.name), file=save_mapping.name)
    confirmed = None if mapping is None else read_channel_mapping(mapping)
    table = read_channel_table(file, confirmed)
    proposal: ChannelProposal | None = None
    if confirmed is not None:
        drafted = confirmed
    else:
        try:
            proposal = propose_channel_mapping(table, chosen)
        except MappingError:
            if save_mapping is not None:
                yield _written(save_mapping, channel_mapping_text(channel_skeleton(table, chosen)), language)
            raise
        drafted = proposal.mapping
    if mapping is not None and drafted.channel != chosen:
        raise StudyError.of("satix.channel_mapping_other", mapping=mapping.name, found=drafted.channel, expected=chosen)
    yield _layout(table, language)
    if proposal is not None:
        yield from _draft(proposal, save_mapping, language)
    if chosen == "orders":
        orders, warnings = read_order_table(file, drafted, key=b"satix orders")
        yield render_message("satix.channel_import_orders", {"rows": table.n, "orders": orders.n}, language)
        for warning in warnings:
            yield warning.message(language)
        return
    yield from _account(read_channel(file, drafted, wave=wave).report, language)


def channel_mapping_text(
    mapping: ChannelMapping, *, unknown_outcomes: Sequence[str] = (), language: Language = "en"
) -> str:
    """A mapping as YAML with one column a line, so that a person can read it beside the export.

    Outcomes of calls that no word is known for stand below the known ones as comments, to be filled in.
    """
    import yaml

    from survey.definition_files import dump_definition

    content: dict[str, Any] = yaml.safe_load(dump_definition(mapping))
    columns = content.pop("columns", [])
    head: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    if unknown_outcomes:
        open_lines = ["# " + render_message("satix.channel_outcomes_open", {}, language)]
        for outcome in unknown_outcomes:
            spelt = yaml.safe_dump({outcome: ""}, allow_unicode=True, width=10**6).strip().removesuffix("''")
            open_lines.append(f"#  {spelt}")
        if not mapping.dispositions:
            open_lines.insert(1, "#dispositions:")
        head += "\n".join(open_lines) + "\n"
    lines = [
        "  - "
        + yaml.safe_dump(column, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6).strip()
        for column in columns
    ]
    return head + ("columns:\n" + "\n".join(lines) + "\n" if lines else "")


def _layout(table: Table, language: Language) -> str:
    fields = {
        "sheet": table.sheet or "–",
        "row": table.header_row,
        "rows": table.n,
        "encoding": table.encoding or "–",
    }
    return render_message("satix.import_layout", fields, language)


def _draft(proposal: ChannelProposal, save_mapping: Path | None, language: Language) -> Iterator[str]:
    """What a person has to confirm: the scales taken for granted, the columns left out, then the mapping itself."""
    from survey.channels.mapping import channel_fields
    from survey.importers.cell_text import column_letter

    drafted = proposal.mapping
    for place, column in enumerate(drafted.columns):
        if column.field in _RATED and column.lowest is not None and column.highest is not None:
            fields = {
                "column": column_letter(place),
                "heading": " ".join(column.heading.split())[:60],
                "lowest": f"{column.lowest:g}",
                "highest": f"{column.highest:g}",
            }
            yield render_message("satix.channel_import_scale", fields, language)
    if proposal.unplaced:
        left_out: dict[str, object] = {
            "columns": "; ".join(proposal.unplaced[:12]) + (" …" if len(proposal.unplaced) > 12 else ""),
            "count": len(proposal.unplaced),
            "fields": ", ".join(channel_fields(drafted.channel)),
        }
        yield render_message("satix.channel_import_unplaced", left_out, language)
    yield render_message("satix.channel_import_drafted", {}, language)
    text = channel_mapping_text(drafted, unknown_outcomes=proposal.unknown_outcomes, language=language)
    if save_mapping is None:
        yield from (f"    {line}" for line in text.splitlines())
        return
    yield _written(save_mapping, text, language)


def _written(save_mapping: Path, text: str, language: Language) -> str:
    save_mapping.parent.mkdir(parents=True, exist_ok=True)
    save_mapping.write_text(text, encoding="utf-8")
    return render_message("satix.channel_import_written", {"file": save_mapping.name}, language)


def _account(report: ChannelReport, language: Language) -> Iterator[str]:
    skipped = {reason: count for reason, count in report.rows_skipped.items() if count}
    fields: dict[str, object] = {
        "rows": report.rows_in_file,
        "used": report.rows_used,
        "skipped_total": sum(skipped.values()),
        "skipped": ", ".join(f"{reason} {count}" for reason, count in skipped.items()) or "0",
    }
    yield render_message("satix.channel_import_rows", fields, language)
    fields = {
        "records": report.n_records,
        "persons": "–" if report.n_persons is None else report.n_persons,
        "again": report.n_ids_twice,
        "default": report.n_default,
    }
    yield render_message("satix.channel_import_records", fields, language)
    for column in report.columns:
        fields = {"column": column.letter, "heading": " ".join(column.heading.split())[:60]}
        if column.field is None:
            yield render_message("satix.channel_import_ignored", fields, language)
            continue
        name = column.field if column.code is None else f"{column.field} ({column.code})"
        fields |= {"field": name, "filled": column.n_filled}
        yield render_message("satix.channel_import_column", fields, language)
    yield render_message("satix.channel_import_metrics", {}, language)
    for metric, n in report.metrics.items():
        yield render_message("satix.channel_import_metric", {"metric": metric, "n": n}, language)
    for warning in report.warnings:
        yield warning.message(language)
