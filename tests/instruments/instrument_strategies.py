"""Instruments drawn at random, as wild as the schema allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from hypothesis import assume
from hypothesis import strategies as st
from pydantic import ValidationError

from survey.importers.cell_text import is_blank
from survey.instrument import Instrument
from survey.scales import MissingKind, Scale

Draw = Callable[..., Any]

LANGUAGES = ("zh", "en", "pt-BR")
SIGNS = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
WORDS = st.one_of(
    st.text(SIGNS, min_size=1, max_size=20),
    st.sampled_from(
        ["=1+1", "_x000D_", "第一行\n第二行", " left and right ", '"quoted", and, commas', "007", "是", "http://a.b"]
    ),
).filter(lambda text: not is_blank(text) and bool(text.strip()))
CODES = st.from_regex(r"[\w][\w.\-]{0,8}", fullmatch=True) | st.sampled_from(
    ["and", "not", "count", "1", "1e5", "missing", "客户", "Q1-a"]
)
VALUES = st.one_of(
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.sampled_from(["1", "1.0"]),
)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@st.composite
def texts(draw: Draw) -> Any:
    """A wording for every language, or one for some of them, in the order of the languages."""
    if draw(st.booleans()):
        return draw(WORDS)
    chosen = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True))
    return {language: draw(WORDS) for language in LANGUAGES if language in chosen}


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def scales(draw: Draw) -> dict[str, Any]:
    """A scale with scores, stepped or by options."""
    ends = _some(lowest=st.just(-1e6), highest=st.just(1e6), ordered=st.booleans())
    if draw(st.booleans()):
        first = draw(st.integers(-3, 3))
        last = first + draw(st.integers(2, 8))
        beside = st.one_of(st.integers(last + 1, last + 4), st.sampled_from(["x", "99", 0.5]))
        missing = draw(st.dictionaries(beside, st.sampled_from(get_args(MissingKind)), max_size=3))
        labelled = st.integers(first, last + 4)
        return {
            "from": first,
            "to": last,
            "labels": draw(st.dictionaries(labelled, texts(), max_size=5)),
            "missing": missing,
            **draw(ends),
        }
    codes = draw(st.lists(VALUES, min_size=2, max_size=5, unique_by=str))
    options = []
    for place, code in enumerate(codes):
        option = {
            "code": code,
            "label": draw(texts()),
            **draw(_some(also=st.lists(WORDS, max_size=2), specify=st.booleans())),
        }
        if place < 2:
            option["score"] = draw(st.floats(-1e6, 1e6))
        elif draw(st.booleans()):
            option["missing"] = draw(st.sampled_from(get_args(MissingKind)))
        options.append(option)
    return {"options": options, **draw(ends)}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Questions a condition may look at: the options of choices, and which have scores or several ticks."""

    options: Mapping[str, list[Any]]
    scored: Sequence[str] = ()
    multiple: Sequence[str] = ()


def any_condition(codes: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions on the given questions, whether or not they make sense."""
    return _nested(
        st.fixed_dictionaries(
            {"question": st.sampled_from(codes), "selected": st.lists(VALUES, min_size=1, max_size=3)}
        ),
        codes,
        codes,
        codes,
    )


def conditions(asked: Asked) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions an instrument accepts."""
    selected = st.sampled_from(sorted(asked.options)).flatmap(
        lambda code: st.fixed_dictionaries(
            {
                "question": st.just(code),
                "selected": st.lists(st.sampled_from(asked.options[code]), min_size=1, max_size=3),
            }
        )
    )
    return _nested(selected, list(asked.options), asked.scored, asked.multiple)


def _nested(
    selected: st.SearchStrategy[Any], every: Sequence[str], scored: Sequence[str], multiple: Sequence[str]
) -> st.SearchStrategy[dict[str, Any]]:
    relation = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    leaves = [selected, st.fixed_dictionaries({"is_missing": st.sampled_from(every)})]
    if scored:
        compared = {"question": st.sampled_from(scored), "is": relation, "value": NUMBERS}
        leaves.append(st.fixed_dictionaries(compared))
    if multiple:
        leaves.append(st.fixed_dictionaries({"count": st.sampled_from(multiple), "at_least": st.integers(1, 9)}))

    def nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            st.fixed_dictionaries({"not": inner}),
            st.fixed_dictionaries({"all": parts}),
            st.fixed_dictionaries({"any": parts}),
        )

    return st.recursive(st.one_of(leaves), nest, max_leaves=5)


