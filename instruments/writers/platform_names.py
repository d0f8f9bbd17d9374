"""Names a platform accepts, made from codes: unique, stable, and the code itself wherever it will do."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["assign_names"]


def assign_names(
    codes: Iterable[str],
    *,
    forbidden: str,
    filler: str = "_",
    first: str = r"[^\W\d_]",
    prefix: str = "q",
    longest: int = 64,
    taken: Iterable[str] = (),
    ignore_case: bool = False,
) -> dict[str, str]:
    """A name for every code, in order.

    Parameters
    ----------
    codes
        The codes, each once.
    forbidden
        A regular expression of the characters the platform refuses; ``filler`` stands in for them.
    first
        What a name must begin with; ``prefix`` is put before one that does not.
    longest
        The greatest length in characters.
    taken
        Names already in use on the platform.
    ignore_case
        Whether names that differ only in case are the same to the platform.
    """

    def key(name: str) -> str:
        return name.casefold() if ignore_case else name

    used = {key(name) for name in taken}
    names: dict[str, str] = {}
    for code in codes:
        name = re.sub(forbidden, filler, code)
        if name != code:
            name = name.rstrip(filler)
        if not re.match(first, name):
            name = prefix + name
        name = stem = name[:longest]
        number = 1
        while key(name) in used:
            number += 1
            name = f"{stem[: longest - len(filler) - len(str(number))]}{filler}{number}"
        used.add(key(name))
        names[code] = name
    return names
