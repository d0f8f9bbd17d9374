"""Wording that others own, put in place of ours by those who hold a permission.

The shipped instruments with the structure of a published scale have original wording. Whoever may use
the published one writes it down in a file of their own, which never becomes part of the library.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from survey.definition_files import read_definition
from survey.errors import InstrumentError, Language, Place, Problem, render_message
from survey.instrument import Instrument, Source
from survey.questionnaire import Question
from survey.texts import Code, Definition, Text

__all__ = ["PermittedWording", "apply_wording"]

REPLACED_FACETS = frozenset({"performance", "expectation", "minimum", "importance", "functional", "dysfunctional"})
"""Questions of these facets make up a scale; outcomes, segments and open questions are not part of it."""

SENTENCE_LANGUAGES: tuple[Language, ...] = ("zh", "en")
LISTED = 30


class PermittedWording(Definition):
    """A file of wording: for which instrument, with whose permission, question by question.

    ``instrument`` is the id the result bears, since its wording is not that of ``replaces``.
    ``permission`` says by whom, when and for what it was granted. ``partial`` allows questions that
    keep the original wording. ``naming`` states what results may be called where the permission
    says so.
    """

    schema_: Literal["satix.wording/1"] = Field(default="satix.wording/1", alias="schema")
    replaces: Code
    replaces_version: str | None = None
    instrument: Code
    holder: str = Field(min_length=1)
    permission: Text
    naming: Text | None = None
    sources: tuple[Source, ...] = ()
    partial: bool = False
    questions: dict[Code, Text] = Field(min_length=1)


def apply_wording(instrument: Instrument, path: Path) -> Instrument:
    """The instrument with the wording of a file in place of its own, under another id and licence.

    Every question that measures an indicator or an attribute must be worded, unless the file is
    declared partial. The result keeps the languages in which all worded questions are given; its
    licence names the holder and the permission, its naming what the file says, or that the permission
    decides. Codes, scales, tree and routing stay.

    Raises
    ------
    InstrumentError
        The file is at fault, belongs to another instrument or version, keeps its id, names unknown
        questions, leaves questions out, or has no language common to all of them. All faults are
        listed together.
    """
    wording = read_definition(path, PermittedWording, error=InstrumentError)
    problems = _faults(instrument, wording, path.name)
    kept = tuple(x for x in instrument.languages if all(_has(text, x) for text in wording.questions.values()))
    if not kept:
        short = min(
            ([code for code, text in wording.questions.items() if not _has(text, x)] for x in instrument.languages),
            key=len,
        )
        languages = ", ".join(instrument.languages)
        problems.append(_problem("wording_no_language", path.name, languages=languages, codes=_list(short)))
    if problems:
        raise InstrumentError(problems)

    def worded(question: Question) -> Question:
        text = wording.questions.get(question.code)
        return question if text is None else question.model_copy(update={"text": text})

    content = {name: getattr(instrument, name) for name in type(instrument).model_fields}
    content |= {
        "instrument": wording.instrument,
        "languages": kept,
        "licence": _sentence("instruments.licence_with_permission", wording),
        "naming": wording.naming or _sentence("instruments.naming_with_permission", wording),
        "sources": (*instrument.sources, *wording.sources),
        "translation": tuple(step for step in instrument.translation if step.language in kept),
        "sections": tuple(
            section.model_copy(update={"questions": tuple(worded(question) for question in section.questions)})
            for section in instrument.sections
        ),
    }
    return Instrument.model_validate(content)


def _faults(instrument: Instrument, wording: PermittedWording, file: str) -> list[Problem]:
    problems = []
    if wording.replaces != instrument.instrument:
        problems.append(_problem("wording_for_another", file, expected=wording.replaces, found=instrument.instrument))
    elif wording.replaces_version not in {None, instrument.version}:
        problems.append(
            _problem(
                "wording_for_another_version",
                file,
                instrument=instrument.instrument,
                expected=wording.replaces_version,
                found=instrument.version,
            )
        )
    if wording.instrument == instrument.instrument:
        problems.append(_problem("wording_keeps_id", file, instrument=instrument.instrument))
    codes = [question.code for question in instrument.questions]
    for code in wording.questions:
        if code not in codes:
            near = get_close_matches(code, codes, n=3, cutoff=0.5) or codes[:3]
            problems.append(_problem("wording_unknown_code", file, found=code, near=", ".join(near)))
    absent = [q.code for q in instrument.questions if q.facet in REPLACED_FACETS and q.code not in wording.questions]
    if absent and not wording.partial:
        problems.append(_problem("wording_missing_codes", file, codes=_list(absent)))
    return problems


def _problem(code: str, file: str, **fields: Any) -> Problem:
    return Problem(code=f"instruments.{code}", place=Place(file=file), fields=fields)


def _list(codes: list[str]) -> str:
    return ", ".join(codes[:LISTED]) + (" …" if len(codes) > LISTED else "")


def _has(text: Text, language: str) -> bool:
    given = text.languages()
    return given is None or language in given


def _sentence(code: str, wording: PermittedWording) -> Text:
    return Text(
        {
            language: render_message(
                code,
                {"holder": wording.holder, "permission": wording.permission.in_language(language).rstrip("。. ")},
                language,
            )
            for language in SENTENCE_LANGUAGES
        }
    )
