"""The indices of careless responding for the answers of one wave: which items they rest on, and whom they flag."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from analysis.careless.consistency import even_odd, psychometric_synonyms, reversed_pairs
from analysis.careless.mahalanobis import mahalanobis_distance
from analysis.careless.near_duplicates import largest_match
from analysis.careless.strings import answer_strings
from analysis.careless.variability import individual_variability, repeating_pattern
from survey.screening_rules import RuleOutcome, rows_by_question, scale_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.careless.index import CarelessIndex
    from survey.questionnaire import Question
    from survey.responses import ResponseSet
    from survey.study import RuleName, Screening

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["careless_outcomes", "even_odd_scales", "pairs_with_a_reversed_item"]


def careless_outcomes(responses: ResponseSet, rules: Screening) -> dict[RuleName, RuleOutcome]:
    """Every statistical rule on the answers of one wave; attention checks take no part.

    Strings, variation and patterns use the options as presented, variation and patterns those of the scale length
    most items have. Correlations and distances use scores as shares of the declared ends: as presented for synonyms,
    antonyms and distances, with declared reversals turned round for even-odd halves and reversed pairs.
    """
    rows = rows_by_question(responses)
    blocks = [block for block in scale_blocks(responses) if block]
    presented = [question for block in blocks for question in block]
    scored = [question for question in presented if responses.instrument.scale_of(question).scored]
    alike = _most_alike(responses, presented)
    answers = _answers(responses, [rows[question.code][0] for question in alike])
    plain, turned = (_shares(responses, scored, turned=turned) for turned in (False, True))

    strings = answer_strings(
        responses.codes,
        [[rows[question.code][0] for question in block] for block in blocks],
        share=rules.longstring_share,
        least=rules.longstring_items,
    )
    irv = individual_variability(answers, least=rules.irv_items)
    pattern, lag = repeating_pattern(answers, lags=rules.pattern_lags, least=rules.pattern_items)
    closed = [
        rows[question.code][0]
        for question in responses.instrument.questions
        if question.type in {"scale", "single"} and question.role != "attention" and question.code in rows
    ]
    match, other = largest_match(
        responses.codes[closed], least=rules.near_duplicate_items, limit=rules.near_duplicate_limit
    )
    synonyms, _ = psychometric_synonyms(plain, critical=rules.synonym_correlation, least_pairs=rules.pairs_least)
    antonyms, _ = psychometric_synonyms(plain, critical=rules.antonym_correlation, least_pairs=rules.pairs_least)
    pairs = pairs_with_a_reversed_item(scored)
    against = reversed_pairs(turned, pairs, distance=rules.reversed_distance, least_pairs=rules.reversed_least)
    halves = even_odd(turned, even_odd_scales(responses, scored), least_scales=rules.even_odd_scales)
    distance, p_value = mahalanobis_distance(plain)
    return {
        "longstring": RuleOutcome(
            flagged=strings.flagged,
            judged=strings.judged,
            measures={
                "longstring": np.where(strings.answered > 0, strings.longest, np.nan),
                "average_string": strings.average,
            },
        ),
        "pattern": _outcome(
            pattern,
            pattern.values >= rules.pattern_correlation,
            pattern_correlation=pattern.values,
            pattern_lag=np.where(pattern.judged, lag, np.nan),
        ),
        "near_duplicate": _outcome(
            match,
            match.values >= rules.near_duplicate_share,
            largest_match=match.values,
            largest_match_row=_row_of(responses, other),
        ),
        "irv": _outcome(irv, irv.values < rules.irv_below, irv=irv.values),
        "reversed_pairs": _outcome(
            against, against.values > rules.reversed_share, reversed_contradictions=against.values
        ),
        "synonyms": _outcome(synonyms, synonyms.values < rules.synonym_below, synonyms=synonyms.values),
        "antonyms": _outcome(antonyms, antonyms.values > rules.antonym_above, antonyms=antonyms.values),
        "even_odd": _outcome(halves, halves.values < rules.even_odd_below, even_odd=halves.values),
        "mahalanobis": _outcome(
            distance, p_value < rules.mahalanobis_p, mahalanobis_d2=distance.values, mahalanobis_p=p_value
        ),
    }


def even_odd_scales(responses: ResponseSet, items: Sequence[Question]) -> list[list[int]]:
    """Places of the items of each reflective scale: a leaf with two items or more, else the items of its siblings.

    Facets and series are kept apart; what is made up of its parts (formative) has no halves that should agree.
    """
    nodes = {node.code: node for node in responses.instrument.index.walk()}
    parents = responses.instrument.index.parents()
    own = Counter((item.measures, item.facet, item.series) for item in items if item.measures is not None)
    scales: dict[tuple[str, str | None, str | None], list[int]] = {}
    for place, item in enumerate(items):
        if item.measures is None:
            continue
        alone = own[item.measures, item.facet, item.series] < 2
        node = (parents[item.measures] or item.measures) if alone else item.measures
        if nodes[node].measurement == "reflective":
            scales.setdefault((node, item.facet, item.series), []).append(place)
    return [places for places in scales.values() if len(places) > 1]


def pairs_with_a_reversed_item(items: Sequence[Question]) -> list[tuple[int, int]]:
    """Each reversed item with the nearest plain one on the same indicator, facet, series and scale."""
    pairs = []
    for place, item in enumerate(items):
        if not item.reverse or item.measures is None:
            continue
        plain = [
            other
            for other, candidate in enumerate(items)
            if not candidate.reverse
            and (candidate.measures, candidate.facet, candidate.series, candidate.scale)
            == (item.measures, item.facet, item.series, item.scale)
        ]
        if plain:
            pairs.append((place, min(plain, key=lambda other: (abs(other - place), other))))
    return pairs


def _outcome(index: CarelessIndex, flagged: Bools, **measures: Floats) -> RuleOutcome:
    """The rule of an index: nobody is flagged without a value (comparisons with NaN are false)."""
    return RuleOutcome(
        flagged=np.asarray(flagged & index.judged, dtype=np.bool_),
        judged=index.judged,
        measures=measures,
        reason=index.reason or "too_few_items",
    )


def _most_alike(responses: ResponseSet, items: Sequence[Question]) -> list[Question]:
    """The items on scales of the length most items have (of equally frequent ones the first met)."""
    sizes = [responses.instrument.scale_of(item).size for item in items]
    if not sizes:
        return []
    most = Counter(sizes).most_common(1)[0][0]
    return [item for item, size in zip(items, sizes, strict=True) if size == most]


def _answers(responses: ResponseSet, rows: Sequence[int]) -> Floats:
    """Options as presented, respondents by items; NaN is missing."""
    codes = responses.codes[list(rows)].T
    return np.where(codes > 0, codes, np.nan).astype(np.float64)


def _shares(responses: ResponseSet, items: Sequence[Question], *, turned: bool) -> Floats:
    """Scores as shares of the declared ends, respondents by items; reversed items turned round or as presented."""
    out = np.empty((responses.n, len(items)), dtype=np.float64)
    for place, item in enumerate(items):
        scale = responses.instrument.scale_of(item)
        table = scale.score_table(reverse=turned and item.reverse)
        shares = (table - scale.lowest_score) / (scale.highest_score - scale.lowest_score)
        out[:, place] = shares[np.maximum(responses.codes_of(item.code), 0)]
    return out


def _row_of(responses: ResponseSet, other: NDArray[np.int64]) -> Floats:
    """The source row of the other response; NaN where there is none."""
    if "row" not in responses.respondents:
        return np.full(responses.n, np.nan)
    rows = responses.respondents["row"].to_numpy(dtype=np.float64)
    return np.where(other >= 0, rows[np.maximum(other, 0)] if responses.n else np.nan, np.nan)
