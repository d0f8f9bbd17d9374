"""survey <- instruments <- analysis <- reports <- satix: an arrow means "may be imported by"."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.source_tree import LAYERS, ROOT, imported_on_loading, imports_of, modules

HEAVY = {
    *("pandas", "scipy", "statsmodels", "matplotlib", "mpl_toolkits"),
    *("openpyxl", "python_calamine", "pyreadstat", "xlsxwriter", "jinja2", "rich"),
}
"""Libraries a function imports when it needs them."""


def test_imports_follow_the_arrow() -> None:
    """Also imports inside functions, and those for type checking only."""
    pointing_back = [
        f"{path}:{line} imports {target}"
        for name, (path, tree) in modules().items()
        for target, line in imports_of(tree, name)
        if (layer := target.split(".")[0]) in LAYERS and LAYERS.index(layer) > LAYERS.index(name.split(".")[0])
    ]
    assert pointing_back == []


def test_every_layer_is_there_and_has_modules() -> None:
    """The walk above looks at something."""
    for layer in LAYERS:
        assert sum(name.split(".")[0] == layer for name in modules()) >= 2, layer


def test_a_wrong_import_would_be_found() -> None:
    """The search sees imports in functions and relative ones."""
    tree = ast.parse("def f():\n    from satix.pipeline import evaluate\n    from . import errors\n")
    assert dict(imports_of(tree, "survey.importers")) == {"satix.pipeline": 2, "survey.importers": 3}


def test_heavy_libraries_are_imported_inside_functions() -> None:
    """Loading any module of ours loads none of them."""
    early = [
        f"{path}:{line} imports {target}"
        for name, (path, tree) in modules().items()
        if name != "reports.renderers.workbook.measured_sheet"  # a subclass needs its base; loaded by the renderer only
        for target, line in imported_on_loading(tree)
        if target.split(".")[0] in HEAVY
    ]
    assert early == []


def test_analysis_and_survey_know_nothing_of_the_terminal() -> None:
    """Only the top package talks to the command line; only reports write documents."""
    foreign = {
        "survey": {"click", "rich", "xlsxwriter", "jinja2", "matplotlib", "scipy", "statsmodels"},
        "instruments": {"click", "rich", "jinja2", "matplotlib", "scipy", "statsmodels"},
        "analysis": {"click", "rich", "xlsxwriter", "jinja2", "matplotlib", "openpyxl", "python_calamine"},
        "reports": {"click", "rich", "scipy", "statsmodels", "openpyxl", "python_calamine"},
    }
    found = [
        f"{path}:{line} imports {target}"
        for name, (path, tree) in modules().items()
        for target, line in imports_of(tree, name)
        if target.split(".")[0] in foreign.get(name.split(".")[0], set())
    ]
    assert found == []


@pytest.mark.parametrize("module", ["satix", "satix.cli.application", "survey.study", "survey.importers.mapping"])
def test_loading_a_definition_module_loads_nothing_heavy(module: str) -> None:
    """Checked in a process of its own, where nothing else has been imported yet."""
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []
