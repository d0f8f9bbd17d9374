"""From the text of a cell to the option it names: one lookup per column, built once, asked per distinct value."""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from functools import cache
from importlib import resources

from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.mapping import Column, Mapping
from survey.scales import MISSING_CODES, Option, Scale

__all__ = ["AnswerKey", "known_missing", "missing_lookup", "without_free_text"]

_FREE_TEXT = re.compile(r"〖[^〗]*〗?")
_HINT = re.compile(r"[(（【\[]\s*(?:请|please|specify|직접)[^)）】\]]*[)）】\]]|【[^】]*】", re.IGNORECASE)
_NUMBERED_LABEL = re.compile(r"([+-]?\d+) ?(?:[、.:=()\-–—]+ ?)?(\D.*?)\)?")
_LABELLED_NUMBER = re.compile(r"(.*?\D) ?[(=:\-–—]? ?([+-]?\d+) ?(?:分|점|points?)?\)?")

_SHOWN_OPTIONS = 11


def without_free_text(text: str) -> str:
    """The option of ``其他〖what the respondent wrote〗``; the writing is left out."""
    return _FREE_TEXT.sub("", text)


@cache
def known_missing(platform: str) -> Lookup[str, int]:
    """Words that are no answer on a platform, or on any; folded text to missing code."""
    import yaml

    text = (resources.files("survey.importers") / "missing_texts.yaml").read_text(encoding="utf-8")
    known: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return {
        fold(word): MISSING_CODES[kind]  # type: ignore[index]  # the file holds missing kinds only
        for part in ("any", platform)
        for kind, words in known.get(part, {}).items()
        for word in words
    }


def missing_lookup(column: Column, mapping: Mapping) -> tuple[Lookup[str, int], Lookup[str, int]]:
    """What a mapping declares to be no answer, and what is known to be none: folded text to missing code."""
    declared = {fold(text): MISSING_CODES[kind] for text, kind in mapping.missing.items()}
    declared |= {fold(text): MISSING_CODES["invalid"] for text in column.invalid}
    declared |= {fold(text): MISSING_CODES[kind] for text, kind in column.missing.items()}
    return declared, known_missing(mapping.platform)


class AnswerKey:
    """Resolves the distinct values of one column against a scale.

    In this order: what the mapping declares (values, missing, invalid), option codes (or positions, where
    the mapping says that numbers are positions), labels in any language, other spellings, ``8分`` and full-width
    digits, ``5（非常满意）`` where number and label agree, and the known words for no answer.
    """

    def __init__(self, scale: Scale, column: Column, mapping: Mapping) -> None:
        self.scale = scale
        self._number_is = column.numbers_are or mapping.numbers_are
        answers = {id(option): place for place, option in enumerate(scale.answers, start=1)}
        self._code_of = {
            id(option): answers.get(id(option)) or MISSING_CODES[option.missing or "blank"]
            for option in scale.all_options
        }
        self._by_text: dict[str, int] = {}
        self._by_number: dict[float, int] = {}
        for place, option in enumerate(scale.all_options, start=1):
            code = self._code_of[id(option)]
            number = number_in(fold(str(option.code)))
            if self._number_is == "positions":
                self._by_number[float(place)] = code
            elif number is not None:
                self._by_number.setdefault(number, code)
        for spelling, option in self._spellings():
            self._by_text.setdefault(spelling, self._code_of[id(option)])
        self._declared, self._known = missing_lookup(column, mapping)
        by_code = {str(option.code): self._code_of[id(option)] for option in scale.all_options}
        values = {fold(text): by_code[str(code)] for text, code in column.values.items() if str(code) in by_code}
        self._declared = {**self._declared, **values}
        self.blank = self._declared.get("", MISSING_CODES[mapping.blank_is])

    def _spellings(self) -> Sequence[tuple[str, Option]]:
        """Texts by which options go, the surest first."""
        options = self.scale.all_options
        found: list[tuple[str, Option]] = []
        found += [(fold(str(option.code)), option) for option in options]
        labels = [
            (label, option)
            for option in options
            for label in ([option.label.root] if isinstance(option.label.root, str) else option.label.root.values())
        ]
        found += [(fold(label), option) for label, option in labels]
        found += [(fold(text), option) for option in options for text in option.also]
        found += [(fold(_HINT.sub("", label)), option) for label, option in labels]
        found += [(fold(label).rstrip("。.!！ "), option) for label, option in labels]
        return [(text, option) for text, option in found if text and self._may_name(text)]

    def _may_name(self, folded: str) -> bool:
        """A number names an option by its label only where numbers are not positions."""
        return self._number_is == "codes" or number_in(folded) is None

    def find(self, value: CellValue) -> int | None:
        """Option position (from 1), negative missing kind, or None where the value is foreign to the scale."""
        return self.find_text(cell_text(value))

    def find_text(self, text: str) -> int | None:
        """As :meth:`find`, for a text."""
        folded = fold(text)
        if not folded:
            return self.blank
        for spelling in (folded, fold(without_free_text(text)), fold(_HINT.sub("", without_free_text(text)))):
            found = self._exactly(spelling)
            if found is not None:
                return found
        found = self._loosely(folded)
        return self._known.get(folded) if found is None else found

    def _exactly(self, folded: str) -> int | None:
        if folded in self._declared:
            return self._declared[folded]
        number = number_in(folded)
        if number is not None:
            plain = f"{int(number)}" if number.is_integer() else repr(number)
            if plain in self._declared:
                return self._declared[plain]
            if number in self._by_number:
                return self._by_number[number]
        return self._by_text.get(folded) if folded else None

    def _loosely(self, folded: str) -> int | None:
        """``8分``; ``5 非常满意`` and ``非常满意(5)`` where both halves name the same option; a closing full stop."""
        number = number_in(folded, with_unit=True)
        if number is not None:
            return self._by_number.get(number)
        ended = self._by_text.get(folded.rstrip("。.! "))
        if ended is not None:
            return ended
        for pattern, digits, words in ((_NUMBERED_LABEL, 1, 2), (_LABELLED_NUMBER, 2, 1)):
            halves = pattern.fullmatch(folded)
            if halves is not None:
                by_label = self._by_text.get(halves[words].strip())
                if by_label is not None and self._by_number.get(float(halves[digits])) == by_label:
                    return by_label
        return None

    def _ends(self) -> tuple[Option, Option]:
        return self.scale.answers[0], self.scale.answers[-1]

    def expected(self) -> str:
        """What would have been accepted: the ends of a stepped scale, or the options with their labels."""
        options = self.scale.all_options
        if self.scale.from_ is not None and self._number_is == "codes":
            others = [str(option.code) for option in options if option.missing is not None]
            ends = f"{self.scale.from_}–{self.scale.to}"
            if self.scale.labels:
                low, high = (" / ".join(dict.fromkeys(end.label.both().values())) for end in self._ends())
                ends += f" ({low} … {high})"
            return ", ".join([ends, *others])
        shown = []
        for place, option in enumerate(options[:_SHOWN_OPTIONS], start=1):
            number = str(place if self._number_is == "positions" else option.code)
            labels = dict.fromkeys([number, *option.label.both().values()])
            shown.append(" / ".join(labels))
        return "; ".join(shown) + (" …" if len(options) > _SHOWN_OPTIONS else "")
