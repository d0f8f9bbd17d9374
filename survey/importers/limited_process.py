"""A reader of our own in a process of its own, with a limit on its memory, its time and its answer.

Some readers are written in languages where a crafted file ends the process, or asks for memory without bound. A
process that is given a limit in proportion to the size of the file can do neither: it fails alone, and what is left
is a message. The answer comes back as pickled plain data; the parent accepts no classes but those of dates.
"""

from __future__ import annotations

import datetime
import importlib
import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from survey import errors
from survey.errors import FileRefusedError, Place, Problem, SatixError
from survey.file_guard import file_present

__all__ = ["read_limited"]

MEMORY_FLOOR = 224 * 1024**2
MEMORY_CEILING = 2 * 1024**3
MEMORY_RATIO = 40
"""The reader may take this many times the size of the file, within floor and ceiling, above what the process has."""
SMALL_FILE_RATIO, SMALL_FILE_CEILING = 4000, 384 * 1024**2
"""On top of the floor for small files: real workbooks of 50 kB span 20 000 rows by 256 columns and need as much."""
CPU_SECONDS = 2
CPU_SECONDS_PER_MEGABYTE = 4
WALL_SECONDS = 60
"""Seconds of the clock for the process to start and for a small file; a busy machine is no fault of the file."""
ANSWER_RATIO = 60
CHUNK = 1 << 20

_PLAIN = {"date", "datetime", "time", "timedelta", "timezone"}
_NO_ANSWER = (
    pickle.UnpicklingError,
    EOFError,
    AttributeError,
    ImportError,
    LookupError,
    ValueError,
    TypeError,
    MemoryError,
    OverflowError,
)
"""What unpickling raises where a process broke off in the middle of its answer."""
_ENDED_FOR_TIME = {-24, 152}  # SIGXCPU, as Popen and as a shell report it


def read_limited(reader: str, path: Path, *options: str | float | bool | None) -> Any:
    """Call a reader in another process and hand over what it returns.

    Parameters
    ----------
    reader : str
        ``package.module:function`` of satix. It is called with the path and the options, and returns plain data:
        lists, tuples, dicts, texts, numbers, dates, None. A function ``load_libraries`` of the same module, where
        there is one, is called before the limits hold, so that they hold for the file and not for what is imported.
    path : Path
        The file; the limits follow from its size.
    options : what JSON can say.

    Raises
    ------
    SatixError
        What the reader raised, with its problems.
    FileRefusedError
        The reader crashed, ran out of memory or of time, or raised anything else.
    """
    size = file_present(path)
    small = min(SMALL_FILE_CEILING, MEMORY_FLOOR + SMALL_FILE_RATIO * size)
    memory = min(MEMORY_CEILING, max(small, MEMORY_RATIO * size))
    cpu = CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * size / 1e6
    request = {"reader": reader, "path": str(path.resolve()), "options": options, "memory": memory, "cpu": cpu}
    answer, code = _ask(json.dumps(request).encode(), WALL_SECONDS + 4 * cpu, max(MEMORY_FLOOR, ANSWER_RATIO * size))
    place = Place(file=path.name)
    kind, content = _parsed(answer)
    if kind == "result":
        return content
    if kind == "problems":
        error_class = getattr(errors, content["class"])
        raise error_class(Problem(**{**problem, "place": Place(**problem["place"])}) for problem in content["problems"])
    if kind == "memory":
        raise FileRefusedError.of("survey.reader_memory", place, limit=f"{memory / 1e6:.0f}", size=f"{size / 1e6:.2f}")
    if kind == "time" or code in _ENDED_FOR_TIME:
        raise FileRefusedError.of("survey.reader_time", place, limit=f"{cpu:.0f}", size=f"{size / 1e6:.2f}")
    if kind == "fault":
        raise FileRefusedError.of("survey.reader_fault", place, reason=content)
    raise FileRefusedError.of("survey.reader_crashed", place, exit_code=code, limit=f"{memory / 1e6:.0f}")


def _ask(request: bytes, seconds: float, largest: int) -> tuple[bytes | None, int]:
    """What the process answers, None where that is too long or comes too late, and how the process ended.

    The process neither starts in the current folder nor searches it for modules (``-P``): beside a file that was sent
    may lie a ``json.py``.
    """
    root = str(Path(__file__).resolve().parents[2])
    named = [str(Path(folder).resolve()) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    search = os.pathsep.join([root, *named])  # an empty part would stand for the current folder
    environment = {**os.environ, "PYTHONPATH": search, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(  # noqa: S603  # our own module; the request goes through its standard input
        [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
        cwd=sys.prefix,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    pieces: list[bytes] = []
    length = 0
    with process:
        if process.stdin is None or process.stdout is None:  # pragma: no cover  # both were asked for
            return None, 1
        with suppress(OSError):  # the process may have ended already
            process.stdin.write(request)
            process.stdin.close()
        while piece := process.stdout.read(CHUNK):
            length += len(piece)
            if length > largest:
                process.kill()
                break
            pieces.append(piece)
    timer.cancel()
    if late.is_set():
        return pickle.dumps(("time", None)), 1
    return (b"".join(pieces) if length <= largest else pickle.dumps(("memory", None))), process.returncode


class _PlainData(pickle.Unpickler):
    """Texts, numbers, lists and dates; nothing that runs."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in _PLAIN:
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _parsed(answer: bytes | None) -> tuple[str, Any]:
    if not answer:
        return "crashed", None
    try:
        kind, content = _PlainData(io.BytesIO(answer)).load()
    except _NO_ANSWER:
        return "crashed", None
    return str(kind), content


def serve() -> None:
    """The other process: read the request, limit the own memory and time, call the reader, answer."""
    answering = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    request = json.loads(sys.stdin.buffer.read())

    def answer(kind: str, content: object) -> None:
        packed = pickle.dumps((kind, content), protocol=5)
        with os.fdopen(answering, "wb") as stream:
            stream.write(packed)

    def give_up(raised: type[BaseException], fault: BaseException, _: object) -> None:
        if issubclass(raised, MemoryError):
            answer("memory", None)
        else:
            answer("fault", f"{raised.__name__}: {fault}"[:200])

    sys.excepthook = give_up  # a reader of a foreign format may raise anything, which then is the answer
    answer(*_answer(_reader_of(request), request))


def _reader_of(request: dict[str, Any]) -> Callable[..., Any]:
    module, _, name = request["reader"].partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _answer(reader: Callable[..., Any], request: dict[str, Any]) -> tuple[str, Any]:
    prepare = getattr(sys.modules[reader.__module__], "load_libraries", None)
    if prepare is not None:  # before the limit, so that it holds for the file alone
        prepare()
    _limit(request["memory"], request["cpu"])
    try:
        return "result", reader(Path(request["path"]), *request["options"])
    except SatixError as error:
        return "problems", {"class": type(error).__name__, "problems": [asdict(found) for found in error.problems]}


def _limit(memory: int, cpu: float) -> None:
    """Limit the address space above what is in use, and the seconds of the processor; no core files."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the clock remains
        return
    in_use = 512 * 1024**2
    with suppress(OSError, ValueError):
        in_use = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = round(used.ru_utime + used.ru_stime + cpu + 0.5)
    for limit, soft, hard in (
        (resource.RLIMIT_AS, in_use + memory, in_use + memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # the softer one says what it ended the process for
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with suppress(OSError, ValueError):  # a tighter limit may be in force
            resource.setrlimit(limit, (soft, hard))
