"""How XPath, ExpressionScript, SurveyJS and R spell the few things routing needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["EXPRESSION_SCRIPT", "R_EXPRESSION", "SURVEYJS", "XPATH", "Grammar"]


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """How one platform spells the same few things.

    ``reference`` matches a reference, its first group the name; without it, bare words are names.
    ``spellings`` gives the neutral operator behind each word and sign. ``escapes`` says whether a
    backslash protects a quotation mark; ``loose_not`` whether ``!`` binds less than a comparison;
    ``unanswered_fails`` whether ``!=`` is false for an empty answer.
    """

    reference: str | None = None
    word: str = r"[^\W\d][\w.]*"
    spellings: Mapping[str, str]
    postfix: frozenset[str] = frozenset()
    escapes: bool = True
    loose_not: bool = False
    unanswered_fails: bool = False
    constants: Mapping[str, bool] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One token with leading blanks."""
        text = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"" if self.escapes else r"'[^']*'|\"[^\"]*\""
        signs = sorted((s for s in self.spellings if not re.match(r"\w", s)), key=len, reverse=True)
        parts = [rf"(?P<text>{text})", r"(?P<number>\d+(?:\.\d+)?|\.\d+)(?![\w])"]
        if self.reference:
            parts.insert(0, rf"(?P<reference>{self.reference})")
        parts += [
            rf"(?P<sign>{'|'.join(map(re.escape, signs))}|[()\[\],+\-])",
            rf"(?P<word>{self.word})",
            r"(?P<self>\.)",
        ]
        return re.compile(rf"\s*(?:{'|'.join(parts)})")


_SIGNS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

XPATH = Grammar(
    reference=r"\$\{\s*(?P<name>[^{}]*?)\s*\}",
    word=r"[^\W\d][\w.\-]*",
    spellings={"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "and": "and", "or": "or"},
    escapes=False,
)
EXPRESSION_SCRIPT = Grammar(
    spellings={
        **_SIGNS,
        "&&": "and",
        "||": "or",
        "!": "not",
        **{"and": "and", "or": "or", "not": "not", "eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    },
)
SURVEYJS = Grammar(
    reference=r"\{\s*(?P<name>[^{}]*?)\s*\}",
    spellings={
        **_SIGNS,
        "&&": "and",
        "||": "or",
        "&": "and",
        "|": "or",
        "!": "not",
        "*=": "contains",
        **{word: word for word in ("and", "or", "contains", "notcontains", "anyof", "allof", "noneof", "empty")},
        **{"negate": "not", "contain": "contains", "notempty": "notempty", "equal": "=", "notequal": "!="},
        **{"less": "<", "lessorequal": "<=", "greater": ">", "greaterorequal": ">="},
    },
    postfix=frozenset({"empty", "notempty"}),
    constants={"true": True, "false": False},
)
R_EXPRESSION = Grammar(
    spellings={
        **{sign: name for sign, name in _SIGNS.items() if sign not in {"=", "<>"}},
        **{"&&": "and", "||": "or", "&": "and", "|": "or", "!": "not"},
        **{"%in%": "in", "%contains%": "contains", "%contains_word%": "contains"},
    },
    loose_not=True,
    unanswered_fails=True,
    constants={"TRUE": True, "FALSE": False, "T": True, "F": False},
)
