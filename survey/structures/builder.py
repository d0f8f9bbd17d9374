"""Builds a draft entry by entry: codes made unique, routing resolved once every question is known, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from survey.errors import InstrumentError, Place, Severity
from survey.structures.condition_algebra import Result, all_of
from survey.structures.conditions import NotCarriedError, Target, translate
from survey.structures.draft import (
    DraftOption,
    DraftQuestion,
    DraftSection,
    Fate,
    Kind,
    Platform,
    SourceItem,
    StructureDraft,
    Wordings,
)
from survey.structures.entries import Item, Rule
from survey.structures.remarks import Remarks
from survey.structures.wordings import LONGEST_CODE, code_from, plain_text

__all__ = ["DraftBuilder"]

MOST_QUESTIONS = 5_000
MOST_OPTIONS = 999
LONGEST_SHOWN = 200


@dataclass(slots=True, eq=False)
class _Section:
    code: str
    title: Wordings
    stem: Wordings
    grid: bool
    rules: tuple[Rule, ...]
    stem_items: list[Item] = field(default_factory=list)
    questions: list[tuple[DraftQuestion, Item, tuple[Rule, ...]]] = field(default_factory=list)


class DraftBuilder:
    """Takes entries in presentation order; :meth:`finish` gives the draft."""

    def __init__(self, path: Path, platform: Platform, *, piping: str | None = None) -> None:
        """``piping`` matches the place in a wording where the platform puts an earlier answer."""
        self.file = path.name
        self.platform = platform
        self.remarks = Remarks(path.name)
        self._piping = re.compile(piping) if piping else None
        self._items: list[Item] = []
        self._sections: list[_Section] = []
        self._codes: set[str] = set()
        self._section_codes: set[str] = set()
        self._targets: dict[str, list[Target]] = {}
        self._left: set[str] = set()
        self._options: dict[str, frozenset[int | float | str]] = {}
        self._passed: set[str] = set()

    def item(self, name: str, kind: str, place: Place | None = None) -> Item:
        """Open the account of an entry of the source."""
        entry = Item(name, kind, place or Place(file=self.file))
        self._items.append(entry)
        return entry

    def remark(
        self, code: str, subject: str, *, severity: Severity = "note", place: Place | None = None, **fields: str
    ) -> None:
        """Note something about an entry of the source."""
        self.remarks.add(code, subject, severity=severity, place=place, **fields)

    def leave_out(self, item: Item, code: str, *, severity: Severity = "note", **fields: str) -> None:
        """Close the account of an entry that is not carried, with the reason."""
        self._left.add(item.name)
        self.remark(code, item.name, severity=severity, place=item.place, **fields)

    def merge(self, item: Item, into: str) -> None:
        """Close the account of an entry whose content stands in another."""
        item.merged = True
        item.into.append(into)

    def words(self, wordings: Mapping[str, str], subject: str) -> dict[str, str]:
        """Wordings without markup and without empty ones."""
        plain = {language: plain_text(text) for language, text in wordings.items()}
        if any(re.search(r"<[A-Za-z/]", wordings[language]) for language in plain):
            self.remark("survey.structure_markup_removed", subject)
        return {language: text for language, text in plain.items() if text}

    def section(
        self,
        name: str,
        title: Wordings,
        *,
        stem: Wordings | None = None,
        grid: bool = False,
        rules: Iterable[Rule] = (),
    ) -> str:
        """Open a section; questions that follow belong to it. Returns its code."""
        code = self._unique(code_from(name), self._section_codes)
        self._sections.append(_Section(code, title, stem or {}, grid, tuple(rules)))
        return code

    def show_as_grid(self) -> None:
        """Mark the open section as a matrix."""
        self._sections[-1].grid = True

    def shown_text(self, item: Item, wording: Wordings, *, rules: Sequence[Rule] = ()) -> None:
        """A text without an answer: the stem of its section where it stands first there, else left out."""
        section = self._sections[-1] if self._sections else None
        if section is not None and wording and not rules and not section.questions and not section.stem:
            section.stem = wording
            section.stem_items.append(item)
            self.merge(item, section.code)
        else:
            self.leave_out(item, "survey.structure_text_left_out")

    def question(
        self,
        item: Item,
        name: str,
        kind: Kind,
        text: Wordings,
        *,
        hint: Wordings | None = None,
        purpose: Wordings | None = None,
        options: Sequence[DraftOption] = (),
        list_name: str | None = None,
        required: bool = False,
        limits: tuple[float | None, float | None] = (None, None),
        rules: Iterable[Rule] = (),
        references: Sequence[str] = (),
        option_references: Mapping[str, int | float | str] | None = None,
        spellings: Mapping[str, int | float | str] | None = None,
        qualifier: str = "",
        demographic: bool = False,
        recommend: bool = False,
        identifying: bool = False,
        unordered: bool = False,
        attention: bool = False,
        expects: int | float | str | None = None,
    ) -> str:
        """Carry a question into the open section; returns its code.

        Parameters
        ----------
        references
            Names by which conditions of the source call it (its ``name`` if none is given).
        option_references
            Names by which conditions call one of its options, each with the option's code.
        spellings
            Option codes as conditions write them where that is not the code itself.
        qualifier
            What distinguishes the question from another of the same name.
        """
        if len(self._codes) >= MOST_QUESTIONS:
            raise InstrumentError.of("survey.structure_too_many_questions", item.place, limit=MOST_QUESTIONS)
        code = self._code(name, qualifier, item)
        kind, kept = self._usable(code, kind, options, item)
        if not text:
            self.remark("survey.structure_label_absent", code, severity="warning", place=item.place)
        self._note_piping(code, [text, hint or {}, *(option.label for option in kept)], item)
        question = DraftQuestion(
            code=code,
            kind=kind,
            text=text,
            hint=hint or {},
            purpose=purpose or {},
            options=kept,
            list_name=list_name,
            required=required,
            lowest=limits[0],
            highest=limits[1],
            demographic=demographic,
            recommend=recommend,
            identifying=identifying,
            unordered=unordered,
            attention=attention,
            expects=expects,
            known_as=tuple(references),
            spellings=dict(spellings or {}),
        )
        if not self._sections:
            self.section(self.platform, {})
        self._sections[-1].questions.append((question, item, tuple(rules)))
        item.into.append(code)
        known = {str(option.code): option.code for option in kept}
        target = Target(question=code, kind=kind, options={**known, **(spellings or {})})
        self._options[code] = frozenset(known.values())
        for reference in references or (name,):
            self._targets.setdefault(reference, []).append(target)
        for reference, option in (option_references or {}).items():
            self._targets.setdefault(reference, []).append(replace(target, option=option))
        return code

    def _code(self, name: str, qualifier: str, item: Item) -> str:
        plain = code_from(name)
        wanted = code_from(f"{qualifier}_{plain}") if qualifier and plain in self._codes else plain
        code = self._unique(wanted, self._codes)
        if code != name:
            self.remark("survey.structure_renamed", f"{name} → {code}", place=item.place)
        return code

    @staticmethod
    def _unique(wanted: str, taken: set[str]) -> str:
        code, number = wanted, 1
        while code in taken:
            number += 1
            code = f"{wanted[: LONGEST_CODE - len(str(number)) - 1]}_{number}"
        taken.add(code)
        return code

    def _usable(
        self, code: str, kind: Kind, options: Sequence[DraftOption], item: Item
    ) -> tuple[Kind, tuple[DraftOption, ...]]:
        """Options with codes of their own; a question without options, or with too many, becomes a text."""
        if kind in {"number", "text"}:
            return kind, ()
        kept: dict[str, DraftOption] = {}
        for option in options:
            if str(option.code) in kept:
                self.remark("survey.structure_option_twice", f"{code}: {option.code}", severity="warning")
            elif str(option.code).strip():
                kept[str(option.code)] = option
        if not kept:
            self.remark("survey.structure_options_absent", code, severity="warning", place=item.place)
            return "text", ()
        if len(kept) > MOST_OPTIONS:
            limit = str(MOST_OPTIONS)
            self.remark("survey.structure_too_many_options", code, severity="warning", place=item.place, limit=limit)
            return "text", ()
        unlabelled = [option for option in kept.values() if not option.label]
        if unlabelled:
            self.remark("survey.structure_option_label_absent", code, place=item.place)
        return kind, tuple(kept.values())

    def _note_piping(self, code: str, wordings: Iterable[Wordings], item: Item) -> None:
        if self._piping and any(self._piping.search(text) for wording in wordings for text in wording.values()):
            self.remark("survey.structure_piping", code, severity="warning", place=item.place)

    def resolve(self, name: str) -> Target:
        """What a reference in a condition means; see :class:`survey.structures.conditions.Targets`."""
        found = self._targets.get(name, [])
        if not found:
            raise NotCarriedError("survey.structure_routing_unknown", name)
        if len(found) > 1:
            raise NotCarriedError("survey.structure_routing_ambiguous", name)
        if found[0].question not in self._passed:
            raise NotCarriedError("survey.structure_routing_ahead", name)
        return found[0]

    def options_of(self, question: str) -> frozenset[int | float | str]:
        """Our option codes of a question."""
        return self._options[question]

    def finish(self, *, title: Wordings, languages: Sequence[str]) -> StructureDraft:
        """Resolve routing and close the accounts.

        Raises
        ------
        InstrumentError
            The source holds no question that can be carried.
        """
        sections = [section for pending in self._sections if (section := self._closed(pending)) is not None]
        if not sections:
            raise InstrumentError.of("survey.structure_without_questions", Place(file=self.file))
        return StructureDraft(
            platform=self.platform,
            file=self.file,
            title=title,
            languages=tuple(dict.fromkeys(languages)),
            sections=tuple(sections),
            items=tuple(self._account(item) for item in self._items),
            remarks=self.remarks.problems(),
        )

    def _closed(self, pending: _Section) -> DraftSection | None:
        kept = []
        for question, item, rules in pending.questions:
            shown = all_of([self._condition(rule, question.code, item) for rule in (*pending.rules, *rules)])
            if shown is False:
                item.into.remove(question.code)
                text = " / ".join(rule.text for rule in (*pending.rules, *rules))[:LONGEST_SHOWN]
                self.remark(
                    "survey.structure_never_shown", question.code, severity="warning", place=item.place, rule=text
                )
                continue
            self._passed.add(question.code)
            kept.append(question if shown is True else replace(question, show_if=shown))
        if kept:
            return DraftSection(
                code=pending.code, title=pending.title, stem=pending.stem, grid=pending.grid, questions=tuple(kept)
            )
        for item in pending.stem_items:
            item.merged, item.into = False, []
            self.leave_out(item, "survey.structure_text_left_out")
        return None

    def _condition(self, rule: Rule, question: str, item: Item) -> Result:
        """The rule as a condition; True, with a remark, where it cannot be carried."""
        text = " ".join(rule.text.split())
        text = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
        if rule.tree is None:
            self.remark(
                "survey.structure_routing_unreadable", question, severity="warning", place=item.place, rule=text
            )
            return True
        try:
            return translate(rule.tree, self, unanswered_fails=rule.unanswered_fails)
        except NotCarriedError as fault:
            self.remark(fault.code, question, severity="warning", place=item.place, rule=text, name=fault.name)
            return True

    def _account(self, item: Item) -> SourceItem:
        fate: Fate = "merged" if item.merged else "carried" if item.into else "left_out"
        return SourceItem(name=item.name, kind=item.kind, place=item.place, fate=fate, into=tuple(item.into))
