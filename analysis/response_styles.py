"""Response styles: how respondents use a scale whatever is asked, and scores with these habits taken out.

Over the items a respondent answered: ERS the share of answers at either end, MRS at the midpoint, ARS above and DRS
below the midpoint, net ARS = ARS - DRS. Items in both directions keep content out of ARS: acquiescence is agreeing with
opposites, so reversed items are **not** turned round before.

Corrected scores, always beside the raw ones: ipsatised (answer minus the respondent's mean), standardised within the
respondent, and regressed (residual of the item on chosen styles plus its mean). Ipsatised and standardised scores have
no level left: they say what a respondent rates higher than what, not how high.

References
----------
Baumgartner & Steenkamp (2001), J. of Marketing Research 38, 143-156; Hofstee, ten Berge & Hendriks (1998), Personality
and Individual Differences 25, 897-909 (ipsatising); Weijters, Schillewaert & Geuens (2008), J. of the Academy of
Marketing Science 36, 409-422 (style from items of other content).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Style = Literal["ers", "mrs", "ars", "drs", "netars"]
Divisor = Literal["n_minus_1", "n"]

__all__ = ["RegressedScores", "ResponseStylesResult", "Style", "regress_out_styles", "response_styles"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseStylesResult(TableDisplay):
    """Styles of each respondent, (n,) shares (0-1; ``netars`` -1 to 1), and corrected scores (n, k).

    NaN where a respondent answered nothing; standardised scores are NaN where the answers do not vary.
    ``straight_line`` marks respondents who gave one answer to all of at least two items. ``has_midpoint`` is false for
    an even number of options: MRS is 0 then. ``divisor`` is that of the standard deviation within the respondent.
    """

    ers: Floats
    mrs: Floats
    ars: Floats
    drs: Floats
    netars: Floats
    straight_line: NDArray[np.bool_]
    answered: NDArray[np.int64]
    ipsatised: Floats
    within_standardised: Floats
    items: tuple[str, ...]
    scale: tuple[float, float]
    has_midpoint: bool
    divisor: Divisor
    n: int
    dropped: int

    def to_frame(self) -> pd.DataFrame:
        """A row per respondent with the styles."""
        import pandas as pd

        names = ("ers", "mrs", "ars", "drs", "netars", "straight_line", "answered")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def group_frame(self, groups: ArrayLike) -> pd.DataFrame:
        """Mean styles by group, a row each: what to look at before groups or cultures are compared."""
        frame = self.to_frame().drop(columns="answered").assign(group=np.asarray(groups))
        means = frame.groupby("group").mean()
        return means.assign(n=frame.groupby("group").size())

    def summary(self) -> str:
        """Mean styles in one line."""
        means = [float(np.nanmean(getattr(self, name))) for name in ("ers", "mrs", "ars", "drs")]
        return "ERS {:.3f}, MRS {:.3f}, ARS {:.3f}, DRS {:.3f} (n = {})".format(*means, self.n)


def response_styles(
    responses: pd.DataFrame | ArrayLike, *, scale: tuple[float, float], divisor: Divisor = "n_minus_1"
) -> ResponseStylesResult:
    """Response styles from (n, k) answers as given, NaN where missing; ``scale`` is the declared (lowest, highest).

    Raises
    ------
    SatixError
        Scores outside the scale.
    InsufficientDataError
        No answers.
    """
    items = tuple(str(name) for name in getattr(responses, "columns", range(np.asarray(responses).shape[-1])))
    x = np.asarray(responses, dtype=np.float64)
    lowest, highest = (float(end) for end in scale)
    outside = (x < lowest) | (x > highest)
    if outside.any():
        raise SatixError.of(
            "analysis.score_outside_scale",
            found=int(outside.sum()),
            lowest=f"{lowest:g}",
            highest=f"{highest:g}",
            first=f"{x[outside][0]:g}",
        )
    given = ~np.isnan(x)
    answered = given.sum(axis=1)
    if not answered.any():
        raise InsufficientDataError.of("analysis.no_answers")
    middle = (lowest + highest) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        ers, mrs, ars, drs = (
            flags.sum(axis=1) / answered
            for flags in ((x == lowest) | (x == highest), x == middle, x > middle, x < middle)
        )
        mean = np.where(given, x, 0.0).sum(axis=1) / answered
        ipsatised = x - mean[:, None]
        squares = np.where(given, ipsatised, 0.0) ** 2
        sd = np.sqrt(squares.sum(axis=1) / (answered - (divisor == "n_minus_1")))
        standardised = np.where(sd[:, None] > 0, ipsatised / sd[:, None], np.nan)
    spread = np.where(given, x, -np.inf).max(axis=1) - np.where(given, x, np.inf).min(axis=1)
    return ResponseStylesResult(
        ers=ers,
        mrs=mrs,
        ars=ars,
        drs=drs,
        netars=ars - drs,
        straight_line=(spread == 0) & (answered > 1),
        answered=answered.astype(np.int64),
        ipsatised=ipsatised,
        within_standardised=standardised,
        items=items,
        scale=(lowest, highest),
        has_midpoint=float(highest - lowest) % 2 == 0,
        divisor=divisor,
        n=int((answered > 0).sum()),
        dropped=int((answered == 0).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressedScores(TableDisplay):
    """Scores (n, k) with styles regressed out; ``r_squared`` is the share of each item's variance they explain."""

    scores: Floats
    r_squared: Floats
    items: tuple[str, ...]
    styles: tuple[Style, ...]
    n: int
    dropped: int
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row per item: share of variance explained by the styles."""
        import pandas as pd

        return pd.DataFrame({"item": self.items, "r_squared": self.r_squared, "n": self.n}).set_index("item")

    def summary(self) -> str:
        """The largest share in one line."""
        return (
            f"styles ({', '.join(self.styles)}) explain up to {np.nanmax(self.r_squared):.1%} of an item (n = {self.n})"
        )


def regress_out_styles(
    items: pd.DataFrame,
    *,
    scale: tuple[float, float],
    styles: Sequence[Style] = ("ers", "netars"),
    style_items: pd.DataFrame | None = None,
) -> RegressedScores:
    """Items (n, k) with response styles regressed out, on the items' scale; listwise per item.

    ``style_items`` are the answers the styles are measured on, best of many unlike contents. Without them the styles
    come from the very items, content included, and a finding says so.

    Raises
    ------
    InsufficientDataError
        Fewer usable respondents than styles plus two, or a style that does not vary.
    """
    source = items if style_items is None else style_items
    found = response_styles(source, scale=scale)
    columns = np.column_stack([getattr(found, style) for style in styles])
    usable = np.isfinite(columns).all(axis=1)
    if usable.sum() < len(styles) + 2:
        raise InsufficientDataError.of(
            "analysis.too_few_respondents", found=int(usable.sum()), needed=len(styles) + 2, what="response styles"
        )
    centred = columns - columns[usable].mean(axis=0)
    if np.linalg.matrix_rank(centred[usable]) < len(styles):
        raise InsufficientDataError.of("analysis.styles_do_not_vary", found=", ".join(styles))
    x = items.to_numpy(dtype=np.float64, na_value=np.nan)
    scores, shares = np.full_like(x, np.nan), np.full(x.shape[1], np.nan)
    for item in range(x.shape[1]):
        rows = usable & ~np.isnan(x[:, item])
        if rows.sum() < len(styles) + 2:
            continue
        design = np.column_stack([np.ones(rows.sum()), centred[rows]])
        slopes = np.linalg.lstsq(design, x[rows, item], rcond=None)[0][1:]
        scores[rows, item] = x[rows, item] - centred[rows] @ slopes
        total = x[rows, item].var()
        residual = x[rows, item] - design @ np.linalg.lstsq(design, x[rows, item], rcond=None)[0]
        shares[item] = 1 - residual.var() / total if total > 0 else np.nan
    same = Problem(code="analysis.styles_from_same_items", severity="warning")
    return RegressedScores(
        scores=scores,
        r_squared=shares,
        items=tuple(str(name) for name in items.columns),
        styles=tuple(styles),
        n=int(usable.sum()),
        dropped=int((~usable).sum()),
        findings=(same,) if style_items is None else (),
    )
