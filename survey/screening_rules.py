"""The screening rules that need no statistics, each with who is flagged, who could be judged, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.errors import Problem, StudyError
from survey.questionnaire import Question
from survey.responses import RESPONDENT_COLUMNS, ResponseSet
from survey.scales import MISSING_CODES, NOT_ASKED, MissingKind
from survey.study import Screening

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

__all__ = [
    "NONRESPONSE",
    "RuleOutcome",
    "attention_checks",
    "duplicates",
    "missing_answers",
    "missing_by_question",
    "rows_by_question",
    "scale_blocks",
    "speed",
    "straight_lines",
]

NONRESPONSE: tuple[MissingKind, ...] = ("skipped", "refused", "dont_know", "invalid", "blank")
"""Kinds of missing that are the respondent's doing."""
LEAST_ASKED = 5
"""Below this many questions one unanswered question would be more than a quarter."""
_NOT_ASKED = [MISSING_CODES[kind] for kind in NOT_ASKED]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleOutcome:
    """What one rule found among n responses.

    ``flagged`` and ``judged`` are bool arrays (n,); nobody is flagged who cannot be judged. ``measures`` holds the
    figures behind it by name (n,), NaN where there is none. ``reason`` is the code of why a response cannot be judged;
    ``reasons`` the same by wave, where it differs.
    """

    flagged: Bools
    judged: Bools
    measures: Mapping[str, Floats] = field(default_factory=dict)
    reason: str = "too_few_items"
    reasons: Mapping[str, str] = field(default_factory=dict)


def duplicates(responses: ResponseSet, rules: Screening) -> RuleOutcome:
    """Second and later occurrences of an id or key within a wave; an empty key is nobody's duplicate."""
    import pandas as pd

    waves = responses.respondents["wave"].to_numpy()
    ids = pd.DataFrame({"wave": waves, "id": responses.respondents.index.to_numpy()})
    known = responses.flags.get("duplicate", np.zeros(responses.n, dtype=np.bool_))
    found: NDArray[np.bool_] = np.asarray(known | ids.duplicated().to_numpy(), dtype=np.bool_)
    everybody = np.ones(responses.n, dtype=np.bool_)
    if not rules.duplicate_key:
        return RuleOutcome(flagged=found, judged=everybody)
    key = pd.DataFrame({"wave": waves})
    filled = np.zeros(responses.n, dtype=np.bool_)
    for name in rules.duplicate_key:
        for part, (values, given) in enumerate(_key_parts(responses, name)):
            key[f"{name} {part}"] = values
            filled |= given
    again = pd.Series(np.zeros(responses.n, dtype=np.bool_))
    again[filled] = key[filled].duplicated().to_numpy()
    return RuleOutcome(flagged=np.asarray(found | again.to_numpy(), dtype=np.bool_), judged=everybody)


def _key_parts(responses: ResponseSet, name: str) -> Iterator[tuple[Any, NDArray[np.bool_]]]:
    """The values of one part of the duplicate key, and where they are given."""
    if name in RESPONDENT_COLUMNS:
        column = responses.respondents[name]
        yield column.to_numpy(), column.notna().to_numpy()
    elif name in responses.texts:
        texts = np.array(responses.texts[name], dtype=object)
        yield texts, np.array([bool(text) for text in texts], dtype=np.bool_)
    elif name in responses.numbers:
        values = responses.numbers[name].values
        yield values, ~np.isnan(values)
    else:
        rows = rows_by_question(responses).get(name)
        if rows is None:
            known = ", ".join(question.code for question in responses.instrument.questions[:12])
            raise StudyError(
                Problem(
                    code="survey.unknown_question",
                    fields={"owner": "duplicate_key", "code": name, "known": known},
                )
            )
        for row in rows:
            yield responses.codes[row], responses.codes[row] > 0


def rows_by_question(responses: ResponseSet) -> dict[str, list[int]]:
    """Rows of the code matrix by question; questions without a column are left out."""
    rows: dict[str, list[int]] = {}
    for row, column in enumerate(responses.columns):
        rows.setdefault(column.question, []).append(row)
    return rows


