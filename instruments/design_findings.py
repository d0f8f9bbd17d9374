"""What the design check found: a rule, where, why, how grave, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from survey.errors import Language, Place, Problem, Severity

__all__ = ["DesignFinding", "RuleName", "severity_of"]

RuleName = Literal[
    "double_barrelled",
    "leading",
    "negation",
    "absolute",
    "jargon",
    "too_long",
    "unbalanced_scale",
    "unlabelled_scale",
    "scale_direction",
    "missing_translation",
    "unequal_translation",
    "option_translation",
    "few_items",
    "measures_nothing",
    "unreachable",
    "sensitive",
    "no_open_question",
    "long_questionnaire",
    "very_long_questionnaire",
]

_SEVERITY: Mapping[RuleName, Severity] = {
    "double_barrelled": "warning",
    "leading": "warning",
    "negation": "warning",
    "absolute": "warning",
    "jargon": "warning",
    "too_long": "warning",
    "unbalanced_scale": "warning",
    "unlabelled_scale": "warning",
    "scale_direction": "warning",
    "missing_translation": "error",
    "unequal_translation": "note",
    "option_translation": "error",
    "few_items": "note",
    "measures_nothing": "error",
    "unreachable": "error",
    "sensitive": "warning",
    "no_open_question": "note",
    "long_questionnaire": "note",
    "very_long_questionnaire": "warning",
}
"""What makes results wrong is an error; what a person should judge is a warning; what is worth knowing is a note."""


def severity_of(rule: RuleName) -> Severity:
    """How grave a finding of this rule is."""
    return _SEVERITY[rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFinding:
    """One finding.

    ``question`` is the code of the question, scale, section or indicator, empty for the whole instrument; ``language``
    the language of the wording, None where it is not about a wording; ``found`` the words that gave rise to it.
    """

    rule: RuleName
    question: str = ""
    language: str | None = None
    found: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """``error``, ``warning`` or ``note``."""
        return severity_of(self.rule)

    def problem(self) -> Problem:
        """The finding as a problem: reason and remedy in words."""
        return Problem(
            code=f"instruments.design_{self.rule}",
            place=Place(heading=self.question or None, path=self.language),
            fields={"found": self.found, **self.fields},
            severity=self.severity,
        )

    def message(self, language: Language = "en") -> str:
        """Place, reason and remedy in one line."""
        return self.problem().message(language)
