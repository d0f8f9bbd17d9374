"""One file opened by satix in a process of its own: what came of it, how long it took, how much memory it had."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import json, resource, sys, time
def own():  # what getrusage says of a process holds what its parent had
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
bare, wall, cpu = own(), time.perf_counter(), time.process_time()
from pathlib import Path
from survey.errors import SatixError
path, reader = Path(sys.argv[1]), sys.argv[2]
try:
    if reader == "table":
        from survey.importers.table_file import read_table
        found = read_table(path)
        said = f"{found.n} records, {len(found.headings)} columns"
    elif reader == "questionnaire":
        from survey.structures.read import read_structure
        said = read_structure(path).platform
    else:
        from survey.definition_files import read_yaml
        said = type(read_yaml(path)[0]).__name__
    code = "read"
except SatixError as error:
    code, said = error.problems[0].code.partition(".")[2], error.message("en")
    error.message("zh")
others = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() - cpu + others.ru_utime + others.ru_stime
memory = max(own(), others.ru_maxrss / 1024) - bare
print(json.dumps([code, said, seconds, time.perf_counter() - wall, memory]))
"""


@dataclass(frozen=True)
class Opened:
    """The code of the refusal or ``read``, what satix said, seconds of processor and clock, MB above bare Python."""

    code: str
    said: str
    cpu: float
    wall: float
    memory: float


def open_alone(path: Path, reader: str) -> Opened:
    """Let another process open the file."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(path), reader], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        return Opened("TRACEBACK", done.stderr[-600:], 0.0, 0.0, 0.0)
    return Opened(*json.loads(done.stdout))
