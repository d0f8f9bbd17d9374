"""Answers that deserve a second look: flagged by rule, counted, never deleted.

Rules, in the order in which "the first reason wins":

- ``duplicate``: the respondent's id, or every entry of the declared key, was there before within the wave.
- ``attention``: an attention check was answered, and not as it asks.
- ``speeder``: faster than a share of the median duration of wave and source, or than a floor per answered question.
- ``straight_line``: in one section, a block of neighbouring scale items with the same scale has one and the same
  answer wherever it was answered, and at least so many were. Attention checks do not break a block. A shorter run
  inside a block that also holds other answers is not a straight line.
- ``missing_share``: more than a share of the questions that concerned the respondent were left unanswered; open
  questions do not count, nor what was not shown, not applicable or not in the version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.errors import Language, Problem, StudyError, render_message
from survey.questionnaire import Question
from survey.responses import RESPONDENT_COLUMNS, ResponseSet
from survey.scales import MISSING_CODES, NOT_ASKED
from survey.study import RuleName, Screening

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["RULE_ORDER", "ScreeningReport", "account_for", "excluded", "screen"]

RULE_ORDER: tuple[RuleName, ...] = ("duplicate", "attention", "speeder", "straight_line", "missing_share")
"""The first rule that applies to a response is its reason."""

_NOT_ASKED = [MISSING_CODES[kind] for kind in NOT_ASKED]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningReport:
    """Counts of flagged responses.

    ``n`` = ``unflagged`` + the sum of ``first_reason``. ``flagged`` counts every response a rule applies to;
    ``overlap`` those to which two rules apply, by pair.
    """

    n: int
    unflagged: int
    flagged: Mapping[str, int]
    first_reason: Mapping[str, int]
    overlap: Mapping[tuple[str, str], int]

    def to_dict(self) -> dict[str, Any]:
        """Plain types; an overlap is keyed ``rule+rule``."""
        content = asdict(self)
        content["overlap"] = {"+".join(pair): count for pair, count in self.overlap.items()}
        return content

    def to_frame(self) -> pd.DataFrame:
        """One row per rule: flagged, and flagged with this as the first reason."""
        import pandas as pd

        frame = pd.DataFrame({"flagged": self.flagged, "first_reason": self.first_reason})
        return frame.rename_axis(index="rule").loc[list(RULE_ORDER)]

    def summary(self, language: Language = "en") -> str:
        """The counts in one sentence."""
        rules = ", ".join(f"{rule} {count}" for rule, count in self.flagged.items())
        fields = {"n": self.n, "unflagged": self.unflagged, "flagged": self.n - self.unflagged, "rules": rules}
        return render_message("survey.screening_summary", fields, language)


def screen(
    responses: ResponseSet, screening: Screening | None = None
) -> tuple[dict[RuleName, NDArray[np.bool_]], ScreeningReport]:
    """Flag responses by every rule.

    Parameters
    ----------
    responses : ResponseSet
        One or several waves; medians and duplicates are looked for within a wave.
    screening : Screening, optional
        The thresholds; the defaults where not given.

    Returns
    -------
    flags : dict of bool arrays of length n, one per rule in ``RULE_ORDER``
        True where the rule applies. Missing durations and unanswered attention checks are never flagged.
    report : ScreeningReport

    Raises
    ------
    StudyError
        The duplicate key names something that is neither a question nor a respondent column.
    """
    rules = screening or Screening()
    flags: dict[RuleName, NDArray[np.bool_]] = {
        "duplicate": _duplicates(responses, rules),
        "attention": _attention_failed(responses),
        "speeder": _speeders(responses, rules),
        "straight_line": _straight_lines(responses, rules.straight_line_items),
        "missing_share": _too_much_missing(responses, rules.missing_share),
    }
    return flags, _report(flags, responses.n)


def excluded(flags: Mapping[RuleName, NDArray[np.bool_]], exclude: Sequence[RuleName], *, n: int) -> NDArray[np.bool_]:
    """Where a response is flagged by one of the rules that exclude, shape (n,)."""
    out = np.zeros(n, dtype=np.bool_)
    for rule in exclude:
        out |= flags[rule]
    return out


def account_for(flags: Mapping[RuleName, NDArray[np.bool_]], *, n: int) -> dict[str, int]:
    """Responses by their first reason in ``RULE_ORDER``; together with the unflagged they add up to ``n``."""
    left = np.ones(n, dtype=np.bool_)
    first: dict[str, int] = {}
    for rule in RULE_ORDER:
        if rule in flags:
            first[rule] = int((flags[rule] & left).sum())
            left &= ~flags[rule]
    return first


def _report(flags: Mapping[RuleName, NDArray[np.bool_]], n: int) -> ScreeningReport:
    first = account_for(flags, n=n)
    overlap: dict[tuple[str, str], int] = {
        (one, other): count
        for place, one in enumerate(RULE_ORDER)
        for other in RULE_ORDER[place + 1 :]
        if (count := int((flags[one] & flags[other]).sum()))
    }
    return ScreeningReport(
        n=n,
        unflagged=n - sum(first.values()),
        flagged={rule: int(flags[rule].sum()) for rule in RULE_ORDER},
        first_reason=first,
        overlap=overlap,
    )


def _duplicates(responses: ResponseSet, rules: Screening) -> NDArray[np.bool_]:
    """Second and later occurrences of an id or key within a wave; an empty key is nobody's duplicate."""
    import pandas as pd

    waves = responses.respondents["wave"].to_numpy()
    ids = pd.DataFrame({"wave": waves, "id": responses.respondents.index.to_numpy()})
    known = responses.flags.get("duplicate", np.zeros(responses.n, dtype=np.bool_))
    found: NDArray[np.bool_] = np.asarray(known | ids.duplicated().to_numpy(), dtype=np.bool_)
    if not rules.duplicate_key:
        return found
    key = pd.DataFrame({"wave": waves})
    filled = np.zeros(responses.n, dtype=np.bool_)
    for name in rules.duplicate_key:
        for part, (values, given) in enumerate(_key_parts(responses, name)):
            key[f"{name} {part}"] = values
            filled |= given
    again = pd.Series(np.zeros(responses.n, dtype=np.bool_))
    again[filled] = key[filled].duplicated().to_numpy()
    return np.asarray(found | again.to_numpy(), dtype=np.bool_)


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
        rows = _rows_by_question(responses).get(name)
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


