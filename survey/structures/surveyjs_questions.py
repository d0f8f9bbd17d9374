"""Single questions of a SurveyJS form: choices, ratings, texts, matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind
from survey.structures.entries import Item, Rule
from survey.structures.source_file import listed
from survey.structures.surveyjs_wordings import SurveyJSWordings
from survey.structures.wordings import option_code

__all__ = ["QUESTION_TYPES", "SurveyJSQuestions"]

_KINDS: Mapping[str, Kind] = {
    **{"radiogroup": "single", "dropdown": "single", "buttongroup": "single", "imagepicker": "single"},
    **{"checkbox": "multiple", "tagbox": "multiple", "ranking": "ranking", "rating": "scale", "boolean": "single"},
    **{"text": "text", "comment": "text", "slider": "number"},
}
QUESTION_TYPES = frozenset(_KINDS) | {"matrix", "matrixdropdown", "matrixdynamic", "multipletext"}
"""Types whose answers can be carried."""
LARGEST_NUMBER = 1e15
_NUMBERS = frozenset({"number", "range"})
_TEXTS = frozenset({"text", "", "password", "email", "tel", "url"})
_IDENTIFYING = frozenset({"email", "tel"})
_CARRIED = frozenset(
    {"type", "name", "title", "description", "isRequired", "visibleIf", "visible", "choices", "inputType", "min", "max"}
    | {"validators", "rateMin", "rateMax", "rateStep", "rateCount", "rateValues", "rateType", "displayMode", "cols"}
    | {"minRateDescription", "maxRateDescription", "labelTrue", "labelFalse", "valueTrue", "valueFalse", "rows"}
    | {"columns", "cells", "items", "hasOther", "showOtherItem", "otherText", "hasNone", "showNoneItem", "noneText"}
    | {"colCount", "startWithNewLine", "titleLocation", "placeholder", "placeHolder", "maxLength", "multiSelect"}
    | {"valueName", "cellType", "isAllRowRequired", "eachRowRequired", "rateDisplayMode", "autoGenerate", "step"}
)


class SurveyJSQuestions:
    """Carries questions into the builder."""

    def __init__(self, builder: DraftBuilder, words: SurveyJSWordings) -> None:
        self.builder = builder
        self.words = words

    def single(self, item: Item, name: str, kind: str, element: Mapping[str, Any], rules: tuple[Rule, ...]) -> None:
        """Carry a question that is not a matrix into the open section."""
        self._note(element, name)
        self._question(
            item,
            name,
            kind,
            element,
            self.words.text(element.get("title"), name) or self.words.everywhere(name),
            rules=rules,
            references=tuple(dict.fromkeys([name, str(element.get("valueName") or name)])),
        )

    def _note(self, element: Mapping[str, Any], name: str) -> None:
        for key, value in element.items():
            if key not in _CARRIED and value not in (None, False, "", []):
                if key.endswith("If") or (key.startswith("choices") and key != "choicesOrder"):
                    self.builder.remark("survey.structure_rule_left_out", name, severity="warning", property=key)
                else:
                    self.builder.remark("survey.structure_property_left_out", name, property=key)

    def _question(
        self,
        item: Item,
        name: str,
        kind: str,
        element: Mapping[str, Any],
        text: dict[str, str],
        *,
        rules: tuple[Rule, ...] = (),
        references: tuple[str, ...],
        list_name: str | None = None,
        required: bool = False,
    ) -> None:
        asked: Kind = _KINDS.get(kind, "text")
        options: list[DraftOption] = []
        limits: tuple[float | None, float | None] = (None, None)
        spellings: dict[str, int | float | str] = {}
        input_type = str(element.get("inputType") or "")
        if kind in {"radiogroup", "dropdown", "buttongroup", "imagepicker", "checkbox", "tagbox", "ranking"}:
            asked = "multiple" if kind == "imagepicker" and element.get("multiSelect") else asked
            options = self.options(element, name)
        elif kind == "rating":
            options = self._rates(element, name)
        elif kind == "boolean":
            options = self._truth(element, name)
            spellings = {"true": options[0].code, "false": options[1].code}
        elif kind == "slider" or (kind == "text" and input_type in _NUMBERS):
            asked, limits = "number", self._limits(element, name)
        elif kind == "text" and input_type not in _TEXTS:
            self.builder.remark("survey.structure_type_as_text", name, severity="warning", type=input_type)
        if asked != "number":
            for validator in self._validators(element):
                self.builder.remark(
                    "survey.structure_constraint_left_out", name, severity="warning", rule=str(validator.get("type"))
                )
        self.builder.question(
            item,
            name,
            asked,
            text,
            hint=self.words.text(element.get("description"), name),
            options=options,
            list_name=list_name,
            required=required or element.get("isRequired") is True,
            limits=limits,
            rules=rules,
            references=references,
            spellings=spellings or None,
            identifying=input_type in _IDENTIFYING,
        )

    @staticmethod
    def _validators(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for validator in listed(element.get("validators")):
            if isinstance(validator, Mapping):
                yield validator

    def _limits(self, element: Mapping[str, Any], name: str) -> tuple[float | None, float | None]:
        ends: list[float | None] = [_number(element.get("min")), _number(element.get("max"))]
        for validator in self._validators(element):
            if validator.get("type") == "numeric":
                lowest, highest = _number(validator.get("minValue")), _number(validator.get("maxValue"))
                ends = [lowest if lowest is not None else ends[0], highest if highest is not None else ends[1]]
            else:
                rule = str(validator.get("type"))
                self.builder.remark("survey.structure_constraint_left_out", name, severity="warning", rule=rule)
        return ends[0], ends[1]

    def options(self, element: Mapping[str, Any], name: str, *, key: str = "choices") -> list[DraftOption]:
        """Choices with "other" and "none" where the form adds them."""
        listed = element.get(key)
        options = [
            option for choice in (listed if isinstance(listed, list) else []) for option in self._option(choice, name)
        ]
        if element.get("hasNone") or element.get("showNoneItem"):
            label = self.words.text(element.get("noneText"), name) or self._said("None", "无")
            options.append(DraftOption(code="none", label=label))
        if element.get("hasOther") or element.get("showOtherItem"):
            label = self.words.text(element.get("otherText"), name) or self._said("Other (describe)", "其他（请说明）")
            options.append(DraftOption(code="other", label=label, specify=True))
        return options

    def _said(self, english: str, chinese: str) -> dict[str, str]:
        return {language: chinese if language.startswith("zh") else english for language in self.words.languages}

    def _option(self, choice: object, name: str) -> Iterator[DraftOption]:
        if isinstance(choice, Mapping):
            value = choice.get("value")
            if not isinstance(value, str | int | float):
                return
            label = self.words.text(choice.get("text"), f"{name}: {value}") or self._bare(value)
            if isinstance(choice.get("visibleIf"), str) or isinstance(choice.get("enableIf"), str):
                rule = str(choice.get("visibleIf") or choice.get("enableIf"))
                self.builder.remark(
                    "survey.structure_option_routing", f"{name}: {value}", severity="warning", rule=rule
                )
            yield DraftOption(code=_code(value), label=label)
        elif isinstance(choice, str | int | float):
            yield DraftOption(code=_code(choice), label=self._bare(choice))

    def _bare(self, value: str | float) -> dict[str, str]:
        """A choice without a text of its own: a number reads alike everywhere, a word is of the form's language."""
        if isinstance(value, str) and not value.lstrip("-").isdigit():
            return self.words.text(value, value)
        return self.words.everywhere(str(_code(value)))

    def _rates(self, element: Mapping[str, Any], name: str) -> list[DraftOption]:
        if isinstance(element.get("rateValues"), list) and element["rateValues"]:
            options = self.options(element, name, key="rateValues")
            scored = all(isinstance(option.code, int | float) for option in options)
            return [
                DraftOption(code=o.code, label=o.label, score=float(o.code) if scored else float(place))
                for place, o in enumerate(options, start=1)
            ]
        lowest = _number(element.get("rateMin"))
        first = int(lowest) if lowest is not None else 1
        step = int(_number(element.get("rateStep")) or 1)
        count = _number(element.get("rateCount"))
        highest = _number(element.get("rateMax"))
        last = int(highest) if highest is not None else first + (int(count) - 1) * step if count else 5
        codes = list(islice(range(first, last + 1, max(step, 1)), 100))
        ends = (
            {
                codes[0]: self.words.text(element.get("minRateDescription"), name),
                codes[-1]: self.words.text(element.get("maxRateDescription"), name),
            }
            if codes
            else {}
        )
        return [
            DraftOption(code=code, label={**self.words.everywhere(str(code)), **ends.get(code, {})}, score=float(code))
            for code in codes
        ]

    def _truth(self, element: Mapping[str, Any], name: str) -> list[DraftOption]:
        yes, no = element.get("valueTrue"), element.get("valueFalse")
        return [
            DraftOption(
                code=_code(yes) if isinstance(yes, str | int) and not isinstance(yes, bool) else "true",
                label=self.words.text(element.get("labelTrue"), name) or self._said("Yes", "是"),
            ),
            DraftOption(
                code=_code(no) if isinstance(no, str | int) and not isinstance(no, bool) else "false",
                label=self.words.text(element.get("labelFalse"), name) or self._said("No", "否"),
            ),
        ]

    def matrix(self, item: Item, name: str, kind: str, element: Mapping[str, Any], rules: tuple[Rule, ...]) -> None:
        """Carry a matrix as a section of its own, one question per row (and per column where they differ)."""
        self._note(element, name)
        title = self.words.text(element.get("title"), name) or self.words.everywhere(name)
        if kind == "matrixdynamic":
            self.builder.remark("survey.structure_repeat_flattened", name, severity="warning")
        given = element.get("items" if kind == "multipletext" else "rows")
        rows = [("", title)] if kind == "matrixdynamic" else list(self._rows(given, name))
        if not rows:
            self.builder.leave_out(item, "survey.structure_rows_absent", severity="warning")
            return
        several = kind == "matrix" and element.get("cellType") == "checkbox"
        self.builder.section(name, title, stem=title, grid=kind == "matrix" and not several, rules=rules)
        required = any(element.get(key) for key in ("isRequired", "isAllRowRequired", "eachRowRequired"))
        for row, wording in rows:
            code = f"{name}_{row}" if row else name
            if kind == "matrix":
                self.builder.question(
                    item,
                    code,
                    "multiple" if several else "scale",
                    wording,
                    options=self.options(element, name, key="columns"),
                    list_name=name,
                    required=bool(required),
                    references=(f"{name}.{row}",),
                )
            elif kind == "multipletext":
                items = [entry for entry in listed(given) if isinstance(entry, Mapping)]
                entry = next(entry for entry in items if str(entry.get("name")) == row)
                self._question(item, code, "text", entry, wording, references=(f"{name}.{row}",))
            else:
                self._cells(item, name, row, wording, element)

    def _rows(self, rows: object, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        for row in listed(rows):
            if isinstance(row, Mapping):
                value = row.get("value", row.get("name"))
                text = self.words.text(row.get("text", row.get("title")), f"{name}: {value}")
                if isinstance(value, str | int | float):
                    yield str(value), text or self._bare(value)
                if isinstance(row.get("visibleIf"), str):
                    rule = str(row["visibleIf"])
                    self.builder.remark(
                        "survey.structure_option_routing", f"{name}: {value}", severity="warning", rule=rule
                    )
            elif isinstance(row, str | int | float):
                yield str(row), self._bare(row)

    def _cells(self, item: Item, name: str, row: str, wording: dict[str, str], element: Mapping[str, Any]) -> None:
        """One question per column; a column without choices of its own takes those of the matrix."""
        for column in listed(element.get("columns")):
            entry: Mapping[str, Any] = column if isinstance(column, Mapping) else {"name": str(column)}
            named = str(entry.get("name"))
            kind = str(entry.get("cellType") or element.get("cellType") or "dropdown")
            if not entry.get("choices"):
                entry = {**entry, "choices": element.get("choices")}
            title = self.words.text(entry.get("title"), f"{name}.{named}") or self.words.everywhere(named)
            text = {lang: f"{words} – {title.get(lang, named)}" for lang, words in wording.items()} if row else title
            parts = [name, row, named] if row else [name, named]
            self._question(
                item,
                "_".join(parts),
                kind if kind in _KINDS else "text",
                {key: value for key, value in entry.items() if key != "title"},
                text,
                references=(".".join(parts),),
                list_name=f"{name}_{named}",
            )


def _number(value: object) -> float | None:
    """A number as it may stand in a scale; None for anything else, infinity and numbers beyond all measure included."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < LARGEST_NUMBER else None


def _code(value: str | float) -> int | float | str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return option_code(value) if isinstance(value, str) else value
