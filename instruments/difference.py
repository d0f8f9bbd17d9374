"""What differs between two versions of an instrument, and what that does to a comparison of their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from survey.errors import Language, render_message
from survey.instrument import Instrument
from survey.questionnaire import Question, Section
from survey.scales import Scale

__all__ = ["Change", "ChangeKind", "Difference", "Effect", "instrument_difference"]

Effect = Literal["none", "flag", "breaks"]
"""``none``: no effect. ``flag``: comparable, to be read with care. ``breaks``: not comparable."""

ChangeKind = Literal[
    "instrument",
    "wording",
    "label",
    "scale",
    "scale_label",
    "type",
    "meaning",
    "reverse",
    "range",
    "presentation",
    "added",
    "removed",
    "weight",
    "tree",
    "indicator_added",
    "indicator_removed",
    "indicator_label",
    "routing",
    "order",
    "construct",
    "description",
]

EFFECTS: Mapping[ChangeKind, Effect] = {
    "instrument": "breaks",
    "wording": "flag",
    "label": "none",
    "scale": "breaks",
    "scale_label": "flag",
    "type": "breaks",
    "meaning": "breaks",
    "reverse": "breaks",
    "range": "flag",
    "presentation": "flag",
    "added": "flag",
    "removed": "flag",
    "weight": "flag",
    "tree": "flag",
    "indicator_added": "flag",
    "indicator_removed": "flag",
    "indicator_label": "none",
    "routing": "flag",
    "order": "flag",
    "construct": "flag",
    "description": "none",
}
"""A changed scale, type, direction or indicator is another measure; changed wording or neighbours may be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference of a question or indicator; ``before`` and ``after`` are short texts, empty for nothing."""

    kind: ChangeKind
    code: str
    before: str = ""
    after: str = ""
    language: str | None = None

    @property
    def effect(self) -> Effect:
        """What it does to comparability."""
        return EFFECTS[self.kind]

    def message(self, language: Language = "en") -> str:
        """The difference in words."""
        fields = {"code": self.code, "before": self.before or "–", "after": self.after or "–"}
        fields["language"] = "" if self.language is None else f" ({self.language})"
        return render_message(f"instruments.change_{self.kind}", fields, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All differences from ``before`` to ``after``, questions in the order of ``after``."""

    before: Instrument
    after: Instrument
    changes: tuple[Change, ...]

    @property
    def effect(self) -> Effect:
        """The gravest effect of any difference."""
        order: tuple[Effect, ...] = ("none", "flag", "breaks")
        return max((change.effect for change in self.changes), key=order.index, default="none")

    def of(self, code: str) -> tuple[Change, ...]:
        """The differences of one question or indicator."""
        return tuple(change for change in self.changes if change.code == code)

    def rows(self) -> list[dict[str, str | None]]:
        """One mapping per difference: kind, code, before, after, language, effect."""
        return [{**asdict(change), "effect": change.effect} for change in self.changes]

    def summary(self) -> str:
        """How many differences of each effect, in one line."""
        counts = {
            effect: sum(change.effect == effect for change in self.changes) for effect in ("breaks", "flag", "none")
        }
        return (
            f"{self.before.instrument} {self.before.version} -> {self.after.version}: {len(self.changes)} differences; "
            f"{counts['breaks']} break comparability, {counts['flag']} call for care, {counts['none']} do not matter"
        )


def instrument_difference(before: Instrument, after: Instrument) -> Difference:
    """Compare two versions of an instrument; questions and indicators are matched by their codes.

    Scales are compared by fingerprint (codes, scores, ends, missing kinds) and, apart from that, by wording. Order is
    judged among the questions both versions have, so an added question alone does not reorder the others.
    """
    changes: list[Change] = []
    if before.instrument != after.instrument:
        changes.append(Change(kind="instrument", code="", before=before.instrument, after=after.instrument))
    changes += _indicators(before, after)
    changes += _questions(before, after)
    changes += _order(before, after)
    changes += _presentation(before, after)
    changes += _constructs(before, after)
    for name in ("title", "purpose", "licence", "naming", "sources", "translation", "languages", "attributes"):
        if getattr(before, name) != getattr(after, name):
            changes.append(Change(kind="description", code=name))
    return Difference(before=before, after=after, changes=tuple(changes))


def _indicators(before: Instrument, after: Instrument) -> Iterator[Change]:
    old, new = ({node.code: node for node in one.index.walk()} for one in (before, after))
    parents_old, parents_new = before.index.parents(), after.index.parents()
    shares_old, shares_new = before.index.sibling_weights(), after.index.sibling_weights()
    for code, node in new.items():
        if code not in old:
            yield Change(kind="indicator_added", code=code, after=parents_new[code] or "")
            continue
        if parents_old[code] != parents_new[code]:
            yield Change(kind="tree", code=code, before=parents_old[code] or "", after=parents_new[code] or "")
        elif abs(shares_old[code] - shares_new[code]) > 1e-12:
            yield Change(kind="weight", code=code, before=f"{shares_old[code]:.3g}", after=f"{shares_new[code]:.3g}")
        if (old[code].label, old[code].stage) != (node.label, node.stage):
            label_old, label_new = (found.label.in_language("en") for found in (old[code], node))
            yield Change(kind="indicator_label", code=code, before=label_old, after=label_new)
    for code in old:
        if code not in new:
            yield Change(kind="indicator_removed", code=code, before=parents_old[code] or "")


def _questions(before: Instrument, after: Instrument) -> Iterator[Change]:
    old = {question.code: question for question in before.questions}
    for question in after.questions:
        earlier = old.pop(question.code, None)
        if earlier is None:
            yield Change(kind="added", code=question.code, after=question.measures or "")
        else:
            yield from _question(before, earlier, after, question)
    for code, question in old.items():
        yield Change(kind="removed", code=code, before=question.measures or "")


