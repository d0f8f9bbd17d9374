"""Options of a question as far as the cells of an export show them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from survey.importers.answer_key import without_free_text
from survey.importers.answer_ladders import in_order, on_one_ladder
from survey.importers.cell_text import fold
from survey.importers.headings import QuestionKind
from survey.personal_text import mask_personal

__all__ = ["MOST_OPTIONS", "ExportOption", "numbered_options", "options_of_numbers", "options_of_texts"]

MOST_OPTIONS = 30
"""Distinct texts above which a column is open rather than a choice."""
MOST_NAMED = 200
"""The same where the platform says that the question is a choice."""
LONGEST_LABEL = 120
SHORTEST_SENTENCE = 8
"""Characters a label with punctuation has at least to be looked at as a sentence."""
FEWEST_OF_A_SENTENCE = 3
"""Persons of thirty and more who have to have given the same sentence before it can be an option."""
_CLAUSE = re.compile(r"[，。！？；…]|[,.!?;]\s|[.!?]$")
_NOTHING = frozenset({"无", "没有", "暂无", "无建议", "没", "没了", "none", "no", "nothing", "n/a", "na"})
"""What people write where they have nothing to say."""
STEPPED = (4, 5, 6, 7, 9, 10, 11)
"""Largest codes a rating scale usually has."""


@dataclass(frozen=True, slots=True)
class ExportOption:
    """An option as the file shows it: the code in its cells and the label, if any."""

    code: int | float | str
    label: str


Found = tuple[QuestionKind, tuple[ExportOption, ...], bool]
"""The kind of a question, its options, and whether the file declares them."""


def options_of_numbers(numbers: Iterable[float], kind: QuestionKind | None, answers: int, columns: int) -> Found:
    """A rating where whole numbers run over the steps of a scale, a choice where they are few, else a number.

    ``kind`` is what the platform says; ``answers`` how many cells are filled in ``columns`` columns. A zero below a
    step above five belongs to a scale from 0 to 10.
    """
    distinct = sorted(set(numbers))
    whole = all(number.is_integer() for number in distinct)
    low, high = int(distinct[0]), int(distinct[-1])
    if not whole or low < 0 or high > 11 or (high > 10 and kind not in {"single", "scale"}):
        if kind in {"single", "scale"} and whole and len(distinct) <= MOST_OPTIONS:
            return kind, tuple(ExportOption(int(n), str(int(n))) for n in distinct), False
        return "number", (), False
    rated = high - low >= 2 and len(distinct) >= 3 and (high in STEPPED or columns > 1)
    if low == 0 and high > 5:
        high = max(high, 10)
    start = 0 if low == 0 else 1
    options = tuple(ExportOption(step, str(step)) for step in range(start, max(high, start + 1) + 1))
    if kind is None and answers < 3 and not rated:
        return "number", (), False
    return kind or ("scale" if rated else "single"), options, False


def options_of_texts(counts: Counter[str], kind: QuestionKind | None, *, openly: bool = False) -> Found:
    """A scale where the texts stand on one ladder, a choice where most of them occur again, else open texts.

    A text that only one person wrote is an option only where the platform says that the question is a choice: it may
    be a name. So it is with sentences that few wrote, with texts that hold something personal, and where the wording
    asks for words of one's own (``openly``). What is personal is never an option.
    """
    merged: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for text, count in counts.items():
        bare = without_free_text(text).strip() or text
        spelling.setdefault(fold(bare), bare)
        merged[spelling[fold(bare)]] += count
    ladder = on_one_ladder(list(merged))
    if ladder is not None and kind in {None, "scale", "single"}:
        return "scale", tuple(numbered_options(ladder)), False
    if kind is None and (openly or _written(merged)):
        return "text", (), False
    merged = Counter({text: count for text, count in merged.items() if mask_personal(text) == text})
    repeated = sum(count for count in merged.values() if count > 1)
    short = all(len(text) <= LONGEST_LABEL for text in merged)
    few = len(merged) <= 3 and repeated > 0
    choice = short and len(merged) <= MOST_OPTIONS and (few or repeated >= 0.7 * merged.total())
    if kind in {"single", "scale"} and not choice:
        choice = len(merged) <= MOST_NAMED
    if not choice:
        return "text", (), False
    return kind or "single", tuple(numbered_options(in_order(merged))), False


def _written(counts: Counter[str]) -> bool:
    """Whether people wrote the texts themselves: something personal, sentences of few, or hardly more than "none"."""
    if any(mask_personal(text) != text for text in counts):
        return True
    least = max(FEWEST_OF_A_SENTENCE, 0.01 * counts.total()) if counts.total() >= 30 else 2
    for text, count in counts.items():
        if count < least and len(text) >= SHORTEST_SENTENCE and _CLAUSE.search(text):
            return True
    said = Counter({text: count for text, count in counts.items() if fold(text) not in _NOTHING})
    if len(said) == len(counts) or len(said) <= 3:
        return False
    return sum(count for count in said.values() if count > 1) < 0.7 * said.total()


def numbered_options(labels: Iterable[str]) -> Iterator[ExportOption]:
    """Options with the codes 1, 2 ... in the order given."""
    for number, label in enumerate(labels, start=1):
        yield ExportOption(number, label)
