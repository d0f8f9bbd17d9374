"""What each channel costs for a target margin, cheapest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from analysis.figures import TableDisplay
from analysis.planning.contacts import contacts_needed
from analysis.planning.sample_size import sample_size_for_mean, sample_size_for_share
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Channel", "ChannelCost", "ChannelCostResult", "channel_costs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What is known of a channel beforehand.

    Rates are shares (0-1); costs are in any one currency. ``frame`` is the number of people who can be contacted.
    """

    channel: str
    response_rate: float
    eligibility: float = 1.0
    cost_per_complete: float = 0.0
    cost_per_contact: float = 0.0
    fixed_cost: float = 0.0
    design_effect: float = 1.0
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCost:
    """One channel at the target margin. ``feasible``: the frame holds the contacts it takes."""

    channel: str
    respondents: int
    contacts: int
    cost: float
    cost_per_respondent: float
    feasible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCostResult(TableDisplay):
    """Channels sorted by cost, those whose frame is too small last. ``margin`` in the unit of the figure."""

    rows: tuple[ChannelCost, ...]
    margin: float
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row per channel, cheapest first."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows]).set_index("channel")

    def summary(self) -> str:
        """The cheapest channel."""
        first = self.rows[0]
        return f"{first.channel}: {first.respondents} respondents, {first.contacts} contacts, cost {first.cost:,.0f}"


def channel_costs(
    channels: Sequence[Channel],
    margin: float,
    *,
    sd: float | None = None,
    share: float | None = None,
    population: float | None = None,
    confidence: float = 0.95,
) -> ChannelCostResult:
    """Respondents, contacts and cost of every channel for one margin of error.

    Give ``sd`` (a mean; ``margin`` in its unit) or ``share`` (a share 0-1; ``margin`` 0-1). ``population`` limits the
    size as in :func:`analysis.planning.sample_size.sample_size_for_share`. The cost is the fixed cost, plus contacts
    and completes at their rates. A margin says nothing of who does not answer: a cheap channel with few answers may
    be far off within a narrow interval.

    Raises
    ------
    SatixError
        Neither or both of ``sd`` and ``share``, no channel, a negative cost, or what the size functions refuse.
    """
    if (sd is None) == (share is None):
        raise SatixError.of("analysis.plan_sd_or_share")
    if not channels:
        raise SatixError.of("analysis.plan_no_channels")
    rows = []
    for channel in channels:
        for what in ("cost_per_complete", "cost_per_contact", "fixed_cost"):
            cost = getattr(channel, what)
            if not (cost >= 0 and math.isfinite(cost)):
                raise SatixError.of("analysis.plan_not_positive", what=f"{channel.channel}.{what}", found=f"{cost:g}")
        if sd is not None:
            size = sample_size_for_mean(
                sd, margin, confidence=confidence, population=population, design_effect=channel.design_effect
            )
        else:
            size = sample_size_for_share(
                share or 0.0,
                margin,
                confidence=confidence,
                population=population,
                design_effect=channel.design_effect,
            )
        made = contacts_needed(
            {channel.channel: size.respondents},
            {channel.channel: channel.response_rate},
            eligibility=channel.eligibility,
        ).contacts[channel.channel]
        total = channel.fixed_cost + size.respondents * channel.cost_per_complete + made * channel.cost_per_contact
        rows.append(
            ChannelCost(
                channel=channel.channel,
                respondents=size.respondents,
                contacts=made,
                cost=total,
                cost_per_respondent=total / size.respondents,
                feasible=channel.frame is None or made <= channel.frame,
            )
        )
    ordered = sorted(rows, key=lambda row: (not row.feasible, row.cost))
    return ChannelCostResult(rows=tuple(ordered), margin=margin, confidence=confidence)
