"""Routing as a readable line: ``customer in (new, member) and not missing(Q3) and score(Q5) >= 4``.

The line and the tree of :mod:`survey.routing` stand for each other: what one is written as reads back to the same tree.

====================================  ==================================================
``request in (return, exchange)``     one of these options was chosen
``score(Q5) >= 4``                    the score, or the number given, compared
``missing(Q3)``                       not answered
``count(Q7) >= 2``                    at least so many options ticked
``not …``, ``… and …``, ``… or …``    ``and`` binds more tightly; parentheses group
``all(…)``, ``any(…)``                ``and`` and ``or`` of a single part
====================================  ==================================================

A word in double quotation marks is text whatever it looks like: ``"1"`` is not the number 1, ``"and"`` not the word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeVar

from survey.errors import InstrumentError
from survey.routing import All, Any, Compare, Condition, Count, IsMissing, Not, Selected

__all__ = ["format_condition", "format_value", "parse_condition", "parse_value"]

Value = int | float | str
Kind = Literal["text", "word", "sign", "end"]
_Inner = TypeVar("_Inner")

_RESERVED = frozenset({"and", "or", "not", "in", "missing", "count", "score", "all", "any"})
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf)")
_WORD = re.compile(r"[\w][\w.\-]*")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<word>[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+(?![\w.\-]) | [+-]?\.?\w[\w.\-]*)
      | (?P<sign><=|>=|!=|<>|≠|≤|≥|=|<|>|\(|\)|,)
      )""",
    re.VERBOSE,
)
_SPELLINGS = {"≤": "<=", "≥": ">=", "≠": "!=", "<>": "!="}
_WIDE = str.maketrans({"（": "(", "）": ")", "，": ",", "“": '"', "”": '"', "＝": "=", "＜": "<", "＞": ">"})
_DEEPEST = 200


def format_value(value: Value) -> str:
    """An option code as text that :func:`parse_value` reads back: numbers bare, doubtful texts in quotation marks."""
    if isinstance(value, str):
        plain = _WORD.fullmatch(value) and not _NUMBER.fullmatch(value) and value not in _RESERVED
        return value if plain else json.dumps(value, ensure_ascii=False)
    return repr(value)


def parse_value(text: str) -> Value:
    """The option code a text stands for: a number where it looks like one, unless it is in quotation marks."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except json.JSONDecodeError:
            return text
    if _NUMBER.fullmatch(text):
        try:
            return int(text)
        except ValueError:
            return float(text)
    return text


def _code(code: str) -> str:
    return f'"{code}"' if code in _RESERVED else code


def format_condition(condition: Condition) -> str:
    """A condition as one line."""
    match condition:
        case Selected():
            return f"{_code(condition.question)} in ({', '.join(format_value(code) for code in condition.selected)})"
        case Compare():
            whole = condition.value.is_integer() and repr(condition.value) != "-0.0"
            value = int(condition.value) if whole else condition.value
            return f"score({_code(condition.question)}) {condition.relation} {value!r}"
        case IsMissing():
            return f"missing({_code(condition.is_missing)})"
        case Count():
            return f"count({_code(condition.count)}) >= {condition.at_least}"
        case Not():
            inner = format_condition(condition.not_)
            match condition.not_:
                case All(all_=parts) | Any(any_=parts) if len(parts) > 1:
                    return f"not ({inner})"
            return f"not {inner}"
        case All():
            return _joined("and", "all", condition.all_)
        case Any():
            return _joined("or", "any", condition.any_)


def _joined(word: str, single: str, parts: tuple[Condition, ...]) -> str:
    if len(parts) == 1:
        return f"{single}({format_condition(parts[0])})"
    loose = (All, Any) if word == "and" else (Any,)
    texts = [
        f"({format_condition(part)})"
        if isinstance(part, loose) and len(part.all_ if isinstance(part, All) else part.any_) > 1
        else format_condition(part)
        for part in parts
    ]
    return f" {word} ".join(texts)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str
    at: int


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Full-width brackets, commas and quotation marks are read like their narrow forms outside quoted text.

    Raises
    ------
    InstrumentError
        The line is not a condition; the message says where and what was expected.
    """
    parser = _Parser(text)
    condition = parser.either()
    parser.expect_end()
    return condition


