"""Which platform made a file: every importer says how sure it is and why; nothing is guessed silently."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from survey.errors import MappingError, Problem
from survey.importers.headings import Heading
from survey.importers.table_file import Table, read_table

__all__ = ["Detection", "Importer", "detect", "detect_table", "importer_of", "importers", "reason", "reasons_for"]

_BUILT_IN = {
    "wenjuanxing": "survey.importers.wenjuanxing:WenjuanxingImporter",
    "table": "survey.importers.table:TableImporter",
}
NONE = "none"
"""The platform of a file that no importer recognises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How sure an importer is (0-1) that a file is of its platform, and what speaks for it.

    ``numbers_are`` is what numbers in answer cells mean, where the importer can tell.
    """

    platform: str
    confidence: float
    reasons: tuple[Problem, ...]
    numbers_are: Literal["codes", "positions"] = "codes"


def reason(name: str, **fields: object) -> Problem:
    """Something that speaks for a platform, worded by the catalogue entry ``detected_by_<name>``."""
    return Problem(code=f"survey.detected_by_{name}", fields=fields, severity="note")


class Importer(Protocol):
    """What a plug-in under the entry point group ``satix.importers`` provides; it is made without arguments."""

    platform: str

    def recognise(self, table: Table) -> Detection:
        """How sure this importer is that the table comes from its platform."""
        ...

    def headings(self, table: Table) -> Sequence[Heading]:
        """The headings taken apart, one per column of the table."""
        ...


@cache
def importers() -> dict[str, Importer]:
    """Every importer by platform: our own, then those other packages announce."""
    from importlib.metadata import entry_points

    found = dict(_BUILT_IN)
    for point in entry_points(group="satix.importers"):
        found.setdefault(point.name, point.value)
    made: dict[str, Importer] = {}
    for name, target in found.items():
        module, _, attribute = target.partition(":")
        made[name] = getattr(importlib.import_module(module), attribute)()
    return made


def importer_of(platform: str) -> Importer:
    """The importer of a platform.

    Raises
    ------
    MappingError
        No importer has that name.
    """
    known = importers()
    if platform not in known:
        raise MappingError.of("survey.platform_unknown", found=platform, known=", ".join(known))
    return known[platform]


def detect(path: Path | str) -> list[Detection]:
    """Rank the platforms a file may come from, "none" among them.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The file cannot be opened as a table.
    """
    return detect_table(read_table(Path(path)))


def detect_table(table: Table) -> list[Detection]:
    """Rank the platforms a table may come from, the likeliest first; "none of these" is always among them."""
    found = [importer.recognise(table) for importer in importers().values()]
    surest = max((detection.confidence for detection in found), default=0.0)
    found.append(Detection(platform=NONE, confidence=round(1 - surest, 3), reasons=(reason("none"),)))
    return sorted(found, key=lambda detection: -detection.confidence)


def reasons_for(table: Table, platform: str) -> tuple[Problem, ...]:
    """What speaks for the platform a mapping names; empty where nothing does.

    Raises
    ------
    MappingError
        No importer has that name.
    """
    return importer_of(platform).recognise(table).reasons
