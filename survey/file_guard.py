"""Before any reader: is the file there, is it what its name says, and is it safe to open?"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal, get_args

from survey.archive_guard import scan_workbook
from survey.errors import FileRefusedError, Place
from survey.packed_text import inflated

__all__ = [
    "LARGEST_FILE",
    "TABLE_KINDS",
    "WORKBOOK_KINDS",
    "FileKind",
    "extension_of",
    "file_present",
    "guard_file",
    "read_content",
]

FileKind = Literal["xlsx", "xls", "csv", "packed", "sav", "por", "dta", "parquet", "json", "xml"]
"""What the content of a file is: ``packed`` is a text table in a ``.gz`` or ``.zip``, ``sav`` also a ``.zsav``."""
TABLE_KINDS: frozenset[FileKind] = frozenset(get_args(FileKind))
WORKBOOK_KINDS: frozenset[FileKind] = frozenset({"xlsx", "xls"})

LARGEST_FILE = 100 * 1024 * 1024
"""Bytes; larger files are refused."""
LONGEST_HEAD = 4096

_EXTENSIONS: dict[str, FileKind] = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".csv.gz": "packed",
    ".tsv.gz": "packed",
    ".txt.gz": "packed",
    ".zip": "packed",
    ".sav": "sav",
    ".zsav": "sav",
    ".por": "por",
    ".dta": "dta",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xml": "xml",
}
_NAMES: dict[str, str] = {
    "zip": "Excel .xlsx",
    "ole": "Excel .xls",
    "xlsx": "Excel .xlsx",
    "xls": "Excel .xls",
    "csv": "CSV",
    "packed": "gzip/zip",
    "sav": "SPSS .sav",
    "por": "SPSS .por",
    "dta": "Stata .dta",
    "parquet": "Parquet",
    "json": "JSON",
    "xml": "XML",
    "html": "HTML",
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
    (b"<stata_dta>", "dta"),
    (b"PAR1", "parquet"),
    (b"PARE", "encrypted Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"MZ\x90\x00", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3", "database"),
)
_STATA_RELEASES = frozenset({104, 105, 108, 110, 111, 112, 113, 114, 115})
_BINARY = re.compile(rb"[\x01-\x06\x0e-\x19]|\x00[^\x00]{0,2}\x00{2}")
"""Control characters no text table has; single NUL bytes are looked for when the text is decoded."""
_TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def guard_file(path: Path, *, accepted: Collection[FileKind] = TABLE_KINDS) -> FileKind:
    """Check a file of answers before it is read: what its first bytes say comes first, its name second.

    Parameters
    ----------
    path : Path
        An Excel workbook (``.xlsx``, ``.xlsm``, ``.xls``), a text table (``.csv``, ``.tsv``, ``.txt``, or one in a
        ``.gz`` or ``.zip``), an SPSS or Stata file (``.sav``, ``.zsav``, ``.por``, ``.dta``), Parquet, JSON or XML.
    accepted : collection of FileKind
        The kinds the caller reads; other extensions are refused with a list of those.

    Returns
    -------
    FileKind
        How it is to be read; what the content is, not what the name says, where both are workbooks
        (a workbook saved under ``.xls`` that is an ``.xlsx``).

    Raises
    ------
    FileRefusedError
        The file is missing, empty, too large, of another kind than its name says, or unsafe.
    """
    size = file_present(path)
    place = Place(file=path.name)
    if size > LARGEST_FILE:
        raise FileRefusedError.of(
            "survey.file_too_large", place, found=f"{size / 1e6:.0f}", limit=f"{LARGEST_FILE / 1e6:.0f}"
        )
    extension = extension_of(path)
    expected = _EXTENSIONS.get(extension)
    if expected is None or expected not in accepted:
        listed = ", ".join(name for name, kind in _EXTENSIONS.items() if kind in accepted)
        raise FileRefusedError.of("survey.extension_unknown", place, found=extension or "–", expected=listed)
    with path.open("rb") as stream:
        head = stream.read(LONGEST_HEAD)
    content = _content_of(head)
    if expected in WORKBOOK_KINDS and content in {"zip", "ole"}:
        if content == "ole":
            return _legacy_kind(path, head)
        scan_workbook(path)
        return "xlsx"
    if expected == "packed" and content == ("zip" if extension == ".zip" else "gzip"):
        _check_packed(path)
        return expected
    if content in {expected, "text"} and expected in {"csv", "json"}:
        return expected
    if expected in {"sav", "por", "dta", "parquet", "xml"} and content == expected:
        return expected
    raise _mismatch(place, expected, content, extension)


def file_present(path: Path) -> int:
    """The size of a file in bytes.

    Raises
    ------
    FileRefusedError
        There is no such file, it is a folder or a device, it is empty, or it may not be read.
    """
    place = Place(file=path.name)
    try:
        if path.is_dir():
            raise FileRefusedError.of("survey.file_is_a_folder", place)
        if not path.is_file():
            raise FileRefusedError.of("survey.file_missing", place)
        with path.open("rb"):
            size = path.stat().st_size
    except (OSError, ValueError) as fault:  # no permission, a name with a NUL, a drive that is gone
        reason = getattr(fault, "strerror", None) or type(fault).__name__
        raise FileRefusedError.of("survey.file_not_readable", place, reason=reason) from None
    if size == 0:
        raise FileRefusedError.of("survey.file_empty", place)
    return size


def extension_of(path: Path) -> str:
    """The end of a file's name that says what it is, in small letters: ``.csv``, ``.csv.gz``."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    return "".join(suffixes) if len(suffixes) == 2 and suffixes[1] == ".gz" else path.suffix.lower()


