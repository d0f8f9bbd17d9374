"""Which columns of an export belong to one question, and what kind of question it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from survey.importers.answer_key import known_missing, without_free_text
from survey.importers.answer_ladders import in_order, on_one_ladder
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.cells import TICK_WORDS, number_of
from survey.importers.column_values import divided
from survey.importers.completed_scales import completed_scales
from survey.importers.declared_codes import partly_labelled
from survey.importers.headings import Heading, QuestionKind, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.seen_options import (
    MOST_OPTIONS,
    ExportOption,
    numbered_options,
    options_of_numbers,
    options_of_texts,
)
from survey.importers.variables import Variable
from survey.privacy import mask_personal
from survey.structures.role_words import asks_openly

__all__ = ["ExportQuestion", "count_asked", "questions_in", "roles_in"]

_SEPARATORS = ("┋", "|", ";", "；")
_MOST_STEPS = 12
_ONE_COLUMN: frozenset[ColumnRole] = frozenset(
    {"respondent", "wave", "submitted", "started", "duration", "channel", "case_weight"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportQuestion:
    """One question of an export.

    Attributes
    ----------
    name : the platform's name or number of the question
    text : its wording; empty where the export lost it
    columns : places of its columns
    parts : what each column stands for: the row of a matrix (``grid``), the option (``spread``), else ""
    options : those declared by the file, or seen in it; ``declared`` says which
    completed : labels among the options that nobody chose, put in because the scale has them
    asked : the platform's own question, where that is more than this one (see :class:`Heading`)
    """

    name: str
    text: str
    kind: QuestionKind
    columns: tuple[int, ...]
    parts: tuple[str, ...]
    options: tuple[ExportOption, ...] = ()
    grid: bool = False
    spread: bool = False
    declared: bool = False
    option_codes: tuple[int | float | str | None, ...] = ()
    completed: tuple[str, ...] = ()
    asked: str | None = None


def roles_in(arranged: Arranged) -> list[ColumnRole | None]:
    """The role of every column that holds no answer; None for answers."""
    roles: list[ColumnRole | None] = []
    for place, heading in enumerate(arranged.headings):
        cells = arranged.table.columns[place]
        asked = heading.group is not None or heading.number is not None
        found = heading.role or role_of(heading.text, cells)
        if found == "case_weight" and not _all_weights(cells):
            found = None
        if found == "identifier" and _closed_answers(cells):
            found = None
        if found in _ONE_COLUMN and found in roles:
            found = "paradata"
        if found is None and not heading.text.strip():
            found = "ignore"
        if found is None and not asked and not any(cell_text(cell) for cell in set(cells)):
            found = "ignore"
        roles.append(found)
    return roles


def _closed_answers(cells: Sequence[CellValue]) -> bool:
    """Whether a column holds ratings or ticks only: "telephone" may also head a row of a matrix on channels."""
    texts = {fold(cell_text(cell)) for cell in set(cells)} - {""}
    if not texts or len(texts) > _MOST_STEPS:
        return False
    numbers = [number_in(text) for text in texts]
    if all(number is not None and 0 <= number <= 10 for number in numbers):
        return len(cells) > 2 * len(texts)
    return texts <= TICK_WORDS or on_one_ladder(sorted(texts)) is not None


def _all_weights(cells: Sequence[CellValue]) -> bool:
    """Whether every cell is a positive number: a column called "weight" may also hold kilograms or nothing."""
    numbers = [number_of(cell) for cell in set(cells)]
    return all(number is not None and number > 0 for number in numbers)


def questions_in(arranged: Arranged, *, platform: str = "table") -> tuple[ExportQuestion, ...]:
    """Every question of an export, in the order of its first column.

    Columns with one ``group``, one number or one stem belong together: as the options of a multiple choice or
    ranking, or as the rows of a matrix. The kind is the platform's where it is given away, else what the cells are:
    a scale only where labels stand on one ladder or numbers run over the steps of one.
    """
    roles = roles_in(arranged)
    reader = _Reader(arranged, platform)
    found = (
        replace(reader.question(places), asked=arranged.headings[places[0]].asked)
        for places in _groups(arranged.headings, roles)
    )
    return completed_scales(found, len(arranged.table.rows))


def count_asked(questions: Iterable[ExportQuestion]) -> int:
    """How many questions the platform asked: the parts of a matrix of multiple choices, for one, are one question."""
    return len({question.asked or f"column {question.columns[0]}" for question in questions})


def _groups(headings: Sequence[Heading], roles: Sequence[ColumnRole | None]) -> Iterator[list[int]]:
    """Columns by question; those of one stem have to be neighbours, since stems are cut out of wordings."""
    open_groups: dict[str, list[int]] = {}
    order: list[list[int]] = []
    last = ""
    for place, heading in enumerate(headings):
        if roles[place] is not None:
            last = ""
            continue
        key = _group_of(heading)
        if key is None:
            order.append([place])
        elif key in open_groups and (not key.startswith("stem") or key == last):
            open_groups[key].append(place)
        else:
            open_groups[key] = [place]
            order.append(open_groups[key])
        last = key or ""
    yield from order


def _group_of(heading: Heading) -> str | None:
    if heading.beside:
        return None
    if heading.group is not None:
        return f"group {heading.group}"
    if heading.number is not None and heading.part is not None:
        return f"number {heading.number}"
    if heading.part is not None and heading.stem:
        return f"stem {fold(heading.stem)}"
    return None


class _Reader:
    """Looks into the cells of an export."""

    def __init__(self, arranged: Arranged, platform: str) -> None:
        self.arranged = arranged
        self.headings = arranged.headings
        self.missing = {fold(word) for word in (*known_missing(platform), *arranged.missing)} | {""}
        self.seen: dict[int, Counter[str]] = {}

    def values(self, place: int) -> Counter[str]:
        """Distinct texts of a column that are answers, with how often each occurs."""
        if place not in self.seen:
            variable = self.variable(place)
            gone = self.missing | {fold(word) for word in (variable.missing if variable else ())}
            counts: Counter[CellValue] = Counter(self.arranged.table.columns[place])
            texts: Counter[str] = Counter()
            for cell, count in counts.items():
                text = cell_text(cell)
                if fold(text) not in gone:
                    texts[text] += count
            self.seen[place] = texts
        return self.seen[place]

    def variable(self, place: int) -> Variable | None:
        variables = self.arranged.table.variables
        return variables[place] if variables else None

    def question(self, places: list[int]) -> ExportQuestion:
        first = self.headings[places[0]]
        stem = first.stem if len(places) > 1 or first.kind in {"multiple", "ranking"} else None
        text = stem or next(iter(first.wordings), "") or ("" if first.option_only else first.text)
        variable = self.variable(places[0])
        if variable is not None:
            text = (variable.group_label if len(places) > 1 else variable.label) or text
        name = (None if first.beside else first.group or first.number or first.key) or first.text
        bare = ExportQuestion(
            name=name, text=" ".join(text.split()), kind="text", columns=tuple(places), parts=("",) * len(places)
        )
        if len(places) == 1 and not (first.kind in {"multiple", "ranking"} and first.part is not None):
            kind, options, declared = self._single(places[0])
            return replace(bare, kind=kind, options=options, declared=declared)
        several = self._several(places)
        parts = tuple(self._part(place) for place in places)
        if several is not None and several in {"multiple", "ranking"}:
            codes = tuple(self.headings[place].option for place in places)
            options = tuple(
                ExportOption(number if code is None else code, part)
                for number, (code, part) in enumerate(zip(codes, parts, strict=True), start=1)
            )
            option_codes = tuple(option.code for option in options)
            spread = replace(bare, kind=several, parts=parts, options=options, option_codes=option_codes)
            return replace(spread, spread=True, declared=True)
        kind, options, declared = self._shared(places, several)
        return replace(bare, kind=kind, parts=parts, options=options, grid=True, declared=declared)

    def _part(self, place: int) -> str:
        heading = self.headings[place]
        variable = self.variable(place)
        return heading.part or (variable.label if variable else "") or next(iter(heading.wordings), heading.text)

    def _single(self, place: int) -> tuple[QuestionKind, tuple[ExportOption, ...], bool]:
        heading = self.headings[place]
        if heading.kind in {"multiple", "ranking"}:
            return heading.kind, self._parts_of_cells(place, heading.kind), False
        if heading.kind is None and self.variable(place) is None:
            marked = [text for text in self.values(place) if "┋" in text or "→" in text]
            if marked:
                kind: QuestionKind = "ranking" if any("→" in text for text in marked) else "multiple"
                return kind, self._parts_of_cells(place, kind), False
            trailing = [text for text in self.values(place) if text.endswith(";") and len(text) < 2000]
            if trailing and len(trailing) > 0.9 * len(self.values(place)):
                return "multiple", self._parts_of_cells(place, "multiple"), False
        return self._shared([place], heading.kind)

    def _parts_of_cells(self, place: int, kind: QuestionKind) -> tuple[ExportOption, ...]:
        separators = self.arranged.separators or _SEPARATORS
        if kind == "ranking":
            separators = (*separators, "→")
        found: Counter[str] = Counter()
        for text, count in self.values(place).items():
            for part in divided(without_free_text(text), separators):
                if fold(part) not in self.missing and mask_personal(part) == part:
                    found[part] += count
        if len(found) > MOST_OPTIONS:  # free text beside the options: keep what several people gave
            found = Counter({part: count for part, count in found.items() if count > 1} or dict(found.most_common(30)))
        return tuple(numbered_options(in_order(found)))

    def _wording(self, places: Sequence[int]) -> str:
        """What a column asks; of a matrix its stem."""
        heading, variable = self.headings[places[0]], self.variable(places[0])
        if len(places) > 1:
            return (variable.group_label if variable else "") or heading.stem or ""
        return (variable.label if variable else "") or next(iter(heading.wordings), "") or heading.text

    def _several(self, places: Sequence[int]) -> QuestionKind | None:
        """The kind of several columns together; None for the rows of a matrix whose kind the cells decide."""
        kinds = {self.headings[place].kind for place in places if self.headings[place].kind is not None}
        if kinds:
            return next(iter(kinds)) if len(kinds) == 1 else None
        values = [self.values(place) for place in places]
        filled = [texts for texts in values if texts]
        if not filled:
            return "multiple" if any(self.headings[place].option_only for place in places) else "text"
        folded = [{fold(text) for text in texts} for texts in filled]
        if all(texts <= TICK_WORDS for texts in folded):
            return "multiple"
        own = [
            len(texts) == 1 and fold(without_free_text(next(iter(texts)))) == fold(self._part(place))
            for place, texts in zip(places, values, strict=True)
            if texts
        ]
        if len(places) > 1 and all(own):
            return "multiple"
        if self.headings[places[0]].option_only and self._are_ranks(places):
            return "ranking"
        return None

    def _are_ranks(self, places: Sequence[int]) -> bool:
        """Whether no respondent gave one rank twice, and ranks go up to the number of columns at most."""
        steps = {str(step) for step in range(1, len(places) + 1)}
        columns = [[cell_text(cell) for cell in self.arranged.table.columns[place]] for place in places]
        for given in zip(*columns, strict=True):
            ranks = [text for text in given if text in steps]
            if len(ranks) != len(set(ranks)):
                return False
        return True

    def _shared(
        self, places: Sequence[int], kind: QuestionKind | None
    ) -> tuple[QuestionKind, tuple[ExportOption, ...], bool]:
        """Kind and options of columns that share them."""
        if kind in {"number", "text"}:
            return kind, (), False
        variable = next((v for place in places if (v := self.variable(place)) is not None and v.values), None)
        if variable is not None:
            gone = {fold(word) for word in variable.missing}
            options = tuple(
                ExportOption(code, label) for code, label in variable.values.items() if fold(str(code)) not in gone
            )
            seen = {fold(text) for place in places for text in self.values(place)}
            if len(options) > 1 and seen <= {fold(cell_text(option.code)) for option in options}:
                scale = on_one_ladder([option.label for option in options]) is not None
                return kind or ("scale" if scale else "single"), options, True
            coded = partly_labelled(variable, seen, most=MOST_OPTIONS)
            if coded is not None:
                options = tuple(ExportOption(code, label or str(code)) for code, label in coded)
                inner = [label for _, label in coded[1:-1]]
                ends = coded[0][1] and coded[-1][1] and len(inner) > 1 and not all(inner)
                return kind or ("scale" if ends else "single"), options, True
        counts: Counter[str] = Counter()
        for place in places:
            counts.update(self.values(place))
        if not counts:
            return ("text", (), False)
        numbers = {text: number_in(fold(text)) for text in counts}
        if all(number is not None for number in numbers.values()):
            return options_of_numbers([n for n in numbers.values() if n is not None], kind, counts.total(), len(places))
        readable = sum(count for text, count in counts.items() if number_of(text) is not None)
        if kind is None and readable >= 0.8 * counts.total() and len(counts) > 11:
            return "number", (), False
        return options_of_texts(counts, kind, openly=asks_openly(self._wording(places)))
