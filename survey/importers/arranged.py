"""A table as its platform meant it: one heading per column, records only, and what its cells mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from survey.errors import Problem
from survey.importers.headings import Heading
from survey.importers.table_file import Table
from survey.scales import MissingKind

__all__ = ["Arranged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """What an importer makes of a raw table.

    Attributes
    ----------
    table : records only; heading rows beyond the first are folded into ``table.headings``, which name every column
    headings : one per column of ``table``, taken apart
    numbers_are : what numbers in answer cells mean
    separators : what divides the options of a multiple choice in one cell; None for the usual ones
    missing : values (as text) that are no answer anywhere in the file, with their kind
    blank_is : the kind of an empty cell
    leave_out : by heading, values that mark records which are no responses (previews, tests)
    remarks : what a person should know before mapping
    """

    table: Table
    headings: tuple[Heading, ...]
    numbers_are: Literal["codes", "positions"] = "codes"
    separators: tuple[str, ...] | None = None
    missing: Mapping[str, MissingKind] = field(default_factory=dict)
    blank_is: MissingKind = "blank"
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()
