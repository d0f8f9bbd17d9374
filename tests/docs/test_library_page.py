"""The page of the library lists every shipped instrument, as it is, and no other."""

from __future__ import annotations

import re

import pytest

from instruments import list_instruments, load_instrument
from tests.docs.pages import DOCS, REPOSITORY

PAGE = DOCS / "guide" / "instrument-library.md"
_ROW = re.compile(r"^\| `(?P<id>\w+)` \| (?P<title>[^|]+) \| (?P<questions>\d+) \| (?P<line>[^|]+) \|$", re.MULTILINE)


def rows() -> dict[str, re.Match[str]]:
    """The rows of the page by instrument."""
    return {row["id"]: row for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def shipped() -> list[str]:
    """Ids of the shipped instruments, each once."""
    return sorted({entry.instrument for entry in list_instruments()})


def test_the_page_names_every_instrument_once() -> None:
    """Neither is one missing nor one invented or doubled."""
    named = [row["id"] for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(named) == shipped()


@pytest.mark.parametrize("instrument", shipped())
def test_title_and_number_of_questions_are_those_of_the_instrument(instrument: str) -> None:
    """A changed instrument changes its row."""
    row, read = rows()[instrument], load_instrument(instrument)
    assert row["title"] == read.title.in_language("en")
    assert int(row["questions"]) == len(read.questions)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "CHANGELOG.md"])
def test_the_front_pages_give_the_number_of_instruments(page: str) -> None:
    """``37`` stands in three places; the library decides."""
    assert re.search(rf"\b{len(shipped())}\b", (REPOSITORY / page).read_text(encoding="utf-8"), re.ASCII)
