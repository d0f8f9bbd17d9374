"""What an export wrote, and what of the instrument the platform could not carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from instruments.catalog import missing_languages
from survey.errors import InstrumentError, Place, Problem, Severity
from survey.instrument import Instrument
from survey.texts import Text

__all__ = ["ExportReport", "Losses", "export_languages", "form_text", "language_name"]

LANGUAGE_NAMES: Mapping[str, str] = {
    "zh": "中文",
    "en": "English",
    "ko": "한국어",
    "ja": "日本語",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "pt": "Português",
}
"""What a language calls itself; any other is shown by its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """A written file.

    ``losses`` is everything the platform does not carry or carries otherwise: ``warning`` where
    respondents or answers are touched, ``note`` where it is only worth knowing. ``names`` gives the
    platform's name of each question whose code it does not take as it is.
    """

    file: Path
    losses: tuple[Problem, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


class Losses:
    """Collects what an export cannot carry, one entry per kind, each naming the questions it touches."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Severity, tuple[tuple[str, str], ...]], list[str]] = {}

    def add(self, code: str, subject: str, severity: Severity = "warning", **fields: str) -> None:
        """Note a loss of kind ``code`` (with its package) on a question, scale or section."""
        subjects = self._found.setdefault((code, severity, tuple(sorted(fields.items()))), [])
        if subject not in subjects:
            subjects.append(subject)

    def problems(self, file: Path) -> tuple[Problem, ...]:
        """The losses as problems, warnings first, each with the subjects of its kind."""
        found = [
            Problem(
                code=code,
                place=Place(file=file.name),
                fields={**dict(fields), "subjects": ", ".join(subjects)},
                severity=severity,
            )
            for (code, severity, fields), subjects in self._found.items()
        ]
        return tuple(sorted(found, key=lambda problem: problem.severity == "note"))


def export_languages(instrument: Instrument, languages: Sequence[str] | None, losses: Losses) -> tuple[str, ...]:
    """The languages to write, the instrument's own unless others are named.

    A wording that lacks one of them is written in English (or, without English, any other language)
    and counted as a loss.

    Raises
    ------
    InstrumentError
        A language is asked for in which the instrument has no question.
    """
    wanted = tuple(dict.fromkeys(instrument.languages if languages is None else languages))
    known: set[str] = set(instrument.languages)
    known.update(*(question.text.languages() or () for question in instrument.questions))
    unknown = [language for language in wanted if language not in known]
    if unknown or not wanted:
        raise InstrumentError.of(
            "instruments.export_language_unknown",
            instrument=instrument.instrument,
            found=", ".join(unknown),
            known=", ".join(sorted(known)),
        )
    for absent in missing_languages(instrument.model_copy(update={"languages": wanted})):
        for language in absent.languages:
            losses.add("instruments.export_wording_absent", absent.place, language=language)
    return wanted


def language_name(language: str) -> str:
    """A language by the name it calls itself."""
    return LANGUAGE_NAMES.get(language, language)


@cache
def _phrases() -> Mapping[str, Text]:
    import yaml

    content = (resources.files("instruments.writers") / "phrases.yaml").read_text(encoding="utf-8")
    return {name: Text.model_validate(wordings) for name, wordings in yaml.safe_load(content).items()}


def form_text(name: str, language: str, **fields: object) -> str:
    """A sentence that exported forms hold beside the instrument's own wording; English where there is no other."""
    return _phrases()[name].in_language(language).format(**fields)
