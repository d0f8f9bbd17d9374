"""Paths a definition may name: below the study folder, and nowhere else."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

__all__ = ["InnerPath", "inside"]


def inside(path: str) -> str:
    """The path in POSIX form; an absolute one, or one that leads upwards, is a fault of the definition."""
    pure = PurePosixPath(path.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
        raise PydanticCustomError("survey.path_leaves_folder", "{path} leads out of the study folder", {"path": path})
    return str(pure)


InnerPath = Annotated[str, Field(min_length=1), AfterValidator(inside)]
"""A path below the study folder."""
