"""Keys, types and defaults of the definition files, in words, read off the pydantic models."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Discriminator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from survey.scales import MissingKind
from survey.texts import Code, Definition, Text

WORDS = {
    "en": {
        "code": "code",
        "missing": "[missing kind](#missing-kinds)",
        "text": "wording",
        "str": "string",
        "int": "whole number",
        "float": "number",
        "bool": "true or false",
        "list": "list of {}",
        "map": "{} → {}",
        "or": " or ",
        "condition": "[condition](#condition)",
        "required": "required",
    },
    "zh": {
        "code": "代码",
        "missing": "[缺失类别](#missing-kinds)",
        "text": "文案",
        "str": "字符串",
        "int": "整数",
        "float": "数值",
        "bool": "true 或 false",
        "list": "列表：{}",
        "map": "{} → {}",
        "or": " 或 ",
        "condition": "[条件](#condition)",
        "required": "必填",
    },
}


def rows(model: type[Definition], language: str) -> Iterator[tuple[str, str, str]]:
    """Key, type and default of each field of a model, as a page shows them."""
    for name, field in model.model_fields.items():
        yield field.alias or name, _type(field.rebuild_annotation(), language), _default(field, language)


def _type(annotation: Any, language: str) -> str:
    words = WORDS[language]
    if annotation == Code:
        return words["code"]
    if annotation == MissingKind:
        return words["missing"]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        if any(isinstance(extra, Discriminator) for extra in arguments[1:]):
            return words["condition"]
        return _type(arguments[0], language)
    if origin in {Union, types.UnionType}:
        return words["or"].join(_type(part, language) for part in arguments if part is not type(None))
    if origin is Literal:
        return " ".join(f"`{choice}`" for choice in arguments)
    if origin is tuple:
        return words["list"].format(_type(arguments[0], language))
    if origin is dict:
        return words["map"].format(_type(arguments[0], language), _type(arguments[1], language))
    if annotation is Text:
        return words["text"]
    if isinstance(annotation, type) and issubclass(annotation, Definition):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return words[annotation.__name__]


def _default(field: FieldInfo, language: str) -> str:
    value = field.default
    if value is PydanticUndefined:
        return WORDS[language]["required"]
    if value is None or (isinstance(value, Definition) and value == type(value)()):
        return "–"
    if value in ((), {}):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        listed = f"[{', '.join(str(part) for part in value)}]"
        return f"<code>{listed.replace('|', '&#124;')}</code>" if "|" in listed else f"`{listed}`"
    return f"`{value}`"
