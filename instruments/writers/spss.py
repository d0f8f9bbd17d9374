"""SPSS ``.sav``: a file without cases whose variables, labels, measures and missing values are all declared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text
from instruments.writers.platform_names import assign_names
from instruments.writers.variables import Variable, variables
from survey.errors import InstrumentError
from survey.instrument import Instrument
from survey.scales import Option

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_spss"]

RESERVED_NAMES = ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with")
NAME_BYTES, VARIABLE_LABEL_BYTES, VALUE_LABEL_BYTES, TEXT_BYTES, MISSING_TEXT_BYTES = 64, 255, 120, 255, 8
"""Limits of the format, in UTF-8 bytes."""
MOST_MISSING_VALUES = 3


def write_spss(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write the variables of an instrument as an SPSS file to be filled with answers.

    Codes that are numbers make numeric variables, others make text variables; an option of a
    multiple choice is a variable of 0 and 1, one of a ranking holds its rank. Options declared
    missing become user-missing values (at most three, or one range). Where text is asked for, the
    file holds one empty case, without which the format cannot keep the width of a text variable.

    Parameters
    ----------
    languages
        One language for labels; of several the first is written and the others count as lost.

    Raises
    ------
    InstrumentError
        pyreadstat is not installed, or the instrument has no wording in one of the languages.
    """
    try:
        import pyreadstat
    except ImportError:
        raise InstrumentError.of("instruments.export_needs_extra", package="pyreadstat", extra="spss") from None
    skeleton = _Skeleton(instrument, languages)
    pyreadstat.write_sav(
        skeleton.frame(),
        str(path),
        file_label=_cut(instrument.title.in_language(skeleton.language), 60),
        column_labels=skeleton.labels,
        variable_value_labels=skeleton.value_labels,
        missing_ranges=skeleton.missing_ranges,
        variable_measure=skeleton.measures,
        variable_format=skeleton.formats,
    )
    return ExportReport(file=path, losses=skeleton.losses.problems(path), names=skeleton.renamed)


class _Skeleton:
    """Names, labels and missing values of every variable, and what the format could not carry."""

    def __init__(self, instrument: Instrument, languages: Sequence[str] | None) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.language, *others = export_languages(instrument, languages, self.losses)
        for language in others:
            self.losses.add("instruments.export_one_language", language, written=self.language)
        self.losses.add("instruments.export_questionnaire_not_carried", instrument.instrument, "note")
        self._variables = tuple(variables(instrument))
        keys = [variable.key for variable in self._variables]
        self.names = assign_names(
            keys,
            forbidden=r"[^\w.$#@]+|\.$",
            first=r"[^\W\d_]",
            longest=NAME_BYTES if all(key.isascii() for key in keys) else NAME_BYTES // 4,
            taken=RESERVED_NAMES,
            ignore_case=True,
        )
        self.renamed = {key: name for key, name in self.names.items() if key != name}
        for key, name in self.renamed.items():
            self.losses.add("instruments.export_renamed", f"{key} → {name}", "note")
        self.labels: dict[str, str | None] = {}
        self.value_labels: dict[str, dict[Any, str]] = {}
        self.missing_ranges: dict[str, list[Any]] = {}
        self.measures: dict[str, str] = {}
        self.formats: dict[str, str] = {}
        self._texts: set[str] = set()
        for variable in self._variables:
            self._declare(variable, self.names[variable.key])
        if any(variable.kind == "tick" for variable in self._variables):
            several = {v.question.code for v in self._variables if v.kind == "tick"}
            for code in sorted(several):
                self.losses.add("instruments.export_sets_not_carried", code, "note")

    def frame(self) -> pd.DataFrame:
        """A table without cases, or with one empty case where a text variable needs its width kept."""
        import pandas as pd

        names = self.names.values()
        if not any(variable.kind in {"text", "specify"} for variable in self._variables):
            return pd.DataFrame({n: pd.Series(dtype="object" if n in self._texts else "float64") for n in names})
        self.losses.add("instruments.export_empty_case", self.instrument.instrument, "note")
        wide = {self.names[v.key] for v in self._variables if v.kind in {"text", "specify"}}
        columns = {}
        for name in names:
            if name in self._texts:
                columns[name] = pd.Series([" " * TEXT_BYTES if name in wide else ""], dtype="object")
            else:
                columns[name] = pd.Series([float("nan")], dtype="float64")
        return pd.DataFrame(columns)

    def _declare(self, variable: Variable, name: str) -> None:
        wording = variable.question.text.in_language(self.language)
        option = "" if variable.option is None else f" [{variable.option.label.in_language(self.language)}]"
        self.labels[name] = self._within(wording + option, VARIABLE_LABEL_BYTES, variable.key)
        self.measures[name] = self._measure(variable)
        if variable.kind in {"text", "specify"}:
            self._texts.add(name)
            self.formats[name] = f"A{TEXT_BYTES}"
        elif variable.kind == "choice":
            self._declare_choice(variable, name)
        elif variable.kind == "tick":
            self.formats[name] = "F1.0"
            self.value_labels[name] = {
                0.0: form_text("not_ticked", self.language),
                1.0: form_text("ticked", self.language),
            }
        else:
            self.formats[name] = "F3.0" if variable.kind == "rank" else "F8.2"

    def _measure(self, variable: Variable) -> str:
        if variable.kind == "choice":
            scale = self.instrument.scale_of(variable.question)
            return "nominal" if not scale.ordered else "ordinal"
        return {"number": "scale", "rank": "ordinal"}.get(variable.kind, "nominal")

    def _declare_choice(self, variable: Variable, name: str) -> None:
        options = self.instrument.scale_of(variable.question).all_options
        numeric = all(not isinstance(option.code, str) for option in options)
        codes = [float(option.code) if numeric else str(option.code) for option in options]
        if numeric:
            whole = all(float(code).is_integer() for code in codes)
            self.formats[name] = "F4.0" if whole else "F8.2"
        else:
            self._texts.add(name)
            self.formats[name] = f"A{max(len(str(code).encode()) for code in codes)}"
        self.value_labels[name] = {
            code: self._within(option.label.in_language(self.language), VALUE_LABEL_BYTES, variable.key)
            for code, option in zip(codes, options, strict=True)
        }
        missing = self._missing(options, numeric=numeric)
        if missing is None:
            self.losses.add("instruments.export_missing_undeclared", variable.key)
        elif missing:
            self.missing_ranges[name] = missing

    def _missing(self, options: Sequence[Option], *, numeric: bool) -> list[Any] | None:
        """User-missing values as the format takes them; None where it cannot."""
        if not numeric:
            gone = [str(option.code) for option in options if option.missing is not None]
            fits = len(gone) <= MOST_MISSING_VALUES and all(len(g.encode()) <= MISSING_TEXT_BYTES for g in gone)
            return list(gone) if fits else None
        codes = [float(option.code) for option in options if option.missing is not None]
        if len(codes) <= MOST_MISSING_VALUES:
            return list(codes)
        between = [o for o in options if o.missing is None and min(codes) <= float(o.code) <= max(codes)]
        return None if between else [{"lo": min(codes), "hi": max(codes)}]

    def _within(self, text: str, limit: int, key: str) -> str:
        cut = _cut(text, limit)
        if cut != text:
            self.losses.add("instruments.export_label_cut", key, "note")
        return cut


def _cut(text: str, limit: int) -> str:
    """The text cut to so many UTF-8 bytes, never inside a character."""
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore") + "…"
