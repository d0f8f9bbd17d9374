"""Any table with a heading row and one row per respondent."""

from __future__ import annotations

from collections.abc import Sequence

from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, parse_headings
from survey.importers.table_file import Table

__all__ = ["TableImporter"]


class TableImporter:
    """The importer of last resort: it makes no assumption about the platform."""

    platform = "table"

    def recognise(self, table: Table) -> Detection:
        """Sure of very little: at least two columns with headings of their own make a table."""
        named = {heading for heading in table.headings if heading.strip()}
        reasons = (reason("rows", rows=table.n, row=table.header_row, headings=len(named)),)
        return Detection(platform=self.platform, confidence=0.55 if len(named) > 1 else 0.1, reasons=reasons)

    def headings(self, table: Table) -> Sequence[Heading]:
        """The headings taken apart."""
        return parse_headings(table.headings)
