"""Words that stand in the cells of channel exports, from ``values.yaml``, in the form cells are compared by."""

from __future__ import annotations

from functools import cache
from typing import Any

from survey.channels.mapping import channel_vocabulary
from survey.importers.cell_text import fold

__all__ = ["folded_words", "rating_words", "word_codes"]


@cache
def folded_words(*path: str) -> frozenset[str]:
    """A list of words from ``values.yaml``, in the form cells are compared by."""
    found: Any = channel_vocabulary("values")
    for step in path:
        found = found[step]
    return frozenset(fold(str(word)) for word in found)


@cache
def word_codes(name: str) -> dict[str, str]:
    """Codes by word, from a group of lists of ``values.yaml``: ``{"good": "good", "满意": "good", ...}``."""
    return {fold(str(word)): code for code, words in channel_vocabulary("values")[name].items() for word in words}


@cache
def rating_words(scale: str) -> dict[str, float]:
    """Points by word for a scale of ``five`` or ``three`` steps."""
    return {fold(str(word)): float(value) for word, value in channel_vocabulary("values")["rating"][scale].items()}
