"""The public names of every module: a change is seen, and agreed to, in the snapshot.

``SATIX_UPDATE_SNAPSHOTS=1 python -m pytest tests/architecture/test_public_names.py`` writes it anew.
"""

from __future__ import annotations

import ast
import os
from importlib import import_module

import pytest

from tests.architecture.source_tree import ROOT, modules

SNAPSHOT = ROOT / "tests/snapshots/public_names.txt"


def _declared(tree: ast.Module) -> list[str] | None:
    """The names in ``__all__``, as written."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def _current() -> str:
    lines = []
    for name, (_, tree) in sorted(modules().items()):
        declared = _declared(tree)
        if declared:
            lines += [name, *(f"    {public}" for public in sorted(declared))]
    return "\n".join(lines) + "\n"


def test_public_names_are_those_of_the_snapshot() -> None:
    """An added or removed name is a decision: run with SATIX_UPDATE_SNAPSHOTS=1 to agree to it."""
    current = _current()
    if os.environ.get("SATIX_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(current, encoding="utf-8")
    assert current == SNAPSHOT.read_text(encoding="utf-8")


def test_every_module_with_public_names_lists_them() -> None:
    """A module without ``__all__`` has no public function or class."""
    unlisted = [
        f"{path}: {node.name}"
        for name, (path, tree) in modules().items()
        if _declared(tree) is None and name != "reports.fonts.build"  # a script that is run, never imported
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert unlisted == []


def test_listed_names_are_sorted_once_and_exist() -> None:
    """Every name in ``__all__`` can be imported from its module."""
    absent = []
    for name, (path, tree) in modules().items():
        declared = _declared(tree)
        if not declared or "examples" in name or name == "reports.fonts.build":
            continue
        assert len(declared) == len(set(declared)), path
        module = import_module(name)
        absent += [f"{name}.{public}" for public in declared if not hasattr(module, public)]
    assert absent == []


def test_everything_public_has_a_docstring() -> None:
    """Functions, classes, and the public methods of public classes."""
    without = []
    for path, tree in modules().values():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            members = node.body if isinstance(node, ast.ClassDef) else []
            without += [
                f"{path}:{part.lineno} {part.name}"
                for part in [node, *members]
                if isinstance(part, ast.FunctionDef | ast.ClassDef)
                and not part.name.startswith("_")
                and not ast.get_docstring(part)
            ]
    assert without == []


@pytest.mark.parametrize("name", ["load_study", "load_instrument", "read_responses", "evaluate", "write_reports"])
def test_the_documented_way_in_is_there(name: str) -> None:
    """The five names of the package, which are imported only when they are used."""
    import satix

    assert name in satix.__all__
    assert callable(getattr(satix, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The lazy lookup does not pretend."""
    import satix

    with pytest.raises(AttributeError, match="no attribute 'evaluation'"):
        _ = satix.evaluation
