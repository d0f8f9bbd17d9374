"""Agents, interviewers and shoppers: a desk number may be shown, a name never."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["shown_staff"]

_CODE = re.compile(
    r"(?:[A-Z]{1,3}|(?i:agent|staff|desk|seat|csr|rep|emp|shopper|visitor|coder|interviewer|enumerator|id|no)"
    r"|(?:客服|坐席|座席|工号|员工|访员|访问员|走访员|编码员|神秘顾客|编号)?(?:[A-Z]{1,3})?)[-_ #.]?\d{1,10}号?"
)
"""Digits behind at most three capitals or a word for the office; any other letters before them may be a name."""


def shown_staff(labels: Iterable[str | None]) -> dict[str, str]:
    """What stands for each label: a code as it is, a name as a number (``#1``) in the order of the file.

    The numbers hold within one file only; ``#1`` of another file may be somebody else.
    """
    different = dict.fromkeys(label for label in labels if label is not None)
    return {label: label if _CODE.fullmatch(label) else f"#{number}" for number, label in enumerate(different, start=1)}
