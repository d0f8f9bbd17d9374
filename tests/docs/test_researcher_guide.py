"""The walk of the researcher's guide: each command is run, and what the page shows of its output is what it prints."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from pathlib import Path

import pytest

from satix.cli import main
from satix.cli.language import message_language
from tests.docs.library_workbook import fill_in, mend_codes, mend_wording
from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "guide" / "researcher-guide.md"
NUMBER_WORDS = {9: "nine", 10: "ten", 11: "eleven"}


def test_the_walk_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The workbook is filled in and mended between the commands, as the page says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SATIX_LANG", "en")
    monkeypatch.delenv("SATIX_DEBUG", raising=False)
    text = PAGE.read_text(encoding="utf-8")
    (definition,) = blocks(text, "yaml")
    Path("plan.yaml").write_text(definition.code, encoding="utf-8")
    workbook = Path("library.xlsx")
    hands = iter(
        (
            lambda: fill_in(Path("my_instrument.xlsx"), workbook),
            lambda: mend_codes(workbook),
            lambda: mend_wording(workbook),
        )
    )
    for block in blocks(text, "sh"):
        assert block.output is not None, f"line {block.line}"
        capsys.readouterr()
        for line in block.code.splitlines():
            command = shlex.split(line)
            if "from-excel" in command:
                next(hands)()
            monkeypatch.setattr(sys, "argv", command)
            message_language.cache_clear()
            with pytest.raises(SystemExit):
                main()
        message_language.cache_clear()
        said = capsys.readouterr()
        printed = Counter((said.out + said.err).splitlines())
        shown = Counter(line for line in block.output.splitlines() if line != "…")
        assert shown <= printed, f"line {block.line}: {shown - printed}"


def test_the_page_counts_its_commands() -> None:
    """The number of commands named at the top is the number shown."""
    text = PAGE.read_text(encoding="utf-8")
    commands = sum(len(block.code.splitlines()) for block in blocks(text, "sh"))
    assert f": {NUMBER_WORDS[commands]} commands," in text.replace("\n", " ")
