"""The five packages as syntax trees, for the tests that read the code instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("survey", "instruments", "analysis", "reports", "satix")
"""The packages, lowest first: each may import those before it."""


@cache
def modules() -> dict[str, tuple[Path, ast.Module]]:
    """Every module of the five packages by dotted name: its path relative to the root, and its tree."""
    found = {}
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            inner = path.relative_to(ROOT)
            parts = inner.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = (inner, ast.parse(path.read_text(encoding="utf-8"), str(inner)))
    return found


def imports_of(tree: ast.AST, package: str) -> Iterator[tuple[str, int]]:
    """Dotted names imported anywhere in a tree, also inside functions and type-checking blocks, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])]), node.lineno


def imported_on_loading(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Dotted names a module imports when it is itself imported: not in functions, not for type checking only."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports_of(node, "")
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def strings_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every text constant of a tree, docstrings included, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
