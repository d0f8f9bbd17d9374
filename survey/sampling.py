"""How the respondents came to be asked; it decides what an interval may be called."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from survey.texts import Code, Definition, Text

__all__ = ["SamplingDesign"]


class SamplingDesign(Definition):
    """Frame and selection.

    Columns with case weights, strata and clusters are named in the mapping (roles ``case_weight``,
    ``stratum``, ``cluster``). ``population`` gives the frame size per stratum (finite population
    correction). Without a probability sample, intervals are labelled model-based.
    """

    kind: Literal["probability", "convenience", "census"] = "convenience"
    frame: Text | None = None
    population: dict[Code, int] = {}
    note: Text | None = None
    response_rate: float | None = Field(default=None, gt=0, le=1)
