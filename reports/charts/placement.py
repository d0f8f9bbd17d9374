"""Placing the names of points in a plane so that none covers another, a point or an interval.

A point-feature labelling by ordered candidates (Imhof's preferences: upper right first, then the other
sides, then further out with a leader line); deterministic, no random search. Coordinates are points, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Box", "PlacedName", "place_names"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """The area both share."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across * down if across > 0 and down > 0 else 0.0

    def grown(self, by: float) -> Box:
        """The box with a margin on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedName:
    """Where a name's box lies; a ``leader`` joins the point to a box that is apart; ``clash`` is the hidden area."""

    box: Box
    leader: tuple[float, float, float, float] | None
    clash: float


def _candidates(x: float, y: float, width: float, height: float) -> list[tuple[float, Box]]:
    """(cost, box) around a point, near and liked places first."""
    found: list[tuple[float, Box]] = []
    for right, upper, liking in ((True, True, 0.0), (True, False, 0.5), (False, True, 0.7), (False, False, 0.9)):
        cx = x + (6.5 + width / 2) * (1 if right else -1)
        cy = y + (2.5 + height / 2) * (-1 if upper else 1)
        found.append((liking, Box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)))
    for ring, distance in enumerate((7.0, 13.0, 22.0, 34.0, 48.0, 64.0, 84.0)):
        n_angles = 8 if ring == 0 else 16
        for step in range(n_angles):
            angle = 2 * math.pi * step / n_angles
            across, down = math.cos(angle), -math.sin(angle)
            cx = x + across * (distance + width / 2)
            cy = y + down * (distance + height / 2)
            liking = 0.6 * abs(math.sin(angle)) + (0.5 if across < -0.1 else 0.0) + (0.2 if down > 0.1 else 0.0)
            found.append((ring * 2.2 + liking, Box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)))
    return found


def _leader(x: float, y: float, box: Box) -> tuple[float, float, float, float] | None:
    end_x = min(max(x, box.left), box.right)
    end_y = min(max(y, box.top), box.bottom)
    if math.hypot(end_x - x, end_y - y) < 10.5:
        return None
    return x, y, end_x, end_y


def _crosses(line: tuple[float, float, float, float], boxes: Sequence[Box]) -> bool:
    """Whether a leader runs through a box, told from samples along its middle part."""
    x0, y0, x1, y1 = line
    along = [(x0 + (x1 - x0) * t / 12, y0 + (y1 - y0) * t / 12) for t in range(2, 11)]
    return any(box.left < x < box.right and box.top < y < box.bottom for x, y in along for box in boxes)


def place_names(
    places: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    *,
    avoid: Sequence[tuple[Box, float]],
    within: Box,
) -> list[PlacedName]:
    """Choose a box for every name.

    ``avoid`` are boxes with the price of a square point hidden (1 as for another name, little for a line). The
    most crowded points choose first; two more passes let each name move once the others are known.
    """
    dots = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in places]

    def crowd(i: int) -> float:
        x, y = places[i]
        return -sum(1 / (9 + math.hypot(x - u, y - v)) for j, (u, v) in enumerate(places) if j != i)

    order = sorted(range(len(places)), key=lambda i: (crowd(i), i))
    chosen: dict[int, PlacedName] = {}
    for _ in range(3):
        for i in order:
            x, y = places[i]
            others = [placed.box for j, placed in chosen.items() if j != i]
            best: tuple[float, PlacedName] | None = None
            for cost, box in _candidates(x, y, *sizes[i]):
                hidden = sum(box.grown(1.5).overlap(other) for other in others)
                hidden += sum(box.grown(0.5).overlap(dot) for dot in dots)
                outside = max(
                    within.left - box.left, box.right - within.right, within.top - box.top, box.bottom - within.bottom
                )
                soft = sum(price * box.overlap(other) for other, price in avoid)
                leader = _leader(x, y, box)
                tangle = 3.0 if leader and _crosses(leader, [*others, *dots[:i], *dots[i + 1 :]]) else 0.0
                total = cost + tangle + hidden * 1.0 + (30 + outside if outside > 0 else 0) + soft
                if best is None or total < best[0] - 1e-9:
                    clash = hidden + (outside if outside > 0 else 0.0)
                    best = (total, PlacedName(box=box, leader=leader, clash=clash))
            if best is not None:
                chosen[i] = best[1]
    return [chosen[i] for i in range(len(places))]
