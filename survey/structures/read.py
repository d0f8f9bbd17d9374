"""Which platform a questionnaire file comes from, and its reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from survey.errors import InstrumentError, Place
from survey.structures.ddi import read_ddi
from survey.structures.draft import StructureDraft
from survey.structures.limesurvey import read_limesurvey
from survey.structures.qualtrics import read_qualtrics
from survey.structures.redcap import read_redcap
from survey.structures.source_file import read_json
from survey.structures.surveyjs import read_surveyjs
from survey.structures.xlsform import read_xlsform

__all__ = ["read_structure"]

_BY_EXTENSION = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm"), read_xlsform),
    **dict.fromkeys((".lss", ".lsg", ".lsq", ".tsv", ".txt"), read_limesurvey),
    ".qsf": read_qualtrics,
    ".csv": read_redcap,
    ".xml": read_ddi,
}


def read_structure(path: Path) -> StructureDraft:
    """Read a questionnaire of any platform that is known, told apart by extension and, for JSON, by content.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is no questionnaire of a known platform.
    """
    reader = _BY_EXTENSION.get(path.suffix.lower())
    if reader is not None:
        return reader(path)
    content = read_json(path, (".json",))
    keys = set(content) if isinstance(content, Mapping) else set()
    if "SurveyElements" in keys:
        return read_qualtrics(path)
    if keys & {"content", "survey", "children"}:
        return read_xlsform(path)
    if keys & {"pages", "elements", "questions"}:
        return read_surveyjs(path)
    expected = "SurveyElements, content, survey, children, pages, elements"
    raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected=expected)
