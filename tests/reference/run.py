"""Run reference cases against satix: ``python tests/reference/run.py FOLDER [--data DIR]``.

A case is sent to an adapter by its topic and method (psychometric cases: by topic and by what they ask for), never by
its name or file. Prints one line per case and the totals; exit code 1 when a case failed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from adapters import run_case  # noqa: E402  (the two folders above must be importable first)
from adapters.case import BrokenFile, NotACase, read_cases  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Run every case below a folder and print the outcome of each."""
    parser = argparse.ArgumentParser(description="Run reference cases against satix.")
    parser.add_argument("folder", type=Path, help="a folder of reference cases (*.json), searched with its subfolders")
    parser.add_argument("--data", type=Path, default=None, help="where data files lie that are not beside their case")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder", file=sys.stderr)
        return 2
    counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    for path in sorted(options.folder.rglob("*.json")):
        for entry in read_cases(path):
            if isinstance(entry, NotACase):
                status, name, reason = "SKIP", path.stem, entry.reason
            elif isinstance(entry, BrokenFile):
                status, name, reason = "FAIL", path.stem, entry.reason
            else:
                outcome = run_case(entry, options.data)
                status, name, reason = outcome.status, entry.name, outcome.reason
            counts[status] += 1
            print(f"{status} {path.parent.name}/{name}{': ' if reason else ''}{reason}")
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
