"""How many people to contact so that enough of them answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.figures import TableDisplay
from analysis.planning.sample_size import up
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ContactsResult", "contacts_needed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsResult(TableDisplay):
    """Contacts per channel: ``contacts[channel]`` = target / (response rate * eligibility), rounded up."""

    targets: Mapping[str, int]
    response_rates: Mapping[str, float]
    eligibility: Mapping[str, float]
    contacts: Mapping[str, int]

    def to_frame(self) -> pd.DataFrame:
        """One row per channel."""
        import pandas as pd

        columns = {
            "target": self.targets,
            "response_rate": self.response_rates,
            "eligibility": self.eligibility,
            "contacts": self.contacts,
        }
        return pd.DataFrame(columns).rename_axis("channel")

    def summary(self) -> str:
        """Contacts of every channel in one line."""
        return ", ".join(f"{channel} {number}" for channel, number in self.contacts.items())


def contacts_needed(
    targets: Mapping[str, int], response_rates: Mapping[str, float], *, eligibility: Mapping[str, float] | float = 1.0
) -> ContactsResult:
    """Contacts to make per channel for a target number of completed answers.

    Parameters
    ----------
    targets : completed answers wanted, by channel.
    response_rates : share of the eligible people contacted who answer, 0-1, by channel.
    eligibility : share of the people contacted who belong to the population, 0-1; one for all or by channel (a channel
        not named: 1).

    Raises
    ------
    SatixError
        A channel without a rate, a rate or eligibility outside 0-1 (0 excluded), or a negative target.
    """
    shares = {
        channel: float(eligibility.get(channel, 1.0) if isinstance(eligibility, Mapping) else eligibility)
        for channel in targets
    }
    contacts = {}
    for channel, target in targets.items():
        if channel not in response_rates:
            raise SatixError.of("analysis.plan_channel_without_rate", channel=channel)
        for what, share in (("response_rate", response_rates[channel]), ("eligibility", shares[channel])):
            if not 0 < share <= 1:
                raise SatixError.of("analysis.plan_rate", what=f"{channel}.{what}", found=f"{share:g}")
        if target < 0:
            raise SatixError.of("analysis.plan_not_positive", what=f"{channel}.target", found=f"{target:g}")
        contacts[channel] = up(target / (response_rates[channel] * shares[channel]))
    return ContactsResult(
        targets=dict(targets),
        response_rates={channel: float(response_rates[channel]) for channel in targets},
        eligibility=shares,
        contacts=contacts,
    )
