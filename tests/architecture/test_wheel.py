"""The wheel holds what an installed satix needs, and nothing else."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from importlib import metadata
from pathlib import Path

import pytest

from tests.architecture.source_tree import LAYERS, ROOT, modules


def _build_tools_missing() -> str | None:
    if importlib.util.find_spec("pip") is None:
        return "pip is not in this environment"
    try:
        version = metadata.version("setuptools")
    except metadata.PackageNotFoundError:
        return "setuptools is not in this environment"
    if int(version.split(".")[0]) < 77:
        return f"setuptools {version} is here; 77 is needed for the licence in pyproject.toml"
    return None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that no build folder is left in the checkout; without network."""
    missing = _build_tools_missing()
    if missing:
        pytest.skip(missing)
    source = tmp_path_factory.mktemp("source")
    for name in (*LAYERS, "tests", "docs", "benchmarks"):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "output", "*.egg-info")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if not (ROOT / name).is_file():
            pytest.skip(f"{name} is not written yet")
        shutil.copy(ROOT / name, source)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-q", "-w", str(target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def names(wheel: zipfile.ZipFile) -> set[str]:
    """Every file in the wheel."""
    return {name for name in wheel.namelist() if not name.endswith("/")}


def test_every_module_is_there(names: set[str]) -> None:
    """All five packages, with their marker that they are typed."""
    assert {str(path.as_posix()) for path, _ in modules().values()} <= names
    for layer in LAYERS:
        assert f"{layer}/py.typed" in names
        assert {f"{layer}/messages/en.yaml", f"{layer}/messages/zh.yaml"} <= names


def test_every_resource_is_there(names: set[str]) -> None:
    """Instruments, word lists, templates, styles, fonts with their licence, and the example studies with their data."""
    suffixes = {".yaml", ".yml", ".html", ".css", ".ttf", ".txt", ".json", ".csv", ".xlsx", ".md"}
    resources = {
        path.relative_to(ROOT).as_posix()
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.is_file()
        and (path.suffix in suffixes or path.name == "LICENSE")
        and not {"__pycache__", "output"} & set(path.parts)
    }
    assert resources - names == set()
    assert any(name.endswith("dataset.xlsx") for name in names)


def test_nothing_else_is_there(names: set[str]) -> None:
    """No tests, benchmarks, documentation, compiled files or reports of somebody's run."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(LAYERS)
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc") or "/output/" in name] == []


def test_the_command_and_the_importers_are_registered(wheel: zipfile.ZipFile, names: set[str]) -> None:
    """``satix`` on the command line; importers by entry point; every entry leads to something."""
    (path,) = [name for name in names if name.endswith("entry_points.txt")]
    text = wheel.read(path).decode()
    assert "satix = satix.cli:main" in text
    assert "[satix.importers]" in text
    for line in text.splitlines():
        if "=" in line:
            module, _, name = line.split("=")[1].strip().partition(":")
            assert hasattr(importlib.import_module(module), name), line


def test_metadata(wheel: zipfile.ZipFile, names: set[str]) -> None:
    """Version, licence files, Python version, a README, and core dependencies without the extras' ones."""
    import satix

    (path,) = [name for name in names if name.endswith(".dist-info/METADATA")]
    about = message_from_string(wheel.read(path).decode())
    assert (about["Name"], about["Version"]) == ("satix", satix.__version__)
    assert about["Requires-Python"] == ">=3.11"
    assert about["License-Expression"] == "Apache-2.0"
    core = [line for line in about.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert not any(line.startswith(("pytest", "hypothesis", "mkdocs", "ruff", "mypy")) for line in core)
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert {"LICENSE", "OFL.txt"} <= licences


def test_the_wheel_stays_small(wheel: zipfile.ZipFile) -> None:
    """Example data are most of it."""
    assert sum(entry.compress_size for entry in wheel.infolist()) < 12 * 2**20
