"""Which platform made a file: every importer says how sure it is and why; nothing is guessed silently.

A platform is ranked by what speaks for it. "None of these" is always in the ranking, with its reasons; a file for
which it comes first is read as a plain table, and says so.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from survey.errors import MappingError, Problem
from survey.importers.arranged import Arranged
from survey.importers.questionnaire_files import questionnaire_in
from survey.importers.table_file import Table, read_table

__all__ = [
    "Detection",
    "Importer",
    "detect",
    "detect_table",
    "importer_of",
    "importers",
    "platform_named",
    "platform_of",
    "reason",
    "reasons_for",
]

_BUILT_IN = {
    "wenjuanxing": "survey.importers.wenjuanxing:WenjuanxingImporter",
    "tencent": "survey.importers.tencent:TencentImporter",
    "jinshuju": "survey.importers.jinshuju:JinshujuImporter",
    "qualtrics": "survey.importers.qualtrics:QualtricsImporter",
    "surveymonkey": "survey.importers.surveymonkey:SurveyMonkeyImporter",
    "surveyjs": "survey.importers.surveyjs:SurveyJSImporter",
    "ms_forms": "survey.importers.ms_forms:MsFormsImporter",
    "google_forms": "survey.importers.google_forms:GoogleFormsImporter",
    "limesurvey": "survey.importers.limesurvey:LimeSurveyImporter",
    "kobo": "survey.importers.kobo:KoboImporter",
    "redcap": "survey.importers.redcap:RedcapImporter",
    "formr": "survey.importers.formr:FormrImporter",
    "ddi": "survey.importers.ddi:DdiImporter",
    "spss": "survey.importers.labelled_files:SpssImporter",
    "stata": "survey.importers.labelled_files:StataImporter",
    "table": "survey.importers.table:TableImporter",
}
_ALSO = {
    **dict.fromkeys(("问卷星", "wjx"), "wenjuanxing"),
    **dict.fromkeys(("腾讯问卷", "wj.qq", "tencent_survey"), "tencent"),
    **dict.fromkeys(("金数据", "jsj"), "jinshuju"),
    **dict.fromkeys(("odk", "kobotoolbox"), "kobo"),
    **dict.fromkeys(("表格", "普通表格", "csv", "excel"), "table"),
    "microsoft_forms": "ms_forms",
    "sav": "spss",
    "dta": "stata",
}
"""Other names platforms go by."""
NONE = "none"
"""The platform of a file that no importer recognises."""
CONVINCING = 0.6
"""From here on a platform counts as recognised."""
PLAIN = "table"
"""The importer of tables of no platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How sure an importer is (0-1) that a file is of its platform, and what speaks for it.

    ``variant`` is the layout or generation of the export, where a platform has several.
    """

    platform: str
    confidence: float
    reasons: tuple[Problem, ...]
    variant: str | None = None


def reason(name: str, **fields: object) -> Problem:
    """Something that speaks for a platform, worded by the catalogue entry ``detected_by_<name>``."""
    return Problem(code=f"survey.detected_by_{name}", fields=fields, severity="note")


class Importer(Protocol):
    """What a plug-in under the entry point group ``satix.importers`` provides; it is made without arguments."""

    platform: str

    def recognise(self, table: Table) -> Detection:
        """How sure this importer is that the table comes from its platform."""
        ...

    def arrange(self, table: Table) -> Arranged:
        """The table as the platform meant it; called whatever :meth:`recognise` says."""
        ...


@cache
def importers() -> dict[str, Importer]:
    """Every importer by platform: our own, then those other packages announce."""
    from importlib.metadata import entry_points

    found = dict(_BUILT_IN)
    for point in entry_points(group="satix.importers"):
        found.setdefault(point.name, point.value)
    made: dict[str, Importer] = {}
    for name, target in found.items():
        module, _, attribute = target.partition(":")
        made[name] = getattr(importlib.import_module(module), attribute)()
    return made


def importer_of(platform: str) -> Importer:
    """The importer of a platform.

    Raises
    ------
    MappingError
        No importer has that name.
    """
    known = importers()
    if platform not in known:
        raise MappingError.of("survey.platform_unknown", found=platform, known=", ".join(known))
    return known[platform]


def platform_named(name: str) -> str:
    """The platform a person means: its code in any case, its Chinese name or a usual short form.

    Raises
    ------
    MappingError
        No importer has that name.
    """
    folded = name.strip().casefold().replace(" ", "_").replace("-", "_")
    chosen = name if name in importers() else _ALSO.get(folded, folded)
    if chosen not in importers():
        raise MappingError.of("survey.platform_unknown", found=name, known=", ".join(importers()))
    return chosen


def detect(path: Path | str) -> list[Detection]:
    """Rank the platforms a file may come from, "none" among them.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The file cannot be opened as a table.
    """
    return detect_table(read_table(Path(path)))


def detect_table(table: Table) -> list[Detection]:
    """Rank the platforms a table may come from, the likeliest first; "none of these" is always among them.

    Platforms for which nothing speaks are left out. A plain table is no platform.
    """
    questionnaire = questionnaire_in(table)
    if questionnaire is not None:
        return [Detection(platform=NONE, confidence=1.0, reasons=(questionnaire,))]
    found = [importer.recognise(table) for name, importer in importers().items() if name != PLAIN]
    found = [detection for detection in found if detection.confidence > 0]
    surest = max((detection.confidence for detection in found), default=0.0)
    name = "none" if not found else "none_weak" if surest < CONVINCING else "none_unlikely"
    reasons = [reason(name), *importers()[PLAIN].recognise(table).reasons]
    found.append(Detection(platform=NONE, confidence=round(1 - surest, 3), reasons=tuple(reasons)))
    return sorted(found, key=lambda detection: -detection.confidence)


def platform_of(table: Table) -> str:
    """The platform whose importer reads a table: the likeliest, or ``table`` where "none of these" comes first."""
    likeliest = detect_table(table)[0].platform
    return PLAIN if likeliest == NONE else likeliest


def reasons_for(table: Table, platform: str) -> tuple[Problem, ...]:
    """What speaks for the platform a mapping names; empty where nothing does.

    Raises
    ------
    MappingError
        No importer has that name.
    """
    return importer_of(platform).recognise(table).reasons
