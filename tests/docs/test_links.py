"""Links between pages lead somewhere, and every page can be reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import DOCS, REPOSITORY, pages

_FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<title>.+?)(?: +\{#(?P<id>[\w-]+)\})?$", re.MULTILINE)
LARGEST_PICTURE = 200 * 1024


def links(page: Path) -> list[str]:
    """Targets of the links of a page that stay inside the repository."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [match["target"] for match in _LINK.finditer(text)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """What a link may name after ``#`` in a page."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {match["id"] or slug(match["title"]) for match in _HEADING.finditer(text)}


def slug(title: str) -> str:
    """The anchor made from a heading."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    """A relative link names a file that exists; what follows ``#`` is a heading of it."""
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_relative_to(REPOSITORY), link
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_below_docs_is_in_the_navigation() -> None:
    """``mkdocs.yml`` names each page once."""

    def named(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [name for value in (entry.values() if isinstance(entry, dict) else entry) for name in named(value)]  # type: ignore[attr-defined]

    navigation = named(yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    assert sorted(navigation) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_every_decision_is_listed() -> None:
    """The overview of decisions links all of them."""
    overview = DOCS / "decisions" / "index.md"
    assert sorted(links(overview)) == sorted(page.name for page in overview.parent.glob("0*.md"))


def test_pictures_stay_small() -> None:
    """A picture in the documentation is smaller than 200 KB."""
    for picture in (DOCS / "images").glob("*.png"):
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name


def test_files_the_architecture_names_exist() -> None:
    """Every path in back quotes or in the diagram of ARCHITECTURE.md is there."""
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paths = re.findall(r"\b(?:survey|instruments|analysis|reports|satix|docs)/[\w./-]*\w", text)
    assert len(paths) > 30
    for path in paths:
        assert (REPOSITORY / path).exists(), path
