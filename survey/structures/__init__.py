"""Questionnaires of survey platforms as drafts: one module a platform, and what became of everything in the file."""

from __future__ import annotations

from survey.structures.draft import StructureDraft
from survey.structures.instrument_draft import InstrumentDraft, draft_instrument
from survey.structures.limesurvey import read_limesurvey
from survey.structures.qualtrics import read_qualtrics
from survey.structures.read import read_structure
from survey.structures.surveyjs import read_surveyjs
from survey.structures.xlsform import read_xlsform

__all__ = [
    "InstrumentDraft",
    "StructureDraft",
    "draft_instrument",
    "read_limesurvey",
    "read_qualtrics",
    "read_structure",
    "read_surveyjs",
    "read_xlsform",
]
