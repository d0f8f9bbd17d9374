"""What a platform's own total says of the direction of every item, as lines for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from survey.errors import Language, SatixError, render_message

if TYPE_CHECKING:
    import pandas as pd

    from analysis.polarity_audit import Declared, Keyed, PolarityAuditResult
    from survey.importers.arranged import Arranged
    from survey.importers.cell_text import CellValue
    from survey.importers.mapping import Mapping as ColumnMapping
    from survey.importers.table_file import Table
    from survey.instrument import Instrument

__all__ = ["audit_polarity", "audit_score_pair", "describe_polarity", "describe_score_pair"]

_MOST_CODES = 20
"""Distinct whole numbers a column of option codes has at most."""


def describe_polarity(
    source: Table | Arranged,
    instrument: Instrument | None = None,
    language: Language = "en",
    *,
    platform: str | None = None,
    mapping: ColumnMapping | None = None,
) -> Iterator[str]:
    """Lines on how each item counts in the total of an export; none where the export has no total.

    Parameters
    ----------
    source : the export as it was read, or as its platform's importer arranged it.
    instrument, mapping : what to compare with; without a mapping one is proposed.
    platform : whose export it is; found out where not given.
    """
    table, arranged, platform = _opened(source, platform)
    if _total_place(arranged) is None:
        return
    result = audit_polarity(table, instrument, platform=platform, mapping=mapping)
    if result is None:
        yield render_message("satix.polarity_no_codes", {}, language)
        return
    yield from _lines(result, language)


def describe_score_pair(codes: Table, scores: Table, *, language: Language = "en") -> Iterator[str]:
    """Lines on how each item counts, from an export of codes and one of scores (按序号 and 按分数).

    Raises
    ------
    ResponseImportError
        The two exports have no records in common.
    """
    yield from _lines(audit_score_pair(codes, scores), language)


def audit_polarity(
    source: Table | Arranged,
    instrument: Instrument | None = None,
    *,
    platform: str | None = None,
    mapping: ColumnMapping | None = None,
) -> PolarityAuditResult | None:
    """The audit behind :func:`describe_polarity`; None where the export holds no total, or no codes.

    With an instrument, items go by question code and are compared with its reversals and roles; without one, by the
    platform's numbers, and attention checks are known by their wording. Ticks of multiple choices are looked at only
    where the other questions do not explain the total.
    """
    import pandas as pd

    from analysis.polarity_audit import audit_total

    table, arranged, platform = _opened(source, platform)
    place = _total_place(arranged)
    if place is None:
        return None
    total = pd.Series([_number(cell) for cell in arranged.table.columns[place]], index=list(arranged.table.rows))
    read = None if instrument is None else _answers(table, platform, instrument, mapping)
    items, ticks, declared = read or _codes(arranged)
    if not items and not ticks:
        return None
    result: PolarityAuditResult | None = None
    for chosen in (items, {**items, **ticks}):
        if not chosen or (result is not None and (result.exact or not ticks)):
            continue
        frame = pd.DataFrame(chosen)
        again = audit_total(frame, total.reindex(frame.index), declared=declared)
        result = again if result is None or again.exact else result
    return result


def audit_score_pair(codes: Table, scores: Table) -> PolarityAuditResult:
    """The audit behind :func:`describe_score_pair`.

    Raises
    ------
    ResponseImportError
        The two exports have no records in common.
    """
    import pandas as pd

    from analysis.polarity_audit import audit_scores
    from survey.importers.matched_records import match_records

    mine, theirs = _arranged(codes, "wenjuanxing"), _arranged(scores, "wenjuanxing")
    pairs = match_records(mine.table, theirs.table).pairs
    items, _, declared = _codes(mine)
    given, _, _ = _codes(theirs, numbers_only=False)
    common = [name for name in items if name in given]
    left = pd.DataFrame({name: items[name].to_numpy()[[pair[0] for pair in pairs]] for name in common})
    right = pd.DataFrame({name: given[name].to_numpy()[[pair[1] for pair in pairs]] for name in common})
    return audit_scores(left, right, declared=declared)


def _opened(source: Table | Arranged, platform: str | None) -> tuple[Table, Arranged, str]:
    """The table, what its platform's importer makes of it, and the platform."""
    from survey.importers.arranged import Arranged
    from survey.importers.detect import platform_of

    if isinstance(source, Arranged):
        return source.table, source, platform or platform_of(source.table)
    named = platform or platform_of(source)
    return source, _arranged(source, named), named


def _arranged(table: Table, platform: str) -> Arranged:
    from survey.importers.detect import importer_of

    return importer_of(platform).arrange(table)


def _total_place(arranged: Arranged) -> int | None:
    from survey.importers.headings import role_of

    for place, heading in enumerate(arranged.headings):
        numbers = [_number(cell) for cell in set(arranged.table.columns[place])]
        if (heading.role or role_of(heading.text)) == "total" and not all(map(math.isnan, numbers)):
            return place
    return None


