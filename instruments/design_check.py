"""Check the design of an instrument: wording, scales, translations, indicators, routing, length."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from instruments.design_findings import DesignFinding
from instruments.scale_rules import scale_findings
from instruments.structure_rules import structure_findings
from instruments.wording_rules import question_findings
from survey.instrument import Instrument

__all__ = ["check_design"]

_ORDER = ("error", "warning", "note")


def check_design(instrument: Instrument, *, languages: Collection[str] | None = None) -> tuple[DesignFinding, ...]:
    """Every finding, errors first, then in the order of the questionnaire.

    ``languages`` limits the wordings looked at (default: those of the instrument). The rules are heuristics over words:
    a warning asks for a second look, it does not prove a fault. Faults that an instrument cannot have because reading
    it refuses them (an indicator without a question, routing that looks ahead or runs in a circle) do not appear here.

    References
    ----------
    Krosnick & Presser (2010), Question and Questionnaire Design, in: Handbook of Survey Research, 2nd ed., 263-313.
    Dillman, Smyth & Christian (2014), Internet, Phone, Mail, and Mixed-Mode Surveys, 4th ed., ch. 4-5.
    """
    chosen = [language for language in instrument.languages if languages is None or language in languages]
    findings = list(_findings(instrument, chosen))
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))


def _findings(instrument: Instrument, languages: Collection[str]) -> Iterator[DesignFinding]:
    for question in instrument.questions:
        for language in languages:
            yield from question_findings(question, language)
    for language in languages:
        yield from scale_findings(instrument, language)
    yield from structure_findings(instrument)
