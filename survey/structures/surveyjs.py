"""Questionnaires of SurveyJS: the JSON of its form library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey.errors import FileRefusedError, InstrumentError, Place
from survey.structures.builder import DraftBuilder
from survey.structures.draft import StructureDraft
from survey.structures.entries import Item, Rule, rule_from
from survey.structures.expression_grammars import SURVEYJS
from survey.structures.expression_tree import Constant
from survey.structures.source_file import read_json
from survey.structures.surveyjs_questions import QUESTION_TYPES, SurveyJSQuestions
from survey.structures.surveyjs_wordings import SurveyJSWordings

__all__ = ["read_surveyjs"]

DEEPEST = 50
_PAGE_KEYS = frozenset(
    {
        "name",
        "type",
        "title",
        "description",
        "elements",
        "questions",
        "visibleIf",
        "visible",
        "state",
        "startWithNewLine",
    }
)
_SURVEY_KEYS = frozenset({"title", "description", "pages", "elements", "questions", "locale", "logo", "$schema"})


def read_surveyjs(path: Path) -> StructureDraft:
    """Read a SurveyJS form (``.json``).

    A page becomes a section, and so does every panel and matrix in it. Elements of the same name share one
    answer in SurveyJS: repetitions are merged into the first.

    Raises
    ------
    FileRefusedError
        The file is missing, not JSON, or nested beyond reason.
    InstrumentError
        It is no SurveyJS form, or holds no question.
    """
    document = read_json(path, (".json",))
    if not isinstance(document, Mapping) or not any(
        isinstance(document.get(key), list) for key in ("pages", "elements", "questions")
    ):
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="pages, elements")
    return _Form(path, document).draft()


class _Form:
    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.builder = DraftBuilder(path, "surveyjs", piping=r"\{[A-Za-z][\w.\[\]]*\}")
        self.document = document
        self.file = path.name
        self.words = SurveyJSWordings(self.builder, document)
        self.questions = SurveyJSQuestions(self.builder, self.words)
        self.seen: dict[str, tuple[str, Item]] = {}
        self.opened: object = None
        self.path: list[tuple[str, dict[str, str], dict[str, str], tuple[Rule, ...]]] = []

    def draft(self) -> StructureDraft:
        for key in self.document:
            if key not in _SURVEY_KEYS:
                self.builder.remark("survey.structure_property_left_out", "survey", property=key)
        pages = self.document.get("pages")
        if isinstance(pages, list):
            for number, page in enumerate(pages, start=1):
                if isinstance(page, Mapping):
                    self._container(page, str(page.get("name") or f"page{number}"), f"pages[{number}]", 0)
        else:
            self._container(self.document, "main", "survey", 0)
        return self.builder.finish(
            title=self.words.text(self.document.get("title"), "title"), languages=self.words.languages
        )

    def _container(self, holder: Mapping[str, Any], name: str, trail: str, depth: int) -> None:
        """A page or panel and what stands in it."""
        if depth > DEEPEST:
            raise FileRefusedError.of("survey.structure_too_deep", Place(file=self.file))
        if holder is not self.document:
            for key in holder:
                if key not in _PAGE_KEYS:
                    self.builder.remark("survey.structure_property_left_out", name, property=key)
        title = self.words.text(holder.get("title"), name) if holder is not self.document else {}
        stem = self.words.text(holder.get("description"), name) if holder is not self.document else {}
        rules = self._rules(holder)
        self.path.append((name, title, stem, rules))
        elements = holder.get("elements", holder.get("questions"))
        for number, element in enumerate(elements if isinstance(elements, list) else [], start=1):
            if isinstance(element, Mapping):
                self._element(element, f"{trail}.elements[{number}]", depth)
        self.path.pop()
        self.opened = None

    def _rules(self, holder: Mapping[str, Any]) -> tuple[Rule, ...]:
        if holder.get("visible") is False:
            return (Rule("visible: false", Constant(False)),)
        text = holder.get("visibleIf")
        return (rule_from(text, SURVEYJS),) if isinstance(text, str) and text.strip() else ()

    def _open(self) -> None:
        """The section of the innermost page or panel, unless it is the one that is open."""
        if self.opened is self.path[-1]:
            return
        name, title, stem, _ = self.path[-1]
        self.builder.section(name, title, stem=stem, rules=self._outer())
        self.opened = self.path[-1]

    def _outer(self) -> tuple[Rule, ...]:
        return tuple(rule for _, _, _, rules in self.path for rule in rules)

    def _element(self, element: Mapping[str, Any], trail: str, depth: int) -> None:
        kind = str(element.get("type") or "text")
        name = str(element.get("name") or "")
        place = Place(file=self.file, path=trail)
        if kind in {"panel", "paneldynamic", "flowpanel"}:
            inner = element
            if kind == "paneldynamic":
                self.builder.remark("survey.structure_repeat_flattened", name, severity="warning", place=place)
                inner = {**element, "elements": element.get("templateElements")}
                inner.pop("templateElements", None)
            self._container(inner, name or "panel", trail, depth + 1)
            return
        item = self.builder.item(name or kind, kind, place)
        content = json.dumps(dict(element), sort_keys=True, default=str)
        if kind in {"html", "image", "expression"}:
            self._shown(item, kind, element)
        elif kind not in QUESTION_TYPES:
            code = {"file": "file", "signaturepad": "file"}.get(kind)
            left = f"survey.structure_{code}_left_out" if code else "survey.structure_type_unknown"
            self.builder.leave_out(item, left, severity="warning", type=kind)
        elif not name:
            self.builder.leave_out(item, "survey.structure_name_absent", severity="warning", type=kind)
        elif name in self.seen and self.seen[name][0] == content:
            self.builder.remark("survey.structure_same_question", name, severity="warning", place=place)
            self.builder.merge(item, name)
        else:
            self.seen.setdefault(name, (content, item))
            if kind.startswith("matrix") or kind == "multipletext":
                self.questions.matrix(item, name, kind, element, (*self._outer(), *self._rules(element)))
                self.opened = None
            else:
                self._open()
                self.questions.single(item, name, kind, element, self._rules(element))

    def _shown(self, item: Item, kind: str, element: Mapping[str, Any]) -> None:
        if kind == "html":
            self._open()
            self.builder.shown_text(item, self.words.text(element.get("html"), item.name), rules=self._rules(element))
        else:
            code = "calculated" if kind == "expression" else "file"
            self.builder.leave_out(item, f"survey.structure_{code}_left_out", severity="warning", type=kind)
