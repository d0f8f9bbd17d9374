"""Answers that deserve a second look: flagged by rule, counted, never deleted.

Rules, in the order in which "the first reason wins". Those marked * need statistics: ``analysis.careless`` computes
them and ``satix.steps.screening`` joins both kinds.

- ``duplicate``: the respondent's id, or every entry of the declared key, was there before within the wave.
- ``attention``: so many attention checks (``attention_slips``) were answered otherwise than they ask.
  ``attention_slip``: at least one was. One slip happens to the careful; two in a row seldom do (Curran 2016).
- ``speeder``: faster than a share of the median duration of wave and source, or than a floor per closed question.
- ``item_speed``: less than ``item_seconds`` per question answered, of any type; 2 s in Huang, Curran, Keeney, Poposki
  & DeShon (2012), Journal of Business and Psychology 27, 99-114.
- ``relative_speed``: the median duration of wave and source is more than so many times one's own; 2 in Leiner (2019),
  Survey Research Methods 13, 229-248, who averages over pages. Files hold the whole duration only.
- ``straight_line``: in one section, a block of neighbouring scale items with the same scale has one and the same
  answer wherever it was answered, and at least so many were. Attention checks do not break a block. A shorter run
  inside a block that also holds other answers is not a straight line.
- ``longstring``*: a string of equal answers fills at least ``longstring_share`` of a block and is at least
  ``longstring_items`` long, never fewer than six; there is no universal cut (Johnson 2005; Curran 2016).
- ``pattern``*: the answers repeat after some items (autocorrelation).
- ``near_duplicate``*: at least ``near_duplicate_share`` of the closed questions answered as somebody else did in the
  wave (85 %, Kuriakose & Robbins 2016). Both responses are flagged.
- ``irv``*: hardly any variation within the person (Dunn et al. 2018; no published cut: 0.3 of a scale step is what
  about nine answers in ten alike give).
- ``reversed_pairs``*: more than ``reversed_share`` of the pairs of a reversed item and a plain one contradict.
- ``synonyms``*, ``antonyms``*: items that go together over people (r of .60 or more; -.60 or less) do not within the
  person (below .22, above -.03; Meade & Craig 2012, Johnson 2005).
- ``even_odd``*: halves of the scales do not rise and fall together (below .30; Johnson 2005).
- ``mahalanobis``*: a combination of answers far from everybody's (p < .001; Meade & Craig 2012).
- ``missing_share``: more than a share of the questions that concerned the respondent were left unanswered; open
  questions do not count, nor what was not shown, not applicable or not in the version.
- ``missing_kind``: more than a share of them are missing for one and the same reason (skipped, refused, ...).

A response with too little to go by is not flagged; it is not *judged*, and counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.errors import Language, render_message
from survey.responses import ResponseSet
from survey.screening_rules import (
    RuleOutcome,
    attention_checks,
    duplicates,
    missing_answers,
    speed,
    straight_lines,
)
from survey.study import RuleName, Screening

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "RULE_ORDER",
    "RULE_SETTINGS",
    "ScreeningReport",
    "account_for",
    "apply_rules",
    "excluded",
    "overlap_of",
    "screen",
    "screening_report",
]

RULE_ORDER: tuple[RuleName, ...] = (
    "duplicate",
    "attention",
    "attention_slip",
    "speeder",
    "item_speed",
    "relative_speed",
    "straight_line",
    "longstring",
    "pattern",
    "near_duplicate",
    "irv",
    "reversed_pairs",
    "synonyms",
    "antonyms",
    "even_odd",
    "mahalanobis",
    "missing_share",
    "missing_kind",
)
"""The first rule that applies to a response is its reason."""

RULE_SETTINGS: dict[RuleName, tuple[str, ...]] = {
    "duplicate": ("duplicate_key",),
    "attention": ("attention_slips",),
    "attention_slip": (),
    "speeder": ("speeder_share", "seconds_per_item"),
    "item_speed": ("item_seconds",),
    "relative_speed": ("relative_speed",),
    "straight_line": ("straight_line_items",),
    "longstring": ("longstring_share", "longstring_items"),
    "pattern": ("pattern_correlation", "pattern_lags", "pattern_items"),
    "near_duplicate": ("near_duplicate_share", "near_duplicate_items", "near_duplicate_limit"),
    "irv": ("irv_below", "irv_items"),
    "reversed_pairs": ("reversed_share", "reversed_distance", "reversed_least"),
    "synonyms": ("synonym_below", "synonym_correlation", "pairs_least"),
    "antonyms": ("antonym_above", "antonym_correlation", "pairs_least"),
    "even_odd": ("even_odd_below", "even_odd_scales"),
    "mahalanobis": ("mahalanobis_p",),
    "missing_share": ("missing_share",),
    "missing_kind": ("missing_kind_share",),
}
"""The keys of ``survey.study.Screening`` that each rule goes by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningReport:
    """Counts of flagged responses.

    ``n`` = ``unflagged`` + the sum of ``first_reason``, over the rules that count. ``flagged`` counts every response
    a rule applies to, ``n_judged`` those it could be applied to; ``overlap`` those to which two rules apply, by pair.
    """

    n: int
    unflagged: int
    flagged: Mapping[str, int]
    first_reason: Mapping[str, int]
    overlap: Mapping[tuple[str, str], int]
    n_judged: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain types; an overlap is keyed ``rule+rule``."""
        content = asdict(self)
        content["overlap"] = {"+".join(pair): count for pair, count in self.overlap.items()}
        return content

    def to_frame(self) -> pd.DataFrame:
        """One row per rule: judged, flagged, and flagged with this as the first reason (missing: it does not count)."""
        import pandas as pd

        columns = {"n_judged": self.n_judged, "flagged": self.flagged, "first_reason": self.first_reason}
        frame = pd.DataFrame(columns).rename_axis(index="rule")
        return frame.loc[[rule for rule in RULE_ORDER if rule in self.flagged]]

    def summary(self, language: Language = "en") -> str:
        """The counts in one sentence."""
        rules = ", ".join(f"{rule} {count}" for rule, count in self.flagged.items())
        fields = {"n": self.n, "unflagged": self.unflagged, "flagged": self.n - self.unflagged, "rules": rules}
        return render_message("survey.screening_summary", fields, language)


def apply_rules(responses: ResponseSet, screening: Screening | None = None) -> dict[RuleName, RuleOutcome]:
    """Apply the rules that need no statistics; medians and duplicates are looked for within a wave.

    Raises
    ------
    StudyError
        The duplicate key names something that is neither a question nor a respondent column.
    """
    rules = screening or Screening()
    attention, attention_slip = attention_checks(responses, rules)
    fast = speed(responses, rules)
    missing_share, missing_kind = missing_answers(responses, rules)
    return {
        "duplicate": duplicates(responses, rules),
        "attention": attention,
        "attention_slip": attention_slip,
        "speeder": fast["speeder"],
        "item_speed": fast["item_speed"],
        "relative_speed": fast["relative_speed"],
        "straight_line": straight_lines(responses, rules),
        "missing_share": missing_share,
        "missing_kind": missing_kind,
    }


def screen(
    responses: ResponseSet, screening: Screening | None = None
) -> tuple[dict[RuleName, NDArray[np.bool_]], ScreeningReport]:
    """Flag responses by every rule that needs no statistics; ``satix.steps.screening`` applies all.

    Parameters
    ----------
    responses : ResponseSet
        One or several waves; medians and duplicates are looked for within a wave.
    screening : Screening, optional
        The thresholds; the defaults where not given.

    Returns
    -------
    flags : dict of bool arrays of length n, one per rule
        True where the rule applies. Missing durations and unanswered attention checks are never flagged.
    report : ScreeningReport

    Raises
    ------
    StudyError
        The duplicate key names something that is neither a question nor a respondent column.
    """
    rules = screening or Screening()
    outcomes = apply_rules(responses, rules)
    return {rule: outcome.flagged for rule, outcome in outcomes.items()}, screening_report(
        outcomes, counted=rules.counted, n=responses.n
    )


def excluded(flags: Mapping[RuleName, NDArray[np.bool_]], exclude: Sequence[RuleName], *, n: int) -> NDArray[np.bool_]:
    """Where a response is flagged by one of the rules that exclude, shape (n,)."""
    out = np.zeros(n, dtype=np.bool_)
    for rule in exclude:
        out |= flags[rule]
    return out


def account_for(
    flags: Mapping[RuleName, NDArray[np.bool_]], *, n: int, counted: Sequence[RuleName] = RULE_ORDER
) -> dict[str, int]:
    """Responses by their first reason in ``RULE_ORDER`` among the rules that count.

    Together with the unflagged they add up to ``n``.
    """
    left = np.ones(n, dtype=np.bool_)
    first: dict[str, int] = {}
    for rule in RULE_ORDER:
        if rule in flags and rule in counted:
            first[rule] = int((flags[rule] & left).sum())
            left &= ~flags[rule]
    return first


def overlap_of(flags: Mapping[RuleName, NDArray[np.bool_]]) -> dict[tuple[RuleName, RuleName], int]:
    """Responses to which two rules apply, by pair in ``RULE_ORDER``; pairs that do not meet are left out."""
    rules = [rule for rule in RULE_ORDER if rule in flags]
    return {
        (one, other): count
        for place, one in enumerate(rules)
        for other in rules[place + 1 :]
        if (count := int((flags[one] & flags[other]).sum()))
    }


def screening_report(
    outcomes: Mapping[RuleName, RuleOutcome], *, counted: Sequence[RuleName], n: int
) -> ScreeningReport:
    """The account of what the rules found among ``n`` responses; ``counted`` are the rules whose flags count."""
    flags = {rule: outcome.flagged for rule, outcome in outcomes.items()}
    first = account_for(flags, n=n, counted=counted)
    return ScreeningReport(
        n=n,
        unflagged=n - sum(first.values()),
        flagged={rule: int(flag.sum()) for rule, flag in flags.items()},
        first_reason=first,
        overlap={(str(one), str(other)): count for (one, other), count in overlap_of(flags).items()},
        n_judged={rule: int(outcome.judged.sum()) for rule, outcome in outcomes.items()},
    )
