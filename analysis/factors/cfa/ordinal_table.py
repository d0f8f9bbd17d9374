"""The parameter table of a model of ordered items: thresholds, and scale factors or residual variances.

What is free where thresholds are equal over groups (``identification``):

- ``"scale_and_means"``: scale factors (delta) or residual variances (theta) and latent means of all groups but the
  first; intercepts are zero (Millsap & Yun-Tein 2004; what users of lavaan and Mplus get).
- ``"wu_estabrook"`` (Wu & Estabrook 2016, Psychometrika 81, 1014-1045): intercepts and scale factors of all groups
  but the first as long as intercepts are not equal, then latent means in the place of intercepts. Every step
  restricts what the data can speak about, and nothing else. Where residuals are equal too, residual variances are one
  in all groups (theta). An item with two categories keeps its scale factor of one until loadings are equal: its
  threshold can move the intercept only. An item whose thresholds are released in part is not tied at all.

A factor whose items all have two categories keeps a variance of one until intercepts are equal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from analysis.factors.cfa.ordinal_model import Parameterization
from analysis.factors.cfa.parameters import EqualPart, Parameter, ParameterTable, parameter_table
from survey.errors import InsufficientDataError

Identification = Literal["scale_and_means", "wu_estabrook"]

__all__ = ["Identification", "ordinal_items", "ordinal_table"]


def ordinal_items(model: str | Mapping[str, Sequence[str]], *, n_groups: int = 1) -> tuple[str, ...]:
    """The items of a model, in its order.

    Raises
    ------
    InsufficientDataError
        A text that cannot be read, or items that explain or are explained by regressions.
    """
    table = parameter_table(model, n_groups=n_groups, mean_structure=True)
    regressed = [
        name for row in table.parameters if row.op == "~" for name in (row.left, row.right) if name in table.observed
    ]
    if regressed:
        raise InsufficientDataError.of("analysis.cfa_ordinal_regressed", items=", ".join(dict.fromkeys(regressed)))
    return table.observed


def ordinal_table(
    model: str | Mapping[str, Sequence[str]],
    n_thresholds: Mapping[str, int],
    *,
    n_groups: int = 1,
    parameterization: Parameterization = "delta",
    identification: Identification = "scale_and_means",
    std_lv: bool = False,
    orthogonal: bool = False,
    equal: Collection[EqualPart] = (),
    release: Collection[str] = (),
) -> ParameterTable:
    """Fill a model up as `parameter_table` does, for ordered items with ``n_thresholds`` thresholds each.

    Parameters
    ----------
    equal, release : as in `parameter_table`; thresholds are named ``x|t1``. ``"intercepts"`` counts under
        ``"wu_estabrook"`` only (else they are zero); ``"residuals"`` needs parameterisation theta.

    Raises
    ------
    InsufficientDataError
        Also: thresholds in the text that an item does not have, equal residuals under delta, or equal intercepts
        without equal thresholds.
    """
    parts = set(equal)
    if "residuals" in parts and parameterization == "delta":
        raise InsufficientDataError.of("analysis.cfa_ordinal_residuals_theta")
    if "intercepts" in parts and "thresholds" not in parts:
        raise InsufficientDataError.of("analysis.cfa_ordinal_intercepts_first")
    wu = identification == "wu_estabrook"
    moved = "thresholds" in parts and (not wu or "intercepts" in parts)
    base = parameter_table(
        model,
        n_groups=n_groups,
        mean_structure=True,
        std_lv=std_lv,
        orthogonal=orthogonal,
        # equal intercepts make latent means free; the intercepts themselves follow below
        equal=(parts - {"intercepts"}) | ({"intercepts"} if moved else set()),
        release=release,
    )
    tied = {}
    for item, count in n_thresholds.items():
        left = sum(f"{item}|t{step}" not in release for step in range(1, count + 1))
        tied[item] = "thresholds" in parts and (left == count if wu else left > 0)
    rules = _Rules(
        table=base,
        n_thresholds=n_thresholds,
        parameterization=parameterization,
        wu=wu,
        parts=frozenset(parts),
        release=frozenset(release),
        tied=tied,
    )
    return replace(base, parameters=tuple(_numbered(rules.rows())))


class _Rules:
    """What the rows of ordered items are: free, fixed, or sharing a place (a key)."""

    def __init__(
        self,
        *,
        table: ParameterTable,
        n_thresholds: Mapping[str, int],
        parameterization: Parameterization,
        wu: bool,
        parts: frozenset[EqualPart],
        release: frozenset[str],
        tied: Mapping[str, bool],
    ) -> None:
        self.table = table
        self.n_thresholds = n_thresholds
        self.delta = parameterization == "delta"
        self.wu, self.parts, self.release, self.tied = wu, parts, release, tied
        self.binary = {item for item, count in n_thresholds.items() if count == 1}

    def rows(self) -> list[tuple[Parameter, str | None]]:
        """Every row with the key of its place; None where it is fixed."""
        found: list[tuple[Parameter, str | None]] = []
        stated: dict[tuple[str, str, int], Parameter] = {}
        for row in self.table.parameters:
            if row.op == "|":
                self._check(row)
                stated[row.left, row.right, row.group] = row
                continue
            found.append(self._adjusted(row))
        for group in range(self.table.n_groups):
            for item in self.table.observed:
                for step in range(1, self.n_thresholds[item] + 1):
                    found.append(self._threshold(item, f"t{step}", group, stated))
            if self.delta:
                found += [self._scale(item, group) for item in self.table.observed]
        return found

    def _check(self, row: Parameter) -> None:
        known = [f"t{step}" for step in range(1, self.n_thresholds[row.left] + 1)]
        if row.right not in known:
            raise InsufficientDataError.of(
                "analysis.cfa_threshold_unknown", item=row.left, found=row.right, known=", ".join(known)
            )

    def _adjusted(self, row: Parameter) -> tuple[Parameter, str | None]:
        key = None if row.free is None else f"place {row.free}"
        item = row.left
        if item in self.table.observed and row.op == "~1" and not row.user:
            if self._intercept_free(item, row.group):
                return replace(row, free=0, value=None), f"intercept {item} {row.group}"
            return replace(row, free=None, value=0.0), None
        if item in self.table.observed and row.op == "~~" and row.left == row.right:
            if self.delta:
                return replace(row, free=None, value=None), None
            if row.user and (row.free is None or row.label):
                return row, key
            if self._scale_free(item, row.group):
                return replace(row, free=0, value=None), f"residual {item} {row.group}"
            return replace(row, free=None, value=1.0), None
        if row.op == "=~" and self.wu and row.group and row.right in self.tied and not self._comparable(row.right):
            return row, None if key is None else f"loading {row.name} {row.group}"
        if self._variance_of_binary(row):
            return replace(row, free=None, value=1.0), None
        return row, key

    def _comparable(self, item: str) -> bool:
        """Without equal thresholds an item's scale is its own in every group, and so is its loading."""
        return self.tied[item] or "thresholds" not in self.parts

    def _variance_of_binary(self, row: Parameter) -> bool:
        """A variance that equal loadings set free although scale factors of binary items take up the same."""
        if not (self.wu and row.group and row.op == "~~" and row.left == row.right and row.free is not None):
            return False
        items = {
            one.right
            for one in self.table.parameters
            if one.op == "=~" and one.left == row.left and one.right in self.table.observed
        }
        reference = next(
            one
            for one in self.table.parameters
            if one.op == "~~" and one.left == one.right == row.left and one.group == 0
        )
        return (
            bool(items)
            and items <= self.binary
            and reference.free is None
            and "loadings" in self.parts
            and "intercepts" not in self.parts
        )

    def _intercept_free(self, item: str, group: int) -> bool:
        if not (self.wu and group and self.tied[item]):
            return False
        return "intercepts" not in self.parts or f"{item}~1" in self.release

    def _scale_free(self, item: str, group: int) -> bool:
        if not group or not self.tied[item]:
            return False
        if "residuals" in self.parts and f"{item}~~{item}" not in self.release:
            return False
        if not self.wu or item not in self.binary:
            return True
        return "loadings" in self.parts and not any(name.endswith(f"=~{item}") for name in self.release)

    def _threshold(
        self, item: str, step: str, group: int, stated: Mapping[tuple[str, str, int], Parameter]
    ) -> tuple[Parameter, str | None]:
        row = stated.get((item, step, group))
        if row is not None and row.free is None:
            return row, None
        if row is None:
            row = Parameter(left=item, op="|", right=step, group=group, free=0, user=False)
        if row.label is not None:
            return row, f"place {row.free}"
        shared = "thresholds" in self.parts and (self.tied[item] if self.wu else row.name not in self.release)
        return row, f"threshold {row.name}" if shared else f"threshold {row.name} {group}"

    def _scale(self, item: str, group: int) -> tuple[Parameter, str | None]:
        free = self._scale_free(item, group)
        row = Parameter(
            left=item,
            op="~*~",
            right=item,
            group=group,
            free=0 if free else None,
            value=None if free else 1.0,
            user=False,
        )
        return row, f"scale {item} {group}" if free else None


def _numbered(rows: Sequence[tuple[Parameter, str | None]]) -> list[Parameter]:
    places: dict[str, int] = {}
    return [row if key is None else replace(row, free=places.setdefault(key, len(places))) for row, key in rows]
