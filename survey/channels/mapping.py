"""Channel mapping files: which column of a channel's export holds what.

A mapping is proposed from the headings (words in ``fields.yaml``), confirmed by a person and reused for every later
file of the same export.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.definition_files import read_definition
from survey.errors import MappingError
from survey.texts import Code, Definition, Text

__all__ = [
    "CHANNELS",
    "ChannelColumn",
    "ChannelLayout",
    "ChannelMapping",
    "ChannelName",
    "ColumnUnit",
    "Outcome",
    "channel_fields",
    "channel_vocabulary",
    "read_channel_mapping",
]

ChannelName = Literal[
    "order_review",
    "ticket",
    "chat",
    "callback",
    "social_post",
    "mystery_visit",
    "interview",
    "kpi",
    "aggregate",
]
CHANNELS: tuple[ChannelName, ...] = (
    "order_review",
    "ticket",
    "chat",
    "callback",
    "social_post",
    "mystery_visit",
    "interview",
    "kpi",
    "aggregate",
)

Outcome = Literal[
    "complete",
    "partial",
    "refusal",
    "non_contact",
    "other",
    "unknown_household",
    "unknown_other",
    "ineligible",
]
"""Final dispositions of AAPOR's Standard Definitions: I, P, R, NC, O, UH, UO and not eligible."""

ChannelLayout = Literal["records", "turns", "transcript", "checklist_long", "checklist_wide"]
"""How records lie in the file: a row each; a row per turn or attempt; a role-tab-text log; a checklist long or wide."""

ColumnUnit = Literal["seconds", "minutes", "hours", "days"]
REPEATABLE = frozenset({"sub_rating", "aspect", "attribute", "item", "category", "kpi_value", "ignore"})
"""Fields several columns may hold, told apart by their ``code``."""


class ChannelColumn(Definition):
    """One column of a channel's export.

    ``heading`` is the heading as it stands in the file; where several columns share it, ``occurrence`` (from 1) says
    which. ``field`` says what the column holds; ``code`` tells apart columns of the same field (sub-ratings, checklist
    items, attributes). ``lowest`` and ``highest`` are the ends of a rating scale, declared and never observed, and
    ``reverse`` marks one whose low end is the good one. ``values`` translates texts of the file into numbers or codes,
    ``absent`` lists values that mean "nothing here", ``invalid`` values that are accepted as unusable instead of
    stopping the import. ``unit`` is that of durations given as numbers, ``date_order`` that of dates without a leading
    year. ``points`` and ``critical`` belong to an item of a mystery-visit checklist; ``coder`` names who coded the
    column where two people did.
    """

    heading: str
    occurrence: int = Field(default=1, ge=1)
    field: str
    code: Code | None = None
    label: Text | None = None
    lowest: float | None = None
    highest: float | None = None
    reverse: bool = False
    values: dict[str, float | str] = {}
    absent: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    unit: ColumnUnit | None = None
    date_order: Literal["ymd", "mdy", "dmy"] | None = None
    points: float | None = Field(default=None, gt=0)
    critical: bool = False
    coder: Code | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.lowest is None) != (self.highest is None) or (
            self.lowest is not None and self.highest is not None and self.lowest >= self.highest
        ):
            raise PydanticCustomError(
                "survey.channel_scale_ends",
                "the scale of {heading} needs a lowest and a higher highest value",
                {"heading": self.heading},
            )
        return self


class ChannelMapping(Definition):
    """How to read one kind of channel export; ``channel: orders`` is a lookup table that other channels join.

    ``system`` names the source system. ``time_zone`` is that of times written without one (none by default);
    ``language`` that of the texts. ``default_texts`` are the texts a platform writes where a customer wrote nothing
    (automatic five-star reviews). ``dispositions`` translates outcomes of calls into those of AAPOR.
    """

    schema_: Literal["satix.channel/1"] = Field(default="satix.channel/1", alias="schema")
    channel: ChannelName | Literal["orders"]
    system: str = "file"
    layout: ChannelLayout = "records"
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    time_zone: str | None = None
    language: str | None = None
    default_texts: tuple[str, ...] = ()
    dispositions: dict[str, Outcome] = {}
    columns: tuple[ChannelColumn, ...] = ()

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        known = channel_fields(self.channel)
        for column in self.columns:
            if column.field not in known:
                raise PydanticCustomError(
                    "survey.channel_field_unknown",
                    "{heading}: {field} is no field of {channel}",
                    {
                        "heading": column.heading,
                        "field": column.field,
                        "channel": self.channel,
                        "known": ", ".join(known),
                    },
                )
        held = Counter(
            (column.field, column.code if column.field in REPEATABLE else None, column.coder)
            for column in self.columns
            if column.field != "ignore"
        )
        for (field, code, _), count in held.items():
            if count > 1:
                raise PydanticCustomError(
                    "survey.channel_field_twice",
                    "{field} is held by {count} columns",
                    {"field": field if code is None else f"{field} ({code})", "count": count},
                )
        if self.layout != "transcript" and not self.columns:
            raise PydanticCustomError("survey.channel_without_columns", "the mapping names no columns", {})
        return self

    def column(self, field: str) -> ChannelColumn | None:
        """The column that holds a field, or None."""
        return next((column for column in self.columns if column.field == field), None)


def read_channel_mapping(path: Path) -> ChannelMapping:
    """Read a channel mapping file.

    Raises
    ------
    MappingError
        The file is missing or at fault; every fault is listed with its line.
    """
    return read_definition(path, ChannelMapping, error=MappingError)


@cache
def channel_vocabulary(name: str) -> dict[str, Any]:
    """A list of words shipped beside the channels: ``fields`` or ``values``."""
    import yaml

    text = (resources.files("survey.channels") / f"{name}.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


@cache
def channel_fields(channel: str) -> tuple[str, ...]:
    """Fields a column of a channel may hold."""
    words = channel_vocabulary("fields")
    return tuple(dict.fromkeys([*words[channel], *words["every_channel"], "attribute", "ignore"]))
