"""Options that several topics spell in the same words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adapters.case import Case, SkippedError, plain

SECOND_MINUS_FIRST = {"wave2wave1", "secondfirst", "afterbefore", "newold"}
FIRST_MINUS_SECOND = {"wave1wave2", "firstsecond", "beforeafter", "oldnew"}


def direction(case: Case) -> int:
    """1 for wave 2 minus wave 1 (the default), -1 for the other way round."""
    given = str(case.inputs.get("difference", "wave 2 - wave 1"))
    words = plain(given.replace("−", "-"))
    if words in SECOND_MINUS_FIRST:
        return 1
    if words in FIRST_MINUS_SECOND:
        return -1
    raise SkippedError(f"option difference = '{given}' is not known (known: wave 2 - wave 1, wave 1 - wave 2)")


def turned(
    figures: Mapping[str, Any], sign: int, *, signed: set[str], bounds: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The figures of a difference taken the other way round when ``sign`` is -1."""
    if sign == 1:
        return dict(figures)
    result = {name: -value if name in signed and value is not None else value for name, value in figures.items()}
    if bounds is not None:
        low, high = bounds
        result[low], result[high] = -figures[high], -figures[low]
    return result


def numbers(values: Any) -> Any:
    """null as NaN, at any depth."""
    if isinstance(values, list):
        return [numbers(value) for value in values]
    return math.nan if values is None else values


def item_blocks(sizes: Mapping[str, int], width: int) -> dict[str, list[str]]:
    """Names of consecutive columns per dimension; columns are named by their number."""
    if sum(sizes.values()) != width:
        raise SkippedError(f"the dimensions hold {sum(sizes.values())} items, the answers {width}")
    blocks: dict[str, list[str]] = {}
    start = 1
    for name, size in sizes.items():
        blocks[name] = [str(number) for number in range(start, start + size)]
        start += size
    return blocks
