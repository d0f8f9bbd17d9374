"""Write the synthetic after-sales study: four quarterly 问卷星 exports (按文本) and the truth behind them.

Run ``python -m satix.examples.after_sales_zh.generate FOLDER`` to write ``data/*.xlsx`` and ``truth.json`` into
a folder; the same seed gives the same bytes. Everything in the files is invented: the answers come from
:mod:`satix.examples.after_sales_zh.population`, addresses from the ranges reserved for documentation.

Each quarter has 600 respondents. Some of them do not read: straight-liners give one answer throughout,
others tick at random, part of them far too fast; a few attentive ones slip on the attention check.
Some rows stand twice, as happens when overlapping exports are pasted together. ``truth.json`` counts them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from instruments import load_instrument
from satix.examples.after_sales_zh.expectation import truth
from satix.examples.after_sales_zh.population import POPULATION, Draw, draw_wave
from survey.scales import MISSING_CODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.instrument import Instrument

__all__ = ["SEED", "Carelessness", "add_careless", "main", "write_study"]

SEED = 20251231
RESPONDENTS = 600
META = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
TOTAL = "总分"
STARTS = {"2025Q1": (2025, 1, 6), "2025Q2": (2025, 4, 7), "2025Q3": (2025, 7, 7), "2025Q4": (2025, 10, 13)}
DOCUMENTATION_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
PLACES = {
    "north": ("北京-北京", "河北-石家庄", "天津-天津"),
    "northeast": ("辽宁-沈阳", "吉林-长春"),
    "east": ("江苏-南京", "上海-上海", "浙江-杭州", "山东-济南"),
    "central": ("湖北-武汉", "湖南-长沙", "河南-郑州"),
    "south": ("广东-广州", "广东-深圳", "福建-厦门"),
    "southwest": ("四川-成都", "重庆-重庆"),
    "northwest": ("陕西-西安", "甘肃-兰州"),
}
SUGGESTIONS = {
    "low": (
        "客服换了三个人，每次都要重新讲一遍问题。",
        "退款等了很久才到账，中间没有任何通知。",
        "电话一直排队，希望能预约回电。",
        "机器人答非所问，转人工太难找。",
        "说好 24 小时内回复，第三天才有人联系。",
    ),
    "high": (
        "处理得挺快，继续保持。",
        "上门取件很准时，省心。",
        "客服很耐心，解释得也清楚。",
        "希望增加夜间人工服务。",
        "维修进度能在 APP 里看到就更好了。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carelessness:
    """Who among the respondents of a wave does not answer with care; boolean arrays, at most one true per respondent.

    ``slip`` marks attentive respondents who miss the attention check.
    """

    straight: NDArray[np.bool_]
    hasty: NDArray[np.bool_]
    random: NDArray[np.bool_]
    slip: NDArray[np.bool_]


def add_careless(draw: Draw, rng: np.random.Generator) -> tuple[Draw, Carelessness]:
    """The draw with the answers of careless respondents in place of some attentive ones (about 5 %)."""
    n: int = draw.codes.shape[1]
    kinds: NDArray[np.int64] = np.searchsorted([0.945, 0.960, 0.975, 0.990], rng.random(n))
    careless = Carelessness(straight=kinds == 1, hasty=kinds == 2, random=kinds == 3, slip=kinds == 4)
    codes = draw.codes.copy()
    constant = rng.integers(3, 6, size=n)
    at_random = careless.hasty | careless.random
    instrument = load_instrument("after_sales")
    for row, question in enumerate(draw.questions):
        asked = instrument.question(question)
        if asked.facet is None or asked.type != "scale":
            continue
        size = instrument.scale_of(asked).size
        shown = codes[row] != MISSING_CODES["not_shown"]
        codes[row] = np.where(shown & careless.straight, np.minimum(constant, size), codes[row])
        codes[row] = np.where(shown & at_random, rng.integers(1, size + 1, size=n), codes[row])
    replaced = Draw(wave=draw.wave, questions=draw.questions, codes=codes, customer=draw.customer, general=draw.general)
    return replaced, careless


def _attention(careless: Carelessness, rng: np.random.Generator) -> NDArray[np.int64]:
    """Answers to the attention check (2 is asked for): those who do not read hit it by chance only."""
    n = len(careless.slip)
    answers = np.full(n, 2)
    answers = np.where(careless.hasty | careless.random, rng.integers(1, 6, size=n), answers)
    answers = np.where(careless.straight, rng.integers(3, 6, size=n), answers)
    return np.where(careless.slip, rng.choice([1, 3, 4], size=n), answers)


def _cells(draw: Draw, careless: Carelessness, instrument: Instrument, rng: np.random.Generator) -> list[list[Any]]:
    """One list of cells per question, in presentation order, as the platform words them."""
    n: int = draw.codes.shape[1]
    attention = _attention(careless, rng)
    ticks = rng.random((n, 6)) < np.array([0.18, 0.42, 0.35, 0.20, 0.10, 0.16])
    comments = rng.random(n) < 0.22
    choice: list[int] = rng.integers(0, 5, size=n).tolist()
    columns: list[list[Any]] = []
    for question in instrument.questions:
        if question.type == "text":
            tone = ["low" if g < 0 else "high" for g in draw.general]
            columns.append([SUGGESTIONS[tone[i]][choice[i]] if comments[i] else "(空)" for i in range(n)])
            continue
        labels = [option.label.in_language("zh") for option in instrument.scale_of(question).answers]
        if question.type == "multiple":
            columns.append(["┋".join(labels[k] for k in np.flatnonzero(t)) or labels[-1] for t in ticks])
        elif question.role == "attention":
            columns.append([labels[code - 1] for code in attention])
        elif question.recommend:
            columns.append([int(code) - 1 for code in draw.codes_of(question.code)])
        else:
            words: dict[int, str] = dict(enumerate(labels, start=1))
            words[MISSING_CODES["not_applicable"]] = "不适用/没有使用过"
            words[MISSING_CODES["not_shown"]] = "(跳过)"
            columns.append([words[int(code)] for code in draw.codes_of(question.code)])
    return columns


def _meta(draw: Draw, careless: Carelessness, first: int, rng: np.random.Generator) -> list[list[Any]]:
    """The six leading columns of the platform, in order of submission."""
    n: int = draw.codes.shape[1]
    regions = list(POPULATION.shares["region"])
    start = datetime(*STARTS[draw.wave], 9, 0, 0)
    minutes = np.sort(rng.uniform(0, 13 * 24 * 60, size=n))
    times = [start + timedelta(minutes=float(m)) for m in minutes]
    seconds = np.where(careless.hasty, rng.uniform(25, 60, size=n), 255 * np.exp(0.3 * rng.standard_normal(n)))
    networks: list[int] = rng.integers(0, 3, size=n).tolist()
    hosts: list[int] = rng.integers(1, 255, size=n).tolist()
    towns: list[int] = rng.integers(0, 12, size=n).tolist()
    source = rng.choice(["微信", "手机提交", "链接"], size=n, p=[0.62, 0.23, 0.15])
    address = []
    for i in range(n):
        places = PLACES[regions[int(draw.codes_of("region")[i]) - 1]]
        address.append(f"{DOCUMENTATION_NETWORKS[networks[i]]}.{hosts[i]}({places[towns[i] % len(places)]})")
    return [
        list(range(first, first + n)),
        [f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}" for t in times],
        [f"{int(s)}秒" for s in seconds],
        [str(s) for s in source],
        ["N/A"] * n,
        address,
    ]


def _write_export(path: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": datetime(2026, 1, 5), "comments": "Synthetic data"})
        sheet = workbook.add_worksheet("Sheet1")
        sheet.write_row(0, 0, headings)
        for position, row in enumerate(rows, start=1):
            sheet.write_row(position, 0, row)


def write_study(folder: Path, *, seed: int = SEED, n: int = RESPONDENTS) -> dict[str, Any]:
    """Write the exports and ``truth.json`` into ``folder`` and return the truth as written."""
    instrument = load_instrument("after_sales")
    numbered = [f"{k}、{q.text.in_language('zh')}" for k, q in enumerate(instrument.questions, start=1)]
    headings = [*META, *numbered, TOTAL]
    items = [item.question for item in POPULATION.items]
    (folder / "data").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    content = {"synthetic": True, "seed": seed, "respondents_per_wave": n, **truth(), "rows": {}}
    content["improves"], content["does_not_change"] = "first_reply", "refund_speed"
    first = 1
    for wave in POPULATION.waves:
        draw, careless = add_careless(draw_wave(wave, rng, n=n), rng)
        scored = draw.codes[[draw.questions.index(item) for item in items]]
        total = np.where(scored > 0, scored, 0).sum(axis=0).tolist()
        columns = [*_meta(draw, careless, first, rng), *_cells(draw, careless, instrument, rng), total]
        rows = [list(row) for row in zip(*columns, strict=True)]
        twice = np.sort(rng.choice(n, size=n // 100, replace=False))
        rows.extend(rows[place] for place in twice)
        _write_export(folder / "data" / f"{wave}.xlsx", headings, rows)
        content["rows"][wave] = {
            "in_file": len(rows),
            "repeated": len(twice),
            "straight_liners": int(careless.straight.sum()),
            "random_and_hasty": int(careless.hasty.sum()),
            "random": int(careless.random.sum()),
            "attention_slips": int(careless.slip.sum()),
        }
        first += n
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")
    return content


def main(arguments: Sequence[str]) -> int:
    """Write the study into the folder named first, or beside this file."""
    write_study(Path(arguments[0]) if arguments else Path(__file__).resolve().parent)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
