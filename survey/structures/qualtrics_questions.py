"""Single questions of a Qualtrics survey: multiple choice, matrix, side by side, text entry, slider, ranking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from survey.errors import Place
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind
from survey.structures.entries import Item, Rule
from survey.structures.qualtrics_logic import logic_rule, logic_text
from survey.structures.wordings import language_code, option_code, plain_text

__all__ = ["QualtricsQuestions", "plain_wordings"]

_MULTIPLE = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
_SINGLE_MATRIX = frozenset({"SingleAnswer", "DL", "DND", "", "None"})
_LEFT_OUT = {"Timing": "recorded", "Meta": "recorded", "FileUpload": "file", "Draw": "file", "Captcha": "other"}


def plain_wordings(value: object, language: str) -> dict[str, str]:
    """A wording of the survey's own language."""
    text = plain_text(value) if isinstance(value, str) else ""
    return {language: text} if text else {}


def _entries(table: object, order: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Choices in the order given; those it does not name follow."""
    known = {str(key): entry for key, entry in table.items()} if isinstance(table, Mapping) else {}
    if isinstance(table, list):
        known = {str(number): entry for number, entry in enumerate(table, start=1)}
    listed = list(order.values()) if isinstance(order, Mapping) else order
    wanted = [str(key) for key in listed] if isinstance(listed, list) else []
    for key in dict.fromkeys([*wanted, *known]):
        if isinstance(known.get(key), Mapping):
            yield key, known[key]


class QualtricsQuestions:
    """Carries questions into the builder; ``languages`` are those of the translations met."""

    def __init__(self, builder: DraftBuilder, language: str) -> None:
        self.builder = builder
        self.language = language
        self.languages: dict[str, None] = {}
        self._block: tuple[str, tuple[Rule, ...]] = ("", ())
        self._open = False

    def open_block(self, name: str, rules: tuple[Rule, ...]) -> None:
        """Begin a block; its section is opened with the first question that belongs into it."""
        self._block, self._open = (name, rules), False

    def carry(self, identifier: str, payload: Mapping[str, Any], place: Place) -> None:
        """Carry, merge or leave out one question."""
        tag = str(payload.get("DataExportTag") or identifier)
        kind, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
        item = self.builder.item(tag, f"{kind} {selector}", place)
        logic = payload.get("DisplayLogic")
        rules = (logic_rule(logic),) if isinstance(logic, Mapping) else ()
        text = self._words(payload, "QuestionText", tag)
        if isinstance(payload.get("Randomization"), Mapping) and payload["Randomization"].get("Type") not in {
            None,
            "None",
        }:
            self.builder.remark("survey.structure_order_left_out", tag, property="Randomization")
        if kind in _LEFT_OUT:
            code = _LEFT_OUT[kind]
            self.builder.leave_out(item, f"survey.structure_{code}_left_out", severity="note", type=kind)
        elif kind == "DB":
            self._section()
            self.builder.shown_text(item, text, rules=rules)
        elif kind == "Matrix":
            self._matrix(item, tag, identifier, payload, text, rules)
        elif kind == "SBS":
            self._side_by_side(item, tag, payload, text, rules)
        elif kind in {"Slider", "CS"} or (kind == "TE" and selector == "FORM"):
            self._numbers(item, tag, identifier, payload, text, rules)
        else:
            self._single(item, tag, identifier, payload, text, rules)

    def _section(self) -> None:
        if not self._open:
            self.builder.section(self._block[0], plain_wordings(self._block[0], self.language), rules=self._block[1])
            self._open = True

    def _words(self, holder: Mapping[str, Any], key: str, subject: str) -> dict[str, str]:
        """A wording with its translations, which stand under ``Language`` of the same holder."""
        raw = {self.language: str(holder[key])} if isinstance(holder.get(key), str) else {}
        translations = holder.get("Language")
        for name, translated in translations.items() if isinstance(translations, Mapping) else ():
            if isinstance(translated, Mapping) and isinstance(translated.get(key), str) and translated[key].strip():
                raw.setdefault(language_code(str(name)), translated[key])
        self.languages |= dict.fromkeys(raw)
        return self.builder.words(raw, subject)

    def _choice_words(
        self, payload: Mapping[str, Any], table: str, key: str, entry: Mapping[str, Any]
    ) -> dict[str, str]:
        raw = {self.language: str(entry.get("Display", ""))}
        translations = payload.get("Language")
        for name, translated in translations.items() if isinstance(translations, Mapping) else ():
            listed = translated.get(table) if isinstance(translated, Mapping) else None
            found = listed.get(key) if isinstance(listed, Mapping) else None
            if isinstance(found, Mapping) and isinstance(found.get("Display"), str):
                raw.setdefault(language_code(str(name)), found["Display"])
        return self.builder.words(raw, f"{payload.get('DataExportTag')}: {key}")

    def _options(
        self, payload: Mapping[str, Any], table: str, tag: str
    ) -> tuple[list[DraftOption], dict[str, int | float | str]]:
        """Options with their recoded values, and the platform's number of each."""
        recoded = payload.get("RecodeValues")
        codes = {str(k): v for k, v in recoded.items()} if isinstance(recoded, Mapping) else {}
        options: list[DraftOption] = []
        numbers: dict[str, int | float | str] = {}
        values: set[str] = set()
        for key, entry in _entries(payload.get(table), payload.get(table.removesuffix("s") + "Order")):
            value = str(codes.get(key, key))
            code = option_code(key if value in values else value)
            if value in values:
                self.builder.remark("survey.structure_recode_twice", f"{tag}: {value}", severity="warning")
            values.add(value)
            numbers[key] = code
            specify = str(entry.get("TextEntry", "")).lower() in {"true", "on"}
            options.append(
                DraftOption(code=code, label=self._choice_words(payload, table, key, entry), specify=specify)
            )
            self._note_logic(entry, f"{tag}: {key}")
        if isinstance(payload.get("ChoiceGroups"), Mapping):
            self.builder.remark("survey.structure_property_left_out", tag, property="ChoiceGroups")
        return options, numbers

    def _note_logic(self, entry: Mapping[str, Any], subject: str) -> None:
        if isinstance(entry.get("DisplayLogic"), Mapping):
            text = logic_text(entry["DisplayLogic"])[:200]
            self.builder.remark("survey.structure_option_routing", subject, severity="warning", rule=text)

    def _required(self, payload: Mapping[str, Any]) -> bool:
        return self._settings(payload).get("ForceResponse") == "ON"

    @staticmethod
    def _settings(payload: Mapping[str, Any]) -> Mapping[str, Any]:
        validation = payload.get("Validation")
        settings = validation.get("Settings") if isinstance(validation, Mapping) else None
        return settings if isinstance(settings, Mapping) else {}

    def _single(
        self,
        item: Item,
        tag: str,
        identifier: str,
        payload: Mapping[str, Any],
        text: dict[str, str],
        rules: tuple[Rule, ...],
    ) -> None:
        kind, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
        asked: Kind | None = None
        options: list[DraftOption] = []
        numbers: dict[str, int | float | str] = {}
        limits: tuple[float | None, float | None] = (None, None)
        if kind == "MC":
            asked = "scale" if selector == "NPS" else "multiple" if selector in _MULTIPLE else "single"
            options, numbers = self._options(payload, "Choices", tag)
            if selector == "NPS":
                codes = range(11)
                options = [
                    DraftOption(code=code, label={self.language: str(code)}, score=float(code)) for code in codes
                ]
                numbers = {str(code): code for code in codes}
        elif kind == "TE":
            asked = "number" if self._settings(payload).get("ContentType") == "ValidNumber" else "text"
            limits = self._limits(payload) if asked == "number" else limits
        elif kind == "RO":
            asked = "ranking"
            options, numbers = self._options(payload, "Choices", tag)
        if asked is None:
            self.builder.leave_out(item, "survey.structure_type_unknown", severity="warning", type=f"{kind} {selector}")
            return
        self._section()
        self.builder.question(
            item,
            tag,
            asked,
            text,
            options=options,
            required=self._required(payload),
            limits=limits,
            rules=rules,
            references=(identifier,),
            spellings=numbers,
            recommend=selector == "NPS",
        )

    def _limits(self, payload: Mapping[str, Any]) -> tuple[float | None, float | None]:
        given = self._settings(payload).get("ValidNumber")
        ends = given if isinstance(given, Mapping) else {}
        texts = [str(ends.get(key) or "") for key in ("Min", "Max")]
        found = [float(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None for text in texts]
        return found[0], found[1]

    def _matrix(
        self,
        item: Item,
        tag: str,
        identifier: str,
        payload: Mapping[str, Any],
        text: dict[str, str],
        rules: tuple[Rule, ...],
    ) -> None:
        selector, sub = str(payload.get("Selector")), str(payload.get("SubSelector") or "")
        kinds: dict[str, Kind] = {"TE": "text", "CS": "number", "RO": "single", "Likert": "scale", "Bipolar": "scale"}
        kind = kinds.get(selector)
        if selector == "Likert" and sub not in _SINGLE_MATRIX:
            kind = "multiple" if sub == "MultipleAnswer" else None
        rows = list(_entries(payload.get("Choices"), payload.get("ChoiceOrder")))
        if kind is None or not rows:
            self.builder.leave_out(
                item, "survey.structure_type_unknown", severity="warning", type=f"Matrix {selector} {sub}"
            )
            return
        options, numbers = self._options(payload, "Answers", tag)
        columns = list(options) if kind in {"text", "number"} and len(options) > 1 else []
        self.builder.section(tag, text, stem=text, grid=kind == "scale", rules=(*self._block[1], *rules))
        self._open = False
        tags = payload.get("ChoiceDataExportTags")
        for key, entry in rows:
            named = str(tags[key]) if isinstance(tags, Mapping) and tags.get(key) else key
            wording = self._choice_words(payload, "Choices", key, entry) or text
            self._note_logic(entry, f"{tag}: {key}")
            if str(entry.get("TextEntry", "")).lower() in {"true", "on"}:
                self.builder.remark("survey.structure_comment_left_out", f"{tag}_{named}", severity="warning")
            for column in columns or [DraftOption(code="")]:
                words = wording
                if column.label:
                    words = {lang: f"{w} – {column.label.get(lang, column.code)}" for lang, w in wording.items()}
                self.builder.question(
                    item,
                    f"{tag}_{named}" + (f"_{column.code}" if columns else ""),
                    kind,
                    words,
                    options=() if columns else options,
                    list_name=tag,
                    required=self._required(payload),
                    references=(f"{identifier}~{key}" + (f"~{column.code}" if columns else ""),),
                    spellings=numbers,
                )

    def _side_by_side(
        self, item: Item, tag: str, payload: Mapping[str, Any], text: dict[str, str], rules: tuple[Rule, ...]
    ) -> None:
        """Every column is a matrix of its own."""
        columns = list(_entries(payload.get("AdditionalQuestions"), None))
        if not columns:
            self.builder.leave_out(item, "survey.structure_rows_absent", severity="warning")
            return
        for key, column in columns:
            inner = {"Language": [], **column, "DataExportTag": f"{tag}#{key}"}
            heading = self._words(inner, "QuestionText", f"{tag}#{key}")
            stem = {lang: f"{words} – {heading[lang]}" if lang in heading else words for lang, words in text.items()}
            name = f"{tag}_{key}"
            self._matrix(item, name, str(column.get("QuestionID") or name), inner, stem or heading, rules)

    def _numbers(
        self,
        item: Item,
        tag: str,
        identifier: str,
        payload: Mapping[str, Any],
        text: dict[str, str],
        rules: tuple[Rule, ...],
    ) -> None:
        """Sliders, constant sums and forms: a number or a text per statement."""
        kind: Kind = "text" if payload.get("QuestionType") == "TE" else "number"
        settings = payload.get("Configuration")
        ends = settings if isinstance(settings, Mapping) else {}
        found = [ends.get(key) for key in ("CSSliderMin", "CSSliderMax")]
        limits = [float(end) if isinstance(end, int | float) else None for end in found]
        if payload.get("QuestionType") == "CS":
            limits = [0.0, None]
            self.builder.remark("survey.structure_sum_left_out", tag, severity="warning")
        rows = list(_entries(payload.get("Choices"), payload.get("ChoiceOrder"))) or [("1", {})]
        self.builder.section(tag, text, stem=text, rules=(*self._block[1], *rules))
        self._open = False
        for key, entry in rows:
            self._note_logic(entry, f"{tag}: {key}")
            self.builder.question(
                item,
                f"{tag}_{key}",
                kind,
                self._choice_words(payload, "Choices", key, entry) or text,
                required=self._required(payload),
                limits=(limits[0], limits[1]) if kind == "number" else (None, None),
                references=(f"{identifier}~{key}",),
            )
