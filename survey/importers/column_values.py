"""What the cells of a column say of the question: ticks, ranks, several options in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from survey.importers.cell_text import CellValue, cell_text, fold

__all__ = ["answers_in", "are_ticks", "digits_joined", "divided", "is_joined", "shared_beginning"]

_SAMPLE = 5_000
"""Cells looked at; what a column is shows earlier."""
_FEWEST = 2
_MOST_PIECES = 60
_LONGEST_PIECE = 160
_OPENING, _CLOSING = "(（[", ")）]"


def answers_in(cells: Sequence[CellValue], *, missing: Collection[str] = ()) -> Counter[str]:
    """Texts of the filled cells with how often each occurs, without those that are no answer (folded)."""
    counts: Counter[str] = Counter()
    for cell, count in Counter(cells[:_SAMPLE]).items():
        text = cell_text(cell)
        if text and fold(text) not in missing:
            counts[text] += count
    return counts


def are_ticks(columns: Iterable[tuple[str, Collection[str]]], *, n: int, unticked: Collection[str] = ()) -> bool:
    """Whether columns of one question are ticked or not: each holds one value at most, 1 or the option's own label.

    Parameters
    ----------
    columns : iterable of (option, values)
        What each column stands for, and the distinct answers in it.
    n : int
        Records of the table; with one or two, nothing is said of options that everybody chose.
    unticked : collection of str
        Folded words for "not ticked".
    """
    filled = [(option, {fold(value) for value in values} - set(unticked)) for option, values in columns]
    filled = [(option, values) for option, values in filled if values]
    if not filled or n < _FEWEST:
        return False
    own = [values == {fold(option)} for option, values in filled]
    return all(own) or all(values == {"1"} for _, values in filled)


def divided(text: str, separators: Collection[str]) -> list[str]:
    """The pieces of a cell; a comma inside brackets belongs to the piece, as in ``Shops (e.g., markets)``."""
    pieces = [text]
    for separator in separators:
        whole = "," in separator and _balanced(text)
        pieces = [
            part for piece in pieces for part in (_outside(piece, separator) if whole else piece.split(separator))
        ]
    return [piece.strip() for piece in pieces if piece.strip()]


def _balanced(text: str) -> bool:
    return any(mark in text for mark in _OPENING) and sum(c in _OPENING for c in text) == sum(
        c in _CLOSING for c in text
    )


def _outside(text: str, separator: str) -> list[str]:
    """A text divided where a separator stands outside brackets."""
    pieces, depth, start, place = [], 0, 0, 0
    while place < len(text):
        if text[place] in _OPENING:
            depth += 1
        elif text[place] in _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and text.startswith(separator, place):
            pieces.append(text[start:place])
            place = start = place + len(separator)
            continue
        place += 1
    return [*pieces, text[start:]]


def is_joined(answers: Counter[str], separator: str) -> bool:
    """Whether cells hold several options joined by a separator: the same pieces come back in different cells.

    An option that itself holds the separator ("Maybe, depending on the price") has pieces that occur in one text only,
    and so have sentences.
    """
    if sum(separator in text for text in answers) < _FEWEST:
        return False
    texts: Counter[str] = Counter()
    given: Counter[str] = Counter()
    joined = 0
    for text, count in answers.items():
        pieces = {fold(piece) for piece in divided(text, (separator,))}
        joined += len(pieces) > 1
        texts.update(pieces)
        given.update(dict.fromkeys(pieces, count))
    if joined < _FEWEST or any(len(piece) > _LONGEST_PIECE for piece in texts):
        return False
    shared = [piece for piece, count in texts.items() if count > 1]
    again = sum(given[piece] for piece in shared)
    return again >= 0.6 * given.total() and _FEWEST <= len(shared) <= _MOST_PIECES


def digits_joined(answers: Counter[str]) -> bool:
    """Whether cells hold several option codes joined by commas: ``1,3,4``."""
    several = [text for text in answers if re.fullmatch(r"-?\d{1,2}(?:,-?\d{1,2})+", text)]
    return len(several) >= _FEWEST and all(re.fullmatch(r"-?\d{1,2}(?:,-?\d{1,2})*", text) for text in answers)


def shared_beginning(texts: Collection[str]) -> str:
    """The characters with which all texts begin."""
    first, last = min(texts, default=""), max(texts, default="")
    length = next(
        (place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )
    return first[:length]
