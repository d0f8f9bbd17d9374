"""Files made to hurt: what satix says of each, how long that takes and how much memory it needs.

    python benchmarks/hostile_files.py
    python benchmarks/hostile_files.py --only "1 GB"

Every file is made, opened in a process of its own, and printed with its outcome, seconds of processor and clock and
peak memory above a Python that has just started, processes of readers included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.survey.hostile_files import HOSTILE
from tests.survey.opened_alone import open_alone


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--say", action="store_true", help="print the message, too")
    chosen = parser.parse_args()
    print(f"{'':46}{'size MB':>8}{'CPU s':>7}{'wall s':>7}{'MB':>6}  outcome")
    with tempfile.TemporaryDirectory() as folder:
        for hostile in HOSTILE:
            if chosen.only not in hostile.name:
                continue
            path = Path(folder) / hostile.file
            path.write_bytes(hostile.make())
            found = open_alone(path, hostile.reader)
            note = "" if found.code == hostile.outcome else f"  EXPECTED {hostile.outcome}: {found.said}"
            size = path.stat().st_size / 1e6
            print(
                f"{hostile.name:46}{size:8.2f}{found.cpu:7.2f}{found.wall:7.2f}{found.memory:6.0f}  {found.code}{note}"
            )
            if chosen.say:
                print("    " + found.said)


if __name__ == "__main__":
    main()
