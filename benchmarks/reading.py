"""Reading a large workbook: satix beside python-calamine alone, each in a process of its own.

    python benchmarks/reading.py
    python benchmarks/reading.py -n 20000 --columns 60 --file EXPORT.xlsx

Makes an export as 问卷星 would (texts that repeat, codes, an open text, times and places as text) or takes one, reads
it with ``CalamineWorkbook...to_python()``, with ``iter_rows()`` and with ``read_table`` of satix,
and prints processor time, time by the clock and peak memory of each, as the best of several runs, and the ratios. The
best, because whatever else the machine does can only add.
The same is done for the table saved as CSV, beside ``csv.reader``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
LABELS = ("非常不满意", "不满意", "一般", "满意", "非常满意")
FIRST = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")

WAYS = {
    "calamine to_python": "from python_calamine import CalamineWorkbook\n"
    "found = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()",
    "calamine iter_rows": "from python_calamine import CalamineWorkbook\n"
    "found = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())",
    "satix read_table": "from pathlib import Path\nfrom survey.importers.table_file import read_table\n"
    "found = read_table(Path(path))",
    "satix guard alone": "from pathlib import Path\nfrom survey.file_guard import guard_file\n"
    "found = guard_file(Path(path))",
    "csv.reader": "import csv\nwith open(path, encoding='utf-8', newline='') as stream:\n"
    "    found = list(csv.reader(stream))",
}
MEASURED = """
import json, resource, sys, time
path = sys.argv[1]
def peak():  # of this process alone; what getrusage says holds what the parent had
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
bare = peak()
wall, cpu = time.perf_counter(), time.process_time()
{way}
print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall, peak(), bare]))
"""


def write_export(folder: Path, rows: int, columns: int, seed: int = 1) -> tuple[Path, Path]:
    """The same export as a workbook and as CSV."""
    chance = random.Random(seed)  # noqa: S311  # made-up answers
    codes = (columns - len(FIRST)) // 2
    labels = columns - len(FIRST) - codes - 1
    workbook, table = folder / "export.xlsx", folder / "export.csv"
    with (
        xlsxwriter.Workbook(workbook, {"constant_memory": False}) as book,
        table.open("w", encoding="utf-8", newline="") as stream,
    ):
        sheet, lines = book.add_worksheet("Sheet1"), csv.writer(stream)
        for place in range(rows + 1):
            if place == 0:
                row: list[str | int] = [*FIRST, *(f"{number}、您对这一项是否满意" for number in range(1, columns - 5))]
            else:
                time = f"2025/9/{chance.randint(1, 28)} 12:{chance.randint(0, 59)}:{chance.randint(0, 59)}"
                address = f"10.2.{chance.randint(0, 255)}.{chance.randint(0, 255)}(江苏-南京)"
                row = [place, time, f"{chance.randint(60, 600)}秒", "微信", "N/A", address]
                row += chance.choices(LABELS, k=labels)
                row += chance.choices(range(1, 6), k=codes)
                row.append(f"意见{chance.randint(0, 10**6)}")
            sheet.write_row(place, 0, row)
            lines.writerow(row)
    return workbook, table


def measure(way: str, path: Path) -> list[float]:
    """Processor seconds, seconds of the clock, peak memory and memory before anything was imported, in MB."""
    code = MEASURED.format(way=WAYS[way])
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, cwd=ROOT)
    numbers: list[float] = json.loads(done.stdout)
    return numbers


def compare(ways: Sequence[str], path: Path, runs: int) -> dict[str, list[float]]:
    """The best of several runs, taken in turn so that a busy moment meets all ways alike."""
    found: dict[str, list[list[float]]] = {way: [] for way in ways}
    for _ in range(runs):
        for way in ways:
            found[way].append(measure(way, path))
    best = {way: [min(column) for column in zip(*measured, strict=True)] for way, measured in found.items()}
    print(f"\n{path.name}: {path.stat().st_size / 1e6:.1f} MB, best of {runs}")
    print(f"{'':22}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'above bare':>12}")
    for way, (cpu, wall, peak, bare) in best.items():
        print(f"{way:22}{cpu:8.2f}{wall:8.2f}{peak:9.0f}{peak - bare:12.0f}")
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("-n", "--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--file", type=Path, help="a workbook to read instead of one that is made")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = (chosen.file, None) if chosen.file else write_export(Path(folder), chosen.rows, chosen.columns)
        workbook, table = made
        ways = ["calamine to_python", "calamine iter_rows", "satix read_table", "satix guard alone"]
        found = compare(ways, workbook, chosen.runs)
        cpu, wall, peak, _ = found["satix read_table"]
        for way in ways[:2]:
            raw_cpu, raw_wall, raw_peak, _ = found[way]
            print(f"satix : {way:20} CPU {cpu / raw_cpu:.2f}, wall {wall / raw_wall:.2f}, memory {peak / raw_peak:.2f}")
        if table is not None:
            found = compare(["csv.reader", "satix read_table"], table, chosen.runs)
            (cpu, wall, peak, _), (raw_cpu, raw_wall, raw_peak, _) = found["satix read_table"], found["csv.reader"]
            print(f"satix : csv.reader           CPU {cpu / raw_cpu:.2f}, wall {wall / raw_wall:.2f}, ", end="")
            print(f"memory {peak / raw_peak:.2f}")


if __name__ == "__main__":
    main()