def attention_checks(responses: ResponseSet, rules: Screening) -> tuple[RuleOutcome, RuleOutcome]:
    """``attention``: at least ``attention_slips`` checks answered otherwise than they ask; ``attention_slip``: one.

    Only checks that were answered count, and only who answered enough of them can be judged.
    """
    missed, answered = np.zeros(responses.n, dtype=np.int64), np.zeros(responses.n, dtype=np.int64)
    rows = rows_by_question(responses)
    for question in responses.instrument.questions:
        known = question.code in rows or question.code in responses.numbers or question.code in responses.texts
        if question.role == "attention" and question.expects is not None and known:
            given, right = _check(responses, question)
            answered += given
            missed += given & ~right
    measures = {"attention_missed": missed.astype(np.float64), "attention_checks": answered.astype(np.float64)}
    failed, slipped = (
        RuleOutcome(flagged=missed >= least, judged=answered >= least, measures=measures, reason="too_few_checks")
        for least in (rules.attention_slips, 1)
    )
    return failed, slipped


def _check(responses: ResponseSet, question: Question) -> tuple[Bools, Bools]:
    """Where an attention check was answered, and where as it asks."""
    expects = question.expects if question.expects is not None else ""
    if question.code in responses.numbers:
        values = responses.numbers[question.code].values
        return ~np.isnan(values), np.asarray(values == float(expects), dtype=np.bool_)
    if question.code in responses.texts:
        texts = [(text or "").strip().casefold() for text in responses.texts[question.code]]
        wanted = str(expects).strip().casefold()
        given = np.array([bool(text) for text in responses.texts[question.code]], dtype=np.bool_)
        return given, np.array([text == wanted for text in texts], dtype=np.bool_)
    return responses.answered(question.code), responses.chosen(question.code, (expects,))


def speed(responses: ResponseSet, rules: Screening) -> dict[str, RuleOutcome]:
    """``speeder``, ``item_speed`` and ``relative_speed``; a missing duration cannot be judged."""
    table = responses.respondents
    duration = table["duration_seconds"].to_numpy(dtype=np.float64)
    median = table.groupby(["wave", "source"], dropna=False)["duration_seconds"].transform("median").to_numpy()
    answered, _ = _answered_and_asked(responses)
    given = _given(responses)
    known = ~np.isnan(duration)
    slow_enough = np.fmax(rules.speeder_share * median, rules.seconds_per_item * answered)
    per_item = np.where(given > 0, duration / np.maximum(given, 1), np.nan)
    ratio = np.full(responses.n, np.nan)
    ratio[known] = np.divide(
        median[known], duration[known], out=np.full(int(known.sum()), np.inf), where=duration[known] > 0
    )
    found = {
        "speeder": (duration < slow_enough, known, {"duration_seconds": duration}),
        "item_speed": (per_item < rules.item_seconds, known & (given > 0), {"seconds_per_item": per_item}),
        "relative_speed": (ratio > rules.relative_speed, known, {"relative_speed_index": ratio}),
    }
    return {
        rule: RuleOutcome(
            flagged=np.asarray(flagged & judged, dtype=np.bool_),
            judged=judged,
            measures=measures,
            reason="no_durations",
        )
        for rule, (flagged, judged, measures) in found.items()
    }


def straight_lines(responses: ResponseSet, rules: Screening) -> RuleOutcome:
    """``straight_line``: a block in which everything answered, and enough was, is one and the same option."""
    least = rules.straight_line_items
    flagged, judged = np.zeros(responses.n, dtype=np.bool_), np.zeros(responses.n, dtype=np.bool_)
    rows = rows_by_question(responses)
    for block in scale_blocks(responses):
        places = [rows[question.code][0] for question in block]
        if len(places) < least:
            continue
        codes = responses.codes[places]
        given = codes > 0
        highest = np.where(given, codes, np.int16(-999)).max(axis=0)
        lowest = np.where(given, codes, np.int16(9999)).min(axis=0)
        enough = given.sum(axis=0) >= least
        judged |= enough
        flagged |= enough & (highest == lowest)
    return RuleOutcome(flagged=flagged, judged=judged)


