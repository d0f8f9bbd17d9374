"""The indicator tree: the index of every node and what it contributes to the index at the top."""

from __future__ import annotations

from reports import theme
from reports.chart_data import TreeData, TreeNode
from reports.charts.canvas import SMALL, Canvas
from reports.charts.rows import row_frame, set_value_axis
from reports.labels import Languages
from reports.numbers import format_number, is_absent
from reports.wording import phrase

__all__ = ["draw_tree"]


def _figure(node: TreeNode, languages: Languages) -> str:
    weight = "" if node.weight is None else f" × {format_number(node.weight, 'share', languages, decimals=0)}"
    return f"{format_number(node.estimate, 'index', languages)}{weight}"


def _figures_title(data: TreeData) -> str:
    weighted = any(node.weight is not None for node in data.nodes)
    return "chart_index_times_weight" if weighted else "column_index"


def draw_tree(data: TreeData, languages: Languages) -> Canvas:
    """A bar as long as the contribution of each node (index points of the top), darker towards the top."""
    frame = row_frame(
        [node.label for node in data.nodes],
        languages,
        axis=data.axis,
        figures=[_figure(node, languages) for node in data.nodes],
        figures_title=phrase(_figures_title(data)).in_(languages, " "),
        levels=[node.level for node in data.nodes],
        strong=[node.level == 0 for node in data.nodes],
    )
    axes = frame.axes
    known = [
        node.contribution for node in data.nodes if node.contribution is not None and not is_absent(node.contribution)
    ]
    deepest = max((node.level for node in data.nodes), default=0)
    set_value_axis(axes, 0.0, max([*known, 1.0]) * 1.12, "index", languages)
    levels: dict[int, list[tuple[float, float]]] = {}
    for node, y in zip(data.nodes, frame.middles, strict=True):
        if node.contribution is not None and not is_absent(node.contribution):
            levels.setdefault(node.level, []).append((node.contribution, y))
    for level, bars in levels.items():
        colour = theme.mix(theme.ACCENT, "#FFFFFF", 0.62 * level / max(deepest, 1))
        boxes = [(0.0, y, contribution, 12.0 if level else 14.0) for contribution, y in bars]
        frame.canvas.bars(axes, boxes, fill=colour, linewidths=0, zorder=2)
        for contribution, y in bars:
            axes.annotate(
                format_number(contribution, "index", languages),
                (contribution, y),
                xytext=(4, -0.36 * SMALL),
                textcoords="offset points",
                ha="left",
                va="baseline",
                fontsize=SMALL,
                color=theme.INK,
                zorder=3,
            )
    return frame.canvas
