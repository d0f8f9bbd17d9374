"""Any table with a heading row and one row per respondent."""

from __future__ import annotations

from survey.importers.arranged import Arranged
from survey.importers.detect import Detection, reason
from survey.importers.headings import parse_headings
from survey.importers.table_file import Table

__all__ = ["TableImporter"]


class TableImporter:
    """The importer of last resort: it makes no assumption about the platform."""

    platform = "table"

    def recognise(self, table: Table) -> Detection:
        """Sure of very little: at least two columns with headings of their own make a table."""
        named = {heading for heading in table.headings if heading.strip()}
        layout = "rows" if table.header_row else "named_columns"
        reasons = (reason(layout, rows=table.n, row=table.header_row, headings=len(named)),)
        return Detection(platform=self.platform, confidence=0.55 if len(named) > 1 else 0.1, reasons=reasons)

    def arrange(self, table: Table) -> Arranged:
        """The table as it stands, its headings taken apart."""
        return Arranged(table=table, headings=parse_headings(table.headings))
