"""The columns of a Qualtrics export, question by question: options, matrix rows, texts beside options."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.importers.cell_text import fold, number_in
from survey.importers.column_values import answers_in, are_ticks, digits_joined, is_joined, shared_beginning
from survey.importers.headings import Heading, QuestionKind, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.option_columns import are_ranks
from survey.importers.qualtrics_headings import ColumnId, Layout, column_id, role_by_name
from survey.importers.table_file import Table
from survey.privacy import identifying_heading
from survey.structures.wordings import option_code, plain_text

__all__ = ["SEEN", "QualtricsColumns"]

SEEN = "-99"
"""What Qualtrics writes for a question that was seen and not answered, where the export is told to."""
_RECORDED = frozenset({"recordeddate", "recorded date"})
_SELECTED = re.compile(
    r" - (?:Selected Choice|Ausgewählte Auswahl|Choix sélectionné|Opción seleccionada|所选选项)(?= - |$)"
)
_ORDER = re.compile(r"(?:^|[-_])DO(?:[-_]|$)")
_DERIVED = re.compile(r"_TEXT_[0-9a-f]{12,}|[-_](?:NPS_GROUP|SENTIMENT|TOPICS)\b", re.IGNORECASE)
_DERIVED_TAG = re.compile(
    r" - (?:Parent )?(?:Topics?|Sentiment(?: Polarity| Score| Label)?|Topic .*|Actionability|Emotion.*)$|_NPS_GROUP$"
)
_TIMED = re.compile(r"[-_ ](?:First[ _]Click|Last[ _]Click|Page[ _]Submit|Click[ _]Count)$", re.IGNORECASE)
_MACHINE = re.compile(r"[-_](?:BROWSER|VERSION|OS|OPERATING_SYSTEM|RESOLUTION|FILE_?(?:ID|NAME|SIZE|TYPE))$", re.I)
_MOST_CODES, _WIDEST_CODES = 12, 30
"""Distinct numbers a choice has at most, and how far apart they are."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column that belongs to a question."""

    place: int
    tag: str
    wording: str
    id: ColumnId


