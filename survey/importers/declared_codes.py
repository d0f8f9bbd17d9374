"""What the codebook inside a file means for reading it: values that are no answer, and whose labels are whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from survey.errors import Problem
from survey.importers.answer_key import known_missing
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.mapping import Column
from survey.importers.table_file import Table
from survey.importers.variables import Variable
from survey.scales import MissingKind, Option, Scale, missing_kind_of

if TYPE_CHECKING:
    from survey.instrument import Instrument

__all__ = [
    "codebook_warnings",
    "kind_of_label",
    "missing_of",
    "partly_labelled",
    "values_of",
    "with_codebook",
    "with_codebooks",
    "with_observed_missing",
]

_BESIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_DIVIDER = re.compile(r"\s*[/,，、;；]\s*|\s+(?:or|oder|ou)\s+|\s*或\s*")
_LONGEST_SCALE = 10
"""Steps from one end of a scale to the other."""
_LEADING_CODE = re.compile(r"^\.?[\w-]{1,4}\s*[.:=)、]\s*")


def kind_of_label(label: str) -> MissingKind | None:
    """The missing kind that a value label tells: ``拒答``, "Don't know", "9. Refused (volunteered)"; else None.

    Of "don't know / no answer" the first part that tells decides.
    """
    words = known_missing("any")
    for text in (label, _BESIDE.sub("", label), _LEADING_CODE.sub("", label)):
        if (code := words.get(fold(text))) is not None:
            return missing_kind_of(code)
    for part in _DIVIDER.split(_BESIDE.sub("", _LEADING_CODE.sub("", label))):
        if (code := words.get(fold(part))) is not None:
            return missing_kind_of(code)
    return None


def missing_of(variable: Variable, cells: Iterable[CellValue] = ()) -> dict[str, MissingKind]:
    """The values of a column that its file declares to be no answer (as text), with their kind.

    Parameters
    ----------
    cells : iterable
        Cells of the column; those inside a declared range are named one by one.
    """
    declared = dict(variable.missing)
    for cell in set(cells) if variable.missing_ranges else ():
        number = number_in(fold(cell_text(cell)))
        if number is None or cell_text(cell) in declared:
            continue
        if any(low <= number <= high for low, high in variable.missing_ranges):
            declared[cell_text(cell)] = _kind_by_label(variable, cell_text(cell))
    return declared


def _kind_by_label(variable: Variable, text: str) -> MissingKind:
    label = next((label for code, label in variable.values.items() if cell_text(code) == text), "")
    return kind_of_label(label) or "blank"


def with_observed_missing(variable: Variable, cells: Iterable[CellValue]) -> Variable:
    """The variable with every value that occurs inside a declared range named among the missing ones."""
    return replace(variable, missing=missing_of(variable, cells)) if variable.missing_ranges else variable


def values_of(variable: Variable, scale: Scale) -> dict[str, int | float | str]:
    """Codes of the file whose label is that of another option than the code: which option is meant.

    A file may number its options otherwise than the instrument does (1 = very satisfied); then its labels decide.
    Empty where codes and labels agree, or where no label is known to the scale.
    """
    by_label = {spelling: option for option in reversed(scale.all_options) for spelling in _spellings(option)}
    by_code = {_plain(str(option.code)): option for option in scale.all_options}
    meant = {
        cell_text(code): option
        for code, label in variable.values.items()
        if (option := by_label.get(fold(label)) or by_label.get(fold(_BESIDE.sub("", label)))) is not None
    }
    differing = {text: option.code for text, option in meant.items() if by_code.get(_plain(text)) is not option}
    # where one code is meant otherwise, a code left out would be taken at its face value
    return {text: option.code for text, option in meant.items()} if differing else {}


def with_codebook(
    column: Column, variable: Variable | None, cells: Sequence[CellValue], scale: Scale | None = None
) -> Column:
    """The column with what its file declares missing, where mapping and instrument do not say otherwise.

    Values named by the mapping, and codes of the question's scale, mean what those say.
    """
    if variable is None or column.question is None:
        return column
    decided = {_plain(text) for text in (*column.values, *column.missing, *column.invalid)}
    if scale is not None:
        decided |= {_plain(str(option.code)) for option in scale.all_options}
    further = {text: kind for text, kind in missing_of(variable, cells).items() if _plain(text) not in decided}
    return column.model_copy(update={"missing": {**further, **column.missing}}) if further else column


def with_codebooks(table: Table, places: Mapping[int, Column], instrument: Instrument) -> dict[int, Column]:
    """Every column with what the file declares of it."""
    if not table.variables:
        return dict(places)
    scales = {q.code: instrument.scale_of(q) for q in instrument.questions if q.scale is not None}
    return {
        place: with_codebook(column, table.variables[place], table.columns[place], scales.get(column.question or ""))
        for place, column in places.items()
    }


def partly_labelled(variable: Variable, seen: Iterable[str], *, most: int) -> list[tuple[int | float, str]] | None:
    """Codes and labels where a file labels some of the numbers it holds (the ends of a scale): all of them, in order.

    Steps between labelled ends that nobody chose are filled in, on up to eleven steps. None where the column
    holds anything but numbers and missing values, nothing is labelled, or there are more than ``most`` codes.
    """
    gone = {_plain(text) for text in variable.missing}
    labels = {_plain(cell_text(code)): label for code, label in variable.values.items()}
    numbers = {text: number_in(text) for text in {*labels, *map(_plain, seen)} - gone}
    known = [number for number in numbers.values() if number is not None]
    if len(known) < max(2, len(numbers)) or not labels.keys() - gone or len(known) > most:
        return None
    low, high = min(known), max(known)
    ends = {f"{low:g}", f"{high:g}"} <= labels.keys()
    if ends and all(number.is_integer() for number in known) and high - low <= _LONGEST_SCALE:
        known = [float(step) for step in range(int(low), int(high) + 1) if f"{step:g}" not in gone]
    codes = [int(number) if number.is_integer() else number for number in sorted(known)]
    return [(code, labels.get(f"{code:g}", "")) for code in codes]


def codebook_warnings(table: Table, places: Mapping[int, Column], instrument: Instrument) -> Iterator[Problem]:
    """Where the value labels of a file contradict how the mapping and the instrument read its codes."""
    if not table.variables:
        return
    for place, column in places.items():
        variable = table.variables[place]
        if variable is None or column.question is None or column.option is not None:
            continue
        question = instrument.question(column.question)
        if question.scale is None or question.type not in {"scale", "single"} or column.numbers_are == "positions":
            continue
        scale = instrument.scale_of(question)
        present = {_plain(cell_text(cell)) for cell in set(table.columns[place])}
        read = {_plain(text): _plain(str(code)) for text, code in column.values.items()}
        meant = {_plain(text): _plain(str(code)) for text, code in values_of(variable, scale).items()}
        wrong = sorted(code for code in meant.keys() & present if read.get(code, code) != meant[code])
        if wrong:
            fields = {"question": question.code, "codes": ", ".join(wrong[:10])}
            yield Problem(code="survey.labels_contradict", place=table.place(place), fields=fields, severity="warning")
        answers = {_plain(str(option.code)) for option in scale.answers}
        gone = {_plain(text) for text in missing_of(variable, table.columns[place])}
        read_as_answers = sorted(
            (gone & present & answers) - set(map(_plain, column.missing)) - set(map(_plain, column.invalid))
        )
        if read_as_answers:
            fields = {"question": question.code, "codes": ", ".join(read_as_answers[:10])}
            yield Problem(
                code="survey.missing_read_as_answer", place=table.place(place), fields=fields, severity="warning"
            )


def _spellings(option: Option) -> set[str]:
    labels = [option.label.root] if isinstance(option.label.root, str) else list(option.label.root.values())
    return {fold(text) for text in (*labels, *option.also)}


def _plain(text: str) -> str:
    """Codes compared: ``1`` and ``1.0`` are one."""
    folded = fold(text)
    number = number_in(folded)
    return folded if number is None else f"{number:g}"
