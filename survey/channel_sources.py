"""Channels of a study: files of reviews, tickets, calls and the like, what they are joined and weighted with."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.channels.mapping import ChannelName, Outcome
from survey.inner_paths import InnerPath
from survey.texts import Code, Definition, Text

__all__ = ["ChannelFrame", "ChannelSource", "ChannelWeights", "CriticalRule", "JoinedOrders"]


class JoinedOrders(Definition):
    """The orders that records of a channel belong to, joined by order id."""

    file: InnerPath
    mapping: InnerPath


class ChannelWeights(Definition):
    """Case weights that bring the records to the make-up of a population.

    ``by`` names an attribute of the records (``order_status``, ``product`` ...); ``population`` gives the number of
    cases (orders, customers) in the population for each of its values. A record weighs the population total of its
    group divided by the number of different orders, or persons, of that group among the records.
    """

    by: Code
    population: dict[str, float] = Field(min_length=1)

    @model_validator(mode="after")
    def _positive(self) -> Self:
        for group, total in self.population.items():
            if not total > 0:
                raise PydanticCustomError(
                    "survey.channel_weight_total", "the total of {group} is not positive", {"group": group}
                )
        return self


class ChannelFrame(Definition):
    """Who was drawn, so that a response rate has a denominator.

    ``listed`` says that the channel's own file lists every case drawn, with its outcome. ``file`` and ``mapping`` name
    another list with an outcome per case (a mapping of channel ``callback``). ``counts`` gives the number of cases by
    outcome, instead of a list or in addition to it (cases never tried). ``eligible_share`` is e, the share of cases of
    unknown eligibility taken to be eligible; where it is not given it is estimated from the cases whose eligibility is
    known, if any are known not to be eligible.
    """

    listed: bool = False
    file: InnerPath | None = None
    mapping: InnerPath | None = None
    counts: dict[Outcome, int] = {}
    eligible_share: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.file is None) != (self.mapping is None) or not (self.listed or self.file or self.counts):
            raise PydanticCustomError("survey.channel_frame_empty", "the frame says nothing", {})
        return self


CriticalRule = Literal["cap", "zero", "none"]


class ChannelSource(Definition):
    """A file of a channel beside the questionnaire, exactly as downloaded.

    ``name`` tells channels of the same kind apart; figures of different channels are never pooled. ``repeated_ids``
    says whether records with an id that occurs again are kept or only the first of them, ``groups`` by which
    attributes the ratings are split. ``critical`` says what a failed critical item does to the score of a mystery
    visit: cap it at ``cap`` points, set it to zero, or nothing.
    """

    file: InnerPath
    channel: ChannelName
    mapping: InnerPath
    name: Code | None = None
    label: Text | None = None
    wave: Code | None = None
    orders: JoinedOrders | None = None
    weights: ChannelWeights | None = None
    frame: ChannelFrame | None = None
    repeated_ids: Literal["keep", "first"] = "keep"
    groups: tuple[Code, ...] | None = None
    critical: CriticalRule = "cap"
    cap: float = Field(default=60.0, ge=0, le=100)

    @property
    def code(self) -> str:
        """The name, or the channel where there is none."""
        return self.name or self.channel
