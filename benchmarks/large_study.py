"""A large study from export to reports: 50,000 respondents and 60 performance questions in one workbook.

    python benchmarks/large_study.py
    python benchmarks/large_study.py -n 10000 --cells codes --keep FOLDER

Makes an instrument, a study, a mapping and an xlsx export, runs ``satix evaluate`` on them in a process of its own
and prints wall-clock time, CPU time and peak memory of every stage, as its manifest gives them. Nothing is read
that a user's study would not have: answers stand in the cells as labels (as 问卷星 exports them) or as codes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xlsxwriter
import yaml

ROOT = Path(__file__).resolve().parent.parent

LABELS = ("很不满意", "不太满意", "一般", "比较满意", "很满意")
NOT_APPLICABLE = "不适用/没有使用过"
WAVES = ("2025H1", "2025H2")
CUSTOMERS = {"new": "新客户", "returning": "老客户", "member": "会员"}
REGIONS = {"north": "华北", "east": "华东", "south": "华南", "west": "西部"}
DIMENSIONS = 10
NOT_APPLICABLE_SHARE = 0.04


def both(zh: str, en: str) -> dict[str, str]:
    """A wording in both languages."""
    return {"zh": zh, "en": en}


def item_codes(items: int) -> list[str]:
    """Codes of the performance questions."""
    return [f"q{number:02d}" for number in range(1, items + 1)]


def instrument(items: int) -> dict[str, Any]:
    """An instrument with ``items`` indicators in ten dimensions, two segments, an overall question and one comment."""
    agree = {place: both(label, f"Answer {place}") for place, label in enumerate(LABELS, start=1)}
    codes = item_codes(items)
    groups = [part.tolist() for part in np.array_split(codes, min(DIMENSIONS, items))]
    segments = {"customer": CUSTOMERS, "region": REGIONS}
    background = [
        {"code": code, "type": "single", "role": "segment", "scale": code, "text": both(code, code)}
        for code in segments
    ]
    performance = [
        {
            "code": code,
            "facet": "performance",
            "measures": f"i_{code}",
            "scale": "satisfaction",
            "text": both(f"您对{code}有多满意？", f"How satisfied are you with {code}?"),
        }
        for code in codes
    ]
    overall = {"code": "overall", "facet": "outcome", "scale": "overall", "text": both("总体满意", "Overall")}
    comment = {"code": "comment", "type": "text", "role": "open", "text": both("建议", "Suggestions")}
    return {
        "schema": "satix.instrument/1",
        "instrument": "large",
        "version": "1.0.0",
        "title": both("大样本研究", "A large study"),
        "purpose": both("测量处理大文件所需的时间。", "Measures how long a large file takes."),
        "languages": ["zh", "en"],
        "licence": both("合成数据。", "Synthetic."),
        "scales": {
            "satisfaction": {
                "from": 1,
                "to": 5,
                "labels": {**agree, 6: both(NOT_APPLICABLE, "Not applicable")},
                "missing": {6: "not_applicable"},
            },
            "overall": {"from": 1, "to": 5, "labels": agree},
            **{
                name: {"options": [{"code": code, "label": both(label, code)} for code, label in options.items()]}
                for name, options in segments.items()
            },
        },
        "index": {
            "code": "large",
            "label": both("满意度指数", "Satisfaction index"),
            "measurement": "formative",
            "indicators": [
                {
                    "code": f"d{number:02d}",
                    "label": both(f"维度{number}", f"Dimension {number}"),
                    "indicators": [{"code": f"i_{code}", "label": both(f"指标 {code}", code)} for code in group],
                }
                for number, group in enumerate(groups, start=1)
            ],
        },
        "sections": [
            {"code": "background", "title": both("背景", "Background"), "questions": background},
            {"code": "ratings", "title": both("评价", "Ratings"), "questions": performance},
            {"code": "closing", "title": both("总体", "Overall"), "questions": [overall, comment]},
        ],
    }


def study() -> dict[str, Any]:
    """Two waves in one file, told apart by a column; two segments; fast and repeated answers are excluded."""
    return {
        "schema": "satix.study/1",
        "study": "large",
        "title": both("大样本研究", "A large study"),
        "instrument": "instrument.yaml",
        "waves": [{"wave": wave, "label": both(wave, wave)} for wave in WAVES],
        "sources": [{"file": "data/export.xlsx", "mapping": "mappings/export.yaml"}],
        "screening": {"exclude": ["duplicate", "speeder"]},
        "segments": [{"question": "customer"}, {"question": "region"}],
        "targets": [{"indicator": "large", "level": 60}, {"indicator": "i_q01", "change": 2}],
    }


def mapping(items: int) -> dict[str, Any]:
    """Every column of the export and what it holds."""
    roles = {"序号": "respondent", "期次": "wave", "提交答卷时间": "submitted", "所用时间": "duration"}
    return {
        "schema": "satix.mapping/1",
        "instrument": "large",
        "sheet": "Sheet1",
        "header_row": 1,
        "waves": {wave: wave for wave in WAVES},
        "unmapped": "refuse",
        "columns": [
            *({"heading": heading, "role": role} for heading, role in roles.items()),
            *({"heading": code, "question": code} for code in questions(items)),
        ],
    }


def questions(items: int) -> list[str]:
    """Question codes in the order of the columns."""
    return ["customer", "region", *item_codes(items), "overall", "comment"]


def write_export(path: Path, n: int, items: int, cells: Literal["labels", "codes"], rng: np.random.Generator) -> None:
    """Write ``n`` respondents row by row: one general factor, one shift between the waves, no real person."""
    general = rng.standard_normal(n)
    second = np.arange(n) >= n // 2
    latent = 0.7 * general[:, None] + 0.7 * rng.standard_normal((n, items + 1))
    latent[:, 0] += 0.25 * second
    positions = 1 + np.searchsorted([-1.6, -0.9, -0.1, 0.9], latent)
    positions[:, :items][rng.random((n, items)) < NOT_APPLICABLE_SHARE] = 6
    words: list[str | int] = [*LABELS, NOT_APPLICABLE] if cells == "labels" else [1, 2, 3, 4, 5, 6]
    segments = [
        rng.choice(list(CUSTOMERS.values()), size=n).tolist(),
        rng.choice(list(REGIONS.values()), size=n).tolist(),
    ]
    seconds = (300 * np.exp(0.3 * rng.standard_normal(n))).astype(int).tolist()
    comments = rng.random(n) < 0.2
    rows = positions.tolist()
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        sheet.write_row(0, 0, ["序号", "期次", "提交答卷时间", "所用时间", *questions(items)])
        for i in range(n):
            day, minute = divmod(i % 20_000, 700)
            sheet.write_row(
                i + 1,
                0,
                [
                    i + 1,
                    WAVES[int(second[i])],
                    f"2025/{7 if second[i] else 1}/{day + 1} {8 + minute // 60}:{minute % 60:02d}:00",
                    f"{seconds[i]}秒",
                    *(column[i] for column in segments),
                    *(words[place - 1] for place in rows[i]),
                    "希望处理得更快一些。" if comments[i] else "(空)",
                ],
            )


def make_study(folder: Path, *, n: int, items: int, cells: Literal["labels", "codes"], seed: int) -> Path:
    """Write the whole study folder and return its study file."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "mappings").mkdir(exist_ok=True)
    for name, content in (
        ("instrument.yaml", instrument(items)),
        ("study.yaml", study()),
        ("mappings/export.yaml", mapping(items)),
    ):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    write_export(folder / "data" / "export.xlsx", n, items, cells, np.random.default_rng(seed))
    return folder / "study.yaml"


