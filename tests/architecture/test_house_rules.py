"""Rules of the house that a reader of the code relies on."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source_tree import LAYERS, ROOT, modules, strings_of

TEXT_SUFFIXES = {".py", ".yaml", ".yml", ".toml", ".md", ".html", ".css", ".json", ".txt"}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    """A module is named after its subject."""
    drawers = {"utils", "util", "helpers", "helper", "core", "common", "misc", "tools", "shared"}
    assert [name for name in modules() if drawers & set(name.split("."))] == []


def test_nothing_prints() -> None:
    """The command line speaks through click, everything else through results and errors."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}
    ]
    assert found == []


def test_only_the_command_line_writes_to_the_terminal() -> None:
    """click.echo and sys.stdout stay in satix/cli; the reader of old workbooks answers its parent process by stdout."""
    found = [
        f"{path}:{node.lineno}"
        for name, (path, tree) in modules().items()
        if not name.startswith("satix.cli") and name != "survey.importers.workbook"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("click", "echo"), ("sys", "stdout")}
    ]
    assert found == []


def test_no_assert_and_no_stub_outside_the_tests() -> None:
    """An assert vanishes under -O; a stub is a promise."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node))
    ]
    assert found == []


def test_nothing_swallows_every_exception() -> None:
    """A bare except, or one of Exception, hides faults; the command line has the single one."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert [place.split(":")[0] for place in found] == ["satix/cli/__init__.py"]


@pytest.mark.parametrize("folder", [*LAYERS, "docs", "benchmarks", "tests"])
def test_no_notes_to_self_and_no_machine_paths(folder: str) -> None:
    """Open work lives in the tracker; a path of one computer helps nobody on another."""
    notes = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    machine = re.compile(r"(?<![\w./])/(?:wo" + r"rk|ho" + r"me/\w+|Us" + r"ers/\w+|t" + r"mp)/(?!_)")
    found = []
    for path in sorted((ROOT / folder).rglob("*")):
        hidden = {"__pycache__", "node_modules", "output", "site"} & set(path.parts)
        if hidden or path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if notes.search(line) or machine.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_files_stay_of_a_size_one_can_read() -> None:
    """One subject a file; the schema of the results file is the one long list that belongs together."""
    long = {
        str(path): lines
        for path, _ in modules().values()
        if (lines := (ROOT / path).read_text(encoding="utf-8").count("\n")) > 330
    }
    assert set(long) <= {"analysis/results.py"}


def test_every_module_says_what_it_is_about() -> None:
    """A docstring at the top; an empty package file is enough for a folder of resources."""
    assert [str(path) for path, tree in modules().values() if tree.body and not ast.get_docstring(tree)] == []


def test_options_are_keyword_only_where_there_are_many() -> None:
    """Data first, options by name: no default among more than five positional parameters."""
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules().values()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and len(node.args.posonlyargs) + len(node.args.args) > 5
        and node.args.defaults
    ]
    assert found == []


def test_plain_weights_never_stands_where_both_kinds_could_be_meant() -> None:
    """case_weights belong to respondents, indicator_weights to the index."""
    found = [
        f"{path}:{node.lineno} {node.name}({argument.arg})"
        for path, tree in modules().values()
        for block in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
        for node in block.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        for argument in (*node.args.args, *node.args.kwonlyargs)
        if argument.arg in {"weights", "weight", "w"}
    ]
    assert found == []


def test_no_url_is_fetched_by_the_code() -> None:
    """Nothing in the five packages reaches for the network."""
    network = {"urllib.request", "requests", "httpx", "socket", "http.client", "aiohttp"}
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().values()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and network & {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module in network)
    ]
    assert found == []


def test_the_search_for_texts_sees_something() -> None:
    """The walker these tests stand on finds texts in every layer."""
    for layer in LAYERS:
        assert any(next(strings_of(tree), None) for name, (_, tree) in modules().items() if name.split(".")[0] == layer)
