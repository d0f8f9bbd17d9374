"""Answers that were taken as missing by the general list of words alone: counted, so that a person may object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Lookup

from survey.errors import Problem
from survey.importers.answer_key import known_missing, missing_lookup
from survey.importers.cell_text import cell_text, fold
from survey.importers.mapping import Column, Mapping
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.scales import missing_kind_of

__all__ = ["missing_word_remarks"]

_SPOKEN_OF = frozenset({"dont_know", "refused", "not_applicable"})


def missing_word_remarks(
    table: Table, places: Lookup[int, Column], instrument: Instrument, mapping: Mapping
) -> tuple[Problem, ...]:
    """One remark per word, kind and file, where neither mapping nor instrument declares the word."""
    general = known_missing("")
    counts: Counter[tuple[str, str]] = Counter()
    for place, column in places.items():
        question = None if column.question is None else instrument.question(column.question)
        if question is None or question.type not in {"scale", "single"}:
            continue
        declared, _ = missing_lookup(column, mapping)
        own = {fold(text) for text in column.values}
        for option in instrument.scale_of(question).all_options:
            labels = [option.label.root] if isinstance(option.label.root, str) else option.label.root.values()
            own |= {fold(text) for text in (str(option.code), *labels, *option.also)}
        for cell, count in Counter(table.columns[place]).items():
            folded = fold(cell_text(cell))
            kind = str(missing_kind_of(general[folded])) if folded in general else ""
            if kind in _SPOKEN_OF and folded not in declared and folded not in own:
                counts[cell_text(cell).strip(), kind] += count
    return tuple(
        Problem(
            code="survey.missing_by_general_list",
            place=table.place(),
            fields={"word": word, "kind": kind, "count": count},
            severity="warning",
        )
        for (word, kind), count in counts.most_common()
    )
