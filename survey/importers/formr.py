"""formr results: five columns of the session, then one column per item."""

from __future__ import annotations

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold, is_blank
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table

__all__ = ["FormrImporter"]

_SESSION: dict[str, ColumnRole] = {
    "session": "respondent",
    "created": "started",
    "ended": "submitted",
    "modified": "paradata",
    "expired": "paradata",
}
_FURTHER: dict[str, ColumnRole] = {
    **dict.fromkeys(("session_id", "study_id", "unit_session_id", "run_session_id", "run_name"), "paradata"),
    **dict.fromkeys(("study_name", "iteration", "position", "unit_type", "mc_heading"), "paradata"),
    **dict.fromkeys(("ip", "ip_address", "email"), "identifier"),
}
_LONG_SESSION = 32
"""Characters of a session token, at least."""


class FormrImporter:
    """Recognises formr results."""

    platform = "formr"

    def recognise(self, table: Table) -> Detection:
        """By the five columns of the session together, first in the file, and by session tokens in cells."""
        folded = [fold(text) for text in table.headings]
        own = [name for name in _SESSION if name in folded]
        if "session" not in own or len(own) < 4:
            return Detection(platform=self.platform, confidence=0.0, reasons=())
        confidence = 0.6 if len(own) == 4 else 0.75
        reasons = [reason("columns", columns=", ".join(own))]
        if set(folded[: len(own)]) == set(own):
            confidence += 0.1
        tokens = [cell_text(cell) for cell in table.columns[folded.index("session")]]
        if tokens and all(len(token) >= _LONG_SESSION and " " not in token for token in tokens if token):
            confidence += 0.1
            reasons.append(reason("session_tokens"))
        return Detection(platform=self.platform, confidence=round(confidence, 3), reasons=tuple(reasons))

    def arrange(self, table: Table) -> Arranged:
        """Items by name; several choices stand in one cell, divided by commas; unfinished sessions are counted."""
        headings = []
        for text in table.headings:
            name = fold(text)
            role = _SESSION.get(name) or _FURTHER.get(name)
            headings.append(Heading(text=text, role=role, wordings=(text.strip(),), codes=(text.strip(),)))
        remarks: list[Problem] = []
        ended = table.position_of("ended")
        if ended is not None:
            count = sum(is_blank(cell) or fold(cell_text(cell)) == "na" for cell in table.columns[ended])
            if count:
                fields = {"count": count, "total": table.n}
                place = table.place(ended)
                remarks.append(Problem(code="survey.formr_unfinished", place=place, fields=fields, severity="warning"))
        return Arranged(table=table, headings=tuple(headings), separators=(", ", ",", "┋", ";"), remarks=tuple(remarks))
