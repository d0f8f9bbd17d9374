"""Random answers to an instrument: as a response set, and as plain values a platform would hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from survey.instrument import Instrument
from survey.responses import AnswerColumn, NumberColumn, ResponseSet
from survey.routing import evaluate
from survey.scales import MISSING_CODES

Answer = str | float | list[str] | None
"""An option code, a number, a text, the codes ticked or ranked (in order), or nothing."""


def random_answers(instrument: Instrument, n: int, seed: int) -> tuple[ResponseSet, list[dict[str, Answer]]]:
    """``n`` respondents; about a quarter of the answers are absent, and missing options are chosen too."""
    rng = np.random.default_rng(seed)
    people: list[dict[str, Answer]] = [{} for _ in range(n)]
    columns: list[AnswerColumn] = []
    codes: list[list[int]] = []
    numbers: dict[str, NumberColumn] = {}
    texts: dict[str, list[str | None]] = {}
    blank = MISSING_CODES["blank"]
    for question in instrument.questions:
        answers: list[Answer] = []
        if question.type == "number":
            low = question.lowest or 0.0
            high = min(question.highest or low + 12, low + 12)
            answers = [None if rng.random() < 0.25 else float(rng.integers(int(low), int(high) + 1)) for _ in people]
            values = np.array([np.nan if answer is None else answer for answer in answers])
            missing = np.where(np.isnan(values), blank, 0).astype(np.int8)
            numbers[question.code] = NumberColumn(values=values, missing=missing)
        elif question.type == "text":
            answers = [None if rng.random() < 0.25 else "text" for _ in people]
            texts[question.code] = list(answers)
        elif question.type in {"multiple", "ranking"}:
            options = [str(option.code) for option in instrument.scale_of(question).answers]
            for _ in people:
                order = list(rng.permutation(options))
                size = len(options) if question.type == "ranking" else int(rng.integers(1, len(options) + 1))
                answers.append(None if rng.random() < 0.25 else [str(code) for code in order[:size]])
            for code in options:
                columns.append(AnswerColumn(question.code, code))
                row = []
                for answer in answers:
                    if answer is None:
                        row.append(blank)
                    elif question.type == "ranking":
                        row.append(answer.index(code) + 1)
                    else:
                        row.append(2 if code in answer else 1)
                codes.append(row)
        else:
            scale = instrument.scale_of(question)
            row = []
            for _ in people:
                if rng.random() < 0.2:
                    answers.append(None)
                    row.append(blank)
                    continue
                option = scale.all_options[int(rng.integers(len(scale.all_options)))]
                answers.append(str(option.code))
                row.append(MISSING_CODES[option.missing] if option.missing else scale.answers.index(option) + 1)
            columns.append(AnswerColumn(question.code))
            codes.append(row)
        for person, answer in zip(people, answers, strict=True):
            person[question.code] = answer
    responses = ResponseSet(
        instrument=instrument,
        respondents=pd.DataFrame(index=[f"r{number}" for number in range(n)]),
        columns=tuple(columns),
        codes=np.array(codes, dtype=np.int16).reshape(len(columns), n),
        numbers=numbers,
        texts=texts,
    )
    return responses, people


def shown(instrument: Instrument, responses: ResponseSet) -> dict[str, list[bool]]:
    """Per routed question, for whom its condition holds by :func:`survey.routing.evaluate`."""
    return {
        question.code: [bool(holds) for holds in evaluate(question.show_if, responses)]
        for question in instrument.questions
        if question.show_if is not None
    }