def _rows_by_question(responses: ResponseSet) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, column in enumerate(responses.columns):
        rows.setdefault(column.question, []).append(row)
    return rows


def _attention_failed(responses: ResponseSet) -> NDArray[np.bool_]:
    failed = np.zeros(responses.n, dtype=np.bool_)
    rows = _rows_by_question(responses)
    for question in responses.instrument.questions:
        if question.role != "attention" or question.expects is None:
            continue
        if question.code in responses.numbers:
            values = responses.numbers[question.code].values
            failed |= ~np.isnan(values) & (values != float(question.expects))
        elif question.code in responses.texts:
            wanted = str(question.expects).strip().casefold()
            given = [text and text.strip().casefold() for text in responses.texts[question.code]]
            failed |= np.array([bool(text) and text != wanted for text in given], dtype=np.bool_)
        elif question.type in {"scale", "single"} and question.code in rows:
            codes = responses.codes[rows[question.code][0]]
            failed |= (codes > 0) & ~responses.chosen(question.code, (question.expects,))
        elif question.code in rows:
            failed |= responses.answered(question.code) & ~responses.chosen(question.code, (question.expects,))
    return failed


def _speeders(responses: ResponseSet, rules: Screening) -> NDArray[np.bool_]:
    table = responses.respondents
    duration = table["duration_seconds"].to_numpy(dtype=np.float64)
    median = table.groupby(["wave", "source"], dropna=False)["duration_seconds"].transform("median").to_numpy()
    answered, _ = _answered_and_asked(responses)
    slow_enough = np.fmax(rules.speeder_share * median, rules.seconds_per_item * answered)
    return np.asarray(duration < slow_enough, dtype=np.bool_)


def _straight_lines(responses: ResponseSet, least: int) -> NDArray[np.bool_]:
    flagged = np.zeros(responses.n, dtype=np.bool_)
    rows = _rows_by_question(responses)
    for block in _blocks(responses):
        places = [rows[question.code][0] for question in block if question.code in rows]
        if len(places) < least:
            continue
        codes = responses.codes[places]
        given = codes > 0
        highest = np.where(given, codes, np.int16(-999)).max(axis=0)
        lowest = np.where(given, codes, np.int16(9999)).min(axis=0)
        flagged |= (given.sum(axis=0) >= least) & (highest == lowest)
    return flagged


def _blocks(responses: ResponseSet) -> Iterator[list[Question]]:
    """Neighbouring scale items of one section that share a scale, in presentation order."""
    for section in responses.instrument.sections:
        block: list[Question] = []
        for question in section.questions:
            if question.role == "attention":
                continue
            if block and (question.type != "scale" or question.scale != block[-1].scale):
                yield block
                block = []
            if question.type == "scale":
                block.append(question)
        if block:
            yield block


def _too_much_missing(responses: ResponseSet, limit: float) -> NDArray[np.bool_]:
    answered, asked = _answered_and_asked(responses)
    return np.asarray(asked - answered > limit * asked, dtype=np.bool_)


def _answered_and_asked(responses: ResponseSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Questions answered, and questions that concerned the respondent; open questions left out."""
    answered = np.zeros(responses.n, dtype=np.int64)
    asked = np.zeros(responses.n, dtype=np.int64)
    rows = _rows_by_question(responses)
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
