"""satix: survey design and evaluation for satisfaction-index studies.

``load_study``, ``load_instrument``, ``read_responses``, ``evaluate`` and ``write_reports`` are the
way in from Python; every method is a plain function besides (``from analysis.reliability import
cronbach_alpha``). Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instruments.catalog import load_instrument
    from satix.pipeline import evaluate, write_reports
    from satix.project import load_study
    from survey.importers.read import read_responses

__all__ = ["__version__", "evaluate", "load_instrument", "load_study", "read_responses", "write_reports"]

__version__ = "0.1.0"

_HOME = {
    "load_study": "satix.project",
    "load_instrument": "instruments.catalog",
    "read_responses": "survey.importers.read",
    "evaluate": "satix.pipeline",
    "write_reports": "satix.pipeline",
}


def _check_layers() -> None:
    """Refuse to run on a stranger's ``analysis.py`` or ``survey/`` that happens to come first on the path."""
    here = Path(__file__).resolve().parent.parent
    for layer in ("survey", "instruments", "analysis", "reports"):
        spec = find_spec(layer)
        origin = spec.origin if spec else None
        if origin is None or Path(origin).resolve().parent.parent != here:
            raise ImportError(
                f"satix needs its own package '{layer}', but Python finds {origin or 'none'}. "
                f"Rename that file or folder, or run satix from another folder and in an environment of its own.\n"
                f"satix 需要自带的软件包“{layer}”，但 Python 找到的是 {origin or '（无）'}。"
                f"请将该文件或文件夹改名，或换一个文件夹、在独立环境中运行 satix。"
            )


_check_layers()


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'satix' has no attribute '{name}'")
