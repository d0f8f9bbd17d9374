"""The document model: what a report says, in blocks, before anyone decides how it looks.

A :class:`Report` holds sections; a section becomes one worksheet in Excel and one ``<section>`` in
HTML. Visible words are :class:`Label` (Chinese and English); figures arrive at full precision and
are rounded by the renderers alone (``reports.numbers``). Units: index and gaps in index points
(0-100), shares 0-1. ``None`` or NaN is an undefined or absent figure, shown as "–".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from reports.chart_data import (
    ChangeData,
    ChangePoint,
    ChartData,
    ChartKind,
    DistributionData,
    DistributionItem,
    GapData,
    GapPoint,
    IndexIntervalsData,
    IndexPoint,
    IpaData,
    IpaPoint,
    Quadrant,
    TreeData,
    TreeNode,
    TrendData,
    TrendPoint,
    TrendSeries,
)
from reports.labels import Label, Language, Languages, NumberKind, Tone

ColumnKind = Literal[
    "text",
    "code",
    "index",
    "gap",
    "share",
    "share_gap",
    "p_value",
    "count",
    "number",
    "coefficient",
    "interval",
    "verdict",
    "bar",
    "date",
]
RowTone = Literal["plain", "muted", "suppressed", "total"]

__all__ = [
    "Block",
    "Bullets",
    "ChangeData",
    "ChangePoint",
    "Chart",
    "ChartData",
    "ChartKind",
    "Column",
    "ColumnKind",
    "DistributionData",
    "DistributionItem",
    "Fact",
    "GapData",
    "GapPoint",
    "Heading",
    "IndexIntervalsData",
    "IndexPoint",
    "Interval",
    "IpaData",
    "IpaPoint",
    "KeyFigure",
    "KeyFigures",
    "Label",
    "Language",
    "Languages",
    "NumberKind",
    "PageBreak",
    "Paragraph",
    "Quadrant",
    "Report",
    "Row",
    "RowTone",
    "Section",
    "Table",
    "Tone",
    "TreeData",
    "TreeNode",
    "TrendData",
    "TrendPoint",
    "TrendSeries",
    "Value",
    "Verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Lower and upper bound at full precision; the column says what kind of figure they bound."""

    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement in words and the tone it is shown in."""

    label: Label
    tone: Tone = "neutral"


Value = float | int | str | date | Label | Interval | Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a section; ``level`` 2 stands under the section's title, 3 under that."""

    text: Label
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text. "finding" is a result worth reading first, "warning" limits what may be concluded."""

    text: Label
    tone: Literal["plain", "note", "warning", "finding"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of short statements; numbered when their order means something."""

    items: tuple[Label, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One headline figure with its uncertainty, its change and what is to be made of it.

    ``kind`` governs the rounding of ``value``, ``lower`` and ``upper``; ``change_kind`` that of
    ``change``. ``change_label`` says since when, ``verdict`` is shown in ``tone``; ``change_tone``
    colours the change only where it is proven, and stays "uncertain" otherwise.
    """

    label: Label
    value: float | None
    kind: NumberKind = "index"
    lower: float | None = None
    upper: float | None = None
    change: float | None = None
    change_kind: NumberKind = "gap"
    change_label: Label = field(default_factory=Label)
    change_tone: Tone = "uncertain"
    verdict: Label = field(default_factory=Label)
    tone: Tone = "neutral"
    caption: Label = field(default_factory=Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigures:
    """A row of headline figures; up to four stand side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    ``of`` is the kind of number inside an "interval" or a "bar". A "share_gap" is a difference of shares
    (0-1), shown in percentage points. ``decimals`` overrides the
    customary rounding of the kind. ``diverging`` colours signed figures either side of zero.
    ``high`` is the full length of a bar (100 for an index, 1 for a share).
    """

    key: str
    label: Label
    kind: ColumnKind = "text"
    of: NumberKind = "index"
    decimals: int | None = None
    diverging: bool = False
    high: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table. ``level`` indents the first column; "suppressed" shows "*" for what is withheld (None)."""

    values: Mapping[str, Value]
    level: int = 0
    tone: RowTone = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under typed columns.

    Raises
    ------
    ValueError
        Two columns share a key, or a row holds a key that no column has.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: Label = field(default_factory=Label)
    notes: tuple[Label, ...] = ()
    freeze_first_column: bool = True

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if len(set(keys)) != len(keys):
            raise ValueError(f"two columns share a key: {keys}")
        for row in self.rows:
            unknown = set(row.values) - set(keys)
            if unknown:
                raise ValueError(f"a row holds {sorted(unknown)}, the columns are {keys}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart as data. ``alt`` says in words what it shows, for those who cannot see it."""

    data: ChartData
    title: Label
    alt: Label
    note: Label = field(default_factory=Label)

    @property
    def kind(self) -> ChartKind:
        """Which drawing the data asks for."""
        return self.data.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBreak:
    """A new page in print; nothing on screen."""


Block = Heading | Paragraph | Bullets | KeyFigures | Table | Chart | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One worksheet, one HTML section; ``sheet_name`` falls back on ``title`` and is trimmed to what Excel allows."""

    id: str
    title: Label
    blocks: tuple[Block, ...]
    sheet_name: Label = field(default_factory=Label)
    lead: Label = field(default_factory=Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the report's head: "Wave: 2025 Q3", "Respondents: 1,204"."""

    label: Label
    value: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report in one language or in both.

    Raises
    ------
    ValueError
        Two sections share an id, or ``languages`` is not ("zh",), ("en",) or ("zh", "en").
    """

    title: Label
    languages: Languages
    sections: tuple[Section, ...]
    subtitle: Label = field(default_factory=Label)
    facts: tuple[Fact, ...] = ()
    footer: Label = field(default_factory=Label)

    def __post_init__(self) -> None:
        if self.languages not in (("zh",), ("en",), ("zh", "en")):
            raise ValueError(f"languages are ('zh',), ('en',) or ('zh', 'en'), not {self.languages}")
        ids = [section.id for section in self.sections]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two sections share an id: {ids}")

    def blocks(self) -> Sequence[Block]:
        """Every block in reading order."""
        return [block for section in self.sections for block in section.blocks]
