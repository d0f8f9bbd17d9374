"""Bilingual words and the few shared vocabularies of the document model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from survey.errors import Language

Languages = tuple[Language, ...]
Tone = Literal["good", "neutral", "warning", "bad", "uncertain", "muted"]
NumberKind = Literal["index", "gap", "share", "share_gap", "p_value", "count", "number", "coefficient"]

__all__ = ["Label", "Language", "Languages", "NumberKind", "Tone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One wording in Chinese and English. A language left empty falls back on the other one."""

    zh: str = ""
    en: str = ""

    @classmethod
    def same(cls, wording: str) -> Self:
        """A wording that is alike in both languages: a code, a name, a number already worded."""
        return cls(zh=wording, en=wording)

    @classmethod
    def of(cls, wordings: Mapping[str, str] | Mapping[Language, str] | str) -> Self:
        """From a mapping of language to wording, or from a wording alike in both languages.

        A wording in a language other than zh and en is used only where neither of these is given.
        """
        if isinstance(wordings, str):
            return cls.same(wordings)
        if not wordings.get("zh") and not wordings.get("en"):
            return cls.same(next((wording for wording in wordings.values() if wording), ""))
        return cls(zh=wordings.get("zh", ""), en=wordings.get("en", ""))

    def get(self, language: Language) -> str:
        """The wording in one language, or in the other where that one is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)

    def parts(self, languages: Sequence[Language]) -> tuple[tuple[Language, str], ...]:
        """(language, wording) pairs in reading order, Chinese first; a wording alike in both is given once."""
        found: list[tuple[Language, str]] = []
        for language in sorted(languages, reverse=True):
            wording = self.get(language)
            if wording and wording not in [earlier for _, earlier in found]:
                spoken: Language = language if (self.zh if language == "zh" else self.en) else _other(language)
                found.append((spoken, wording))
        return tuple(found)

    def in_(self, languages: Sequence[Language], separator: str = "\n") -> str:
        """The wording in the given languages, joined: stacked by default, as tables and charts need it."""
        return separator.join(wording for _, wording in self.parts(languages))

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


def _other(language: Language) -> Language:
    return "en" if language == "zh" else "zh"
