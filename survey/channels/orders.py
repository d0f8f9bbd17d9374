"""Orders that reviews and tickets belong to: status, customer, and whether they came late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.words import folded_words
from survey.importers.cell_text import fold
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import held_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OrderTable", "join_orders", "read_orders"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderTable:
    """The orders of one file by digest of their id; every array has shape (n_orders,).

    ``late`` is 1 where a delivered order came on a later day than promised, 0 where it did not, NaN where the order is
    not delivered or no day was promised. A delivered order without a delivery date counts as not late (there is no
    record of lateness); ``undated`` says how many there are. ``days`` is the time from order to delivery.
    """

    index: dict[str, int]
    customers: NDArray[np.object_]
    status: NDArray[np.object_]
    late: NDArray[np.float64]
    days: NDArray[np.float64]
    attributes: dict[str, NDArray[np.object_]]
    undated: int

    @property
    def n(self) -> int:
        """How many orders."""
        return len(self.index)


def read_orders(cells: ChannelCells) -> OrderTable:
    """The lookup table of an orders file; of an order that occurs again, the first row counts."""
    ids = cells.digests("order")
    index: dict[str, int] = {}
    again = 0
    for row, found in enumerate(ids):
        if found is not None:
            again += index.setdefault(found, row) != row
    if again:
        cells.note("channel_order_twice", cells.column("order"), count=again)
    status = cells.labels("status")
    delivered, promised = cells.moments("delivered_at"), cells.moments("promised_at")
    delivered_words = folded_words("order_delivered")
    arrived = (
        np.array([label is not None and fold(label) in delivered_words for label in status])
        if cells.has("status")
        else ~np.isnat(delivered)
    )
    judged = arrived & ~np.isnat(promised)
    later = delivered.astype("M8[D]") > promised.astype("M8[D]")
    undated = int((judged & np.isnat(delivered)).sum())
    if undated:
        cells.note("channel_delivered_undated", cells.column("delivered_at"), count=undated)
    gap = delivered - cells.moments("ordered_at")
    days = np.where(np.isnat(gap), np.nan, gap.astype("m8[s]").astype(np.float64) / 86400)
    attributes = {field: cells.labels(field) for field in ("shop", "product") if cells.has(field)}
    for column in cells.columns("attribute"):
        attributes[column.code or column.heading] = cells.labels("attribute", column)
    return OrderTable(
        index=index,
        customers=cells.digests("respondent"),
        status=status,
        late=np.where(judged, later.astype(np.float64), np.nan),
        days=np.where(arrived, cells.not_negative(cells.column("delivered_at"), days), np.nan),
        attributes=attributes,
        undated=undated,
    )


def join_orders(builder: TouchpointBuilder, orders: OrderTable) -> int:
    """Add what is known of each record's order; returns how many records name an order the file does not have.

    Attributes ``order_status`` and ``delivery`` (late, not_late), metric ``delivery_days``; the customer where the
    channel itself names nobody.
    """
    entities, kinds = builder.get("entity_id"), builder.get("entity_type")
    place = np.array(
        [orders.index.get(entity, -1) if kind == "order" else -1 for entity, kind in zip(entities, kinds, strict=True)],
        dtype=np.int64,
    )
    found = place >= 0

    def joined(values: NDArray[np.object_]) -> NDArray[np.object_]:
        result = np.full(builder.n, None, dtype=object)
        result[found] = values[place[found]]
        return result

    builder.attribute("order_status", joined(orders.status))
    names = np.array(["not_late", "late", None], dtype=object)
    late = np.where(np.isnan(orders.late), 2, np.nan_to_num(orders.late)).astype(np.int64)
    builder.attribute("delivery", joined(names[late]))
    for code, values in orders.attributes.items():
        builder.attribute(code, joined(values))
    days = np.full(builder.n, np.nan)
    days[found] = orders.days[place[found]]
    builder.measure("delivery_days", numbers=days, polarity=-1)
    keys = builder.get("respondent_key").copy()
    unknown = ~held_in(keys)
    keys[unknown] = joined(orders.customers)[unknown]
    builder.set(respondent_key=keys)
    return int(((kinds == "order") & ~found).sum())
