"""Response, cooperation, refusal and contact rates from final dispositions, after AAPOR.

With I complete and P partial interviews, R refusals, NC non-contacts, O other eligible non-response, UH and UO cases of
unknown eligibility, U = UH + UO and e the share of these taken to be eligible::

    RR1 = I / (I + P + R + NC + O + U)          RR2 = (I + P) / the same
    RR3 = I / (I + P + R + NC + O + e U)        RR4 = (I + P) / the same
    RR5 = I / (I + P + R + NC + O)              RR6 = (I + P) / the same
    COOP1 = I / (I + P + R + O)                 COOP2 = (I + P) / the same
    COOP3 = I / (I + P + R)                     COOP4 = (I + P) / the same
    REF1, REF2, REF3 = R over the denominators of RR1, RR3, RR5
    CON1, CON2, CON3 = (I + P + R + O) over the denominators of RR1, RR3, RR5

RR5 and RR6 may be reported only where no case is of unknown eligibility. A response rate needs a frame: somebody was
drawn, and each case has an outcome. Where people come of their own accord (an open link, a review) there is none, and
only the share of those who began and finished can be given (`participation_rate`).

References
----------
AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th edition;
Smith (2009), A Revised Review of Methods to Estimate the Status of Cases with Unknown Eligibility (e by proportional
allocation, the CASRO method); Manski (1989), Journal of Human Resources 24, 343-360 (bounds).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Literal

from analysis.figures import Estimate, TableDisplay
from analysis.share_intervals import share_bounds
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RATE_NAMES",
    "ResponseRateResult",
    "participation_rate",
    "response_rates",
    "worst_case_bounds",
]

RATE_NAMES = (
    *(f"RR{n}" for n in range(1, 7)),
    *(f"COOP{n}" for n in range(1, 5)),
    *(f"REF{n}" for n in range(1, 4)),
    *(f"CON{n}" for n in range(1, 4)),
)
"""The rates in the order of the Standard Definitions."""
OUTCOMES = (
    "complete",
    "partial",
    "refusal",
    "non_contact",
    "other",
    "unknown_household",
    "unknown_other",
    "ineligible",
)
EligibleShare = Literal["declared", "proportional", "unknown", "not_needed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRateResult(TableDisplay):
    """Outcome rates, each 0-1 and NaN where undefined.

    ``eligible_share`` is e and ``eligible_share_from`` where it is from: declared, estimated from the cases of known
    eligibility (proportional allocation), unknown (then RR3, RR4, REF2 and CON2 are NaN), or not needed.
    ``all_eligibility_known`` says whether RR5 and RR6 may be reported. ``counts`` are cases by outcome.
    """

    rates: Mapping[str, float]
    counts: Mapping[str, int]
    eligible_share: float
    eligible_share_from: EligibleShare
    all_eligibility_known: bool

    @property
    def n(self) -> int:
        """Cases in the frame, those found not eligible left out."""
        return sum(count for outcome, count in self.counts.items() if outcome != "ineligible")

    def to_frame(self) -> pd.DataFrame:
        """One row per rate."""
        import pandas as pd

        rows = pd.DataFrame({"estimate": pd.Series(dict(self.rates)), "n": self.n})
        return rows.rename_axis("rate")

    def summary(self) -> str:
        """The response rate that needs no assumption beyond the counts."""
        return f"RR1 {self.rates['RR1']:.3f}, COOP1 {self.rates['COOP1']:.3f} (n = {self.n})"


def response_rates(counts: Mapping[str, int], *, eligible_share: float | None = None) -> ResponseRateResult:
    """All outcome rates of one frame.

    Parameters
    ----------
    counts
        Cases by final disposition (``complete, partial, refusal, non_contact, other, unknown_household, unknown_other,
        ineligible``); outcomes that are not named did not occur.
    eligible_share
        e, between 0 and 1. Where it is not given and some cases are known not to be eligible, it is estimated as the
        eligible share of the cases of known eligibility.

    Raises
    ------
    SatixError
        An unknown outcome, a negative count, or e outside 0-1.
    InsufficientDataError
        There is no case: without a frame there is no response rate.
    """
    unknown = sorted(set(counts) - set(OUTCOMES))
    if unknown or any(count < 0 or count != int(count) for count in counts.values()):
        found = ", ".join(unknown) or ", ".join(f"{name} {count}" for name, count in counts.items() if count < 0)
        raise SatixError.of("analysis.outcomes_invalid", found=found, known=", ".join(OUTCOMES))
    if eligible_share is not None and not 0 <= eligible_share <= 1:
        raise SatixError.of("analysis.eligible_share_invalid", found=eligible_share)
    cases = {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}
    if sum(cases.values()) == 0:
        raise InsufficientDataError.of("analysis.no_frame")
    complete, partial, refused, not_reached, other = (cases[name] for name in OUTCOMES[:5])
    unsure = cases["unknown_household"] + cases["unknown_other"]
    eligible = complete + partial + refused + not_reached + other
    e, source = _eligible_share(eligible, cases["ineligible"], unsure, eligible_share)
    every, some = eligible + unsure, eligible + (e * unsure if unsure else 0.0)
    any_interview, met = complete + partial, complete + partial + refused + other
    asked = complete + partial + refused
    rates = {
        **dict(zip(RATE_NAMES[:6], _both(complete, any_interview, (every, some, eligible)), strict=True)),
        **dict(zip(RATE_NAMES[6:10], _both(complete, any_interview, (met, asked)), strict=True)),
        **{f"REF{n}": _ratio(refused, base) for n, base in enumerate((every, some, eligible), start=1)},
        **{f"CON{n}": _ratio(met, base) for n, base in enumerate((every, some, eligible), start=1)},
    }
    return ResponseRateResult(
        rates=rates,
        counts=cases,
        eligible_share=e,
        eligible_share_from=source,
        all_eligibility_known=unsure == 0,
    )


def _eligible_share(eligible: int, ineligible: int, unsure: int, declared: float | None) -> tuple[float, EligibleShare]:
    if declared is not None:
        return declared, "declared"
    if ineligible:
        return eligible / (eligible + ineligible), "proportional"
    return (nan, "unknown") if unsure else (nan, "not_needed")


def _both(complete: int, any_interview: int, bases: tuple[float, ...]) -> list[float]:
    return [_ratio(top, base) for base in bases for top in (complete, any_interview)]


def _ratio(top: float, base: float) -> float:
    return nan if isnan(base) or base <= 0 else top / base


def participation_rate(finished: int, began: int, *, confidence: float = 0.95) -> Estimate:
    """Share (0-1) of those who began that finished, with a Wilson interval; it says nothing of who did not come.

    Raises
    ------
    InsufficientDataError
        Nobody began.
    SatixError
        More finished than began.
    """
    if began < 1:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="participation rate")
    if not 0 <= finished <= began:
        raise SatixError.of("analysis.counts_invalid", found=[finished, began])
    share = finished / began
    lower, upper = share_bounds(share, began, confidence=confidence)
    return Estimate(
        kind="rate",
        estimate=share,
        std_error=(share * (1 - share) / began) ** 0.5,
        lower=lower,
        upper=upper,
        n=began,
        n_effective=float(began),
        df=float("inf"),
        confidence=confidence,
        interval="wilson",
        design_based=False,
    )


def worst_case_bounds(share: float, response_rate: float) -> tuple[float, float]:
    """What a share could be in the whole frame if nobody, or everybody, who did not respond had the property.

    [r p, r p + 1 - r] with response rate r and share p among respondents, both 0-1 (Manski 1989).
    """
    low = response_rate * share
    return low, low + 1 - response_rate
