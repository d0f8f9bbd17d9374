"""The example studies, copied to where a user can look at them and change them."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

__all__ = ["EXAMPLES", "copy_examples"]

EXAMPLES = ("airport", "kiosk", "after_sales_zh")
"""Folder names below ``satix/examples``, in the order they are shown."""


def copy_examples(folder: Path) -> list[Path]:
    """Copy every example study below ``folder`` and return the study files; files already there are replaced."""
    studies = []
    for name in EXAMPLES:
        with resources.as_file(resources.files("satix") / "examples" / name) as source:
            target = folder / name
            shutil.copytree(
                source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py", "output")
            )
        studies.append(target / "study.yaml")
    return studies
