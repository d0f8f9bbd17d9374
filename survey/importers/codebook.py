"""The questionnaire behind an export: a structure file of its platform, or the twin export that holds the texts."""

from __future__ import annotations

from pathlib import Path

from survey.errors import InstrumentError, Place
from survey.importers.arranged import Arranged
from survey.importers.codebook_places import JOINED_BY_ID, complete_structure, place_by_structure
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
        It is no questionnaire of a known platform, or no column of the export answers any of its questions.
    ResponseImportError
        The two exports are not of the same answers.
    """
    if platform == "wenjuanxing":
        from survey.importers.table_file import read_table
        from survey.importers.wenjuanxing_pair import codebook_of_pair

        return codebook_of_pair(arranged.table, read_table(path))
    structure = read_structure(path)
    if platform not in JOINED_BY_ID:
        return structure
    if not place_by_structure(arranged, structure):
        place = Place(file=path.name)
        raise InstrumentError.of("survey.codebook_other_survey", place, export=arranged.table.file)
    return complete_structure(arranged, structure)
