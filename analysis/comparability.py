"""Whether results of two versions of an instrument may be compared, indicator by indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.figures import TableDisplay
from instruments.difference import Change, Difference
from survey.indicators import Indicator
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparability", "ComparabilityVerdict", "may_compare"]

ComparabilityVerdict = Literal["comparable", "flagged", "not_comparable"]
_GRAVITY: tuple[ComparabilityVerdict, ...] = ("comparable", "flagged", "not_comparable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparability(TableDisplay):
    """What may be compared between two versions.

    Attributes
    ----------
    verdict : that of the index: ``comparable``; ``flagged`` (on the items both versions ask alike, to be read with
        care); ``not_comparable``
    indicators : verdict by indicator of the newer version; an indicator the older one lacks is not comparable
    questions : verdict by question of either version; one that only one version asks is not comparable
    reasons : the differences behind every verdict that is not ``comparable``
    """

    verdict: ComparabilityVerdict
    indicators: Mapping[str, ComparabilityVerdict]
    questions: Mapping[str, ComparabilityVerdict]
    reasons: tuple[Change, ...]

    @property
    def comparable_questions(self) -> frozenset[str]:
        """Questions whose answers mean the same in both versions, flagged ones included."""
        return frozenset(code for code, verdict in self.questions.items() if verdict != "not_comparable")

    def to_frame(self) -> pd.DataFrame:
        """One row per indicator: indicator, verdict, number of reasons of its own."""
        import pandas as pd

        rows = [
            {"indicator": code, "verdict": verdict, "reasons": sum(change.code == code for change in self.reasons)}
            for code, verdict in self.indicators.items()
        ]
        return pd.DataFrame(rows, columns=["indicator", "verdict", "reasons"])

    def summary(self) -> str:
        """The verdict of the index and the count of indicators by verdict."""
        counts = {verdict: list(self.indicators.values()).count(verdict) for verdict in _GRAVITY}
        return (
            f"index: {self.verdict.replace('_', ' ')}; indicators: {counts['comparable']} comparable, "
            f"{counts['flagged']} with care, {counts['not_comparable']} not comparable"
        )


def may_compare(difference: Difference) -> Comparability:
    """Judge a comparison of results obtained with two versions of an instrument.

    A leaf is comparable when both versions measure it by the same performance questions and none of them changed;
    flagged when its questions changed in wording, presentation, routing or order, or when only some of them are
    common; not comparable when no question measures it alike in both. A branch is comparable when everything below it
    is and the tree below it is unchanged; not comparable when nothing below it is; flagged otherwise. Weights do not
    forbid a comparison, because both sides are scored with the newer ones, but flag it.
    """
    before, after = difference.before, difference.after
    questions = _question_verdicts(difference)
    indicators: dict[str, ComparabilityVerdict] = {}
    moved = {change.code for change in difference.changes if change.kind in {"tree", "weight", "indicator_added"}}
    moved |= {change.before for change in difference.changes if change.kind == "indicator_removed"}
    moved |= {change.before for change in difference.changes if change.kind == "tree"}
    _judge(after.index, _leaf_verdicts(before, after, questions), moved, indicators)
    if any(change.kind == "instrument" for change in difference.changes):
        indicators = dict.fromkeys(indicators, "not_comparable")
        questions = dict.fromkeys(questions, "not_comparable")
    return Comparability(
        verdict=indicators[after.index.code],
        indicators=indicators,
        questions=questions,
        reasons=tuple(change for change in difference.changes if change.effect != "none"),
    )


def _question_verdicts(difference: Difference) -> dict[str, ComparabilityVerdict]:
    by_effect: dict[str, ComparabilityVerdict] = {"none": "comparable", "flag": "flagged", "breaks": "not_comparable"}
    old = {question.code for question in difference.before.questions}
    new = [question.code for question in difference.after.questions]
    verdicts: dict[str, ComparabilityVerdict] = {
        code: max(
            (by_effect[change.effect] for change in difference.of(code)), key=_GRAVITY.index, default="comparable"
        )
        if code in old
        else "not_comparable"
        for code in new
    }
    return {**verdicts, **dict.fromkeys(sorted(old - set(new)), "not_comparable")}


def _leaf_verdicts(
    before: Instrument, after: Instrument, questions: Mapping[str, ComparabilityVerdict]
) -> dict[str, ComparabilityVerdict]:
    verdicts: dict[str, ComparabilityVerdict] = {}
    for leaf in after.index.leaves():
        new = [question.code for question in after.questions_of(facet="performance", measures=leaf.code)]
        old = [question.code for question in before.questions_of(facet="performance", measures=leaf.code)]
        alike = [code for code in new if code in old and questions[code] != "not_comparable"]
        if not alike:
            verdicts[leaf.code] = "not_comparable"
        elif set(new) != set(old) or len(alike) < len(new) or any(questions[code] == "flagged" for code in alike):
            verdicts[leaf.code] = "flagged"
        else:
            verdicts[leaf.code] = "comparable"
    return verdicts


def _judge(
    node: Indicator,
    leaves: Mapping[str, ComparabilityVerdict],
    moved: set[str],
    verdicts: dict[str, ComparabilityVerdict],
) -> ComparabilityVerdict:
    """Fill in the verdicts of a node and all below it."""
    if not node.indicators:
        verdicts[node.code] = leaves[node.code]
        return verdicts[node.code]
    verdicts[node.code] = "comparable"
    below = [_judge(child, leaves, moved, verdicts) for child in node.indicators]
    changed = node.code in moved or any(child.code in moved for child in node.indicators)
    if all(verdict == "not_comparable" for verdict in below):
        verdicts[node.code] = "not_comparable"
    elif changed or any(verdict != "comparable" for verdict in below):
        verdicts[node.code] = "flagged"
    return verdicts[node.code]
