"""A small study, and the command line run in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from satix.cli import main
from satix.cli.language import message_language
from tests.satix.small_study import SmallStudy


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def small(tmp_path: Path) -> SmallStudy:
    """The small study, written to a folder of its own."""
    return SmallStudy(tmp_path / "study").write()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``satix`` with the given arguments as a user of the given language would."""

    def command(*arguments: object, lang: str = "en") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["satix", *(str(argument) for argument in arguments)])
        monkeypatch.setenv("SATIX_LANG", lang)
        monkeypatch.delenv("SATIX_DEBUG", raising=False)
        message_language.cache_clear()
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main()
        message_language.cache_clear()
        said = capsys.readouterr()
        return Outcome(code=int(leave.value.code or 0), out=said.out, err=said.err)

    return command
