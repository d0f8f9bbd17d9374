"""What each chart shows, as data: figures at full precision and bilingual labels, nothing about drawing.

Index figures and gaps are in index points (0-100), shares are 0-1. None as an interval bound
means that no interval is defined; the chart then shows the estimate alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from reports.labels import Label, NumberKind, Tone

ChartKind = Literal["index_intervals", "trend", "distribution", "ipa", "gap", "change", "tree"]
Quadrant = Literal["keep_up", "concentrate", "low_priority", "overkill"]

__all__ = [
    "ChangeData",
    "ChangePoint",
    "ChartData",
    "ChartKind",
    "DistributionData",
    "DistributionItem",
    "GapData",
    "GapPoint",
    "IndexIntervalsData",
    "IndexPoint",
    "IpaData",
    "IpaPoint",
    "Quadrant",
    "TreeData",
    "TreeNode",
    "TrendData",
    "TrendPoint",
    "TrendSeries",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPoint:
    """One row of an interval chart: an estimate, its interval and, where one is set, its target."""

    label: Label
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexIntervalsData:
    """Dots with intervals, one per indicator (or segment, channel, wave).

    ``order`` is "estimate" (highest first) or "given"; ``reference`` draws one line through all
    rows (the overall index, a benchmark), named by ``reference_label``. ``of`` is the kind of the
    figures: "index" for 0-100, "share" for 0-1, "number" for a score on its own scale.
    """

    kind: ClassVar[ChartKind] = "index_intervals"
    points: tuple[IndexPoint, ...]
    axis: Label
    of: NumberKind = "index"
    order: Literal["estimate", "given"] = "estimate"
    reference: float | None = None
    reference_label: Label = field(default_factory=Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One wave of a trend. ``break_before`` says that it is not comparable with the wave before it."""

    wave: Label
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    break_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendSeries:
    """One line of a trend chart; its points are in the order of time and share the waves of the other lines."""

    label: Label
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendData:
    """An index per wave with its interval as a band; at most six series stay readable."""

    kind: ClassVar[ChartKind] = "trend"
    series: tuple[TrendSeries, ...]
    axis: Label
    of: NumberKind = "index"
    target: float | None = None
    target_label: Label = field(default_factory=Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionItem:
    """The shares (0-1) of one item's answers, in the order of the chart's categories; n counts answers."""

    label: Label
    shares: tuple[float, ...]
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionData:
    """Diverging stacked bars. ``categories`` run from least to most favourable.

    ``neutral`` is the position (from 0) of the middle category, which straddles the zero line;
    None when the scale has no middle, so that its lower half lies left of zero.
    """

    kind: ClassVar[ChartKind] = "distribution"
    items: tuple[DistributionItem, ...]
    categories: tuple[Label, ...]
    axis: Label
    neutral: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpaPoint:
    """One attribute: importance to the right, performance upwards, each with an interval where known.

    ``code`` is the short name printed where the label would not fit. ``uncertain`` marks a point whose
    quadrant is not settled by its intervals; it is drawn hollow.
    """

    code: str
    label: Label
    importance: float
    performance: float
    quadrant: Quadrant
    uncertain: bool = False
    importance_lower: float | None = None
    importance_upper: float | None = None
    performance_lower: float | None = None
    performance_upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpaData:
    """An importance-performance grid; the axes cross at the declared centre.

    ``quadrants`` names the four fields; other two-way maps (Kano coefficients, IPMA) give other names.
    """

    kind: ClassVar[ChartKind] = "ipa"
    points: tuple[IpaPoint, ...]
    centre_importance: float
    centre_performance: float
    importance_axis: Label
    performance_axis: Label
    importance_of: NumberKind = "number"
    performance_of: NumberKind = "index"
    quadrants: tuple[tuple[Quadrant, Label], ...] = (
        ("keep_up", Label(zh="优势保持区", en="Keep up the good work")),
        ("concentrate", Label(zh="重点改进区", en="Concentrate here")),
        ("low_priority", Label(zh="次要改进区", en="Low priority")),
        ("overkill", Label(zh="供给过度区", en="Possible overkill")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPoint:
    """Expectation and perception of one indicator; ``tone`` is the verdict on the gap between them."""

    label: Label
    expectation: float | None
    perception: float | None
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapData:
    """Dumbbells from expectation to perception, in the order given."""

    kind: ClassVar[ChartKind] = "gap"
    points: tuple[GapPoint, ...]
    axis: Label
    of: NumberKind = "index"
    expectation_label: Label = field(default_factory=lambda: Label(zh="期望", en="Expectation"))
    perception_label: Label = field(default_factory=lambda: Label(zh="感知", en="Perception"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A change since the last wave; ``detectable`` is the minimum detectable change (a positive number)."""

    label: Label
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    detectable: float | None = None
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeData:
    """Bars to either side of no change, in the order given."""

    kind: ClassVar[ChartKind] = "change"
    points: tuple[ChangePoint, ...]
    axis: Label
    of: NumberKind = "gap"
    detectable_label: Label = field(default_factory=lambda: Label(zh="最小可检出变化", en="Minimum detectable change"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A node of the indicator tree: its index, its weight among siblings (0-1), its share of the overall index.

    ``contribution`` is in index points of the top node; the contributions of the children of a node add up to its own.
    """

    label: Label
    level: int
    estimate: float | None
    weight: float | None = None
    contribution: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeData:
    """The indicator tree in depth-first order, with what each node contributes to the overall index."""

    kind: ClassVar[ChartKind] = "tree"
    nodes: tuple[TreeNode, ...]
    axis: Label


ChartData = IndexIntervalsData | TrendData | DistributionData | IpaData | GapData | ChangeData | TreeData
