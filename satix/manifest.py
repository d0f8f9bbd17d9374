"""The manifest beside the results: inputs by hash, versions, times. All that may differ between two runs is here."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satix import __version__
from satix.output import MANIFEST

if TYPE_CHECKING:
    from satix.progress import Progress
    from satix.project import Project
    from survey.importers.report import ImportReport

__all__ = ["StageClock", "peak_memory_mb", "update_manifest", "write_manifest"]

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "pydantic", "python-calamine", "xlsxwriter", "matplotlib")


def peak_memory_mb() -> float | None:
    """Largest memory this process has held so far, in MiB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (1024 * 1024 if sys.platform == "darwin" else 1024)


class StageClock:
    """Passes progress on and notes when each stage began: wall time, CPU time and peak memory per stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stages: list[dict[str, Any]] = []
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def __call__(self, step: str, done: int, total: int, /) -> None:
        if not self._stages or self._stages[-1]["stage"] != step:
            self.stop()
            self._stages.append({"stage": step})
        self._progress(step, done, total)

    def stop(self) -> None:
        """End the current stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        if self._stages and "wall_seconds" not in self._stages[-1]:
            self._stages[-1] |= {
                "wall_seconds": round(wall - self._wall, 3),
                "cpu_seconds": round(cpu - self._cpu, 3),
                "peak_memory_mb": None if (peak := peak_memory_mb()) is None else round(peak, 1),
            }
        self._wall, self._cpu = wall, cpu

    @property
    def stages(self) -> list[dict[str, Any]]:
        """Stages so far."""
        return list(self._stages)


def write_manifest(
    folder: Path, project: Project, clock: StageClock, *, names: Sequence[str], imports: Sequence[ImportReport] = ()
) -> None:
    """Write the manifest of a run into ``folder``, which holds the files ``names``.

    ``imports`` are the accounts of the files read; what was done in them to protect persons is entered, without values.
    """
    content = {
        "schema": "satix.manifest/1",
        "study": project.study.study,
        "satix": __version__,
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": project.study.seed,
        "screening_excludes": list(project.study.screening.exclude),
        "inputs": {name: _digest(path) for name, path in project.inputs()} | _queried(project, imports),
        "files": {name: _digest(folder / name) for name in names},
        "privacy": [
            {
                "file": source.name,
                "erased": report.rows_skipped.get("erased", 0),
                "columns": [action.to_dict() for action in report.privacy],
            }
            for source, report in zip(project.study.sources, imports, strict=False)
        ],
        "stages": clock.stages,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _queried(project: Project, imports: Sequence[ImportReport]) -> dict[str, str]:
    """By source, the hash of what its query gave; a database has no file to take it of."""
    pairs = zip(project.study.sources, imports, strict=False)
    return {
        f"{source.name} (rows)": f"sha256:{report.sha256}" for source, report in pairs if source.database is not None
    }


def update_manifest(folder: Path, files: Sequence[Path]) -> None:
    """Enter reports that were rendered again into the manifest of their folder, where there is one."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["files"] |= {file.name: _digest(file) for file in files}
    manifest.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
