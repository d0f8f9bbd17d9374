"""Headings of XLSForm sheets: one name for each column whatever its spelling, and the language it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["KNOWN_COLUMNS", "TRANSLATED", "Column", "column_of"]

TRANSLATED = frozenset(
    {"label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "big-image", "audio", "video"}
)
"""Columns that may be given once per language."""
KNOWN_COLUMNS = TRANSLATED | {
    *("type", "name", "list_name", "relevant", "required", "constraint", "appearance", "default", "read_only"),
    *("calculation", "choice_filter", "repeat_count", "parameters", "trigger", "autoplay", "select_from_list_name"),
    *("kobo--score-choices", "kobo--rank-items", "kobo--rank-constraint-message", "kobo--matrix_list", "disabled"),
    *("accuracy_threshold", "body::accuracythreshold", "save_to", "note", "comments", "intent", "order", "media"),
    *("showif", "optional", "class", "value", "block_order", "item_order", "explanations"),
}
_ALIASES = {
    "list name": "list_name",
    "listname": "list_name",
    "caption": "label",
    "relevance": "relevant",
    "skip_pattern": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "repeat count": "repeat_count",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "jr:constraintmsg": "constraint_message",
    "constraintmsg": "constraint_message",
    "constraint_msg": "constraint_message",
    "constraint message": "constraint_message",
    "jr:requiredmsg": "required_message",
    "required message": "required_message",
    "requiredmsg": "required_message",
    "choice filter": "choice_filter",
    "guidance hint": "guidance_hint",
    "big_image": "big-image",
    "command": "type",
    "tag": "name",
    "kobo__score_choices": "kobo--score-choices",
    "kobo__rank_items": "kobo--rank-items",
}
_PREFIXES = frozenset({"bind", "control", "media", "body"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its neutral name; ``language`` is the language as the heading names it, or ''."""

    name: str
    language: str = ""


def column_of(heading: str) -> Column:
    """What a heading stands for: ``label::English (en)``, ``bind:jr:constraintMsg``, ``media::audio::chinese``.

    An unknown heading keeps its own spelling.
    """
    bare = " ".join(heading.split())
    parts = [part.strip() for part in (bare.split("::") if "::" in bare else bare.split(":"))]
    if parts[0].lower() in _PREFIXES and len(parts) > 1:
        parts = parts[1:]
        if parts[0].lower() == "jr" and len(parts) > 1:
            parts = [f"jr:{parts[1]}", *parts[2:]]
    name = _neutral(parts[0])
    if name in TRANSLATED:
        return Column(name, parts[1] if len(parts) > 1 else "")
    if len(parts) > 1 and not parts[0].lower().startswith("jr"):
        name = _neutral(bare)
    known = name in KNOWN_COLUMNS or re.fullmatch(r"choice\d+", name)
    return Column(name if known else bare)


def _neutral(text: str) -> str:
    lower = text.lower()
    return _ALIASES.get(lower, _ALIASES.get(lower.replace("-", "_"), lower.replace(" ", "_")))
