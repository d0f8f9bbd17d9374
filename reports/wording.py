"""Words the report engine itself needs (not those of a study), from the message catalogue, in both languages."""

from __future__ import annotations

from reports.labels import Label
from survey.errors import render_message

__all__ = ["phrase"]


def phrase(name: str, **fields: object) -> Label:
    """The wording of the catalogue entry ``name`` with its fields filled in."""
    code = f"reports.{name}"
    return Label(zh=render_message(code, fields, "zh"), en=render_message(code, fields, "en"))