def _question(before: Instrument, old: Question, after: Instrument, new: Question) -> Iterator[Change]:
    code = new.code
    yield from _wordings(code, old.text, new.text, "wording")
    yield from _wordings(code, old.hint, new.hint, "presentation")
    if old.label != new.label:
        yield Change(kind="label", code=code, before=old.name.in_language("en"), after=new.name.in_language("en"))
    if old.type != new.type:
        yield Change(kind="type", code=code, before=old.type, after=new.type)
    elif old.scale is not None and new.scale is not None:
        yield from _scales(code, before, old, after, new)
    meaning = [(q.facet, q.role, q.measures, q.series, q.attribute, q.recommend) for q in (old, new)]
    if meaning[0] != meaning[1]:
        texts = [", ".join(str(part) for part in parts if part) for parts in meaning]
        yield Change(kind="meaning", code=code, before=texts[0], after=texts[1])
    if old.reverse != new.reverse:
        yield Change(kind="reverse", code=code, before=str(old.reverse).lower(), after=str(new.reverse).lower())
    if (old.lowest, old.highest) != (new.lowest, new.highest):
        texts = [f"{q.lowest}–{q.highest}".replace("None", "") for q in (old, new)]
        yield Change(kind="range", code=code, before=texts[0], after=texts[1])
    if old.show_if != new.show_if:
        from instruments.expressions import format_condition

        texts = ["" if q.show_if is None else format_condition(q.show_if) for q in (old, new)]
        yield Change(kind="routing", code=code, before=texts[0], after=texts[1])
    if (old.required, old.critical, old.expects) != (new.required, new.critical, new.expects):
        yield Change(kind="presentation", code=code)
    if old.purpose != new.purpose:
        yield Change(kind="description", code=code)


def _wordings(
    code: str, old: object, new: object, kind: Literal["wording", "scale_label", "presentation"]
) -> Iterator[Change]:
    """Wordings that differ, language by language; a language one version does not have at all is no difference."""
    from survey.texts import Text

    roots = [text.root if isinstance(text, Text) else None for text in (old, new)]
    if roots[0] == roots[1]:
        return
    tables = [root if isinstance(root, dict) else None for root in roots]
    if tables[0] is None or tables[1] is None:
        before, after = ("" if root is None else str(root) for root in roots)
        yield Change(kind=kind, code=code, before=before, after=after)
        return
    for language in tables[1]:
        if language in tables[0] and tables[0][language] != tables[1][language]:
            yield Change(kind=kind, code=code, before=tables[0][language], after=tables[1][language], language=language)


def _scales(code: str, before: Instrument, old: Question, after: Instrument, new: Question) -> Iterator[Change]:
    one, two = before.scale_of(old), after.scale_of(new)
    if one.fingerprint != two.fingerprint:
        ends = [f"{asked.scale} ({_extent(scale)})" for asked, scale in ((old, one), (new, two))]
        yield Change(kind="scale", code=code, before=ends[0], after=ends[1])
        return
    for left, right in zip(one.all_options, two.all_options, strict=True):
        yield from _wordings(code, left.label, right.label, "scale_label")


def _extent(scale: Scale) -> str:
    """Ends of the score, where there is one, and number of options."""
    return f"{scale.lowest_score:g}–{scale.highest_score:g}, {scale.size}" if scale.scored else str(scale.size)


def _order(before: Instrument, after: Instrument) -> Iterator[Change]:
    """Questions that have to be moved: those outside a longest run both versions have in the same order."""
    codes_old = [question.code for question in before.questions]
    places = {code: place for place, code in enumerate(codes_old)}
    common = [question.code for question in after.questions if question.code in places]
    kept = set(_longest_rising(common, places.__getitem__))
    predecessors = {code: following for following, code in zip(["", *codes_old], codes_old, strict=False)}
    for number, code in enumerate(common):
        if code not in kept:
            yield Change(kind="order", code=code, before=predecessors[code], after=common[number - 1] if number else "")


def _longest_rising(codes: list[str], rank: Callable[[str], int]) -> list[str]:
    """A longest subsequence whose ranks rise (quadratic: questionnaires are short)."""
    best: list[list[str]] = []
    for place, code in enumerate(codes):
        runs = [best[other] for other in range(place) if rank(codes[other]) < rank(code)]
        best.append([*max(runs, key=len, default=[]), code])
    return max(best, key=len, default=[])


def _presentation(before: Instrument, after: Instrument) -> Iterator[Change]:
    old = {section.code: section for section in before.sections}
    for section in after.sections:
        earlier: Section | None = old.get(section.code)
        if earlier is None:
            continue
        if (earlier.stem, earlier.grid) != (section.stem, section.grid):
            for question in section.questions:
                yield Change(kind="presentation", code=question.code)
        elif earlier.title != section.title:
            yield Change(kind="description", code=section.code)


def _constructs(before: Instrument, after: Instrument) -> Iterator[Change]:
    if before.constructs == after.constructs:
        return
    models = [{c.code: c for c in one.constructs.constructs} if one.constructs else {} for one in (before, after)]
    for code in dict.fromkeys([*models[1], *models[0]]):
        old, new = (model.get(code) for model in models)
        facts = [("" if c is None else f"{c.mode}: {', '.join(c.items)}") for c in (old, new)]
        if facts[0] != facts[1]:
            yield Change(kind="construct", code=code, before=facts[0], after=facts[1])
    paths = [
        "" if one.constructs is None else ", ".join(f"{a} → {b}" for a, b in one.constructs.paths)
        for one in (before, after)
    ]
    if paths[0] != paths[1]:
        yield Change(kind="construct", code="paths", before=paths[0], after=paths[1])
