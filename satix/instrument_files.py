"""Instruments named on the command line, and the files made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import InstrumentError, Place

if TYPE_CHECKING:
    from instruments.writers.export_report import ExportReport
    from survey.instrument import Instrument
    from survey.structures import InstrumentDraft

__all__ = ["EXPORT_FORMATS", "draft_file", "excel_file", "export_file", "open_instrument", "yaml_file"]

EXPORT_FORMATS: Mapping[str, tuple[str, str]] = {
    "xlsform": ("instruments.writers.xlsform:write_xlsform", ".xlsx"),
    "surveyjs": ("instruments.writers.surveyjs:write_surveyjs", ".json"),
    "limesurvey_tsv": ("instruments.writers.limesurvey:write_limesurvey_tsv", ".txt"),
    "limesurvey_lss": ("instruments.writers.limesurvey:write_limesurvey_lss", ".lss"),
    "wenjuanxing": ("instruments.writers.wenjuanxing:write_wenjuanxing", ".txt"),
    "spss": ("instruments.writers.spss:write_spss", ".sav"),
    "data_entry": ("instruments.writers.data_entry:write_data_entry", ".xlsx"),
    "codebook": ("instruments.writers.codebook:write_codebook", ".xlsx"),
    "ddi": ("instruments.writers.ddi:write_ddi", ".xml"),
    "docx": ("reports.questionnaire_docx:write_questionnaire_docx", ".docx"),
}
"""By the name of a format: the function that writes it, and the ending of its files."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})


def open_instrument(name: str | Path) -> Instrument:
    """An instrument by id (``after_sales``), id and version (``after_sales@1.0.0``), YAML file or workbook.

    Raises
    ------
    SatixError
        There is no such instrument or file, or it is at fault.
    """
    path = Path(name)
    if path.suffix.lower() in _WORKBOOKS:
        from instruments.workbook import instrument_from_excel

        return instrument_from_excel(path)
    from instruments.catalog import load_instrument

    identifier, _, version = str(name).partition("@")
    return load_instrument(identifier, version) if version else load_instrument(name)


def excel_file(
    name: str | None,
    output: Path | None,
    *,
    languages: Sequence[str] | None = None,
    replace: bool = False,
) -> Path:
    """Write an instrument as a workbook; without a name, a template in the given languages (default zh, en).

    ``languages`` of an existing instrument are its own. A file that is there already is kept unless ``replace``.

    Raises
    ------
    InstrumentError
        The file is there already, is not named ``.xlsx``, or languages were asked of an existing instrument.
    """
    from instruments.workbook import instrument_template, instrument_to_excel

    if name is None:
        file = _target(output, "my_instrument", ".xlsx", replace=replace)
        instrument_template(file, languages=languages or ("zh", "en"))
        return file
    if languages is not None:
        raise InstrumentError.of("satix.languages_of_template_only")
    instrument = open_instrument(name)
    file = _target(output, instrument.instrument, ".xlsx", replace=replace)
    instrument_to_excel(instrument, file)
    return file


def yaml_file(workbook: Path, output: Path | None, *, replace: bool = False) -> tuple[Instrument, Path]:
    """Write the instrument of a workbook as YAML, beside the workbook where no other file is named.

    Raises
    ------
    SatixError
        The workbook is at fault (every fault is listed), or the file is there already.
    """
    from instruments.workbook import instrument_from_excel
    from survey.definition_files import dump_definition

    if workbook.suffix.lower() not in _WORKBOOKS:
        raise InstrumentError.of("satix.workbook_expected", Place(file=workbook.name))
    instrument = instrument_from_excel(workbook)
    beside = workbook.with_suffix(".yaml") if output is None else output
    file = _target(beside, instrument.instrument, ".yaml", replace=replace)
    file.write_text(dump_definition(instrument), encoding="utf-8", newline="\n")
    return instrument, file


def draft_file(
    source: Path, output: Path | None, *, identifier: str | None = None, replace: bool = False
) -> tuple[InstrumentDraft, Path]:
    """Write an instrument draft as YAML, from a questionnaire of XLSForm, LimeSurvey, Qualtrics or SurveyJS.

    Raises
    ------
    SatixError
        The file is no questionnaire satix reads, is at fault or unsafe, or the target is there already.
    """
    from survey.definition_files import dump_definition
    from survey.structures import draft_instrument, read_structure

    name = identifier or _code_of(source)
    drafted = draft_instrument(read_structure(source), instrument_id=name)
    beside = source.with_name(f"{name}.yaml") if output is None else output
    file = _target(beside, name, ".yaml", replace=replace)
    file.write_text(dump_definition(drafted.instrument), encoding="utf-8", newline="\n")
    return drafted, file


def _code_of(source: Path) -> str:
    """An instrument id from a file name: letters, digits and underscores."""
    kept = "".join(letter if letter.isalnum() else "_" for letter in source.stem).strip("_")
    return kept[:60] or "draft"


def export_file(
    name: str,
    target: str,
    output: Path | None,
    *,
    languages: Sequence[str] | None = None,
    replace: bool = False,
) -> ExportReport:
    """Write an instrument for a platform.

    Raises
    ------
    SatixError
        The instrument is at fault or lacks a language, the file is there already, or an extra package is missing.
    """
    place, suffix = EXPORT_FORMATS[target]
    module, function = place.split(":")
    instrument = open_instrument(name)
    file = _target(output, f"{instrument.instrument}-{target}", suffix, replace=replace)
    report: ExportReport = getattr(import_module(module), function)(instrument, file, languages=languages)
    return report


def _target(output: Path | None, name: str, suffix: str, *, replace: bool) -> Path:
    file = Path(f"{name}{suffix}") if output is None else output
    if file.is_dir():
        file = file / f"{name}{suffix}"
    if file.suffix.lower() not in {suffix, ".yml" if suffix == ".yaml" else suffix}:
        raise InstrumentError.of("satix.file_ending", Place(file=file.name), expected=suffix)
    if file.exists() and not replace:
        raise InstrumentError.of("satix.file_is_there", Place(file=file.name))
    return file
