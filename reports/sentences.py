"""Sentences with figures in them: the wording of the catalogue, each figure rounded as its language does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.labels import Label, Language, NumberKind
from reports.numbers import format_interval, format_number
from survey.errors import render_message

__all__ = ["Between", "Num", "enumerate_labels", "percent", "sentence"]


@dataclass(frozen=True, slots=True)
class Num:
    """A figure inside a sentence."""

    value: float | None
    kind: NumberKind = "index"
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """An interval inside a sentence."""

    lower: float | None
    upper: float | None
    kind: NumberKind = "index"


def percent(share: float) -> Num:
    """A round share inside a sentence, such as a confidence level: 95 %, not 95.0 %."""
    return Num(share, "share", 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1)


Field = Num | Between | Label | str | int


def sentence(entry: str, /, **fields: Field) -> Label:
    """The catalogue entry in both languages, with figures and labels filled in."""
    worded: dict[Language, str] = {}
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        filled = {key: _worded(field, language) for key, field in fields.items()}
        worded[language] = render_message(f"reports.{entry}", filled, language)
    return Label(zh=worded["zh"], en=worded["en"])


def enumerate_labels(labels: Iterable[Label]) -> Label:
    """Several names in a row, joined as each language does."""
    every = list(labels)
    return Label(zh="、".join(label.get("zh") for label in every), en=", ".join(label.get("en") for label in every))


def _worded(field: Field, language: Language) -> str:
    match field:
        case Num():
            return format_number(field.value, field.kind, (language,), decimals=field.decimals)
        case Between():
            return format_interval(field.lower, field.upper, field.kind, (language,))
        case Label():
            return field.get(language)
        case _:
            return str(field)
