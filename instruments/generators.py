"""Questions that follow from others: Kano pairs from phrases, importance and expectation ratings from a tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from instruments.generated_block import GeneratedBlock
from survey.definition_files import read_yaml
from survey.errors import InstrumentError, Problem
from survey.instrument import Attribute, Instrument
from survey.questionnaire import Facet, Question, Section
from survey.routing import Condition, questions_in
from survey.scales import Option, Scale
from survey.texts import Code, Definition, Text

__all__ = ["KanoFeature", "expectation_block", "importance_block", "kano_pairs"]

KANO_LANGUAGES = ("zh", "en")
SMALLEST_RATING = 3
"""A rating of importance or expectation needs at least this many grades."""
SENTENCE_ENDS = "。？！.?! "
COLON = {"zh": "："}


class KanoFeature(Definition):
    """Something a product or service may have, with a phrase for having it and one for not having it.

    The phrases are clauses that complete "How would you feel if ...?" and “如果……，您觉得怎么样？”:
    ``present: {en: you could choose the delivery time, zh: 可以选择送货时间}``, ``absent: {en: the delivery
    time were fixed for you, zh: 送货时间由商家决定}``. ``indicators`` is the crosswalk to the tree.
    """

    code: Code
    label: Text
    present: Text
    absent: Text
    indicators: tuple[Code, ...] = ()


@cache
def _wording() -> dict[str, Any]:
    path = Path(str(resources.files("instruments") / "generated_wording.yaml"))
    content: dict[str, Any] = read_yaml(path, error=InstrumentError)[0]
    return content


def kano_pairs(
    features: Sequence[KanoFeature], *, section: str = "kano", show_if: Condition | None = None
) -> GeneratedBlock:
    """A functional and a dysfunctional question on each feature, in Chinese and English.

    The questions of a pair are called ``<code>_present`` and ``<code>_absent``; they share the scale
    ``kano``, whose five answers stand in the order of the evaluation table (like, must be, neutral,
    live with, dislike). ``show_if`` restricts all of them.

    Raises
    ------
    InstrumentError
        There is no feature, a code occurs twice, or a wording lacks Chinese or English.

    References
    ----------
    Berger et al. (1993), Center for Quality Management Journal 2(4), 3-36.
    """
    problems = [
        Problem(code="instruments.phrase_missing", fields={"feature": feature.code, "key": key, "languages": lacking})
        for feature in features
        for key in ("label", "present", "absent")
        if (lacking := ", ".join(x for x in KANO_LANGUAGES if x not in (getattr(feature, key).languages() or ())))
    ]
    doubled = sorted(code for code, count in Counter(feature.code for feature in features).items() if count > 1)
    if doubled:
        problems.append(Problem(code="instruments.feature_twice", fields={"codes": ", ".join(doubled)}))
    if not features:
        problems.append(Problem(code="instruments.no_feature"))
    if problems:
        raise InstrumentError(problems)
    wording = _wording()["kano"]
    questions = []
    sides: tuple[tuple[Literal["functional", "dysfunctional"], str], ...] = (
        ("functional", "present"),
        ("dysfunctional", "absent"),
    )
    for feature in features:
        for facet, side in sides:
            phrase: Text = getattr(feature, side)
            text = {
                language: wording[facet][language].format(**{side: phrase.in_language(language).strip(SENTENCE_ENDS)})
                for language in KANO_LANGUAGES
            }
            questions.append(
                Question(
                    code=f"{feature.code}_{side}",
                    text=Text(text),
                    facet=facet,
                    attribute=feature.code,
                    scale="kano",
                    show_if=show_if,
                )
            )
    answers = tuple(Option(code=place, label=Text(label)) for place, label in enumerate(wording["answers"], start=1))
    return GeneratedBlock(
        section=Section(
            code=section, title=Text(wording["title"]), stem=Text(wording["stem"]), questions=tuple(questions)
        ),
        scales={"kano": Scale(options=answers, ordered=False)},
        attributes=tuple(Attribute(code=f.code, label=f.label, indicators=f.indicators) for f in features),
    )


def importance_block(instrument: Instrument, *, section: str = "importance") -> GeneratedBlock:
    """One importance question per leaf, as rows of a matrix, to follow the ratings.

    Each question is called ``<leaf>_importance``, is worded by the labels of dimension and leaf and is shown
    to those who rate the leaf. It has as many grades as the leaf's first performance question, with
    the same codes and missing ones, so that both can be set against each other.

    Raises
    ------
    InstrumentError
        A leaf is rated on fewer than three grades (a checklist), which no rating of importance fits.
    """
    rated = [part.code for part in instrument.sections if any(q.facet == "performance" for q in part.questions)]
    return _ratings(instrument, "importance", section, after=rated[-1])


def expectation_block(instrument: Instrument, *, section: str = "expectation") -> GeneratedBlock:
    """One question per leaf on what was expected beforehand, to precede the ratings.

    Built like :func:`importance_block`, with codes ``<leaf>_expectation``. It asks for a predicted
    level, in retrospect; what customers think a service should be needs wording of its own.

    Raises
    ------
    InstrumentError
        A leaf is rated on fewer than three grades (a checklist), which no rating of a level fits.
    """
    routed = {code for q in instrument.questions if q.show_if is not None for code in questions_in(q.show_if)}
    after = None
    for part in instrument.sections:
        if not routed and any(q.facet == "performance" for q in part.questions):
            break
        after = part.code
        routed -= {q.code for q in part.questions}
    return _ratings(instrument, "expectation", section, after=after)


def _ratings(
    instrument: Instrument, facet: Literal["importance", "expectation"], section: str, *, after: str | None
) -> GeneratedBlock:
    wording = _wording()[facet]
    names = _row_names(instrument)
    scales: dict[str, Scale] = {}
    questions, unfit = [], []
    for leaf in instrument.index.leaves():
        rating = instrument.questions_of(facet="performance", measures=leaf.code)[0]
        scale = instrument.scale_of(rating)
        if scale.size < SMALLEST_RATING or not scale.scored:
            unfit.append(rating.code)
            continue
        scales[f"{facet}_{rating.scale}"] = _relabelled(scale, wording)
        asked: Facet = facet
        questions.append(
            Question(
                code=f"{leaf.code}_{facet}",
                text=names[leaf.code],
                facet=asked,
                measures=leaf.code,
                scale=f"{facet}_{rating.scale}",
                show_if=rating.show_if,
            )
        )
    if unfit:
        raise InstrumentError.of("instruments.too_few_grades", questions=", ".join(unfit), least=SMALLEST_RATING)
    return GeneratedBlock(
        section=Section(
            code=section,
            title=Text(wording["title"]),
            stem=Text(wording["stem"]),
            grid=True,
            questions=tuple(questions),
        ),
        scales=scales,
        after=after,
    )


def _row_names(instrument: Instrument) -> dict[str, Text]:
    """Label of each leaf, behind that of its dimension: a row of a matrix stands far from any heading."""
    names = {}
    for node in instrument.index.walk():
        for leaf in node.indicators:
            if leaf.indicators:
                continue
            if node is instrument.index:
                names[leaf.code] = leaf.label
                continue
            names[leaf.code] = Text(
                {
                    language: f"{node.label.in_language(language)}{COLON.get(language, ': ')}"
                    f"{leaf.label.in_language(language)}"
                    for language in instrument.languages
                }
            )
    return names or {instrument.index.code: instrument.index.label}


def _relabelled(scale: Scale, wording: dict[str, Any]) -> Scale:
    """The same codes, scores and missing kinds under other labels; the fingerprint stays."""
    graded = sorted((o for o in scale.answers if o.score is not None), key=lambda option: float(option.score or 0))
    full = wording["labels"].get(len(graded))
    if full is not None:
        labels = {str(option.code): Text(label) for option, label in zip(graded, full, strict=True)}
    else:
        labels = {str(option.code): Text(str(option.code)) for option in graded}
        for option, end in ((graded[0], "lowest"), (graded[-1], "highest")):
            labels[str(option.code)] = Text({x: f"{option.code} {text}" for x, text in wording[end].items()})
    options = tuple(
        option.model_copy(update={"label": labels.get(str(option.code), option.label), "also": (), "specify": False})
        for option in scale.all_options
    )
    return Scale(options=options, lowest=scale.lowest, highest=scale.highest, ordered=scale.ordered)
