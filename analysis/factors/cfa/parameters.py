"""The parameter table of a factor model: what is free, fixed and equal, in every group."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from analysis.factors.cfa.syntax import Operator, Term, parse_model
from survey.errors import InsufficientDataError, Place

__all__ = ["EqualPart", "Parameter", "ParameterTable", "parameter_table"]

EqualPart = Literal[
    "loadings",
    "intercepts",
    "residuals",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
    "means",
    "regressions",
    "thresholds",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One entry of the model matrices in one group.

    ``free`` is the place of the parameter among the free ones (equal parameters share it), None where it is fixed at
    ``value``; ``value`` of a free one is its start value, if the model gives one. ``user`` is False for parameters
    the defaults add.
    """

    left: str
    op: Operator
    right: str
    group: int
    free: int | None = None
    value: float | None = None
    label: str | None = None
    user: bool = True

    @property
    def name(self) -> str:
        """``f=~x``, ``x~~y``, ``x~1`` as in the text."""
        return f"{self.left}{self.op}{self.right}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterTable:
    """Observed and latent variables, and every parameter of every group."""

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    n_groups: int
    mean_structure: bool

    @property
    def n_free(self) -> int:
        """How many different free parameters."""
        return 1 + max((p.free for p in self.parameters if p.free is not None), default=-1)


def parameter_table(
    model: str | Mapping[str, Sequence[str]],
    *,
    n_groups: int = 1,
    mean_structure: bool = False,
    std_lv: bool = False,
    orthogonal: bool = False,
    equal: Collection[EqualPart] = (),
    release: Collection[str] = (),
) -> ParameterTable:
    """Fill a model up with what is understood.

    Parameters
    ----------
    model : str or mapping
        A model text, or the items of each construct.
    mean_structure
        Whether intercepts and latent means are modelled.
    std_lv
        Latent variables have variance one and no marker; else the first loading of each is fixed at one.
    orthogonal
        Exogenous latent variables do not covary.
    equal
        What is equal over groups. With equal intercepts the means of the exogenous latent variables are free in all
        groups but the first; with equal loadings and ``std_lv`` the variances of latent variables are.
    release
        Names of parameters (``f=~x``, ``x~1``) left free although their kind is equal.

    Notes
    -----
    Defaults as users of lavaan's ``cfa`` know them: residual variances of all indicators (zero for the only indicator
    of a latent variable), variances and covariances of exogenous latent variables and of observed predictors, residual
    covariances of outcomes that predict nothing. Observed predictors are random, not fixed.

    Raises
    ------
    InsufficientDataError
        Text that cannot be read, no latent variable, one that measures itself, modifiers for another number of groups.
    """
    terms = parse_model(_text_of(model) if isinstance(model, Mapping) else model)
    latent = tuple(dict.fromkeys(term.left for term in terms if term.op == "=~"))
    named = [name for term in terms for name in ((term.left,) if term.op in {"~1", "|"} else (term.left, term.right))]
    named = [name for term in terms if term.op == "=~" for name in (term.right,)] + named
    observed = tuple(dict.fromkeys(name for name in named if name not in latent and name))
    _check(terms, latent, n_groups)
    defaults = _Defaults(
        terms=terms,
        latent=latent,
        observed=observed,
        mean_structure=mean_structure,
        std_lv=std_lv,
        orthogonal=orthogonal,
        equal=frozenset(equal),
    )
    rows = _follow_fixed_labels([row for group in range(n_groups) for row in defaults.rows(group)])
    return ParameterTable(
        observed=observed,
        latent=latent,
        parameters=tuple(_numbered(rows, equal, latent, release)),
        n_groups=n_groups,
        mean_structure=mean_structure,
    )


def _text_of(constructs: Mapping[str, Sequence[str]]) -> str:
    return "\n".join(f"{construct} =~ {' + '.join(items)}" for construct, items in constructs.items())


def _check(terms: Sequence[Term], latent: Collection[str], n_groups: int) -> None:
    if not latent:
        raise InsufficientDataError.of("analysis.model_without_factor")
    for term in terms:
        if term.op == "=~" and term.left == term.right:
            raise InsufficientDataError.of("analysis.model_measures_itself", factor=term.left)
        for entries in (term.modifier.fixed, term.modifier.start, term.modifier.labels):
            if len(entries) > 1 and len(entries) != n_groups:
                raise InsufficientDataError.of(
                    "analysis.model_group_modifiers",
                    Place(line=term.line),
                    parameter=f"{term.left}{term.op}{term.right}",
                    found=len(entries),
                    groups=n_groups,
                )


