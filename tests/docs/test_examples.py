"""The examples of the documentation run, and print what the pages say they print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from satix.cli.language import message_language
from satix.cli.summary import summary_lines
from satix.demo import copy_examples
from satix.mapping_proposals import propose_for_study
from satix.new_study import create_study
from satix.pipeline import evaluate
from survey.channels.mapping import ChannelMapping
from survey.definition_files import read_definition
from survey.errors import Language
from survey.importers.mapping import Mapping
from survey.instrument import Instrument
from survey.plan import Plan
from survey.study import Study
from survey.texts import Definition
from tests.docs.pages import DOCS, REPOSITORY, blocks, pages, run_page
from tests.docs.refresh import SCHEMA, schema_text

MODELS: dict[str, type[Definition]] = {
    "satix.study/1": Study,
    "satix.mapping/1": Mapping,
    "satix.channel/1": ChannelMapping,
    "satix.instrument/1": Instrument,
    "satix.plan/1": Plan,
}


def named(page: Path) -> str:
    """The page as a test calls it."""
    return page.relative_to(REPOSITORY).as_posix()


def with_blocks(language: str) -> list[Path]:
    """Pages that hold a block of the language."""
    return [page for page in pages() if blocks(page.read_text(encoding="utf-8"), language)]


@pytest.fixture
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """The language of messages, for this test."""
    language: Language = request.param
    monkeypatch.setattr("sys.argv", ["satix"])
    monkeypatch.setenv("SATIX_LANG", language)
    message_language.cache_clear()
    yield language
    message_language.cache_clear()


@pytest.mark.parametrize("page", with_blocks("python"), ids=named)
def test_examples_print_what_the_page_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a page run in order in one namespace; output with a text block below equals it."""
    monkeypatch.chdir(tmp_path)
    for block, printed in run_page(page):
        assert printed == (block.output or ""), f"{named(page)}, line {block.line}"


@pytest.mark.parametrize("page", with_blocks("yaml"), ids=named)
def test_definitions_on_pages_are_valid(page: Path, tmp_path: Path) -> None:
    """Whole files read without an error; fragments of a study file fit into one."""
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        if block.code.startswith("schema: "):
            file = tmp_path / "definition.yaml"
            file.write_text(block.code, encoding="utf-8")
            read_definition(file, MODELS[yaml.safe_load(block.code)["schema"]])
        else:
            assert block.info == 'title="study.yaml"', f"{named(page)}, line {block.line}"
            least = {"study": "s", "title": "S", "instrument": "after_sales", "waves": [{"wave": "1", "label": "1"}]}
            Study.model_validate(least | yaml.safe_load(block.code))


@pytest.mark.parametrize(
    ("page", "spoken"),
    [("guide/quick-start.md", "en"), ("zh/quick-start.md", "zh")],
    indirect=["spoken"],
)
def test_the_walk_of_the_quick_start_prints_what_the_page_shows(page: str, spoken: Language, tmp_path: Path) -> None:
    """Create, map and evaluate a study as the page does; every line printed on the way stands there."""
    text = (DOCS / page).read_text(encoding="utf-8")
    study = create_study(tmp_path / "mystudy", instrument="after_sales", wave="2025Q1")
    example = copy_examples(tmp_path / "examples")[2].parent / "data" / "2025Q1.xlsx"
    (study.parent / "data" / example.name).write_bytes(example.read_bytes())
    printed = [*propose_for_study(study, (), language=spoken), *summary_lines(evaluate(study))]
    for line in printed:
        assert line.replace(str(tmp_path.as_posix()) + "/", "") in text


def test_the_published_schema_is_that_of_the_code() -> None:
    """``python -m tests.docs.refresh`` writes it anew after a deliberate change."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()
