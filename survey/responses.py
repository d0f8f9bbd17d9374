"""Answers: a respondent table and an integer code matrix, with every kind of missing kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from survey.errors import Place, Problem, ResponseImportError
from survey.instrument import Instrument
from survey.scales import MISSING_CODES, NOT_ASKED, MissingKind, missing_kind_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from survey.study import RuleName

__all__ = ["AnswerColumn", "NumberColumn", "ResponseSet"]

RESPONDENT_COLUMNS = (
    "wave",
    "source",
    "channel",
    "row",
    "submitted",
    "duration_seconds",
    "case_weight",
    "stratum",
    "cluster",
)
"""Columns every respondent table has, in this order."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """One row of the code matrix: a question, and for a multiple choice or ranking one of its options."""

    question: str
    option: int | float | str | None = None

    @property
    def key(self) -> str:
        """``Q3``, or ``Q3[2]`` for the option with code 2."""
        return self.question if self.option is None else f"{self.question}[{self.option}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A numeric answer: float64 values (NaN where missing) and the missing kind (int8, 0 where answered)."""

    values: NDArray[np.float64]
    missing: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSet:
    """The answers of one or several waves to one instrument. Immutable; rows are flagged, never deleted.

    Attributes
    ----------
    respondents : DataFrame, one row per respondent, indexed by respondent id (text)
        wave, source, channel, row (as Excel counts it), submitted (ISO text), duration_seconds,
        case_weight, stratum, cluster.
    columns, codes : p columns and an int16 matrix of shape (p, n)
        An entry is the option's position 1..K in the declared scale (1 no, 2 yes for an option of
        a multiple choice; the rank for an option of a ranking) or a negative missing kind.
    numbers, texts : numeric and open answers by question code
    flags : boolean arrays of length n by screening rule
    """

    instrument: Instrument
    respondents: pd.DataFrame
    columns: tuple[AnswerColumn, ...]
    codes: NDArray[np.int16]
    numbers: Mapping[str, NumberColumn] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    flags: Mapping[RuleName, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = (len(self.columns), len(self.respondents))
        if self.codes.shape != expected or self.codes.dtype != np.int16:
            raise ResponseImportError.of(
                "survey.code_matrix_shape",
                found=f"{self.codes.shape} {self.codes.dtype}",
                expected=f"{expected} int16",
            )
        if (self.codes == 0).any() or (self.codes < -len(get_args(MissingKind))).any():
            raise ResponseImportError.of("survey.code_matrix_value")
        self.codes.setflags(write=False)

    @property
    def n(self) -> int:
        """How many respondents."""
        return len(self.respondents)

    def position_of(self, question: str) -> int:
        """Row of the code matrix that holds a question; KeyError when it has none."""
        for position, column in enumerate(self.columns):
            if column.question == question:
                return position
        raise KeyError(question)

    def codes_of(self, question: str) -> NDArray[np.int16]:
        """Positions and missing kinds of one question, shape (n,)."""
        row: NDArray[np.int16] = self.codes[self.position_of(question)]
        return row

    def score_table(self, question: str) -> NDArray[np.float64]:
        """Scores by position, reversed where the question is; entry 0 is NaN."""
        asked = self.instrument.question(question)
        return self.instrument.scale_of(asked).score_table(reverse=asked.reverse)

    def scores(self, question: str) -> NDArray[np.float64]:
        """Scores on the item's own scale (reversed items turned round), NaN where missing; shape (n,)."""
        if question in self.numbers:
            return self.numbers[question].values
        scored: NDArray[np.float64] = self.score_table(question)[np.maximum(self.codes_of(question), 0)]
        return scored

    def index_points(self, question: str) -> NDArray[np.float64]:
        """Scores rescaled to 0-100 from the declared ends, NaN where missing; shape (n,)."""
        scale = self.instrument.scale_of(question)
        width = scale.highest_score - scale.lowest_score
        points: NDArray[np.float64] = (self.scores(question) - scale.lowest_score) / width * 100
        return points

    def applicable(self, question: str) -> NDArray[np.bool_]:
        """Where the question concerned the respondent: answered, or missing for another reason than not asked."""
        excluded = [MISSING_CODES[kind] for kind in NOT_ASKED]
        return np.asarray(~np.isin(self.codes_of(question), excluded))

    def chosen(self, question: str, codes: tuple[int | float | str, ...]) -> NDArray[np.bool_]:
        """Where one of the option codes was chosen; shape (n,)."""
        asked = self.instrument.question(question)
        wanted = {str(code) for code in codes}
        if asked.type in {"multiple", "ranking"}:
            rows = [i for i, c in enumerate(self.columns) if c.question == question and str(c.option) in wanted]
            ticked = 1 if asked.type == "multiple" else 0
            return np.asarray((self.codes[rows] > ticked).any(axis=0))
        answers = self.instrument.scale_of(asked).answers
        positions = [place for place, option in enumerate(answers, start=1) if str(option.code) in wanted]
        among: NDArray[np.bool_] = np.isin(self.codes_of(question), positions)
        return among

    def answered(self, question: str) -> NDArray[np.bool_]:
        """Where there is an answer of any kind; shape (n,)."""
        if question in self.numbers:
            return ~np.isnan(self.numbers[question].values)
        if question in self.texts:
            return np.array([bool(text) for text in self.texts[question]], dtype=np.bool_)
        rows = [i for i, column in enumerate(self.columns) if column.question == question]
        if not rows:
            raise KeyError(question)
        return np.asarray((self.codes[rows] > 0).any(axis=0))

    def ticked(self, question: str) -> NDArray[np.int64]:
        """How many options of a multiple choice were ticked; shape (n,)."""
        rows = [i for i, column in enumerate(self.columns) if column.question == question]
        count: NDArray[np.int64] = (self.codes[rows] == 2).sum(axis=0)
        return count

    def missing_counts(self, question: str) -> dict[MissingKind, int]:
        """How many respondents are missing on a question, by kind; kinds that do not occur are left out."""
        if question in self.numbers:
            negative = self.numbers[question].missing[self.numbers[question].missing < 0].astype(np.int16)
        else:
            codes = self.codes_of(question)
            negative = codes[codes < 0]
        kinds, counts = np.unique(negative, return_counts=True)
        return {missing_kind_of(int(kind)): int(count) for kind, count in zip(kinds, counts, strict=True)}

    def select(self, keep: NDArray[np.bool_]) -> ResponseSet:
        """The respondents where ``keep`` is true, in the same order."""
        return self.reorder(np.flatnonzero(keep))

    def reorder(self, places: NDArray[np.int64]) -> ResponseSet:
        """The respondents at ``places``, in that order."""
        return replace(
            self,
            respondents=self.respondents.iloc[places],
            codes=np.ascontiguousarray(self.codes[:, places]),
            numbers={
                code: NumberColumn(values=column.values[places], missing=column.missing[places])
                for code, column in self.numbers.items()
            },
            texts={code: [texts[int(place)] for place in places] for code, texts in self.texts.items()},
            flags={rule: flag[places] for rule, flag in self.flags.items()},
        )

    def with_flags(self, flags: Mapping[RuleName, NDArray[np.bool_]]) -> ResponseSet:
        """The same answers with screening flags added."""
        return replace(self, flags={**self.flags, **flags})

    def to_long(self) -> pd.DataFrame:
        """One row per respondent and answer column: question, option, code, label, score, missing kind."""
        import pandas as pd

        frames = []
        ids = self.respondents.index.to_numpy()
        for position, column in enumerate(self.columns):
            asked = self.instrument.question(column.question)
            codes = self.codes[position]
            given = np.maximum(codes, 0)
            if column.option is None:
                answers = self.instrument.scale_of(asked).answers
                code_of = np.array([None, *[option.code for option in answers]], dtype=object)
                label_of = np.array([None, *[option.label.in_language("en") for option in answers]], dtype=object)
                code, label, score = code_of[given], label_of[given], self.scores(column.question)
            else:
                code, label, score = given.astype(object), np.full(self.n, None), np.where(codes > 0, given, np.nan)
                code[codes < 0] = None
            kind_of = np.array([None, *[missing_kind_of(-k) for k in range(1, len(MISSING_CODES) + 1)]], dtype=object)
            frames.append(
                pd.DataFrame(
                    {
                        "respondent": ids,
                        "wave": self.respondents["wave"].to_numpy(),
                        "question": column.question,
                        "option": column.option,
                        "code": code,
                        "label": label,
                        "score": score,
                        "missing": kind_of[np.maximum(-codes, 0)],
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    @staticmethod
    def concatenate(parts: Iterable[ResponseSet]) -> ResponseSet:
        """Put waves and sources together; columns join on question code.

        Raises
        ------
        ResponseImportError
            Two responses share an id within a wave, or a question has differing scales in the parts.
        """
        import pandas as pd

        parts = list(parts)
        first = parts[0]
        _check_scales(parts)
        keys: dict[str, AnswerColumn] = {c.key: c for part in parts for c in part.columns}
        total = sum(part.n for part in parts)
        codes = np.full((len(keys), total), MISSING_CODES["not_in_version"], dtype=np.int16)
        rows = {key: row for row, key in enumerate(keys)}
        start = 0
        for part in parts:
            for position, column in enumerate(part.columns):
                codes[rows[column.key], start : start + part.n] = part.codes[position]
            start += part.n
        respondents = pd.concat([part.respondents for part in parts])
        numbers, texts = {}, {}
        for code in {code: None for part in parts for code in part.numbers}:
            values = [_numbers_or_absent(part, code) for part in parts]
            numbers[code] = NumberColumn(
                values=np.concatenate([v.values for v in values]), missing=np.concatenate([v.missing for v in values])
            )
        for code in {code: None for part in parts for code in part.texts}:
            texts[code] = [text for part in parts for text in part.texts.get(code, [None] * part.n)]
        rules = {rule: None for part in parts for rule in part.flags}
        flags = {
            rule: np.concatenate([part.flags.get(rule, np.zeros(part.n, dtype=np.bool_)) for part in parts])
            for rule in rules
        }
        return ResponseSet(
            instrument=first.instrument,
            respondents=respondents,
            columns=tuple(keys.values()),
            codes=codes,
            numbers=numbers,
            texts=texts,
            flags=flags,
        )


def _numbers_or_absent(part: ResponseSet, code: str) -> NumberColumn:
    if code in part.numbers:
        return part.numbers[code]
    absent = np.full(part.n, MISSING_CODES["not_in_version"], dtype=np.int8)
    return NumberColumn(values=np.full(part.n, np.nan), missing=absent)


def _check_scales(parts: Sequence[ResponseSet]) -> None:
    first = parts[0].instrument
    problems = []
    for part in parts[1:]:
        if part.instrument is first:
            continue
        for question in part.instrument.questions:
            if question.scale is None or question.code not in {q.code for q in first.questions}:
                continue
            if part.instrument.scale_of(question).fingerprint != first.scale_of(question.code).fingerprint:
                problems.append(
                    Problem(
                        code="survey.scale_changed_between_waves",
                        place=Place(heading=question.code),
                        fields={"question": question.code},
                    )
                )
    if problems:
        raise ResponseImportError(problems)
