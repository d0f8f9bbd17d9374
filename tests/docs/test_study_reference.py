"""The tables of keys in the guide are those of the models: key, type and default, each with a meaning."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from survey.channels.mapping import ChannelMapping
from survey.importers.mapping import ColumnRole, Mapping
from survey.instrument import Instrument
from survey.plan import Plan
from survey.routing import All, Any, Compare, Count, IsMissing, Not, Selected
from survey.scales import MISSING_CODES, NOT_ASKED
from survey.study import Study
from survey.texts import Definition
from tests.docs.pages import DOCS
from tests.docs.schema_tables import rows

PAGES = {
    "guide/study-file.md": "en",
    "guide/mapping-file.md": "en",
    "guide/channels.md": "en",
    "zh/channels.md": "zh",
    "guide/instrument-file.md": "en",
    "guide/planning.md": "en",
    "zh/study-file.md": "zh",
}
_TABLE = re.compile(r"<!-- model: (?P<model>[\w.]+) -->\n\n(?P<rows>(?:\|.*\n)+)")


class Documented(NamedTuple):
    """A table of keys: the model it documents and its rows as cells."""

    model: type[Definition]
    cells: list[list[str]]


def tables(page: str) -> list[Documented]:
    """The tables of keys of one page."""
    found = []
    for match in _TABLE.finditer((DOCS / page).read_text(encoding="utf-8")):
        module, _, name = match["model"].rpartition(".")
        lines = match["rows"].splitlines()[2:]
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
        found.append(Documented(getattr(importlib.import_module(module), name), cells))
    return found


def models_below(model: type[Definition]) -> set[type[Definition]]:
    """The model and every model its fields hold."""
    found: set[type[Definition]] = set()

    def visit(annotation: object) -> None:
        if isinstance(annotation, type) and issubclass(annotation, Definition) and annotation not in found:
            found.add(annotation)
            for field in annotation.model_fields.values():
                visit(field.annotation)
        for part in getattr(annotation, "__args__", ()):
            visit(part)

    visit(model)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_key_is_documented_with_its_type_and_default(page: str) -> None:
    """No key is missing or made up, in the order of the model."""
    for model, cells in tables(page):
        shown = [(key.strip("`"), kind, default) for key, kind, default, _ in cells]
        assert shown == list(rows(model, PAGES[page])), model.__name__


@pytest.mark.parametrize("page", PAGES)
def test_every_key_has_a_meaning(page: str) -> None:
    """A key in a table comes with a sentence."""
    for model, cells in tables(page):
        for key, _, _, meaning in cells:
            assert len(meaning) > 3, f"{model.__name__}.{key}"


@pytest.mark.parametrize(
    ("page", "whole"),
    [
        ("guide/study-file.md", Study),
        ("zh/study-file.md", Study),
        ("guide/mapping-file.md", Mapping),
        ("guide/channels.md", ChannelMapping),
        ("zh/channels.md", ChannelMapping),
        ("guide/instrument-file.md", Instrument),
        ("guide/planning.md", Plan),
    ],
)
def test_every_part_of_a_file_has_a_table(page: str, whole: type[Definition]) -> None:
    """The page documents the model and all models inside it, each once."""
    documented = [model for model, _ in tables(page)]
    wanted = models_below(whole)
    if whole is Instrument:
        wanted |= {Selected, Compare, IsMissing, Count, Not, All, Any}
    assert len(documented) == len(set(documented))
    assert set(documented) == wanted


def test_every_role_of_a_column_is_explained() -> None:
    """The table of roles names all of them and no others."""
    text = section(DOCS / "guide" / "mapping-file.md", "Roles")
    named = [name for cell in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(get_args(ColumnRole))


def test_every_missing_kind_is_explained_in_its_group() -> None:
    """Group 1 leaves the denominator of a composite, group 2 stays in it."""
    text = section(DOCS / "guide" / "mapping-file.md", "Missing kinds")
    groups = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d) \|$", text, re.MULTILINE))
    assert groups == {kind: "1" if kind in NOT_ASKED else "2" for kind in MISSING_CODES}


def section(page: Path, title: str) -> str:
    """The text below a heading of the second level."""
    return page.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
