"""Wording per language."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, RootModel, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

__all__ = ["Code", "Definition", "Text"]

Code = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
    StringConstraints(min_length=1, max_length=64, pattern=r"^[\w][\w.\-]*$"),
]
"""A stable identifier: letters (of any script), digits, dot, dash, underscore."""


class Definition(BaseModel):
    """Base of everything a researcher writes down: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


class Text(RootModel[str | dict[str, str]]):
    """Wording per language; a plain string stands for every language (a name, a year)."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    @field_validator("root")
    @classmethod
    def _not_empty(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        wordings = [value] if isinstance(value, str) else list(value.values())
        if not wordings or any(not wording.strip() for wording in wordings):
            raise PydanticCustomError("survey.text_empty", "a wording is empty")
        return value

    def in_language(self, language: str) -> str:
        """The wording in ``language``; English, then any other language, where it has none."""
        if isinstance(self.root, str):
            return self.root
        return self.root.get(language) or self.root.get("en") or next(iter(self.root.values()))

    def languages(self) -> frozenset[str] | None:
        """Languages given; None for a wording that serves every language."""
        return None if isinstance(self.root, str) else frozenset(self.root)

    def both(self) -> dict[Literal["en", "zh"], str]:
        """The wording in English and Chinese, as results and reports carry it."""
        return {"en": self.in_language("en"), "zh": self.in_language("zh")}