def _number(cell: CellValue) -> float:
    """A cell as a number; NaN where it is none, or stands for no answer."""
    from survey.importers.cell_text import cell_text, fold, number_in

    number = number_in(fold(cell_text(cell)))
    return math.nan if number is None else number


def _codes(
    arranged: Arranged, *, numbers_only: bool = True
) -> tuple[dict[str, pd.Series], dict[str, pd.Series], dict[str, Declared]]:
    """Columns of option codes by the platform's numbers, columns of ticks, and the attention checks."""
    import pandas as pd

    from survey.importers.answer_key import known_missing
    from survey.importers.cell_text import cell_text, fold
    from survey.importers.headings import role_of
    from survey.importers.wenjuanxing_headings import asks_for_attention

    gone = set(known_missing("wenjuanxing")) | {""}
    items: dict[str, pd.Series] = {}
    ticks: dict[str, pd.Series] = {}
    declared: dict[str, Declared] = {}
    for place, heading in enumerate(arranged.headings):
        column = arranged.table.columns[place]
        if heading.number is None or heading.role is not None or role_of(heading.text, column) is not None:
            continue
        texts = {cell_text(cell) for cell in set(column)}
        answers = {_number(text) for text in texts if fold(text) not in gone}
        whole = all(number.is_integer() and 0 <= number <= _MOST_CODES for number in answers)
        if not answers or any(map(math.isnan, answers)) or (numbers_only and not whole):
            continue
        values = [math.nan if fold(cell_text(cell)) in gone else _number(cell) for cell in column]
        name = f"Q{heading.number}"
        target = items if heading.option is None else ticks
        name += f"[{heading.option}]" if heading.option is not None else ""
        taken, row = name, 1
        while taken in target:
            row += 1
            taken = f"{name}_{row}"
        target[taken] = pd.Series(values, index=list(arranged.table.rows))
        if asks_for_attention(heading.text):
            declared[taken] = "attention"
    return items, ticks, declared


def _answers(
    table: Table, platform: str, instrument: Instrument, mapping: ColumnMapping | None
) -> tuple[dict[str, pd.Series], dict[str, pd.Series], dict[str, Declared]] | None:
    """Positions of the answers by question code, ticks, and what the instrument declares; None where unreadable."""
    import numpy as np
    import pandas as pd

    from survey.importers.propose import propose_mapping
    from survey.importers.read import read_responses

    try:
        chosen = mapping or propose_mapping(table, instrument, platform).mapping
        responses = read_responses(table, instrument, chosen).responses
    except SatixError:
        return None
    rows = responses.respondents["row"].tolist()
    items: dict[str, pd.Series] = {}
    ticks: dict[str, pd.Series] = {}
    for column, codes in zip(responses.columns, responses.codes, strict=True):
        answered = codes > 0
        if answered.any():
            target, shift = (items, 0) if column.option is None else (ticks, 1)
            target[column.key] = pd.Series(np.where(answered, codes - shift, np.nan), index=rows)
    declared = {name: said for name in items if (said := _declared(instrument, name)) is not None}
    return items, ticks, declared


def _declared(instrument: Instrument, code: str) -> Declared | None:
    """The direction an instrument gives the positions of a question's options."""
    from survey.importers.wenjuanxing_headings import asks_for_attention

    question = instrument.question(code)
    wordings = [question.text.root] if isinstance(question.text.root, str) else list(question.text.root.values())
    if question.role == "attention" or any(asks_for_attention(wording) for wording in wordings):
        return "attention"
    if question.role is not None:
        return "not_scored"
    scores = instrument.scale_of(question).score_table(reverse=question.reverse)[1:].tolist()
    steps = [after - before for before, after in pairwise(scores)]
    if steps and all(step > 0 for step in steps):
        return "positive"
    return "reversed" if steps and all(step < 0 for step in steps) else None


def _lines(result: PolarityAuditResult, language: Language) -> Iterator[str]:
    if result.exact:
        top = str(result.steps + 1) if result.steps is not None else "c"
        kinds: Mapping[str, Sequence[Keyed]] = {
            "positive": ("positive",),
            "reversed": ("reversed",),
            "uncounted": ("not_counted",),
            "others": ("multiple", "by_option", "constant", "undetermined"),
        }
        fields: dict[str, object] = {name: len(result.keyed(*words)) for name, words in kinds.items()}
        yield render_message(f"satix.polarity_{result.method}", fields | {"n": result.n, "top": top}, language)
        for name in ("reversed", "uncounted"):
            named = result.keyed(*kinds[name])
            if named:
                yield render_message(f"satix.polarity_list_{name}", {"items": ", ".join(named)}, language)
        factors = [f"{item.item} × {item.factor:g}" for item in result.items if item.keyed == "multiple"]
        if factors:
            yield render_message("satix.polarity_list_multiple", {"items": ", ".join(factors)}, language)
    for finding in result.findings:
        yield finding.message(language)
