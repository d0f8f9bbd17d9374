"""Topic channels, method valid_responses: who is left after screening, by the first reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adapters.case import Case, SkippedError
from survey.instrument import Instrument
from survey.responses import AnswerColumn, ResponseSet
from survey.scales import MISSING_CODES
from survey.screening import screen
from survey.study import Screening

NAMES = {"duplicate": "duplicate", "speeder": "speeding", "straight_line": "straightline", "missing_share": "missing"}


def valid_responses(case: Case) -> Mapping[str, Any]:
    """Duplicates, too fast, one answer throughout, too much missing; a floor in seconds is a share of the median."""
    rows = case.inputs["rows"]
    answers = [row["answers"] for row in rows]
    seconds = np.array([np.nan if row.get("seconds") is None else row["seconds"] for row in rows], dtype=np.float64)
    share = float(case.inputs["min_seconds"]) / float(np.nanmedian(seconds))
    items = len(answers[0])
    if not 0 < share < 1 or items < 3:
        raise SkippedError("satix states the floor as a share below 1 of the median, and straight lines from 3 items")
    rules = Screening(
        speeder_share=share,
        seconds_per_item=0,
        straight_line_items=items,
        missing_share=float(case.inputs["max_missing"]),
    )
    flags, report = screen(_responses([row["id"] for row in rows], seconds, answers), rules)
    out = np.any([flags[rule] for rule in rules.counted], axis=0)
    excluded = {NAMES[rule]: n for rule, n in report.first_reason.items() if rule in NAMES}
    valid = [row["id"] for row, gone in zip(rows, out, strict=True) if not gone]
    return {"valid_ids": valid, "excluded": excluded, "raw": len(rows), "valid": len(valid)}


def _responses(ids: list[Any], seconds: Any, answers: list[list[int | None]]) -> ResponseSet:
    highest = max(answer for row in answers for answer in row if answer is not None)
    item = {"facet": "performance", "measures": "I", "scale": "s"}
    questions = [{"code": f"q{place}", "text": "q", **item} for place in range(len(answers[0]))]
    content = {
        **{"instrument": "case", "version": "1.0.0", "title": "case", "purpose": "case", "licence": "none"},
        "languages": ["en"],
        "scales": {"s": {"from": 1, "to": max(int(highest), 2)}},
        "index": {"code": "I", "label": "I"},
        "sections": [{"code": "S", "title": "S", "questions": questions}],
    }
    blank = MISSING_CODES["blank"]
    codes = np.array([[blank if answer is None else answer for answer in row] for row in answers], dtype=np.int16).T
    frame = pd.DataFrame({"wave": "1", "source": "case", "duration_seconds": seconds}, index=pd.Index(map(str, ids)))
    return ResponseSet(
        instrument=Instrument.model_validate(content),
        respondents=frame,
        columns=tuple(AnswerColumn(question["code"]) for question in questions),
        codes=codes.copy(),
    )


METHODS = {"valid_responses": valid_responses}