class _Parser:
    """Descends through ``or``, ``and``, ``not``; one token ahead is enough."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def fail(self, expected: str) -> NoReturn:
        found = self.token.text or "–"
        raise InstrumentError.of(
            "instruments.condition_unreadable", found=found[:40], position=self.token.at + 1, expected=expected
        )

    def accept(self, *words: str) -> str | None:
        token = self.token
        if token.kind in {"word", "sign"} and token.text in words:
            self.place += 1
            return token.text
        return None

    def expect(self, word: str) -> None:
        if self.accept(word) is None:
            self.fail(word)

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail("and, or")

    def either(self) -> Condition:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any(any_=tuple(parts))

    def both(self) -> Condition:
        parts = [self.single()]
        while self.accept("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else All(all_=tuple(parts))

    def single(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail("…")
        try:
            return self._single()
        finally:
            self.depth -= 1

    def _single(self) -> Condition:
        if self.accept("not"):
            return Not(not_=self.single())
        if self.accept("("):
            return self.closed(self.either())
        if self.called("all"):
            return All(all_=(self.closed(self.either()),))
        if self.called("any"):
            return Any(any_=(self.closed(self.either()),))
        if self.called("missing"):
            return IsMissing(is_missing=self.closed(self.code()))
        if self.called("count"):
            code = self.closed(self.code())
            self.expect(">=")
            least = self.value()
            if not isinstance(least, int) or least < 1:
                self.place -= 1
                self.fail("1, 2, 3 …")
            return Count(count=code, at_least=least)
        if self.called("score"):
            code = self.closed(self.code())
            relation = self.accept("=", "!=", "<", "<=", ">", ">=")
            if relation is None:
                self.fail("=  !=  <  <=  >  >=")
            value = self.value()
            if isinstance(value, str):
                self.place -= 1
                self.fail("1, 2.5 …")
            return Compare.model_validate({"question": code, "is": relation, "value": value})
        return self.choice()

    def choice(self) -> Condition:
        code = self.code()
        if self.accept("="):
            return Selected(question=code, selected=(self.value(),))
        self.expect("in")
        self.expect("(")
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        return self.closed(Selected(question=code, selected=tuple(values)))

    def called(self, name: str) -> bool:
        following = self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if following.text == "(" and following.kind == "sign" and self.accept(name):
            self.place += 1
            return True
        return False

    def closed(self, inner: _Inner) -> _Inner:
        self.expect(")")
        return inner

    def code(self) -> str:
        token = self.token
        code = str(parse_value(token.text)) if token.kind == "text" else token.text
        reserved = token.kind == "word" and token.text in _RESERVED
        if token.kind not in {"text", "word"} or reserved or not _WORD.fullmatch(code) or len(code) > 64:
            self.fail("Q1, missing(Q1), score(Q1), count(Q1), not, (")
        self.place += 1
        return code

    def value(self) -> Value:
        token = self.token
        if token.kind not in {"text", "word"} or (token.kind == "word" and token.text in _RESERVED):
            self.fail('1, abc, "…"')
        self.place += 1
        return parse_value(token.text)


def _tokens(text: str) -> Iterator[_Token]:
    narrow = "".join(
        part if place % 2 else part.translate(_WIDE)
        for place, part in enumerate(re.split(r'("(?:[^"\\]|\\.)*")', text))
    )
    at = 0
    while narrow[at:].strip():
        found = _TOKEN.match(narrow, at)
        if found is None:
            start = at + len(narrow[at:]) - len(narrow[at:].lstrip())
            raise InstrumentError.of(
                "instruments.condition_unreadable",
                found=narrow[start : start + 10],
                position=start + 1,
                expected="and, or, not, in, ( )",
            )
        kind = found.lastgroup
        token = found[kind or "word"]
        yield _Token(
            "text" if kind == "text" else "sign" if kind == "sign" else "word",
            _SPELLINGS.get(token, token),
            found.start(kind or "word"),
        )
        at = found.end()
    yield _Token("end", "", len(narrow))
