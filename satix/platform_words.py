"""Platforms and column roles by the words of a language."""

from __future__ import annotations

from survey.errors import Language, catalogue, render_message

__all__ = ["platform_word", "role_word"]


def platform_word(platform: str, language: Language) -> str:
    """The name of a platform with its code where the two differ; the code alone for platforms of other packages."""
    code = f"platform_{platform}"
    return render_message(f"satix.{code}", {}, language) if code in catalogue("satix", language) else platform


def role_word(role: str, language: Language) -> str:
    """What a column that holds no answer is used as."""
    return render_message(f"satix.role_{role}", {}, language)
