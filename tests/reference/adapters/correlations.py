"""Topic polychoric: polychoric and tetrachoric correlations, thresholds, one pair in detail, ordinal alpha."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from adapters.case import Case, SkippedError
from analysis.correlations.contingency import coded_items, pairwise_tables
from analysis.correlations.ordinal_alpha import OrdinalAlphaResult, ordinal_alpha
from analysis.correlations.pearson import pearson_correlations
from analysis.correlations.polychoric import EmptyCells, PolychoricResult, polychoric
from analysis.correlations.polychoric_ml import PolychoricMLResult, polychoric_ml
from analysis.correlations.rank import kendall_correlations, spearman_correlations
from analysis.reliability import cronbach_alpha

if TYPE_CHECKING:
    import pandas as pd

MissingRule = Literal["pairwise", "listwise"]
MISSING: dict[str, MissingRule] = {
    "none": "listwise",
    "pairwise": "pairwise",
    "pairwise complete": "pairwise",
    "listwise": "listwise",
    "complete cases": "listwise",
}
EMPTY_CELLS: dict[float, EmptyCells] = {0.0: "none", 0.5: "half"}
ROWS = re.compile(
    r"(?:(?:first|top)\s+(\d+)(?:\s+rows)?|rows\s+(\d+)\s*(?:to|-|:)\s*(\d+)|all(?:\s+rows)?)", re.IGNORECASE
)


def run(case: Case) -> dict[str, Any]:
    """Every figure that the topic knows and the case asks for."""
    figures = _Figures(case)
    wanted = {
        "n": lambda: figures.lavaan.n,
        "polychoric": lambda: figures.matrix(figures.lavaan.correlations),
        "tetrachoric": lambda: figures.matrix(figures.lavaan.correlations),
        "polychoric_psych": lambda: figures.matrix(figures.psych.correlations),
        "tetrachoric_psych": lambda: figures.matrix(figures.psych.correlations),
        "polychoric_lavaan_lavCor": lambda: figures.matrix(figures.lavaan.correlations),
        "tetrachoric_lavaan_lavCor": lambda: figures.matrix(figures.lavaan.correlations),
        "std_errors": lambda: figures.matrix(figures.lavaan.std_errors),
        "thresholds": lambda: dict(zip(figures.names, figures.lavaan.thresholds, strict=True)),
        "first_pair_two_step": figures.first_pair_two_step,
        "first_pair_ml": figures.first_pair_ml,
        "pearson": lambda: figures.matrix(
            pearson_correlations(figures.items, missing=figures.missing, **figures.turned).correlations
        ),
        "spearman": lambda: figures.matrix(figures.ranked(spearman_correlations)),
        "kendall": lambda: figures.matrix(figures.ranked(kendall_correlations)),
        "kendall_tau_b": lambda: figures.matrix(figures.ranked(kendall_correlations)),
        "ordinal_alpha": lambda: figures.alpha.ordinal_alpha,
        "ordinal_lambda6": lambda: figures.alpha.ordinal_lambda6,
        "ordinal_alpha_if_deleted": lambda: dict(zip(figures.names, figures.alpha.alpha_if_deleted, strict=True)),
        "raw_alpha": lambda: (
            cronbach_alpha(figures.items, missing=figures.missing, **figures.turned_on_scale).raw_alpha
        ),
    }
    unknown = sorted(set(case.expected) - set(wanted))
    if unknown:
        raise SkippedError(f"figures {', '.join(unknown)} are not known to this topic")
    return {name: wanted[name]() for name in case.expected}


class _Figures:
    """The data of a case as its inputs ask, and results computed once."""

    def __init__(self, case: Case) -> None:
        names = [str(name) for name in case.inputs["items"]]
        weight = case.inputs.get("weight")
        rows, missing = _rows(str(case.inputs.get("rows", "all")))
        frame = case.columns([*names, *([] if weight is None else [str(weight)])])
        frame = frame if rows is None else frame.iloc[rows]
        self.names = names
        self.items: pd.DataFrame = frame[names]
        self.weights = None if weight is None else frame[str(weight)]
        self.missing: MissingRule = case.inputs.choice("missing", MISSING, missing or "listwise")
        scale = case.inputs.get("scale")
        self.scale = None if scale is None else (float(scale[0]), float(scale[1]))
        self.reversed = tuple(str(name) for name in case.inputs.get("reversed", ()))
        correct = float(case.inputs.get("correct", 0.0))
        if correct not in EMPTY_CELLS:
            raise SkippedError(f"option correct = {correct:g} is not known (known: 0, 0.5)")
        self.empty_cells = EMPTY_CELLS[correct]

    @property
    def turned(self) -> dict[str, Any]:
        return {"reversed_items": self.reversed, "scale": self._scale_for_reversal()}

    @property
    def turned_on_scale(self) -> dict[str, Any]:
        return {**self.turned, "case_weights": self.weights}

    def _scale_for_reversal(self) -> tuple[float, float] | None:
        """The declared ends; where a case reverses without naming them, the ends the answers reach."""
        if self.scale is not None or not self.reversed:
            return self.scale
        return float(self.items.min().min()), float(self.items.max().max())

    def _polychoric(self, empty_cells: EmptyCells) -> PolychoricResult:
        return polychoric(
            self.items,
            reversed_items=self.reversed,
            scale=self.scale,
            missing=self.missing,
            case_weights=self.weights,
            empty_cells=empty_cells,
        )

    @cached_property
    def psych(self) -> PolychoricResult:
        return self._polychoric(self.empty_cells)

    @cached_property
    def lavaan(self) -> PolychoricResult:
        return self._polychoric("keep_margins")

    @cached_property
    def alpha(self) -> OrdinalAlphaResult:
        return ordinal_alpha(self.psych)

    def ranked(self, method: Any) -> Any:
        return method(
            self.items, reversed_items=self.reversed, missing=self.missing, case_weights=self.weights
        ).correlations

    def matrix(self, values: Any) -> Mapping[str, Any]:
        return {"rows": self.names, "cols": self.names, "values": values}

    def first_pair_two_step(self) -> dict[str, Any]:
        """R's polycor gives the standard error at fixed thresholds."""
        result = self.psych
        return {
            "rho": result.correlations[0, 1],
            "se": result.std_errors_fixed[0, 1],
            "chisq": result.chi2[0, 1],
            "df": int(result.df[0, 1]),
        }

    def first_pair_ml(self) -> dict[str, Any]:
        """R's polycor stops its simplex early; `polychoric_ml` repeats that search on request."""
        result = self._first_pair()
        return {"rho": result.estimate, "se": result.std_error, "chisq": result.chi2, "df": result.df}

    def _first_pair(self) -> PolychoricMLResult:
        used = self.items.dropna() if self.missing == "listwise" else self.items
        coded = coded_items(used, reversed_items=self.reversed, scale=self.scale)
        first_two = pairwise_tables(coded.codes[:2], coded.levels[:2])
        cut = coded.levels[0]
        return polychoric_ml(first_two.counts[:cut, cut:], search="simplex")


def _rows(text: str) -> tuple[slice | None, MissingRule | None]:
    """What "first 300 rows, then listwise" means: which rows, and how missing answers are treated."""
    rows: slice | None = None
    missing: MissingRule | None = None
    for part in re.split(r",|;|\bthen\b", text):
        words = part.strip()
        if not words:
            continue
        if words.lower() in MISSING:
            missing = MISSING[words.lower()]
        elif match := ROWS.fullmatch(words):
            rows = _slice(match.groups())
        else:
            raise SkippedError(f"option rows = '{text}' is not known")
    return rows, missing


def _slice(groups: Sequence[str | None]) -> slice | None:
    first, start, stop = groups
    if first is not None:
        return slice(0, int(first))
    return None if start is None else slice(int(start) - 1, int(stop or start))