def _answers(scale: dict[str, Any]) -> list[Any]:
    try:
        return [option.code for option in Scale.model_validate(scale).answers]
    except ValidationError:
        assume(False)
        raise


@st.composite
def instruments(draw: Draw) -> Instrument:
    """A valid instrument with every kind of entry."""
    table = {code: draw(scales()) for code in draw(st.lists(CODES, min_size=1, max_size=3, unique=True))}
    nodes = draw(st.lists(CODES, min_size=3, max_size=6, unique=True))
    leaves = nodes[2:]
    asked = draw(st.lists(CODES, min_size=len(leaves) + 5, max_size=len(leaves) + 7, unique=True))
    extras = _some(
        label=texts(),
        hint=texts(),
        purpose=texts(),
        required=st.booleans(),
        reverse=st.booleans(),
        critical=st.booleans(),
    )
    kinds: list[dict[str, Any]] = [
        {"type": "multiple", "role": "paradata", "scale": next(iter(table))},
        *({"facet": "performance", "measures": leaf, "scale": draw(st.sampled_from(list(table)))} for leaf in leaves),
        {"facet": "expectation", "measures": leaves[0], "scale": next(iter(table)), "series": "second"},
        {"type": "number", "role": "paradata", "lowest": draw(NUMBERS), "highest": draw(NUMBERS)},
        {"type": "text", "role": "open"},
        {"facet": "functional", "attribute": "a1", "scale": next(iter(table))},
    ]
    options = {code: _answers(scale) for code, scale in table.items()}
    questions: list[dict[str, Any]] = []
    for code, kind in zip(asked, kinds, strict=False):
        choices = {q["code"]: options[q["scale"]] for q in questions if "scale" in q}
        known = Asked(
            options=choices,
            scored=[q["code"] for q in questions if q.get("type", "scale") in {"scale", "number"}],
            multiple=[q["code"] for q in questions if q.get("type") == "multiple"],
        )
        routed = {"show_if": draw(conditions(known))} if choices and draw(st.booleans()) else {}
        questions.append({"code": code, "text": draw(texts()), **kind, **draw(extras), **routed})
    cut = draw(st.integers(1, len(questions) - 1))
    model = {
        "constructs": [
            {"code": "c1", "label": draw(texts()), "items": [asked[0]]},
            {"code": "c2", "label": draw(texts()), "mode": "B", "items": asked[:2]},
        ],
        **draw(_some(paths=st.just([["c1", "c2"]]), target=st.just("c2"))),
    }
    node = _some(stage=texts(), target=st.floats(0, 100), measurement=st.sampled_from(["reflective", "formative"]))
    content = {
        "instrument": draw(CODES),
        "version": "1.2.3",
        "title": draw(texts()),
        "purpose": draw(texts()),
        "languages": list(LANGUAGES),
        "licence": draw(texts()),
        "scales": table,
        "index": {
            "code": nodes[0],
            "label": draw(texts()),
            "indicators": [
                {"code": nodes[1], "label": draw(texts()), "weight": 1 / 3, "indicators": [], **draw(node)},
                {"code": "branch_", "label": draw(texts()), "weight": 1 - 1 / 3, "indicators": []},
            ],
        },
        "sections": [
            {
                "code": "s1",
                "title": draw(texts()),
                "questions": questions[:cut],
                **draw(_some(stem=texts(), grid=st.booleans())),
            },
            {"code": "s2", "title": draw(texts()), "questions": questions[cut:]},
        ],
        "attributes": [{"code": "a1", "label": draw(texts()), "indicators": nodes[:2]}],
        **draw(
            _some(
                naming=texts(),
                constructs=st.just(model),
                sources=st.just([{"cite": draw(WORDS), "note": draw(texts())}]),
                translation=st.just([{"language": "zh", "step": "original", "by": draw(WORDS), "on": "2026-03"}]),
            )
        ),
    }
    branch = content["index"]["indicators"]
    branch[1]["indicators"] = [{"code": leaf, "label": draw(texts()), **draw(node)} for leaf in leaves[1:]] or []
    branch[0]["indicators"] = [{"code": leaves[0], "label": draw(texts())}]
    if not branch[1]["indicators"]:
        branch.pop()
        branch[0].pop("weight")
    assume("branch_" not in nodes)
    try:
        return Instrument.model_validate(content)
    except ValidationError:
        assume(False)
        raise
