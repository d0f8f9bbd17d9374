"""Remarks gathered while a questionnaire is read: one entry per kind, naming everything it touches."""

from __future__ import annotations

from survey.errors import Place, Problem, Severity

__all__ = ["Remarks"]

MOST_NAMED = 40
"""Subjects named in one remark; more are counted."""


class Remarks:
    """Collects what a source holds that a draft cannot, or holds otherwise."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[tuple[str, Severity, tuple[tuple[str, str], ...]], dict[str, Place]] = {}

    def add(
        self, code: str, subject: str, *, severity: Severity = "note", place: Place | None = None, **fields: str
    ) -> None:
        """Note something of kind ``code`` (with its package) about one entry of the source."""
        subjects = self._found.setdefault((code, severity, tuple(sorted(fields.items()))), {})
        subjects.setdefault(subject, place or Place(file=self._file))

    def problems(self) -> tuple[Problem, ...]:
        """The remarks, warnings first; a remark about a single entry names its place."""
        found = []
        for (code, severity, fields), subjects in self._found.items():
            named = list(subjects)[:MOST_NAMED]
            more = f" … (+{len(subjects) - len(named)})" if len(subjects) > len(named) else ""
            place = next(iter(subjects.values())) if len(subjects) == 1 else Place(file=self._file)
            shown = {**dict(fields), "subjects": ", ".join(named) + more}
            found.append(Problem(code=code, place=place, fields=shown, severity=severity))
        return tuple(sorted(found, key=lambda problem: problem.severity == "note"))
