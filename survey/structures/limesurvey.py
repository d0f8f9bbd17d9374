"""Questionnaires of LimeSurvey: survey, group and question archives, and the tab-separated structure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind, StructureDraft
from survey.structures.entries import Item, Rule, rule_from
from survey.structures.expression_grammars import EXPRESSION_SCRIPT
from survey.structures.expression_tree import Constant
from survey.structures.limesurvey_conditions import conditions_rule
from survey.structures.limesurvey_scales import ANSWER_SETS, RATING_TYPES, answer_set
from survey.structures.limesurvey_tables import LimeAnswer, LimeGroup, LimeQuestion, LimeSurvey, read_lime_tables
from survey.structures.wordings import language_code, option_code

__all__ = ["read_limesurvey"]

_TEXT_TYPES = frozenset({"S", "T", "U"})
_ROW_TYPES: Mapping[str, Kind] = {
    **{"A": "scale", "B": "scale", "C": "single", "E": "single", "F": "single", "H": "single", "1": "single"},
    **{"K": "number", "Q": "text", ":": "number", ";": "text"},
}
"""Types whose subquestions are questions of their own here."""
_SINGLE_TYPES: Mapping[str, Kind] = {
    "5": "scale",
    "L": "single",
    "!": "single",
    "O": "single",
    "Y": "single",
    "G": "single",
}
_LEFT_OUT = {"|": "file", "*": "calculated", "I": "recorded"}
_CARRIED_ATTRIBUTES = frozenset(
    {"hidden", "min_num_value_n", "max_num_value_n", "question_theme_name", "question_template", "save_as_default"}
    | {"other_position", "other_replace_text", "scale_export", "statistics_showgraph", "statistics_graphtype"}
)
_IDLE = frozenset({"", "0", "N", "core"})
_DEFAULTS = {(name, "1") for name in ("time_limit_action", "public_statistics", "slider_layout", "slider_rating")}


def read_limesurvey(path: Path) -> StructureDraft:
    """Read a LimeSurvey structure: ``.lss`` (survey), ``.lsg`` (group), ``.lsq`` (question), ``.tsv`` or ``.txt``.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is no LimeSurvey structure, or holds no question.
    """
    survey = read_lime_tables(path)
    builder = DraftBuilder(path, "limesurvey", piping=r"\{[A-Za-z][\w.:]*(?:\.(?:shown|NAOK|value|code))?\}")
    for name, rows in survey.other_tables.items():
        builder.remark("survey.structure_table_left_out", f"{name} ({rows})")
    reader = _Lime(builder, survey)
    for number, group in enumerate(survey.groups, start=1):
        reader.group(group, number)
    return builder.finish(
        title=reader.words(survey.title, "title"), languages=[language_code(name) for name in survey.languages]
    )


class _Lime:
    def __init__(self, builder: DraftBuilder, survey: LimeSurvey) -> None:
        self.builder = builder
        self.languages = [language_code(name) for name in survey.languages]
        self.by_identifier = {question.identifier: question for group in survey.groups for question in group.questions}
        self.rules: tuple[Rule, ...] = ()
        self.title: dict[str, str] = {}
        self.open = False

    def words(self, wordings: Mapping[str, str], subject: str) -> dict[str, str]:
        """Plain wordings under our language codes."""
        return self.builder.words({language_code(name): text for name, text in wordings.items()}, subject)

    def group(self, group: LimeGroup, number: int) -> None:
        self.title = self.words(group.title, f"group {number}")
        self.rules = self._relevance(group.relevance)
        self.name = f"group_{number}"
        self.builder.section(self.name, self.title, stem=self.words(group.description, self.name), rules=self.rules)
        self.open = True
        for question in group.questions:
            self.question(question)

    def _relevance(self, text: str) -> tuple[Rule, ...]:
        bare = text.strip()
        if bare in {"", "1"}:
            return ()
        return (Rule(bare, Constant(False)),) if bare == "0" else (rule_from(bare, EXPRESSION_SCRIPT),)

    def question(self, question: LimeQuestion) -> None:
        item = self.builder.item(question.code, question.type, question.place)
        rules = self._relevance(question.relevance)
        if not rules and question.conditions:
            rules = (conditions_rule(question.conditions, self.by_identifier),)
        if question.attributes.get("hidden") == "1":
            rules = (Rule("hidden", Constant(False)),)
        self._note_attributes(question)
        text = self.words(question.text, question.code)
        if question.type == "X":
            self._reopen()
            self.builder.shown_text(item, text, rules=rules)
        elif question.type in _LEFT_OUT:
            code = f"survey.structure_{_LEFT_OUT[question.type]}_left_out"
            self.builder.leave_out(item, code, severity="warning", type=question.type)
        elif question.type in _ROW_TYPES:
            self._rows(question, item, text, rules)
        else:
            self._reopen()
            self._single(question, item, text, rules)

    def _reopen(self) -> None:
        """After a matrix, which is a section of its own, the group goes on in another."""
        if not self.open:
            self.builder.section(self.name, self.title, rules=self.rules)
            self.open = True

    def _note_attributes(self, question: LimeQuestion) -> None:
        for name, value in question.attributes.items():
            if name not in _CARRIED_ATTRIBUTES and value not in _IDLE and (name, value) not in _DEFAULTS:
                self.builder.remark("survey.structure_property_left_out", question.code, property=name)
        if question.pattern:
            self.builder.remark(
                "survey.structure_constraint_left_out",
                question.code,
                severity="warning",
                place=question.place,
                rule=question.pattern,
            )

    def _options(self, entries: Sequence[LimeAnswer], code: str) -> list[DraftOption]:
        return [
            DraftOption(code=option_code(entry.code), label=self.words(entry.text, f"{code}: {entry.code}"))
            for entry in entries
        ]

    def _other(self, question: LimeQuestion, options: list[DraftOption]) -> list[DraftOption]:
        if not question.other:
            return options
        label = dict.fromkeys(self.languages, "")
        fixed = answer_set("other", self.languages)[0].label
        given = question.attributes.get("other_replace_text")
        label = {language: given or fixed[language] for language in label}
        return [*options, DraftOption(code="other", label=label, specify=True)]

    def _limits(self, question: LimeQuestion) -> tuple[float | None, float | None]:
        ends: list[float | None] = []
        for name in ("min_num_value_n", "max_num_value_n"):
            text = question.attributes.get(name, "")
            number = re.fullmatch(r"-?\d+(?:\.\d+)?", text.strip())
            if text and not number:
                self.builder.remark("survey.structure_property_left_out", question.code, property=name)
            ends.append(float(text) if number else None)
        return ends[0], ends[1]

    def _single(self, question: LimeQuestion, item: Item, text: dict[str, str], rules: tuple[Rule, ...]) -> None:
        code, kind = question.code, question.type
        options: list[DraftOption] = []
        asked: Kind = "text"
        ticks: dict[str, int | float | str] = {}
        if kind in _SINGLE_TYPES:
            asked = _SINGLE_TYPES[kind]
            fixed = ANSWER_SETS.get(kind)
            options = list(answer_set(fixed, self.languages)) if fixed else self._options(question.answers, code)
            options = self._other(question, options)
            if kind == "O":
                self.builder.remark("survey.structure_comment_left_out", code, severity="warning", place=question.place)
        elif kind in {"M", "P"}:
            asked = "multiple"
            options = self._other(question, self._options(question.subquestions, code))
            ticks = {f"{code}_{entry.code}": option_code(entry.code) for entry in question.subquestions}
            if kind == "P":
                self.builder.remark("survey.structure_comment_left_out", code, severity="warning", place=question.place)
            self._note_row_relevance(question)
        elif kind == "R":
            asked, options = "ranking", self._options(question.answers or question.subquestions, code)
        elif kind == "N":
            asked = "number"
        elif kind == "D":
            self.builder.remark(
                "survey.structure_type_as_text", code, severity="warning", place=question.place, type="D"
            )
        elif kind not in _TEXT_TYPES:
            self.builder.leave_out(item, "survey.structure_type_unknown", severity="warning", type=kind)
            return
        self.builder.question(
            item,
            code,
            asked,
            text,
            hint=self.words(question.hint, code),
            options=options,
            required=question.mandatory,
            limits=self._limits(question) if kind == "N" else (None, None),
            rules=rules,
            references=_references(code),
            option_references={reference: option for name, option in ticks.items() for reference in _references(name)},
            spellings={"-oth-": "other"} if question.other else None,
            demographic=kind == "G",
        )

    def _note_row_relevance(self, question: LimeQuestion) -> None:
        for entry in question.subquestions:
            if entry.relevance not in {"", "1"}:
                self.builder.remark(
                    "survey.structure_option_routing",
                    f"{question.code}: {entry.code}",
                    severity="warning",
                    place=question.place,
                    rule=entry.relevance,
                )

    def _rows(self, question: LimeQuestion, item: Item, text: dict[str, str], rules: tuple[Rule, ...]) -> None:
        """A matrix: one section, one question per row (and per column where cells are entered)."""
        kind = _ROW_TYPES[question.type]
        cells = question.type in {":", ";"}
        rows = [entry for entry in question.subquestions if entry.scale == "0"]
        columns = [entry for entry in question.subquestions if entry.scale == "1"] if cells else []
        halves: list[str] = ["0"]
        if question.type == "1":
            halves = sorted({answer.scale for answer in question.answers}) or ["0"]
        if not rows:
            self.builder.leave_out(item, "survey.structure_rows_absent", severity="warning")
            return
        hint = self.words(question.hint, question.code)
        self.builder.section(
            question.code, text, stem=text, grid=kind in {"scale", "single"}, rules=(*self.rules, *rules)
        )
        self.open = False
        for half in halves:
            options = self._row_options(question, half)
            for row in rows:
                own = self._relevance(row.relevance)
                for column in columns or [LimeAnswer(code="")]:
                    parts = [question.code, row.code, column.code, half if len(halves) > 1 else ""]
                    name = "_".join(part for part in parts if part)
                    wording = self.words(row.text, name)
                    if column.code:
                        heads = self.words(column.text, name)
                        wording = {lang: f"{words} – {heads.get(lang, column.code)}" for lang, words in wording.items()}
                    self.builder.question(
                        item,
                        name,
                        kind,
                        wording,
                        hint=hint,
                        options=options,
                        list_name=f"{question.code}_{half}" if len(halves) > 1 else question.code,
                        required=question.mandatory,
                        rules=own,
                        references=_references(name),
                    )

    def _row_options(self, question: LimeQuestion, half: str) -> list[DraftOption]:
        fixed = ANSWER_SETS.get(question.type) or RATING_TYPES.get(question.type)
        if fixed:
            return list(answer_set(fixed, self.languages))
        return self._options([answer for answer in question.answers if answer.scale == half], question.code)


def _references(name: str) -> tuple[str, ...]:
    """How ExpressionScript may call a variable."""
    return (name, f"{name}.NAOK", f"{name}.code", f"{name}.value")
