"""DDI Codebook 2.x: the variables of a data file, their questions, categories and values that are no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import InstrumentError, Place
from survey.importers.answer_key import known_missing
from survey.importers.cell_text import fold
from survey.scales import MISSING_CODES, MissingKind
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, StructureDraft
from survey.structures.source_file import read_xml
from survey.structures.wordings import guess_language, language_code, option_code, plain_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["DdiCategory", "DdiCodebook", "DdiVariable", "read_ddi", "read_ddi_codebook"]

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CODED = re.compile(r"(?<![\d.])(?P<code>-?\d+)\s*=\s*(?P<label>[^\n(=]+)")
_KINDS: Mapping[int, MissingKind] = {code: kind for kind, code in MISSING_CODES.items()}
_ROLES = frozenset({"wgt", "wgt-var", "wt"})
LONGEST_WORDING = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DdiCategory:
    """One category; ``missing`` where it is no answer."""

    code: int | str
    label: Mapping[str, str] = field(default_factory=dict)
    missing: MissingKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DdiVariable:
    """One variable: ``label`` and ``question`` by language, ``decimals`` implied in fixed-width data.

    ``missing`` are single values that are no answer (categories among them), ``missing_ranges`` closed ranges.
    """

    name: str
    label: Mapping[str, str] = field(default_factory=dict)
    question: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[DdiCategory, ...] = ()
    numeric: bool = True
    decimals: int = 0
    missing: Mapping[str, MissingKind] = field(default_factory=dict)
    missing_ranges: tuple[tuple[float, float], ...] = ()
    weight: bool = False
    lowest: float | None = None
    highest: float | None = None
    identifier: str = ""
    place: Place = field(default_factory=Place)

    def wording(self) -> Mapping[str, str]:
        """The question where there is one, else the label."""
        return self.question or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class DdiCodebook:
    """The variables of a codebook in its order, and the groups they are arranged in: title and variable ids."""

    file: str
    title: Mapping[str, str]
    variables: tuple[DdiVariable, ...]
    groups: tuple[tuple[Mapping[str, str], tuple[str, ...]], ...] = ()


def read_ddi_codebook(path: Path) -> DdiCodebook:
    """Read the variables of a DDI Codebook (``.xml``).

    Raises
    ------
    FileRefusedError
        The file is missing, not XML, or unsafe to open (document types are refused).
    InstrumentError
        It is no codebook, or holds no variable.
    """
    root = read_xml(path, (".xml",))
    if _tag(root) != "codeBook":
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="<codeBook>")
    languages = [element.get(_LANGUAGE, "") for element in root.iter() if element.get(_LANGUAGE)]
    labels = [element.text or "" for element in root.iter() if _tag(element) == "labl"]
    default = language_code(root.get(_LANGUAGE) or (languages[0] if languages else guess_language(labels)))
    variables = tuple(
        _variable(element, number, default, path)
        for number, element in enumerate((e for e in root.iter() if _tag(e) == "var"), start=1)
    )
    if not variables:
        raise InstrumentError.of("survey.structure_without_questions", Place(file=path.name))
    groups = tuple(
        (_words(element, "labl", default), tuple((element.get("var") or "").split()))
        for element in root.iter()
        if _tag(element) == "varGrp"
    )
    study = next((element for element in root.iter() if _tag(element) == "stdyDscr"), root)
    titles = next((element for element in study.iter() if _tag(element) == "titlStmt"), None)
    title = _words(titles, "titl", default) if titles is not None else {}
    return DdiCodebook(file=path.name, title=title, variables=variables, groups=groups)


def read_ddi(path: Path) -> StructureDraft:
    """A codebook as a questionnaire: categories become options, numbers stay numbers, groups become sections.

    Raises
    ------
    FileRefusedError, InstrumentError
        As :func:`read_ddi_codebook`.
    """
    codebook = read_ddi_codebook(path)
    builder = DraftBuilder(path, "ddi")
    languages = list(dict.fromkeys(name for v in codebook.variables for name in (*v.label, *v.question))) or ["en"]
    titles = {member: title for title, members in codebook.groups for member in members}
    current: object = None
    for variable in codebook.variables:
        title = titles.get(variable.identifier, {})
        if current is None or title != current:
            name = next(iter(title.values()), "variables")
            builder.section(name, title)
            current = title
        _ask(builder, variable)
    return builder.finish(title=codebook.title, languages=languages)


def _ask(builder: DraftBuilder, variable: DdiVariable) -> None:
    item = builder.item(variable.name, "var", variable.place)
    if variable.weight:
        builder.leave_out(item, "survey.structure_recorded_left_out", type="wgt")
        return
    options = [
        DraftOption(code=category.code, label=category.label, missing=category.missing)
        for category in variable.categories
    ]
    answers = [option for option in options if option.missing is None]
    number = variable.numeric and len(answers) < 2
    if number:
        options = []
    gone = [code for code in variable.missing if code not in {str(option.code) for option in options}]
    if gone:
        builder.remark("survey.ddi_missing_values", f"{variable.name}: {', '.join(gone)}")
    builder.question(
        item,
        variable.name,
        "single" if len(answers) >= 2 else "number" if number else "text",
        variable.wording(),
        options=options if len(answers) >= 2 else (),
        limits=(variable.lowest, variable.highest) if number else (None, None),
    )


def _tag(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _inner(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _tag(child) == name)


def _words(element: Element, name: str, default: str) -> dict[str, str]:
    """Plain wordings of the elements of one name, by language; the first of each."""
    found: dict[str, str] = {}
    for child in _inner(element, name):
        text = plain_text("".join(child.itertext()))[:LONGEST_WORDING]
        language = language_code(child.get(_LANGUAGE) or "") if child.get(_LANGUAGE) else default
        if text:
            found.setdefault(language, text)
    return found


def _variable(element: Element, number: int, default: str, path: Path) -> DdiVariable:
    name = element.get("name") or element.get("ID") or f"V{number}"
    form = next(_inner(element, "varFormat"), None)
    question: dict[str, str] = {}
    for asked in _inner(element, "qstn"):
        literal = _words(asked, "qstnLit", default)
        own = plain_text(asked.text or "")
        question |= literal or ({default: own} if own else {})
    categories = tuple(_category(child, default) for child in _inner(element, "catgry"))
    numeric = form is None or form.get("type", "numeric") != "character"
    missing = {str(category.code): category.missing for category in categories if category.missing is not None}
    missing |= _stated(element)
    ranges: list[tuple[float, float]] = []
    for invalid in _inner(element, "invalrng"):
        for single in _inner(invalid, "item"):
            if value := (single.get("VALUE") or "").strip():
                missing.setdefault(str(option_code(_plain(value))), "blank")
        for span in _inner(invalid, "range"):
            low, high = _number(span.get("min")), _number(span.get("max"))
            if low is not None or high is not None:
                ranges.append((float("-inf") if low is None else low, float("inf") if high is None else high))
    valid = [span for part in _inner(element, "valrng") for span in _inner(part, "range")]
    lows = [low for span in valid if (low := _number(span.get("min"))) is not None]
    highs = [high for span in valid if (high := _number(span.get("max"))) is not None]
    decimals = element.get("dcml") or ""
    return DdiVariable(
        name=name,
        label=_words(element, "labl", default),
        question=question,
        categories=categories,
        numeric=numeric,
        decimals=int(decimals) if re.fullmatch(r"[0-9]{1,2}", decimals) else 0,
        missing=missing,
        missing_ranges=tuple(ranges),
        weight=(element.get("wgt") or "").casefold() in _ROLES,
        lowest=min(lows, default=None),
        highest=max(highs, default=None),
        identifier=element.get("ID") or "",
        place=Place(file=path.name, path=f"var[{number}]"),
    )


def _category(element: Element, default: str) -> DdiCategory:
    value = next(_inner(element, "catValu"), None)
    label = _words(element, "labl", default)
    code = option_code(_plain((value.text or "") if value is not None else ""))
    declared = (element.get("missing") or "").casefold() in {"y", "yes", "true", "1"}
    kind = _kind(label) or ("blank" if declared else None)
    return DdiCategory(code=code, label=label, missing=kind)


def _kind(label: Mapping[str, str]) -> MissingKind | None:
    """The missing kind a label names."""
    words = known_missing("ddi")
    return next((_KINDS[words[fold(text)]] for text in label.values() if fold(text) in words), None)


def _stated(element: Element) -> dict[str, MissingKind]:
    """Values that the coding instructions name as no answer: ``999999999 = N.I.U.``"""
    found: dict[str, MissingKind] = {}
    for part in _inner(element, "codInstr"):
        for match in _CODED.finditer("".join(part.itertext())):
            kind = _kind({"": match["label"].strip()})
            if kind is not None:
                found[str(option_code(_plain(match["code"])))] = kind
    return found


def _plain(value: str) -> str:
    """A code without leading zeros, as it stands in a text table."""
    text = value.strip()
    return str(int(text)) if re.fullmatch(r"-?[0-9]{1,15}", text) else text


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"\s*-?[0-9]{1,15}(?:\.[0-9]+)?\s*", text) else None
