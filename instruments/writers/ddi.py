"""DDI Codebook 2.5 (XML): https://ddialliance.org/ddi-codebook_v2.5.

Elements stand in the order of the schema: in ``var`` label, question, valid and invalid range,
universe, text, categories, concept, format, notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from instruments.writers.blocks import Matrix, blocks, number_text
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text
from instruments.writers.platform_names import assign_names
from instruments.writers.variables import Variable, question_numbers, variables
from instruments.writers.xml_text import xml_text
from survey.instrument import Instrument
from survey.questionnaire import Section
from survey.scales import Option
from survey.texts import Text

__all__ = ["DDI_NAMESPACE", "write_ddi"]

DDI_NAMESPACE = "ddi:codebook:2_5"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_LOCATION = f"{DDI_NAMESPACE} http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
LANGUAGE_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_ddi(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as a DDI Codebook 2.5 document, without data or file description.

    A section becomes a variable group, and so does a matrix (``grid``), a multiple choice
    (``multipleResp``) and a ranking; an indicator is the concept of its questions, a purpose the
    text of a variable, routing its universe (in words), an option declared missing a category with
    ``missing="Y"``. Scores stand beside categories; facets, reversal and weights in notes.

    Parameters
    ----------
    languages
        Languages of labels and wordings, each marked by ``xml:lang``; the instrument's own by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    document = _Codebook(instrument, languages)
    root = document.build()
    ET.indent(root, "  ")
    ET.register_namespace("", DDI_NAMESPACE)
    ET.register_namespace("xsi", SCHEMA_INSTANCE)
    ET.ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)
    renamed = {key: name for key, name in document.names.items() if key != name}
    return ExportReport(file=path, losses=document.losses.problems(path), names=renamed)


class _Codebook:
    """One codebook document."""

    def __init__(self, instrument: Instrument, languages: Sequence[str] | None) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.languages = export_languages(instrument, languages, self.losses)
        self._variables = tuple(variables(instrument))
        keys = [variable.key for variable in self._variables]
        self.names = assign_names(keys, forbidden=r"[^\w.\-]+", first=r"[^\W\d]", prefix="q_", longest=200)
        groups = [section.code for section in instrument.sections] + [
            question.code for question in instrument.questions
        ]
        unique = list(dict.fromkeys(f"group_{code}" for code in groups))
        self._groups = assign_names(unique, forbidden=r"[^\w.\-]+", longest=200, taken=self.names.values())
        self._numbers = question_numbers(instrument)
        self._nodes = {node.code: node for node in instrument.index.walk()}
        for key, name in self.names.items():
            if key != name:
                self.losses.add("instruments.export_renamed", f"{key} → {name}", "note")
        for question in instrument.questions:
            if question.show_if is not None:
                self.losses.add("instruments.export_routing_in_words", question.code, "note")
        if instrument.constructs is not None:
            self.losses.add("instruments.export_paths_not_carried", instrument.instrument, "note")

    def build(self) -> ET.Element:
        """The whole document."""
        root = ET.Element(_tag("codeBook"), {"version": "2.5", "ID": f"ddi_{self.instrument.instrument}"})
        root.set(f"{{{SCHEMA_INSTANCE}}}schemaLocation", SCHEMA_LOCATION)
        described = _child(root, "docDscr")
        self._citation(described)
        study = _child(root, "stdyDscr")
        self._citation(study)
        info = _child(study, "stdyInfo")
        self._wordings(info, "abstract", self.instrument.purpose)
        if self.instrument.naming is not None:
            self._wordings(info, "notes", self.instrument.naming)
        access = _child(study, "dataAccs")
        for language in self.languages:
            terms = _child(access, "useStmt", lang=language)
            _child(terms, "conditions", self.instrument.licence.in_language(language))
        if self.instrument.sources:
            material = _child(study, "othrStdyMat")
            for source in self.instrument.sources:
                _child(material, "relPubl", source.cite)
        data = _child(root, "dataDscr")
        self._variable_groups(data)
        for variable in self._variables:
            self._variable(data, variable)
        for node in self.instrument.index.walk():
            if node.weight is not None:
                _child(data, "notes", f"{node.code}: {node.weight!r}", type="indicator weight")
        return root

    def _citation(self, parent: ET.Element) -> None:
        citation = _child(parent, "citation")
        title = _child(citation, "titlStmt")
        first, *others = self.languages
        _child(title, "titl", self.instrument.title.in_language(first), lang=first)
        if self.instrument.title.languages() is not None:
            for language in others:
                _child(title, "parTitl", self.instrument.title.in_language(language), lang=language)
        _child(title, "IDNo", self.instrument.instrument)
        _child(_child(citation, "verStmt"), "version", self.instrument.version)

    def _wordings(self, parent: ET.Element, tag: str, text: Text, **attributes: str) -> None:
        """One element per language, or a single one for a wording that serves every language."""
        if text.languages() is None:
            _child(parent, tag, text.in_language(self.languages[0]), **attributes)
            return
        for language in self.languages:
            _child(parent, tag, text.in_language(language), lang=language, **attributes)

    def _variable_groups(self, data: ET.Element) -> None:
        for section in self.instrument.sections:
            members = " ".join(self.names[v.key] for v in self._variables if v.section is section)
            name = self._groups[f"group_{section.code}"]
            group = _child(data, "varGrp", ID=f"S_{name}", name=section.code, type="section", var=members)
            self._wordings(group, "labl", section.title)
            for block in blocks(section, self.instrument):
                if isinstance(block, Matrix):
                    self._grid(data, section, block)
        for question in self.instrument.questions:
            parts = [v for v in self._variables if v.question is question and v.kind in {"tick", "rank"}]
            if parts:
                kind = (
                    {"type": "multipleResp"} if parts[0].kind == "tick" else {"type": "other", "otherType": "ranking"}
                )
                members = " ".join(self.names[v.key] for v in parts)
                name = self._groups[f"group_{question.code}"]
                group = _child(data, "varGrp", ID=f"Q_{name}", name=question.code, var=members, **kind)
                self._wordings(group, "labl", question.name)

    def _grid(self, data: ET.Element, section: Section, matrix: Matrix) -> None:
        members = " ".join(self.names[question.code] for question in matrix.questions)
        name = f"G_{self.names[matrix.questions[0].code]}"
        group = _child(data, "varGrp", ID=name, name=section.code, type="grid", var=members)
        self._wordings(group, "labl", section.stem or section.title)

    def _variable(self, data: ET.Element, variable: Variable) -> None:
        question, name = variable.question, self.names[variable.key]
        element = _child(data, "var", ID=name, name=name, **_nature(variable, self.instrument))
        for language in self.languages:
            _child(element, "labl", variable.label(language), lang=language)
        for language in self.languages:
            asked = _child(element, "qstn", lang=language, responseDomainType=_domain(variable))
            if variable.section.stem is not None:
                _child(asked, "preQTxt", variable.section.stem.in_language(language))
            _child(asked, "qstnLit", question.text.in_language(language))
            if question.hint is not None:
                _child(asked, "ivuInstr", question.hint.in_language(language))
        self._ranges(element, variable)
        if question.show_if is not None:
            for language in self.languages:
                condition = condition_in_words(question, self.instrument, language, self._numbers)
                _child(element, "universe", condition, lang=language)
        if question.purpose is not None:
            self._wordings(element, "txt", question.purpose)
        self._categories(element, variable)
        node = self._nodes.get(question.measures or "")
        if node is not None:
            for language in self.languages:
                _child(element, "concept", node.label.in_language(language), lang=language, vocab=node.code)
        text = variable.kind in {"text", "specify"} or _has_text_codes(variable, self.instrument)
        _child(element, "varFormat", type="character" if text else "numeric", schema="other")
        for note in _notes(variable):
            _child(element, "notes", note, type="satix")

    def _ranges(self, element: ET.Element, variable: Variable) -> None:
        question = variable.question
        if variable.kind == "number" and (question.lowest is not None or question.highest is not None):
            ends = {"min": question.lowest, "max": question.highest}
            given = {key: number_text(value) for key, value in ends.items() if value is not None}
            _child(_child(element, "valrng"), "range", UNITS="REAL", **given)
        if variable.kind == "rank":
            highest = str(self.instrument.scale_of(question).size)
            _child(_child(element, "valrng"), "range", UNITS="INT", min="1", max=highest)
        gone = [option for option in self._options(variable) if option.missing is not None]
        if gone:
            invalid = _child(element, "invalrng")
            for option in gone:
                _child(invalid, "item", VALUE=str(option.code))

    def _options(self, variable: Variable) -> tuple[Option, ...]:
        return self.instrument.scale_of(variable.question).all_options if variable.kind == "choice" else ()

    def _categories(self, element: ET.Element, variable: Variable) -> None:
        for option in self._options(variable):
            missing = {"missing": "Y", "missType": option.missing} if option.missing is not None else {}
            category = _child(element, "catgry", **missing)
            _child(category, "catValu", str(option.code))
            self._wordings(category, "labl", option.label)
            if option.score is not None:
                _child(category, "txt", f"score {number_text(option.score)}")
        if variable.kind == "tick":
            for value, name in (("1", "ticked"), ("0", "not_ticked")):
                category = _child(element, "catgry")
                _child(category, "catValu", value)
                for language in self.languages:
                    _child(category, "labl", form_text(name, language), lang=language)


def _notes(variable: Variable) -> list[str]:
    """What DDI has no element for: facet or role, reversal, expected answer and the like."""
    question = variable.question
    if variable.kind == "specify":
        return []
    marks = {
        "facet": question.facet,
        "role": question.role,
        "series": question.series,
        "attribute": question.attribute,
        "expects": question.expects,
        "reverse": question.reverse or None,
        "critical": question.critical or None,
        "recommend": question.recommend or None,
        "required": question.required or None,
    }
    return [name if value is True else f"{name}: {value}" for name, value in marks.items() if value is not None]


def _nature(variable: Variable, instrument: Instrument) -> dict[str, str]:
    """``intrvl`` and ``nature`` of a variable; text has neither."""
    if variable.kind == "number":
        return {"intrvl": "contin", "nature": "ratio"}
    if variable.kind in {"text", "specify"}:
        return {}
    ordered = variable.kind == "rank" or (variable.kind == "choice" and instrument.scale_of(variable.question).ordered)
    return {"intrvl": "discrete", "nature": "ordinal" if ordered else "nominal"}


def _domain(variable: Variable) -> str:
    """DDI's word for how a question is answered."""
    words = {"choice": "category", "tick": "multiple", "rank": "numeric", "number": "numeric"}
    return words.get(variable.kind, "text")


def _has_text_codes(variable: Variable, instrument: Instrument) -> bool:
    if variable.kind != "choice":
        return False
    return any(isinstance(option.code, str) for option in instrument.scale_of(variable.question).all_options)


def _tag(name: str) -> str:
    return f"{{{DDI_NAMESPACE}}}{name}"


def _child(
    parent: ET.Element, tag: str, text: str | None = None, *, lang: str | None = None, **attributes: str
) -> ET.Element:
    element = ET.SubElement(parent, _tag(tag), {name: xml_text(value) for name, value in attributes.items()})
    if lang is not None:
        element.set(LANGUAGE_ATTRIBUTE, lang)
    if text is not None:
        element.text = xml_text(text)
    return element
