"""The questionnaire behind an export: a structure file of its platform, or the twin export that holds the texts."""

from __future__ import annotations

from pathlib import Path

from survey.importers.arranged import Arranged
from survey.structures.draft import StructureDraft
from survey.structures.read import read_structure

__all__ = ["read_codebook"]


def read_codebook(path: Path, arranged: Arranged, *, platform: str) -> StructureDraft:
    """Read the questionnaire an export was made with.

    Of 问卷星, whose questionnaires cannot be exported, the codebook is the second export of the same answers: texts
    where ``arranged`` holds positions, or the other way round.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is no questionnaire of a known platform.
    ResponseImportError
        The two exports are not of the same answers.
    """
    if platform == "wenjuanxing":
        from survey.importers.table_file import read_table
        from survey.importers.wenjuanxing_pair import codebook_of_pair

        return codebook_of_pair(arranged.table, read_table(path))
    return read_structure(path)
