"""Instruments to survey platforms and files: one module a format, and what each could not carry."""

from __future__ import annotations

from instruments.writers.codebook import write_codebook
from instruments.writers.data_entry import write_data_entry
from instruments.writers.ddi import write_ddi
from instruments.writers.export_report import ExportReport
from instruments.writers.limesurvey import write_limesurvey_lss, write_limesurvey_tsv
from instruments.writers.spss import write_spss
from instruments.writers.surveyjs import write_surveyjs
from instruments.writers.wenjuanxing import write_wenjuanxing
from instruments.writers.xlsform import write_xlsform

__all__ = [
    "ExportReport",
    "write_codebook",
    "write_data_entry",
    "write_ddi",
    "write_limesurvey_lss",
    "write_limesurvey_tsv",
    "write_spss",
    "write_surveyjs",
    "write_wenjuanxing",
    "write_xlsform",
]
