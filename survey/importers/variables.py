"""What a file itself says of a column beyond its heading: wording, value labels, values that are no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from survey.scales import MissingKind

__all__ = ["Variable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """The codebook entry of one column.

    ``values`` are the labels of codes, in the file's order; ``missing`` the values that are no answer (as text, with
    their kind) and ``missing_ranges`` the closed ranges of such numbers, as far as the file declares them. ``group``
    is shared by columns of one multiple-response set. ``measure`` is what the file calls the variable's level.
    """

    label: str = ""
    values: Mapping[int | float | str, str] = field(default_factory=dict)
    missing: Mapping[str, MissingKind] = field(default_factory=dict)
    missing_ranges: tuple[tuple[float, float], ...] = ()
    group: str | None = None
    group_label: str = ""
    counted: int | float | str | None = None
    measure: Literal["nominal", "ordinal", "scale"] | None = None
