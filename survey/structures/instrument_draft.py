"""A neutral draft as an instrument a researcher can complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from survey.errors import InstrumentError, Place, Problem
from survey.importers.cell_text import fold
from survey.indicators import Indicator
from survey.instrument import Instrument, Source
from survey.privacy import identifying_heading
from survey.questionnaire import Question, Section
from survey.routing import All, Condition, Count, Not, Selected
from survey.routing import Any as AnyOf
from survey.scales import Option, Scale
from survey.structures.draft import DraftOption, DraftQuestion, DraftSection, StructureDraft, Wordings
from survey.structures.remarks import Remarks
from survey.structures.role_words import (
    asks_for_demography,
    asks_for_importance,
    asks_to_recommend,
    missing_kind,
    on_a_known_scale,
    positive_end_is_lowest,
)
from survey.structures.wordings import code_from
from survey.texts import Text

__all__ = ["InstrumentDraft", "draft_instrument"]

FEWEST_STEPS = 3
"""Answers a scale has at least; with two, a question is a choice."""


class InstrumentDraft(NamedTuple):
    """An instrument to be completed, and everything the researcher should know about it."""

    instrument: Instrument
    remarks: tuple[Problem, ...]


def draft_instrument(draft: StructureDraft, *, instrument_id: str) -> InstrumentDraft:
    """Make an instrument of a questionnaire's structure.

    Roles are given only where they are evident: questions on a scale become performance questions of one
    provisional indicator per section, a 0-10 question about recommending becomes ``recommend``, texts are
    ``open``, demographic choices ``segment``; everything else is ``paradata``, with a remark. Scores are
    the option codes where they are numbers, positions otherwise. A questionnaire without any scale
    question gets a placeholder, since an index must rest on something.

    Raises
    ------
    InstrumentError
        ``instrument_id`` is no valid code.
    """
    if code_from(instrument_id) != instrument_id:
        raise InstrumentError.of("survey.structure_id", Place(file=draft.file), found=instrument_id)
    return _Drafting(draft, instrument_id).result()


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    import yaml

    text = (resources.files("survey.structures") / "draft_phrases.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return phrases


def _phrase(name: str, **fields: str) -> Text:
    return Text({language: wording.format(**fields) for language, wording in _phrases()[name].items()})


def _text(wordings: Wordings, otherwise: object) -> Text:
    return Text(dict(wordings)) if wordings else Text(str(otherwise))


def _looked_at(condition: Condition) -> Iterator[tuple[str, str | None]]:
    """Questions and options a condition names; None for an option where it counts them all."""
    match condition:
        case Selected():
            yield from ((condition.question, str(code)) for code in condition.selected)
        case Count():
            yield condition.count, None
        case Not():
            yield from _looked_at(condition.not_)
        case All():
            for part in condition.all_:
                yield from _looked_at(part)
        case AnyOf():
            for part in condition.any_:
                yield from _looked_at(part)


class _Drafting:
    def __init__(self, draft: StructureDraft, instrument_id: str) -> None:
        self.draft = draft
        self.id = instrument_id
        self.remarks = Remarks(draft.file)
        self.scales: dict[str, Scale] = {}
        self.known: dict[tuple[object, ...], str] = {}
        conditions = [question.show_if for question in draft.questions if question.show_if is not None]
        self.routed = {pair for condition in conditions for pair in _looked_at(condition)}
        self.rated: dict[frozenset[str], str] = {}
        for section in draft.sections:
            if any(self._is_rated(question, section) for question in section.questions):
                self.rated.setdefault(self._rows(section), section.code)

    def result(self) -> InstrumentDraft:
        sections = [self._section(section) for section in self.draft.sections]
        indicators = [
            Indicator(code=section.code, label=section.title)
            for section in sections
            if any(question.facet == "performance" for question in section.questions)
        ]
        root = "index"
        while any(root == indicator.code for indicator in indicators):
            root += "_"
        if not indicators:
            sections.append(self._placeholder(root, {section.code for section in sections}))
        index = Indicator(code=root, label=_phrase("index"), indicators=tuple(indicators))
        if indicators:
            self.remarks.add("survey.structure_indicators", ", ".join(indicator.code for indicator in indicators))
        instrument = Instrument(
            instrument=self.id,
            version="0.1.0",
            title=_text(self.draft.title, self.id),
            purpose=_phrase("purpose", file=self.draft.file, platform=self.draft.platform),
            languages=self.draft.languages,
            licence=_phrase("licence"),
            sources=(Source(cite=self.draft.file),),
            scales=self.scales,
            index=index,
            sections=tuple(sections),
        )
        return InstrumentDraft(instrument, (*self.draft.remarks, *self.remarks.problems()))

    @staticmethod
    def _rows(section: DraftSection) -> frozenset[str]:
        """The wordings of a section's questions, by which two blocks on the same things are known."""
        return frozenset(fold(text) for question in section.questions for text in question.text.values())

    def _section(self, section: DraftSection) -> Section:
        questions = tuple(self._question(question, section) for question in section.questions)
        return Section(
            code=section.code,
            title=_text(section.title, section.code),
            stem=_text(section.stem, "") if section.stem else None,
            grid=section.grid,
            questions=questions,
        )

    def _question(self, question: DraftQuestion, section: DraftSection) -> Question:
        roles = self._roles(question, section)
        kind = roles.pop("type", question.kind)
        scale = self._scale(question, scored=kind == "scale") if question.options else None
        return Question(
            code=question.code,
            text=_text(question.text, question.code),
            type=kind,
            scale=scale,
            required=question.required,
            hint=_text(question.hint, "") if question.hint else None,
            purpose=_text(question.purpose, "") if question.purpose else None,
            lowest=question.lowest,
            highest=question.highest,
            show_if=question.show_if,
            **roles,
        )

    def _roles(self, question: DraftQuestion, section: DraftSection) -> dict[str, Any]:
        """Type, facet and what goes with it, or role."""
        choice = question.kind in {"scale", "single"}
        if question.attention:
            known = choice and question.expects is not None
            code = "survey.structure_attention" if known else "survey.structure_attention_open"
            self.remarks.add(code, question.code, severity="warning")
            if known:
                return {"role": "attention", "expects": question.expects}
            return {"type": "single" if choice else question.kind, "role": "paradata"}
        if choice and (question.recommend or asks_to_recommend(question)):
            self.remarks.add("survey.structure_recommend", question.code)
            return {"type": "scale", "facet": "outcome", "recommend": True}
        scale = choice and self._is_scale(question, section)
        if scale and question.unordered:
            wording = next(iter((section.stem or question.text).values()), "")[:40]
            codes = [asked.code for asked in section.questions] if section.grid else [question.code]
            span = codes[0] if len(codes) == 1 else f"{codes[0]}–{codes[-1]}"
            self.remarks.add("survey.structure_unordered", f"{span} “{wording}”", severity="warning")
            return {"type": "single", "role": "paradata"}
        if scale and asks_for_importance(question.options, section.stem, question.text):
            beside = self.rated.get(self._rows(section))
            if beside is None:
                self.remarks.add("survey.structure_importance_alone", question.code, severity="warning")
                return {"type": "single", "role": "paradata"}
            self.remarks.add("survey.structure_importance", question.code)
            return {"type": "scale", "facet": "importance", "measures": beside}
        if scale:
            return {"type": "scale", "facet": "performance", "measures": section.code}
        kind = {"type": "single"} if question.kind == "scale" else {}
        identifying = question.identifying or any(
            identifying_heading(text) for text in (*question.text.values(), question.code)
        )
        if question.kind in {"text", "number"} and identifying:
            self.remarks.add("survey.structure_identifying", question.code, severity="warning")
            return {"role": "paradata"}
        if question.kind == "text":
            return {"role": "open"}
        if question.demographic or (
            question.kind != "ranking" and asks_for_demography(question.code, *question.text.values())
        ):
            self.remarks.add("survey.structure_segment", question.code)
            return {**kind, "role": "segment"}
        self.remarks.add("survey.structure_role_open", question.code)
        return {**kind, "role": "paradata"}

    def _is_rated(self, question: DraftQuestion, section: DraftSection) -> bool:
        """Whether a question is drafted as a rating that makes up the index."""
        if question.attention or question.unordered or question.kind not in {"scale", "single"}:
            return False
        asked = question.recommend or asks_to_recommend(question)
        if asked or asks_for_importance(question.options, section.stem, question.text):
            return False
        return self._is_scale(question, section)

    def _is_scale(self, question: DraftQuestion, section: DraftSection) -> bool:
        answers = [option for option in question.options if self._missing(question, option) is None]
        if len(answers) < FEWEST_STEPS or question.demographic:
            return False
        return question.kind == "scale" or section.grid or on_a_known_scale(answers)

    def _missing(self, question: DraftQuestion, option: DraftOption) -> Any:
        """The missing kind of an option, unless routing depends on its being chosen."""
        if (question.code, str(option.code)) in self.routed or (question.code, None) in self.routed:
            return None
        return option.missing or missing_kind(option.label)

    def _scale(self, question: DraftQuestion, *, scored: bool) -> str:
        missing = {str(o.code): self._missing(question, o) if scored else o.missing for o in question.options}
        if len([kind for kind in missing.values() if kind is None]) < 2:
            missing = dict.fromkeys(missing)
        answers = [option for option in question.options if missing[str(option.code)] is None]
        scores: dict[str, float] = {}
        if scored:
            declared = all(option.score is not None for option in answers)
            numbered = all(isinstance(option.code, int | float) for option in answers)
            for place, option in enumerate(answers, start=1):
                number = option.score if declared else option.code if numbered else place
                scores[str(option.code)] = float(number or 0)
        options = tuple(
            Option(
                code=option.code,
                label=_text(option.label, option.code),
                score=scores.get(str(option.code)),
                missing=missing[str(option.code)],
                specify=option.specify,
            )
            for option in question.options
        )
        key = (scored, *((str(o.code), str(o.label.root), o.score, o.missing, o.specify) for o in options))
        if key not in self.known:
            self.known[key] = self._new_scale(question, Scale(options=options, ordered=scored))
            self._note_scale(self.known[key], answers, scores, missing)
        return self.known[key]

    def _new_scale(self, question: DraftQuestion, scale: Scale) -> str:
        wanted = code_from(question.list_name or question.code)
        name, number = wanted, 1
        while name in self.scales:
            number += 1
            name = f"{wanted[:60]}_{number}"
        self.scales[name] = scale
        return name

    def _note_scale(
        self, name: str, answers: list[DraftOption], scores: Mapping[str, float], missing: Mapping[str, object]
    ) -> None:
        if not scores:
            return
        if any(option.score is None for option in answers):
            self.remarks.add("survey.structure_scores_assumed", name, severity="warning")
        if positive_end_is_lowest({scores[str(option.code)]: option.label for option in answers}):
            self.remarks.add("survey.structure_direction", name, severity="warning")
        gone = [code for code, kind in missing.items() if kind is not None]
        if gone:
            self.remarks.add("survey.structure_missing_assumed", f"{name}: {', '.join(gone)}", severity="warning")

    def _placeholder(self, root: str, sections: set[str]) -> Section:
        codes = {question.code for question in self.draft.questions}
        code = next(name for n in range(1, 10_000) if (name := f"placeholder{n if n > 1 else ''}") not in codes)
        section = next(name for n in range(1, 10_000) if (name := f"placeholder{n if n > 1 else ''}") not in sections)
        scale = next(name for n in range(1, 10_000) if (name := f"placeholder{n if n > 1 else ''}") not in self.scales)
        self.scales[scale] = Scale(from_=1, to=5)
        self.remarks.add("survey.structure_placeholder", code, severity="warning")
        question = Question(code=code, text=_phrase("placeholder"), scale=scale, facet="performance", measures=root)
        return Section(code=section, title=_phrase("placeholder_section"), questions=(question,))
