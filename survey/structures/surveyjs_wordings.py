"""Localised strings of SurveyJS: a plain text, or one wording per language with ``default`` for the form's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.structures.builder import DraftBuilder
from survey.structures.wordings import guess_language, language_code

__all__ = ["SurveyJSWordings"]

_WORDED = frozenset({"title", "description", "text", "html", "minRateDescription", "maxRateDescription", "otherText"})


class SurveyJSWordings:
    """Wordings under our language codes; ``languages`` begins with the form's own."""

    def __init__(self, builder: DraftBuilder, document: Mapping[str, Any]) -> None:
        self.builder = builder
        locale = document.get("locale")
        named: dict[str, None] = {}
        plain: list[str] = []
        for value in _strings(document, 0):
            if isinstance(value, str):
                plain.append(value)
            else:
                named |= {language_code(key): None for key in value if key != "default"}
        own = language_code(locale) if isinstance(locale, str) and locale else ""
        if not own:
            self.default = guess_language(plain)
            builder.remark("survey.structure_language_guessed", self.default)
        else:  # "default" is English, the library's own, where the form's language has wordings under its name
            self.default = "en" if own in named and "en" not in named else own
        self.languages = list(dict.fromkeys([own or self.default, *named, self.default]))

    def text(self, value: object, subject: str) -> dict[str, str]:
        """A localised string as plain wordings."""
        if isinstance(value, str):
            return self.builder.words({self.default: value}, subject) if value.strip() else {}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return dict.fromkeys(self.languages, str(value))
        if not isinstance(value, Mapping):
            return {}
        raw = {
            self.default if key == "default" else language_code(str(key)): wording
            for key, wording in value.items()
            if isinstance(wording, str) and wording.strip()
        }
        return self.builder.words(raw, subject)

    def everywhere(self, wording: str) -> dict[str, str]:
        """The same wording in every language: a number, a code."""
        return dict.fromkeys(self.languages, wording)


def _strings(value: object, depth: int) -> Iterator[str | Mapping[str, Any]]:
    """Every localisable string below a value."""
    if depth > 200:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if (key in _WORDED and isinstance(inner, str)) or (key in _WORDED and isinstance(inner, Mapping)):
                yield inner
            else:
                yield from _strings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth + 1)