def scale_blocks(responses: ResponseSet) -> Iterator[list[Question]]:
    """Neighbouring scale items of one section that share a scale, in presentation order.

    Attention checks are left out and do not end a block; questions without a column are left out.
    """
    rows = rows_by_question(responses)
    for section in responses.instrument.sections:
        block: list[Question] = []
        for question in section.questions:
            if question.role == "attention":
                continue
            if block and (question.type != "scale" or question.scale != block[-1].scale):
                yield [item for item in block if item.code in rows]
                block = []
            if question.type == "scale":
                block.append(question)
        if block:
            yield [item for item in block if item.code in rows]


def missing_answers(responses: ResponseSet, rules: Screening) -> tuple[RuleOutcome, RuleOutcome]:
    """``missing_share``: too much unanswered of any kind; ``missing_kind``: too much of a single kind.

    The questions that concerned the respondent are those answered, or missing for another reason than not shown, not
    applicable or not in the version; open questions are left out. Kinds are those of ``NONRESPONSE``.
    """
    answered, asked = _answered_and_asked(responses)
    share = np.where(asked > 0, (asked - answered) / np.maximum(asked, 1), np.nan)
    everything = RuleOutcome(
        flagged=np.asarray(asked - answered > rules.missing_share * asked, dtype=np.bool_),
        judged=asked > 0,
        measures={"missing_share": share},
    )
    counts = dict.fromkeys(NONRESPONSE, np.zeros(responses.n, dtype=np.int64))
    for kinds in missing_by_question(responses):
        for kind in NONRESPONSE:
            counts[kind] = counts[kind] + (kinds == MISSING_CODES[kind])
    judged = asked >= LEAST_ASKED
    flagged = np.zeros(responses.n, dtype=np.bool_)
    for count in counts.values():
        flagged |= judged & (count > rules.missing_kind_share * asked)
    measures = {f"missing_{kind}": count.astype(np.float64) for kind, count in counts.items()}
    return everything, RuleOutcome(flagged=flagged, judged=judged, measures=measures)


def missing_by_question(responses: ResponseSet) -> Iterator[NDArray[np.int16]]:
    """The missing kind of every question but the open ones, respondent by respondent; 0 where it was answered."""
    rows = rows_by_question(responses)
    for question in responses.instrument.questions:
        if question.code in responses.numbers:
            yield responses.numbers[question.code].missing.astype(np.int16)
        elif question.code in rows:
            codes = responses.codes[rows[question.code]]
            yield np.where((codes > 0).any(axis=0), np.int16(0), codes[0])


def _given(responses: ResponseSet) -> Counts:
    """Questions of every type that took the respondent's time: answered, or answered with what cannot be read."""
    given = np.zeros(responses.n, dtype=np.int64)
    for kinds in missing_by_question(responses):
        given += (kinds == 0) | (kinds == MISSING_CODES["invalid"])
    for texts in responses.texts.values():
        given += np.array([bool(text) for text in texts], dtype=np.bool_)
    return given


def _answered_and_asked(responses: ResponseSet) -> tuple[Counts, Counts]:
    """Questions answered, and questions that concerned the respondent; open questions left out."""
    answered = np.zeros(responses.n, dtype=np.int64)
    asked = np.zeros(responses.n, dtype=np.int64)
    rows = rows_by_question(responses)
    for question in responses.instrument.questions:
        if question.code in responses.numbers:
            kinds = responses.numbers[question.code].missing
            answered += kinds == 0
            asked += ~np.isin(kinds, _NOT_ASKED)
        elif question.code in rows:
            codes = responses.codes[rows[question.code]]
            given = (codes > 0).any(axis=0)
            answered += given
            asked += given | ~np.isin(codes, _NOT_ASKED).all(axis=0)
    return answered, asked
