"""The command line as a user meets it: help in both languages, exit codes, and a start without anything heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from satix.cli.application import application
from satix.cli.language import message_language
from tests.architecture.source_tree import ROOT

COMMANDS = ("demo", "new", "plan", "instruments", "map", "check", "import", "evaluate", "report", "erase")
HEAVY = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "openpyxl", "xlsxwriter", "jinja2")


def _satix(*arguments: str, lang: str = "en", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "SATIX_DEBUG"}
    environment |= {"SATIX_LANG": lang, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "satix", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=cwd,
        check=False,
    )


@pytest.fixture(params=["en", "zh"])
def commands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, click.Command]]:
    """Every command and subcommand by its path, built in one language."""
    monkeypatch.setattr(sys, "argv", ["satix"])
    monkeypatch.setenv("SATIX_LANG", request.param)
    message_language.cache_clear()
    root = application()
    assert isinstance(root, click.Group)
    found: dict[str, click.Command] = dict(root.commands)
    for name, command in root.commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": sub for inner, sub in command.commands.items()}
    message_language.cache_clear()
    return request.param, found


def test_the_commands_are_those_of_the_guide() -> None:
    """A new command belongs into this list, the README and the catalogue."""
    root = application()
    assert isinstance(root, click.Group)
    assert tuple(root.commands) == COMMANDS


def test_every_command_explains_itself_with_an_example(commands: tuple[str, dict[str, click.Command]]) -> None:
    """What it does, an example that begins with satix, and a word on every option."""
    language, found = commands
    for path, command in found.items():
        help_text = command.help or ""
        assert f"satix {path}" in help_text, path
        assert ("示例：" if language == "zh" else "Example:") in help_text
        assert command.short_help
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{path} {option.name}"
                if language == "zh":
                    assert any("\u4e00" <= sign <= "\u9fff" for sign in option.help), f"{path} {option.name}"


def test_every_command_takes_lang(commands: tuple[str, dict[str, click.Command]]) -> None:
    """``--lang zh|en|both`` stands everywhere."""
    _, found = commands
    for path, command in found.items():
        (option,) = [parameter for parameter in command.params if parameter.name == "lang"]
        assert isinstance(option.type, click.Choice), path
        assert list(option.type.choices) == ["zh", "en", "both"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_is_shown_and_is_done(lang: str) -> None:
    """``satix --help`` and ``satix evaluate --help`` end with 0 and speak the language."""
    for arguments in ([], ["evaluate"], ["instruments", "show"]):
        done = _satix(*arguments, "--help", lang=lang)
        assert done.returncode == 0, done.stderr
        assert ("满意度" in done.stdout or "示例：" in done.stdout) == (lang == "zh")


def test_chinese_help_is_chinese_throughout() -> None:
    """Also the words click supplies: usage, options, commands."""
    done = _satix("evaluate", "--help", lang="zh")
    for word in ("Usage:", "Options:", "Show this message"):
        assert word not in done.stdout


def test_lang_on_the_command_wins_over_the_environment() -> None:
    """``--lang zh`` before ``--help`` gives Chinese help to an English user."""
    assert "示例：" in _satix("evaluate", "--lang", "zh", "--help", lang="en").stdout
    assert "Example:" in _satix("evaluate", "--lang=en", "--help", lang="zh").stdout


def test_version() -> None:
    """One line."""
    import satix

    done = _satix("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"satix {satix.__version__}")


@pytest.mark.parametrize(
    "arguments",
    [["nosuch"], ["evaluate", "--nosuch"], ["new"], ["new", "folder"], ["report", "--format", "docx"]],
    ids=" ".join,
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_command_line_ends_with_2(arguments: list[str], lang: str, tmp_path: Path) -> None:
    """And with a word on where the help is, in the user's language; nothing is created."""
    done = _satix(*arguments, lang=lang, cwd=tmp_path)
    assert done.returncode == 2
    assert "--help" in done.stderr
    assert "Traceback" not in done.stderr
    assert any("\u4e00" <= sign <= "\u9fff" for sign in done.stderr) == (lang == "zh")
    assert list(tmp_path.iterdir()) == []


def test_input_at_fault_ends_with_1(tmp_path: Path) -> None:
    """A study that is not there."""
    done = _satix("check", "nowhere.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_loads_nothing_heavy() -> None:
    """``satix --help`` answers at once."""
    code = (
        "import sys\nsys.argv = ['satix', '--help']\nfrom satix.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', *sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1].strip() == "LOADED"


def test_a_stranger_called_analysis_is_noticed(tmp_path: Path) -> None:
    """A user's own analysis.py in the working folder would hide ours; the message says so in both languages."""
    (tmp_path / "analysis.py").write_text("x = 1\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(ROOT)!r}); import satix"],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": "", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 1
    assert "needs its own package 'analysis'" in done.stderr
    assert "软件包" in done.stderr
