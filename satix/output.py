"""The output folder is replaced whole: an interrupted run leaves the last good one."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey.errors import Place, SatixError

__all__ = ["MANIFEST", "staged_folder"]

MANIFEST = "manifest.json"


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into; on success it takes the place of ``target``, on failure it vanishes.

    Files in ``target`` that an earlier run did not write (they are not in its manifest) are kept.

    Raises
    ------
    SatixError
        ``target`` cannot be replaced, usually because one of its files is open in another program.
    """
    target = target.resolve()
    if target.exists() and not target.is_dir():
        raise SatixError.of("satix.output_is_a_file", Place(file=target.name))
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.previous")
    _recover(target, aside)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    fresh.chmod(0o755)
    try:
        yield fresh
        _keep_strangers(target, fresh)
        try:
            if target.exists():
                target.replace(aside)
            fresh.replace(target)
        except OSError:
            _recover(target, aside)
            raise SatixError.of("satix.output_in_use", Place(file=target.name)) from None
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        if fresh.exists():
            shutil.rmtree(fresh, ignore_errors=True)


def _recover(target: Path, aside: Path) -> None:
    """Put back what an interrupted swap left aside; clear it away where the swap went through."""
    if not aside.is_dir():
        return
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.replace(target)


def _keep_strangers(target: Path, fresh: Path) -> None:
    if not target.is_dir():
        return
    try:
        written = set(json.loads((target / MANIFEST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError):
        written = set()
    for file in sorted(target.rglob("*")):
        name = file.relative_to(target).as_posix()
        if file.is_file() and name not in written and name != MANIFEST and not (fresh / name).exists():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, fresh / name)