def _at(entries: Sequence[object], group: int) -> object:
    if not entries:
        return None
    return entries[group] if len(entries) > 1 else entries[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Defaults:
    """The statements of a model and the rules that fill them up."""

    terms: Sequence[Term]
    latent: Sequence[str]
    observed: Sequence[str]
    mean_structure: bool
    std_lv: bool
    orthogonal: bool
    equal: frozenset[EqualPart]

    def rows(self, group: int) -> Iterator[Parameter]:
        """All parameters of one group."""
        seen = self._stated(group)
        for variable in (*self.observed, *self.latent):
            if (variable, "~~", variable) not in seen:
                value = self._fixed_variance(variable, group)
                seen[(variable, "~~", variable)] = _default(variable, "~~", variable, group, value)
        for one, other in self._covarying():
            if (one, "~~", other) not in seen and (other, "~~", one) not in seen:
                fixed = 0.0 if self.orthogonal and one in self.latent else None
                seen[(one, "~~", other)] = _default(one, "~~", other, group, fixed)
        if self.mean_structure:
            measured = {term.right for term in self.terms if term.op == "=~"}
            shifted = group > 0 and "intercepts" in self.equal and "means" not in self.equal
            for variable in self.observed:
                if (variable, "~1", "") not in seen:
                    seen[(variable, "~1", "")] = _default(variable, "~1", "", group, None)
            for variable in self.latent:
                if (variable, "~1", "") not in seen:
                    free = shifted and variable not in measured
                    seen[(variable, "~1", "")] = _default(variable, "~1", "", group, None if free else 0.0)
        yield from seen.values()

    def _stated(self, group: int) -> dict[tuple[str, str, str], Parameter]:
        seen: dict[tuple[str, str, str], Parameter] = {}
        marked: set[str] = set()
        for term in self.terms:
            row = _user_row(term, group)
            if term.op == "=~" and term.left not in marked:
                marked.add(term.left)
                if not self.std_lv and not term.modifier.fixed and not term.modifier.freed:
                    row = replace(row, free=None, value=1.0)
            key = (row.left, term.op, row.right)
            if term.op == "~~" and (row.right, term.op, row.left) in seen:
                key = (row.right, term.op, row.left)
            seen[key] = row
        return seen

    def _fixed_variance(self, variable: str, group: int) -> float | None:
        if variable in self.latent:
            return 1.0 if self.std_lv and not (group > 0 and "loadings" in self.equal) else None
        measured_by = {term.left for term in self.terms if term.op == "=~" and term.right == variable}
        alone = any(sum(term.op == "=~" and term.left == factor for term in self.terms) == 1 for factor in measured_by)
        return 0.0 if alone else None

    def _covarying(self) -> Iterator[tuple[str, str]]:
        measured = {term.right for term in self.terms if term.op == "=~"}
        outcomes = {term.left for term in self.terms if term.op == "~"}
        predictors = {term.right for term in self.terms if term.op == "~"}
        yield from combinations([name for name in self.latent if name not in measured | outcomes], 2)
        yield from combinations([name for name in self.observed if name in predictors - measured - outcomes], 2)
        yield from combinations([name for name in (*self.latent, *self.observed) if name in outcomes - predictors], 2)


def _default(left: str, op: Operator, right: str, group: int, fixed: float | None) -> Parameter:
    free = 0 if fixed is None else None
    return Parameter(left=left, op=op, right=right, group=group, free=free, value=fixed, user=False)


def _user_row(term: Term, group: int) -> Parameter:
    modifier = term.modifier
    fixed = _at(modifier.fixed, group)
    start = _at(modifier.start, group)
    label = _at(modifier.labels, group)
    if isinstance(fixed, float):
        return Parameter(left=term.left, op=term.op, right=term.right, group=group, free=None, value=fixed, label=None)
    return Parameter(
        left=term.left,
        op=term.op,
        right=term.right,
        group=group,
        free=0,
        value=start if isinstance(start, float) else None,
        label=label if isinstance(label, str) else None,
    )


def _follow_fixed_labels(rows: Sequence[Parameter]) -> list[Parameter]:
    """A parameter that shares its label with a fixed one is fixed at the same value."""
    fixed = {row.label: row.value for row in rows if row.label is not None and row.free is None}
    return [
        replace(row, free=None, value=fixed[row.label]) if row.label in fixed and row.free is not None else row
        for row in rows
    ]


def _kind(row: Parameter, latent: Collection[str]) -> EqualPart:
    if row.op == "=~":
        return "loadings"
    if row.op == "|":
        return "thresholds"
    if row.op == "~":
        return "regressions"
    if row.op == "~1":
        return "means" if row.left in latent else "intercepts"
    if row.left == row.right:
        return "lv_variances" if row.left in latent else "residuals"
    return "lv_covariances" if row.left in latent else "residual_covariances"


def _numbered(
    rows: Sequence[Parameter], equal: Collection[EqualPart], latent: Collection[str], release: Collection[str]
) -> Iterator[Parameter]:
    """Places of free parameters; equal ones share the place of the first."""
    places: dict[str, int] = {}
    count = 0
    for row in rows:
        if row.free is None:
            yield row
            continue
        key = None
        if row.label is not None:
            key = f"label {row.label}"
        elif _kind(row, latent) in equal and row.name not in release:
            key = f"equal {row.name}"
        if key is not None and key in places:
            yield replace(row, free=places[key])
            continue
        if key is not None:
            places[key] = count
        yield replace(row, free=count)
        count += 1