class QualtricsColumns:
    """Takes the columns of a table with its heading rows folded away apart."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.table = table
        self.layout = layout
        self.ids = layout.ids or ("",) * len(table.headings)
        self.found: dict[int, Heading] = {}

    def headings(self) -> tuple[Heading, ...]:
        """One heading per column."""
        asked: list[_Asked] = []
        for place, tag in enumerate(self.table.headings):
            identifier, wording = self.ids[place], _wording(self.layout.wordings[place])
            role = self._role(tag, identifier, wording)
            known = _known(identifier) if identifier else None
            if role is not None or not tag or (identifier and known is None):
                # of Qualtrics' own making, or embedded data: fields a study sends along
                wordings = (wording or tag,) if wording or tag else ()
                self.found[place] = Heading(text=tag, wordings=wordings, role=role, key=identifier or None)
            else:
                asked.append(_Asked(place, tag, wording, known or ColumnId(question="")))
        if not self.layout.ids:
            asked = _with_ids(asked)
        groups: dict[tuple[str | None, str], list[_Asked]] = defaultdict(list)
        for column in asked:
            groups[(column.id.loop, column.id.question)].append(column)
        names: Counter[str] = Counter()
        for columns in groups.values():
            self._question(columns, self._name(columns, names))
        for column in asked:
            whole = "_".join(filter(None, (column.id.loop, column.id.question.partition("#")[0])))
            self.found[column.place] = replace(self.found[column.place], asked=whole)
        return tuple(self.found[place] for place in range(len(self.table.headings)))

    def _role(self, tag: str, identifier: str, wording: str) -> ColumnRole | None:
        role = role_by_name(*(name for name in (identifier, tag) if name), *(() if self.layout.ids else (wording,)))
        if role == "paradata" and fold(identifier or tag) in _RECORDED:
            ended = any(role_by_name(name) == "submitted" for name in (*self.ids, *self.table.headings) if name)
            return role if ended else "submitted"
        if role is not None:
            return role
        if identifier.startswith("SC_") or re.fullmatch(r"SC\d+", tag):
            return "total"
        if _DERIVED.search(identifier) or _DERIVED_TAG.search(tag):
            return "ignore"
        if _ORDER.search(identifier or tag) or _TIMED.search(tag) or _MACHINE.search(identifier):
            return "paradata"
        if identifier and _known(identifier) is None:
            return "paradata" if tag.startswith("Q_") else role_of(tag)
        return "identifier" if identifying_heading(wording) else None

    @staticmethod
    def _name(columns: Sequence[_Asked], taken: Counter[str]) -> str:
        """The export tag that the columns of a question share; where they share none, the first one's."""
        tags = [column.tag.removesuffix("_TEXT") for column in columns]
        side = re.match(r"[^_]*#\d+", tags[0])
        shared = shared_beginning(tags)
        if len(set(tags)) > 1 and not all(tag[len(shared) :][:1] in {"", "_", "-", "."} for tag in tags):
            shared = shared.rpartition("_")[0]  # Q4_10 and Q4_11 share Q4_1
        name = side[0] if side else shared.rstrip("_-.") or tags[0]
        if len(columns) == 1 and columns[0].id.parts:
            name = re.sub(r"(?<=\w)_-?\d+$", "", name)
        name = name.replace("#", "_")
        taken[name] += 1
        return name if taken[name] == 1 else f"{name}_{columns[0].place + 1}"

    def _question(self, columns: Sequence[_Asked], name: str) -> None:
        beside = [column for column in columns if self._is_beside(column, columns)]
        main = [column for column in columns if column not in beside]
        for column in beside:
            self.found[column.place] = Heading(
                text=column.tag,
                wordings=(column.wording,) if column.wording else (),
                key=self.ids[column.place] or None,
                group=name,
                kind="text",
                beside=True,
            )
        rows: dict[tuple[str, ...], list[_Asked]] = defaultdict(list)
        for column in main:
            rows[column.id.parts[:-1] if len(column.id.parts) > 1 and not column.id.text else ()].append(column)
        for row, members in rows.items():
            self._row(members, "_".join((name, *row)) if row else name, beside)

    @staticmethod
    def _is_beside(column: _Asked, columns: Sequence[_Asked]) -> bool:
        """A text for one choice of a question that has other columns as well; a form or text matrix has texts only."""
        return column.id.text and bool(column.id.parts) and not all(other.id.text for other in columns)

    def _row(self, columns: Sequence[_Asked], name: str, beside: Sequence[_Asked]) -> None:
        """Columns that share everything but their last part: options, or the rows of a matrix."""
        if len(columns) == 1 and not columns[0].id.parts:
            self._alone(columns[0], name, [column.wording for column in beside])
            return
        stem, parts = _split([column.wording for column in columns])
        answers = [answers_in(self.table.columns[column.place], missing={SEEN}) for column in columns]
        kind: QuestionKind | None = None
        text = all(column.id.text for column in columns)
        if len(columns) > 1 and not text:
            values = list(zip(parts, answers, strict=True))
            if are_ticks(values, n=self.table.n, unticked={"0"}):
                kind = "multiple"
            elif are_ranks([self.table.columns[column.place] for column in columns]):
                kind = "ranking"
        option_of = kind is not None
        if kind is None and _are_codes(answers):
            kind = "single"
        for column, part in zip(columns, parts, strict=True):
            full = f"{stem} – {part}" if stem and part else stem or part
            last = column.id.parts[-1] if column.id.parts else None
            self.found[column.place] = Heading(
                text=column.tag,
                number=name,
                wordings=tuple(dict.fromkeys(words for words in (part, full) if words)),
                stem=_uncut(stem) or None,
                part=part or None,
                key=self.ids[column.place] or None,
                group=name,
                kind="text" if text else kind,
                option=option_code(last) if option_of and last is not None else None,
            )

    def _alone(self, column: _Asked, name: str, beside: Sequence[str]) -> None:
        answers = answers_in(self.table.columns[column.place], missing={SEEN})
        kind: QuestionKind | None = None
        if column.id.text:
            kind = None if answers and all(number_in(fold(text)) is not None for text in answers) else "text"
        elif digits_joined(answers) or is_joined(answers, ","):
            kind = "multiple"
        elif _are_codes([answers]):
            kind = "single"
        wording = column.wording
        if beside and wording:  # "question - selected choice" beside "question - other - text"
            stem = shared_beginning([wording, *beside])
            wording = wording if stem == wording else stem.rpartition(" - ")[0].strip() or wording
        self.found[column.place] = Heading(
            text=column.tag,
            wordings=(wording,) if wording else (),
            key=self.ids[column.place] or None,
            group=name,
            kind=kind,
        )