def read_content(path: Path, kind: FileKind) -> bytes:
    """The bytes of a file that the guard has passed; a compressed one is inflated.

    Raises
    ------
    FileRefusedError
        The compressed content is damaged or inflates too far.
    """
    return b"".join(inflated(path)) if kind == "packed" else path.read_bytes()


def _check_packed(path: Path) -> None:
    """Inflate a compressed text table without keeping it; what it holds must be text."""
    head = b""
    for piece in inflated(path):
        if len(head) < LONGEST_HEAD:
            head += piece[:LONGEST_HEAD]
    content = _content_of(head[:LONGEST_HEAD]) if head else "text"
    if not head:
        raise FileRefusedError.of("survey.file_empty", Place(file=path.name))
    if content not in {"text", "json"}:
        raise _mismatch(Place(file=path.name), "csv", content, extension_of(path))


def _content_of(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"SPSSPORT" in head[:700].replace(b"\r", b"").replace(b"\n", b""):
        return "por"
    if head[0] in _STATA_RELEASES and head[1:2] in {b"\x01", b"\x02"} and head[2:3] in {b"\x00", b"\x01"}:
        return "dta"
    start = head.removeprefix(_TEXT_BOMS[2]).lstrip()[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<meta")):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start else "xml"
    if start.startswith((b"<!doctype", b"<codebook")):
        return "xml"
    return "binary" if _BINARY.search(head) else "text"


def _mismatch(place: Place, expected: FileKind, content: str, extension: str) -> FileRefusedError:
    """What was found, what the name promises, and what to do."""
    if expected == "csv" and content in {"zip", "ole"}:
        return FileRefusedError.of("survey.workbook_named_csv", place, extension=extension)
    fields = {"content": _NAMES.get(content, content), "expected": _NAMES[expected], "extension": extension}
    if content in {"html", "xml", "text"} and expected in {"xlsx", "xls", "csv"}:
        return FileRefusedError.of(f"survey.content_is_{content}", place, **fields)
    if content == "text":
        return FileRefusedError.of("survey.content_is_plain_text", place, **fields)
    kind = {"zip": "xlsx", "ole": "xls"}.get(content, content)
    right = next((name for name, found in _EXTENSIONS.items() if found == kind), None)
    if right is not None:
        return FileRefusedError.of("survey.content_named_otherwise", place, **fields, right=right)
    return FileRefusedError.of("survey.content_is_other", place, **fields)


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
