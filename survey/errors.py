"""Problems a user can act on: what was found, where, what was expected, how to mend it.

A problem is data (a code and its fields); its wording lives in the message catalogues
``<package>/messages/en.yaml`` and ``zh.yaml``, so the command line, the web page and a
notebook all say the same thing in either language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, Self

Language = Literal["en", "zh"]
Severity = Literal["error", "warning", "note"]

__all__ = [
    "FileRefusedError",
    "InstrumentError",
    "InsufficientDataError",
    "Language",
    "MappingError",
    "Place",
    "Problem",
    "ResponseImportError",
    "SatixError",
    "Severity",
    "StudyError",
    "catalogue",
    "render_message",
]


@cache
def catalogue(package: str, language: Language) -> Mapping[str, str]:
    """Read the message catalogue of one package in one language."""
    import yaml

    text = (resources.files(package) / "messages" / f"{language}.yaml").read_text(encoding="utf-8")
    messages: dict[str, str] = yaml.safe_load(text) or {}
    return messages


def render_message(code: str, fields: Mapping[str, object], language: Language = "en") -> str:
    """Word a message: ``code`` is ``package.name``; ``fields`` fill the template of that name."""
    package, _, name = code.partition(".")
    return catalogue(package, language)[name].format(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem sits. Rows are counted as Excel counts them; ``column`` is the Excel letter."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    heading: str | None = None
    line: int | None = None
    path: str | None = None

    def text(self, language: Language = "en") -> str:
        """The place in words, from the widest part to the narrowest; empty when nothing is known."""
        words = {
            "en": {"sheet": "sheet '{}'", "row": "row {}", "column": "column {}", "line": "line {}"},
            "zh": {"sheet": "工作表“{}”", "row": "第 {} 行", "column": "{} 列", "line": "第 {} 行"},
        }[language]
        parts: list[str] = []
        if self.file is not None:
            parts.append(self.file)
        if self.sheet is not None:
            parts.append(words["sheet"].format(self.sheet))
        if self.row is not None:
            parts.append(words["row"].format(self.row))
        if self.column is not None:
            column = words["column"].format(self.column)
            parts.append(f"{column} ({self.heading})" if self.heading else column)
        elif self.heading is not None:
            parts.append(self.heading)
        if self.line is not None:
            parts.append(words["line"].format(self.line))
        if self.path is not None:
            parts.append(self.path)
        return (", " if language == "en" else "，").join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend or to know. ``fields`` never hold a raw personal value."""

    code: str
    place: Place = field(default_factory=Place)
    fields: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"

    def message(self, language: Language = "en") -> str:
        """Place and wording as one line."""
        where = self.place.text(language)
        wording = render_message(self.code, self.fields, language)
        if not where:
            return wording
        return f"{where}: {wording}" if language == "en" else f"{where}：{wording}"


class SatixError(Exception):
    """Work stopped for reasons a user can mend; all of them are in ``problems``."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, code: str, place: Place | None = None, **fields: Any) -> Self:
        """The error of a single problem."""
        return cls(Problem(code=code, place=place or Place(), fields=fields))

    def message(self, language: Language = "en") -> str:
        """Every problem, a line each."""
        return "\n".join(problem.message(language) for problem in self.problems)

    def __str__(self) -> str:
        return self.message("en")


class StudyError(SatixError):
    """A study file, or something it names, is at fault."""


class InstrumentError(SatixError):
    """An instrument definition is at fault."""


class MappingError(SatixError):
    """A mapping file does not fit the source or the instrument."""


class ResponseImportError(SatixError):
    """Answers could not be read; every faulty cell is listed."""


class FileRefusedError(SatixError):
    """A file is missing, is not what its name says, or is unsafe to open."""


class InsufficientDataError(SatixError):
    """Too few answers for what was asked."""
