"""Before any reader: is the file there, is it what its name says, and is it safe to open?"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from survey.archive_guard import scan_workbook
from survey.errors import FileRefusedError, Place

__all__ = ["LARGEST_FILE", "FileKind", "guard_file"]

FileKind = Literal["xlsx", "xls", "csv"]
LARGEST_FILE = 100 * 1024 * 1024
"""Bytes; larger files are refused."""

_EXTENSIONS: dict[str, FileKind] = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
    (b"<stata_dta>", "dta"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3", "database"),
)
_TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def guard_file(path: Path) -> FileKind:
    """Check a file of answers before it is read.

    Parameters
    ----------
    path : Path
        An Excel workbook (``.xlsx``, ``.xlsm``, ``.xls``) or a text table (``.csv``, ``.tsv``, ``.txt``).

    Returns
    -------
    FileKind
        How it is to be read; what the content is, not what the name says, where both are readable
        (a workbook saved under ``.xls`` that is an ``.xlsx``).

    Raises
    ------
    FileRefusedError
        The file is missing, empty, too large, of another kind than its name says, or unsafe.
    """
    place = Place(file=path.name)
    if not path.exists():
        raise FileRefusedError.of("survey.file_missing", place)
    if path.is_dir():
        raise FileRefusedError.of("survey.file_is_a_folder", place)
    size = path.stat().st_size
    if size == 0:
        raise FileRefusedError.of("survey.file_empty", place)
    if size > LARGEST_FILE:
        raise FileRefusedError.of(
            "survey.file_too_large", place, found=f"{size / 1e6:.0f}", limit=f"{LARGEST_FILE / 1e6:.0f}"
        )
    expected = _EXTENSIONS.get(path.suffix.lower())
    if expected is None:
        raise FileRefusedError.of(
            "survey.extension_unknown", place, found=path.suffix or "–", expected=", ".join(_EXTENSIONS)
        )
    with path.open("rb") as stream:
        head = stream.read(4096)
    content = _content_of(head)
    if content == "zip" and expected != "csv":
        scan_workbook(path)
        return "xlsx"
    if content == "ole" and expected != "csv":
        return _legacy_kind(path, head)
    if content == "text" and expected == "csv":
        return "csv"
    if content in {"zip", "ole"} and expected == "csv":
        raise FileRefusedError.of("survey.workbook_named_csv", place, extension=path.suffix)
    code = f"survey.content_is_{content}" if content in {"html", "xml", "text"} else "survey.content_is_other"
    raise FileRefusedError.of(code, place, content=content, extension=path.suffix)


def _content_of(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    start = head.removeprefix(_TEXT_BOMS[2]).lstrip()[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<meta")):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start else "xml"
    return "binary" if b"\x00" in head else "text"


def _legacy_kind(path: Path, head: bytes) -> FileKind:
    """An OLE container: a legacy workbook, a Word file, or an encrypted modern workbook."""
    place = Place(file=path.name)
    with path.open("rb") as stream:
        directory = head + stream.read()
    names = {
        name: name.encode("utf-16-le") in directory
        for name in ("Workbook", "Book", "WordDocument", "PowerPoint Document", "EncryptedPackage")
    }
    if names["EncryptedPackage"]:
        raise FileRefusedError.of("survey.workbook_encrypted", place)
    if names["WordDocument"]:
        raise FileRefusedError.of("survey.content_is_word", place, extension=path.suffix)
    if names["Workbook"] or names["Book"]:
        return "xls"
    raise FileRefusedError.of("survey.content_is_other", place, content="OLE", extension=path.suffix)
