"""What a person should check in a proposed mapping, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from survey.errors import Language, render_message

if TYPE_CHECKING:
    from survey.importers.mapping import Mapping
    from survey.importers.propose import Proposal
    from survey.importers.table_file import Table

__all__ = ["privacy_remarks", "proposal_remarks"]


def proposal_remarks(proposal: Proposal, table: Table, language: Language) -> Iterator[str]:
    """What a person should check in a proposal, a line each."""
    from survey.importers.cell_text import column_letter
    from survey.privacy import mask_personal

    for column in proposal.uncertain:
        places = [place for place, heading in enumerate(table.headings) if heading == column.heading]
        letter = column_letter(places[column.occurrence - 1]) if len(places) >= column.occurrence else ""
        fields = {
            "column": letter,
            "heading": column.heading.strip()[:40],
            "question": column.question,
            "similarity": column.similarity,
        }
        yield render_message("satix.map_similar", fields, language)
    for column in proposal.mapping.columns:
        if column.role in {"case_weight", "stratum", "cluster", "wave"}:
            role = render_message(f"satix.role_{column.role}", {}, language)
            letter = column_letter(table.headings.index(column.heading))
            fields = {"column": letter, "heading": column.heading.strip()[:40], "role": role}
            yield render_message("satix.map_roles", fields, language)
    yield from privacy_remarks(proposal.mapping, table, language)
    joint = "；" if language == "zh" else "; "
    if proposal.unplaced_columns:
        shown = joint.join(name[:50] for name in proposal.unplaced_columns)
        yield render_message("satix.map_unplaced_columns", {"columns": shown}, language)
    if proposal.unplaced_questions:
        yield render_message(
            "satix.map_unplaced_questions", {"questions": ", ".join(proposal.unplaced_questions)}, language
        )
    for gap in proposal.open_questions:
        if gap.place is None:
            continue
        heading = proposal.mapping.columns[gap.place].heading
        fields = {
            "question": gap.question,
            "text": gap.text.in_language(language)[:40],
            "column": column_letter(gap.place),
            "heading": mask_personal(" ".join(heading.split()))[:40],
        }
        yield render_message("satix.map_likeliest_column", fields, language)


def privacy_remarks(mapping: Mapping, table: Table, language: Language) -> Iterator[str]:
    """What is proposed to protect persons, column by column, with the reason; a person confirms it in the mapping."""
    from survey.importers.cell_text import column_letter
    from survey.privacy import mask_personal

    if any(column.privacy is not None for column in mapping.columns):
        yield render_message("satix.map_privacy", {}, language)
    for column in mapping.columns:
        if column.privacy is None:
            continue
        place = table.position_of(column.heading, column.occurrence)
        fields = {
            "column": "" if place is None else column_letter(place),
            "heading": mask_personal(" ".join(column.heading.split()))[:40],
            "role": render_message(f"satix.privacy_{column.privacy}", {}, language),
            "reason": render_message(f"satix.seen_in_{column.seen_in or 'platform'}", {}, language),
            "keep": render_message(f"satix.keep_{column.keep or 'as_is'}", {}, language),
        }
        yield render_message("satix.map_privacy_column", fields, language)