def evaluate(file: Path) -> tuple[float, dict[str, Any]]:
    """Run ``satix evaluate`` in a fresh process; wall-clock seconds and the manifest."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "satix", "evaluate", str(file)], env=environment, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"satix evaluate ended with exit code {done.returncode}")
    manifest = json.loads((file.parent / "output" / "manifest.json").read_text(encoding="utf-8"))
    return elapsed, manifest


def show(elapsed: float, manifest: dict[str, Any], file: Path) -> None:
    """Print one line per stage, then the whole, and how large the files are."""
    print(f"{'stage':<10} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    wall = cpu = 0.0
    for stage in manifest["stages"]:
        wall, cpu = wall + stage["wall_seconds"], cpu + stage["cpu_seconds"]
        peak = stage["peak_memory_mb"]
        numbers = f"{stage['wall_seconds']:>8.2f} {stage['cpu_seconds']:>8.2f}"
        print(f"{stage['stage']:<10} {numbers} {'–' if peak is None else f'{peak:.0f}':>9}")
    print(f"{'stages':<10} {wall:>8.2f} {cpu:>8.2f}")
    print(f"{'process':<10} {elapsed:>8.2f}   (with starting Python and loading the study)")
    for path in (file.parent / "data" / "export.xlsx", *sorted((file.parent / "output").iterdir())):
        print(f"{path.name:<14} {path.stat().st_size / 1e6:7.2f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the study, evaluate it and print what each stage took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", type=int, default=50_000, help="respondents")
    parser.add_argument("-k", type=int, default=60, help="performance questions")
    parser.add_argument("--cells", choices=("labels", "codes"), default="labels", help="what the answer cells hold")
    parser.add_argument("--seed", type=int, default=20250101)
    parser.add_argument("--keep", type=Path, help="folder for the study; left in place afterwards")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        start = time.perf_counter()
        file = make_study(folder, n=options.n, items=options.k, cells=options.cells, seed=options.seed)
        print(
            f"{options.n:,} x {options.k} ({options.cells}) written in {time.perf_counter() - start:.1f} s", flush=True
        )
        elapsed, manifest = evaluate(file)
        show(elapsed, manifest, file)


if __name__ == "__main__":
    main()
