"""Damage files of every kind and let satix read them: anything but its own errors is a finding, and so is a hang.

    python tests/fuzz/fuzz_readers.py --minutes 10
    python tests/fuzz/fuzz_readers.py --only 7:1234

An input follows from its name alone (``SEED:NUMBER``), which is printed with every finding; ``--only`` runs it again
and ``--keep FOLDER`` writes it there. Readers run in a process of their own, so that a crash or a hang of more than
five seconds costs one input and is reported like a traceback. Readers that satix itself puts into a limited process
are put into a forked one here, which has the same limits and starts a hundred times faster.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.fuzz.damage import damaged  # noqa: E402  # found once the path is set
from tests.fuzz.seeds import INSTRUMENT, Seed, seeds  # noqa: E402

HANG = 5.0


@dataclass(frozen=True)
class Finding:
    """An input that did not end in a result or one of satix's own errors."""

    name: str
    file: str
    kind: str
    detail: str


def make(name: str, known: list[Seed]) -> tuple[Seed, bytes]:
    """The input of a name ``SEED:NUMBER``: the seed it came from, and its bytes."""
    chance = random.Random(name)  # noqa: S311  # nothing here is secret
    seed = chance.choice(known)
    return seed, damaged(seed.content, seed.file, chance, [other.content for other in known])


def read(path: Path, reader: str, instrument: Any) -> None:
    """Everything that looks at such a file on its way in."""
    if reader == "table":
        from survey.importers.detect import detect_table
        from survey.importers.propose import propose_mapping
        from survey.importers.table_file import read_table

        table = read_table(path)
        best = detect_table(table)[0].platform
        propose_mapping(table, instrument, best if best != "none" else "table")
    elif reader == "questionnaire":
        from survey.structures.read import read_structure

        read_structure(path)
    elif reader == "instrument":
        from survey.instrument import read_instrument

        read_instrument(path)
    elif reader == "mapping":
        from survey.importers.mapping import check_mapping, read_mapping

        check_mapping(read_mapping(path), instrument)
    else:
        from survey.study import read_study

        read_study(path)


def examine(name: str, known: list[Seed], folder: Path, instrument: Any) -> Finding | None:
    """Read one input in this process."""
    from survey.errors import SatixError

    seed, content = make(name, known)
    path = folder / seed.file
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(path, seed.reader, instrument)
    except SatixError as error:
        error.message("en")
        error.message("zh")
    except BaseException as fault:
        if isinstance(fault, KeyboardInterrupt):
            raise
        last = traceback.extract_tb(fault.__traceback__)[-1]
        detail = f"{Path(last.filename).name}:{last.lineno} {type(fault).__name__}: {fault}"
        return Finding(name, seed.file, "traceback", detail[:300])
    return None


def small_instrument(folder: Path) -> Any:
    """The instrument that mappings are proposed for."""
    from survey.instrument import read_instrument

    path = folder / "small.yaml"
    path.write_text(INSTRUMENT, encoding="utf-8")
    return read_instrument(path)


def _forked(request: bytes, seconds: float, largest: int) -> tuple[bytes | None, int]:
    """What :mod:`survey.importers.limited_process` asks of a new interpreter, asked of a copy of this one."""
    import pickle

    from survey.importers import limited_process

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            content = json.loads(request)
            answer = limited_process._answer(limited_process._reader_of(content), content)
            with os.fdopen(writing, "wb") as stream:
                stream.write(pickle.dumps(answer, protocol=5))
        os._exit(0)
    os.close(writing)
    pieces = []
    until = time.monotonic() + min(seconds, HANG)
    while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(reading, 1 << 20)
        if not piece:
            break
        pieces.append(piece)
    else:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return b"".join(pieces)[:largest], code


def work(base: str, first: int, fork: bool) -> None:
    """The process that reads: one line before and one after each input, until it is ended."""
    if fork and hasattr(os, "fork"):
        from survey.importers import columnar_files, limited_process, statistical_files, workbook

        for module in (columnar_files, statistical_files, workbook):
            with suppress(ImportError):
                module.load_libraries()
        limited_process._ask = _forked
    known = seeds()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with tempfile.TemporaryDirectory() as folder:
        instrument = small_instrument(Path(folder))
        number = first
        while True:
            name = f"{base}:{number}"
            sys.stdout.write(json.dumps(["begin", name]) + "\n")
            sys.stdout.flush()
            found = examine(name, known, Path(folder), instrument)
            sys.stdout.write(json.dumps(["end", None if found is None else [found.kind, found.detail]]) + "\n")
            sys.stdout.flush()
            number += 1


def hunt(base: str, seconds: float) -> Iterator[tuple[str, Finding | None]]:
    """Names of inputs read, with what was found, until the time is over."""
    known = seeds()
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        command = [sys.executable, __file__, "--work", base, "--first", str(number)]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        assert worker.stdout is not None
        try:
            while time.monotonic() < until:
                begun = _line(worker, 60)
                if begun is None:
                    worker.kill()
                    raise SystemExit("the reading process does not start")
                name = begun[1]
                ended = _line(worker, 2 * HANG)
                number += 1
                if ended is None:
                    kind = "crash" if worker.poll() is not None else "hang"
                    yield name, Finding(name, make(name, known)[0].file, kind, f"exit code {worker.poll()}")
                    break
                yield name, ended[1] and Finding(name, make(name, known)[0].file, *ended[1])
        finally:
            worker.kill()
            worker.wait()
            worker.stdout.close()


def _line(worker: subprocess.Popen[bytes], seconds: float) -> list[Any] | None:
    """The next line of the worker; None where it comes too late or the worker has ended."""
    assert worker.stdout is not None
    if not select.select([worker.stdout], [], [], seconds)[0]:
        return None
    line = worker.stdout.readline()
    return json.loads(line) if line else None


def main() -> int:
    """Hunt, print findings as they come, and count."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", default=str(int(time.time())), help="what inputs follow from")
    parser.add_argument("--only", metavar="SEED:NUMBER", help="read one input again, in this process")
    parser.add_argument("--keep", type=Path, help="folder for the inputs of findings")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.work, chosen.first, fork=True)
    known = seeds()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    if chosen.only:
        seed, content = make(chosen.only, known)
        with tempfile.TemporaryDirectory() as folder:
            path = (chosen.keep or Path(folder)) / seed.file
            path.write_bytes(content)
            read(path, seed.reader, small_instrument(Path(folder)))
        return 0
    kinds: Counter[str] = Counter()
    findings: dict[str, Finding] = {}
    for name, found in hunt(chosen.seed, 60 * chosen.minutes):
        seed, content = make(name, known)
        kinds[seed.file] += 1
        if found is None:
            continue
        alike = found.detail.split(": ")[0] + found.kind
        if alike not in findings:
            findings[alike] = found
            print(f"{found.kind}: --only {found.name} ({found.file}) {found.detail}", flush=True)
            if chosen.keep:
                (chosen.keep / f"{name.replace(':', '-')}-{seed.file}").write_bytes(content)
    print(f"{sum(kinds.values())} inputs from seed {chosen.seed}, {len(findings)} different findings")
    print(", ".join(f"{file} {count}" for file, count in sorted(kinds.items())))
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
