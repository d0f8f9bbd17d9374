"""问卷星 exports: 按文本 (texts), 按序号 (positions in the option list) and 按分数 (scores)."""

from __future__ import annotations

import re
from itertools import islice
from typing import Literal

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.detect import Detection, reason
from survey.importers.headings import parse_headings, role_of
from survey.importers.table_file import Table

__all__ = ["WenjuanxingImporter", "variant_of"]

Variant = Literal["text", "position", "score"]

_META = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_NUMBERED = re.compile(r"\s*(?:\d{1,3}[、.．:：]|第\d+题\(|\d{1,3}[(（])")
_VARIANT_IN_NAME = re.compile(r"(?:^|_)(按文本|按序号|按分数|[012])(?:_|\.)")
_NAMED: dict[str, Variant] = {
    "按文本": "text",
    "按序号": "position",
    "按分数": "score",
    "0": "text",
    "1": "score",
    "2": "position",
}
_TRACES = ("┋", "〖", "(跳过)", "(空)")
_SAMPLE = 100


class WenjuanxingImporter:
    """Recognises 问卷星 exports and takes their headings apart."""

    platform = "wenjuanxing"

    def recognise(self, table: Table) -> Detection:
        """By the six leading columns, numbered headings, marks inside cells and durations such as 137秒."""
        headings = [fold(heading) for heading in table.headings]
        reasons: list[Problem] = []
        confidence = 0.0
        meta = [name for name in _META if fold(name) in headings]
        if len(meta) >= 4:
            confidence += 0.55
            reasons.append(reason("columns", columns=", ".join(meta)))
        asked = [heading for heading in table.headings if heading.strip() and role_of(heading) is None]
        numbered = [heading for heading in asked if _NUMBERED.match(heading)]
        if asked and len(numbered) >= 0.6 * len(asked):
            confidence += 0.45
            reasons.append(reason("numbering", count=len(numbered), total=len(asked)))
            matrix = {h.number for h in parse_headings(table.headings) if h.part is not None and not h.option_only}
            if any("、" in heading for heading in numbered) and ("序号" in headings or matrix):
                confidence += 0.1
                reasons.append(reason("matrix"))
        cells = {cell_text(cell) for column in table.columns for cell in islice(column, _SAMPLE)}
        traces = [trace for trace in _TRACES if any(trace in cell for cell in cells)]
        if traces:
            confidence += 0.15
            reasons.append(reason("marks", marks=" ".join(traces)))
        if any(re.fullmatch(r"\d+秒", cell) for cell in cells):
            confidence += 0.05
            reasons.append(reason("durations"))
        variant = variant_of(table)
        if confidence > 0:
            reasons.append(reason(f"wjx_{variant}"))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=variant,
        )

    def arrange(self, table: Table) -> Arranged:
        """Headings such as ``3、题干``, ``第6题(选项)``, ``6(选项)``; matrix rows carry the stem of their block.

        A 按分数 export gets a warning: a score is no code, and several options may share one.
        """
        variant = variant_of(table)
        scores = Problem(code="survey.wjx_scores", place=table.place(), severity="warning")
        return Arranged(
            table=table,
            headings=parse_headings(table.headings),
            numbers_are="positions" if variant == "position" else "codes",
            remarks=(scores,) if variant == "score" else (),
        )


def variant_of(table: Table) -> Variant:
    """Which of the three exports a table is.

    The file name says so where it was kept. Otherwise texts in the answer columns mean 按文本, and numbers are
    taken for 按序号: a 按分数 file without its name cannot be told from it.
    """
    named = _VARIANT_IN_NAME.search(table.file)
    if named:
        return _NAMED[named[1]]
    texts = numbers = 0
    for heading, column in zip(table.headings, table.columns, strict=True):
        if role_of(heading) is not None or not _NUMBERED.match(heading):
            continue
        sample: list[CellValue] = [cell for cell in islice(column, _SAMPLE) if cell_text(cell)]
        numeric = sum(number_in(fold(cell_text(cell))) is not None for cell in sample)
        if numeric > 0.9 * len(sample):
            numbers += bool(sample)
        else:
            texts += 1
    return "position" if numbers > texts else "text"
