"""Platform expressions as conditions: what they mean, worked out by hand, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.writers.conditions import render_condition
from instruments.writers.expression_script import ExpressionScriptDialect
from instruments.writers.surveyjs_expressions import SurveyJSDialect
from instruments.writers.xpath import XPathDialect
from survey.instrument import Instrument
from survey.routing import Condition, Not
from survey.structures.conditions import NotCarriedError, Target, translate
from survey.structures.draft import DraftOption, DraftQuestion
from survey.structures.expression_grammars import EXPRESSION_SCRIPT, R_EXPRESSION, SURVEYJS, XPATH, Grammar
from survey.structures.expression_tree import UnreadableExpressionError, parse_expression
from tests.survey.every_answer import same_routing

QUESTIONS = (
    DraftQuestion(code="q", kind="single", text={}, options=tuple(DraftOption(code=c) for c in ("a", "b", "c"))),
    DraftQuestion(code="r", kind="scale", text={}, options=tuple(DraftOption(code=c) for c in (1, 2, 3, 4))),
    DraftQuestion(code="m", kind="multiple", text={}, options=tuple(DraftOption(code=c) for c in ("x", "y", "z"))),
    DraftQuestion(code="n", kind="number", text={}),
    DraftQuestion(code="t", kind="text", text={}),
)
CODES = {q.code: [o.code for o in q.options] for q in QUESTIONS}


class Known:
    """References as each platform spells them."""

    def resolve(self, name: str) -> Target:
        bare = name.removesuffix(".NAOK")
        for question in QUESTIONS:
            options = {str(code): code for code in CODES[question.code]}
            if bare == question.code:
                return Target(question=question.code, kind=question.kind, options=options)
            for name_, code in options.items():
                if bare == f"{question.code}_{name_}":
                    return Target(question=question.code, kind=question.kind, options=options, option=code)
        raise NotCarriedError("survey.structure_routing_unknown", name)

    def options_of(self, question: str) -> frozenset[int | float | str]:
        return frozenset(CODES[question])


def _read(text: str, grammar: Grammar) -> Condition | bool:
    return translate(parse_expression(text, grammar), Known(), unanswered_fails=grammar.unanswered_fails)


def _plain(condition: Condition | bool) -> object:
    return condition if isinstance(condition, bool) else condition.model_dump(by_alias=True)


def chosen(question: str, *codes: object) -> dict[str, object]:
    return {"question": question, "selected": codes}


@pytest.mark.parametrize(
    ("grammar", "text", "expected"),
    [
        (XPATH, "${q} = 'a'", chosen("q", "a")),
        (XPATH, "'a' = ${q}", chosen("q", "a")),
        (XPATH, "${q}='a' or ${q} = \"b\"", chosen("q", "a", "b")),
        (XPATH, "not(selected(${m}, 'x'))", {"not": chosen("m", "x")}),
        (XPATH, "${q} = 'a' and not(selected(${m}, 'y'))", {"all": (chosen("q", "a"), {"not": chosen("m", "y")})}),
        (XPATH, "${q} != ''", {"not": {"is_missing": "q"}}),
        (XPATH, "${n} >= 18", {"question": "n", "is": ">=", "value": 18.0}),
        (XPATH, "18 < ${n}", {"question": "n", "is": ">", "value": 18.0}),
        (XPATH, "${n} = '18'", {"question": "n", "is": "=", "value": 18.0}),
        (XPATH, "${r} >= 3", chosen("r", 3, 4)),
        (XPATH, "count-selected(${m}) >= 2", {"count": "m", "at_least": 2}),
        (XPATH, "count-selected(${m}) > 1", {"count": "m", "at_least": 2}),
        (XPATH, "count-selected(${m}) = 0", {"not": {"count": "m", "at_least": 1}}),
        (XPATH, "string-length(${t}) > 0", {"not": {"is_missing": "t"}}),
        (XPATH, "true()", True),
        (XPATH, "${q} = 'a' and false()", False),
        (XPATH, "${q} = 'a' or ${r} = 1 and ${n} < 5", None),
        (EXPRESSION_SCRIPT, 'q.NAOK == "a"', chosen("q", "a")),
        (EXPRESSION_SCRIPT, '((q.NAOK == "a" or q.NAOK == "b"))', chosen("q", "a", "b")),
        (
            EXPRESSION_SCRIPT,
            '(m_x.NAOK == "Y") && !(m_y == "Y")',
            {"all": (chosen("m", "x"), {"not": chosen("m", "y")})},
        ),
        (EXPRESSION_SCRIPT, "!is_empty(t.NAOK)", {"not": {"is_missing": "t"}}),
        (EXPRESSION_SCRIPT, "count(m_x, m_y, m_z) ge 2", {"count": "m", "at_least": 2}),
        (EXPRESSION_SCRIPT, "count(m_x, m_y) > 0", chosen("m", "x", "y")),
        (EXPRESSION_SCRIPT, "!is_empty(n.NAOK) and n.NAOK != 3", {"question": "n", "is": "!=", "value": 3.0}),
        (SURVEYJS, "{q} = 'a'", chosen("q", "a")),
        (SURVEYJS, "{q} anyof ['a', 'c']", chosen("q", "a", "c")),
        (SURVEYJS, "{m} contains 'x' and {m} notcontains 'y'", {"all": (chosen("m", "x"), {"not": chosen("m", "y")})}),
        (SURVEYJS, "{m} allof ['x', 'y']", {"all": (chosen("m", "x"), chosen("m", "y"))}),
        (SURVEYJS, "{m.length} >= 2", {"count": "m", "at_least": 2}),
        (SURVEYJS, "{t} notempty", {"not": {"is_missing": "t"}}),
        (SURVEYJS, "!({n} > 5)", {"not": {"question": "n", "is": ">", "value": 5.0}}),
        (R_EXPRESSION, 'q == "a" & !is.na(n)', {"all": (chosen("q", "a"), {"not": {"is_missing": "n"}})}),
        (R_EXPRESSION, 'q %in% c("a", "b")', chosen("q", "a", "b")),
        (R_EXPRESSION, 'm %contains% "x"', chosen("m", "x")),
        (R_EXPRESSION, 'q != "a"', {"all": ({"not": {"is_missing": "q"}}, {"not": chosen("q", "a")})}),
        (R_EXPRESSION, "!n > 5", {"not": {"question": "n", "is": ">", "value": 5.0}}),
    ],
)
def test_what_an_expression_means(grammar: Grammar, text: str, expected: object) -> None:
    """``and`` binds more tightly than ``or``; constants are absorbed."""
    if expected is None:
        part = {"all": (chosen("r", 1), {"question": "n", "is": "<", "value": 5.0})}
        expected = {"any": (chosen("q", "a"), part)}
    assert _plain(_read(text, grammar)) == expected


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        (XPATH, "../q = 'a'"),
        (XPATH, "${q} = 'a"),
        (XPATH, "${q} = 'a' and"),
        (XPATH, "${n} * 2 > 4"),
        (XPATH, "(" * 500 + "${q}" + ")" * 500),
        (SURVEYJS, "not " * 5000 + "{q}"),
        (EXPRESSION_SCRIPT, "!" * 500 + "q"),
        (R_EXPRESSION, "q = "),
    ],
)
def test_what_cannot_be_read_is_refused(grammar: Grammar, text: str) -> None:
    """Not guessed at, and not recursed into without end."""
    with pytest.raises(UnreadableExpressionError):
        parse_expression(text, grammar)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${other} = 'a'", "routing_unknown"),
        ("${q} = 'nowhere'", "routing_option"),
        ("${n} = 'many'", "routing_option"),
        ("${t} = 'hello'", "routing_beyond"),
        ("${q} = ${r}", "routing_beyond"),
        ("regex(${t}, 'x')", "routing_beyond"),
        ("${q} > 'a'", "routing_option"),
        ("${n} + ${n} > 3", "routing_beyond"),
        ("count-selected(${q}) > 1", "routing_beyond"),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(text: str, code: str) -> None:
    """A condition is carried whole or not at all."""
    with pytest.raises(NotCarriedError) as fault:
        _read(text, XPATH)
    assert fault.value.code == f"survey.structure_{code}"


leaves = st.one_of(
    st.sampled_from(["q", "r", "m"]).flatmap(
        lambda question: st.lists(st.sampled_from(CODES[question]), min_size=1, max_size=3, unique=True).map(
            lambda codes: {"question": question, "selected": tuple(codes)}
        )
    ),
    st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.sampled_from([0, 2, 18])).map(
        lambda pair: {"question": "n", "is": pair[0], "value": pair[1]}
    ),
    st.sampled_from(["q", "r", "m", "n", "t"]).map(lambda question: {"is_missing": question}),
    st.integers(1, 3).map(lambda number: {"count": "m", "at_least": number}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda part: {"not": part}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": tuple(parts)}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": tuple(parts)}),
    ),
    max_leaves=5,
)


def _instrument() -> Instrument:
    def scale(codes: list[object], **more: object) -> dict[str, object]:
        return {"options": [{"code": code, "label": str(code), **more} for code in codes]}

    role = {"role": "paradata"}
    return Instrument.model_validate(
        {
            **{"instrument": "i", "version": "1.0.0", "title": "t", "purpose": "p", "licence": "l"},
            "languages": ["en"],
            "scales": {
                "q": scale(["a", "b", "c"]),
                "r": {"from": 1, "to": 4},
                "m": scale(["x", "y", "z"]),
            },
            "index": {"code": "I", "label": "I"},
            "sections": [
                {
                    **{"code": "s", "title": "s"},
                    "questions": [
                        {"code": "q", "text": "q", "type": "single", "scale": "q", **role},
                        {"code": "r", "text": "r", "scale": "r", "facet": "performance", "measures": "I"},
                        {"code": "m", "text": "m", "type": "multiple", "scale": "m", **role},
                        {"code": "n", "text": "n", "type": "number", **role},
                        {"code": "t", "text": "t", "type": "text", **role},
                    ],
                }
            ],
        }
    )


INSTRUMENT = _instrument()
NAMES = {code: code for code in CODES}
OPTIONS = {code: {str(option): str(option) for option in options} for code, options in CODES.items()}
DIALECTS = [
    (XPATH, XPathDialect(NAMES, OPTIONS)),
    (EXPRESSION_SCRIPT, ExpressionScriptDialect(NAMES, OPTIONS)),
    (SURVEYJS, SurveyJSDialect(NAMES, {code: len(options) for code, options in CODES.items()})),
]


@pytest.mark.parametrize(("grammar", "dialect"), DIALECTS, ids=["xpath", "expression_script", "surveyjs"])
@settings(max_examples=150, deadline=None)
@given(source=conditions)
def test_what_is_rendered_reads_back_to_the_same_routing(grammar: Grammar, dialect: object, source: object) -> None:
    """For every combination of answers, whatever the tree."""
    condition = Not.model_validate({"not": source}).not_
    read = _read(render_condition(condition, INSTRUMENT, dialect), grammar)  # type: ignore[arg-type]
    if isinstance(read, bool):
        always = Not.model_validate({"not": {"all": [{"is_missing": "t"}, {"not": {"is_missing": "t"}}]}})
        read = always if read else always.not_
    assert same_routing(condition, read, QUESTIONS)
