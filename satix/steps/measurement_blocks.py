"""The blocks of questions whose measurement quality is judged, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from satix.steps.context import Wave
    from survey.indicators import Indicator
    from survey.questionnaire import Facet, Question
    from survey.study import Study

FEWEST_ITEMS, MOST_ITEMS, MOST_ITEMS_OF_ALL = 3, 30, 60
FEWEST_RESPONDENTS = 100
FEWEST_ANSWERED = 0.5

__all__ = [
    "FEWEST_ITEMS",
    "FEWEST_RESPONDENTS",
    "MOST_ITEMS",
    "MOST_ITEMS_OF_ALL",
    "Block",
    "answers_of",
    "component_points",
    "constructs_of",
    "listed_blocks",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """The questions of one facet below a node.

    ``whole`` where further blocks lie below the node; ``points`` is the number of answers of their common scale, None
    where the scales differ.
    """

    node: Indicator
    facet: Facet
    items: tuple[Question, ...]
    points: int | None
    whole: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the questions."""
        return tuple(item.code for item in self.items)

    @property
    def reflective(self) -> bool:
        """Whether the questions reflect one construct."""
        return self.node.measurement == "reflective"


def listed_blocks(wave: Wave, study: Study) -> list[Block]:
    """Every block of the wave, parents first.

    Formative nodes count where they are made of something; a leaf counts where it has several questions, or where
    it stands alone below a formative index: there its one question is all that measures it. The index itself is
    judged for performance only.
    """
    instrument = wave.responses.instrument
    parents = instrument.index.parents()
    found = []
    for node in instrument.index.walk():
        top = node.code == instrument.index.code
        facets: tuple[Facet, ...] = ("performance",) if top else ("performance", "expectation")
        for facet in facets:
            asked = [
                question
                for leaf in node.leaves()
                for question in instrument.questions_of(facet=facet, measures=leaf.code)
            ]
            items = [item for item in asked if _answers(wave, item) >= study.limits.suppress]
            alone = not node.indicators and parents[node.code] == instrument.index.code
            alone = alone and instrument.index.measurement == "formative"
            if not items or (len(items) < 2 and not node.indicators and not alone):
                continue
            scales = [instrument.scale_of(item) for item in items]
            alike = len({scale.fingerprint for scale in scales}) == 1
            found.append(
                Block(
                    node=node,
                    facet=facet,
                    items=tuple(items),
                    points=scales[0].size if alike else None,
                    whole=any(child.indicators for child in node.indicators),
                )
            )
    return found


def constructs_of(wave: Wave, blocks: Sequence[Block]) -> dict[str, list[str]]:
    """Questions of the lowest reflective blocks of performance, for one joint factor model; by node code.

    Left out: blocks of fewer than three or more than thirty items, on several scales, within another block, or put
    to fewer than half of the respondents (a branch would take everybody else out of the model).
    """
    found: dict[str, list[str]] = {}
    used = max(int(wave.used.sum()), 1)
    taken: set[str] = set()
    for block in reversed(blocks):
        if block.facet != "performance" or not block.reflective or block.whole or block.points is None:
            continue
        codes = list(block.codes)
        if not FEWEST_ITEMS <= len(codes) <= MOST_ITEMS or taken & set(codes):
            continue
        answered = ~np.isnan(answers_of(wave, codes).to_numpy())
        if answered.any(axis=1).sum() < FEWEST_ANSWERED * used:
            continue
        taken |= set(codes)
        found[block.node.code] = codes
    return dict(reversed(found.items()))


def answers_of(wave: Wave, codes: Sequence[str]) -> pd.DataFrame:
    """Oriented answers of the respondents in the estimates, a column per question; NaN where missing."""
    import pandas as pd

    values = np.stack([wave.responses.scores(code) for code in codes], axis=1)[wave.used]
    return pd.DataFrame(values, columns=list(codes))


def component_points(wave: Wave, block: Block) -> pd.DataFrame:
    """Points of what a formative node is made of, a column per child: the children's own index; of another facet than
    performance the answers of children that have one question."""
    import pandas as pd

    columns = {}
    for child in block.node.indicators:
        if block.facet == "performance":
            points = wave.scores.points[:, wave.scores.nodes.index(child.code)][wave.used]
        else:
            own = [item.code for item in block.items if item.measures == child.code]
            points = (
                wave.responses.scores(own[0])[wave.used] if len(own) == 1 else np.full(int(wave.used.sum()), np.nan)
            )
        if np.isfinite(points).any():
            columns[child.code] = points
    return pd.DataFrame(columns)


def _answers(wave: Wave, item: Question) -> int:
    return int(np.count_nonzero(~np.isnan(wave.responses.scores(item.code)) & wave.used))