def _wording(text: str) -> str:
    """A wording on one line, without markup and without the words that only say what the column holds."""
    return _SELECTED.sub("", " ".join(plain_text(text).split()))


def _known(identifier: str) -> ColumnId | None:
    """The import id of a question's column; parts of unknown make (heat maps, groups) are kept as they are."""
    known = column_id(identifier)
    if known is not None or not identifier.startswith("QID"):
        return known
    question, _, rest = identifier.partition("_")
    return ColumnId(question=question, parts=(rest,))


def _with_ids(columns: Sequence[_Asked]) -> list[_Asked]:
    """What import ids would say, read from tags (``Q5_2``, ``Q5_2_TEXT``, ``1_Q5``) and, failing that, from stems.

    Tags that people wrote themselves (``question_one``) tell nothing; then columns whose wordings begin with one stem
    belong together. Numbered tags without a common stem are questions of their own.
    """
    told = [_Asked(c.place, c.tag, c.wording, _id_of_tag(c.tag)) for c in columns]
    stems = Counter(_stem_of(c.wording) for c in told if not c.id.parts)
    members: dict[tuple[str | None, str], list[_Asked]] = defaultdict(list)
    for column in told:
        members[(column.id.loop, column.id.question)].append(column)
    found: list[_Asked] = []
    for column in told:
        stem = _stem_of(column.wording)
        group = [c.wording for c in members[(column.id.loop, column.id.question)] if not c.id.text]
        if not column.id.parts and stem and stems[stem] > 1:
            bare = column.tag.removesuffix("_TEXT")
            known = ColumnId(question=f"stem {stem}", parts=(bare,), text=column.id.text)
        elif column.id.parts and len(group) > 1 and any(group) and not _split(group)[0] and not column.id.text:
            known = ColumnId(question=column.tag)
        else:
            known = column.id
        found.append(_Asked(column.place, column.tag, column.wording, known))
    return found


def _id_of_tag(tag: str) -> ColumnId:
    bare = tag.removesuffix("_TEXT")
    loop = re.match(r"(\d+)_(?=[A-Za-z])", bare)
    bare = bare[loop.end() :] if loop else bare
    parts: list[str] = []
    while found := re.fullmatch(r"(.+?)_(-?\d{1,3})((?:_-?\d{1,3})*)", bare):
        bare, parts = found[1], re.findall(r"-?\d{1,3}", found[2] + found[3])
    return ColumnId(question=bare, parts=tuple(parts), text=tag.endswith("_TEXT"), loop=loop[1] if loop else None)


def _stem_of(wording: str) -> str:
    """What stands before the part a single wording names; "" where it names none."""
    wording = wording.removesuffix("-TEXT")
    for divider in ("...-", " - ", "-"):
        before, found, _ = wording.rpartition(divider)
        if found:
            return before
    return ""


def _split(wordings: Sequence[str]) -> tuple[str, list[str]]:
    """The stem columns share, and what each stands for: ``stem-row``, ``stem - row``, ``cut ste...-row``."""
    bare = [wording.removesuffix("-TEXT") for wording in wordings]
    if len(set(bare)) == 1:
        stem = _stem_of(bare[0])
        part = bare[0][len(stem) :].lstrip(".- ") if stem else bare[0]
        return (stem, [part] * len(bare)) if stem else ("", list(bare))
    shared = shared_beginning(bare)
    place = shared.rfind(" - ") if " - " in shared else shared.rfind("-")
    if place < 0:
        return "", list(bare)
    return shared[:place].strip(), [wording[place:].lstrip("-").removeprefix(" - ").strip() for wording in bare]


def _uncut(stem: str) -> str:
    return re.sub(r"\s*(?:\.\.\.|…)$", "", stem)


def _are_codes(columns: Sequence[Counter[str]]) -> bool:
    """Whether whole numbers that no rating has are codes of options all the same: few, and given again and again."""
    given: Counter[str] = Counter()
    for answers in columns:
        given.update(answers)
    numbers = [number_in(fold(text)) for text in given]
    whole = [int(number) for number in numbers if number is not None and number.is_integer()]
    if len(whole) != len(given) or not whole or (min(whole) >= 0 and max(whole) <= 10):
        return False
    return len(whole) <= _MOST_CODES and given.total() >= 2 * len(whole) and max(whole) - min(whole) <= _WIDEST_CODES
