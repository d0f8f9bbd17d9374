"""Which language the command line speaks, and its wording."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Literal

from survey.errors import Language, catalogue

__all__ = ["ReportLanguages", "message_language", "messages_in", "say"]

ReportLanguages = Literal["zh", "en", "both"]


@cache
def message_language() -> Language:
    """The language of messages and help: ``--lang``, else SATIX_LANG, else the locale, else English.

    ``--lang both`` prints messages in the locale's language.
    """
    for position, argument in enumerate(sys.argv[1:], start=1):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else None
        if argument == "--lang" and position + 1 < len(sys.argv):
            value = sys.argv[position + 1]
        if value in {"zh", "en"}:
            return "zh" if value == "zh" else "en"
    for variable in ("SATIX_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def messages_in(language: Language, name: str, **fields: object) -> str:
    """One wording of the command line's catalogue in the given language."""
    return catalogue("satix", language)[name].format(**fields)


def say(name: str, **fields: object) -> str:
    """One wording of the command line's catalogue in the user's language."""
    return messages_in(message_language(), name, **fields)
