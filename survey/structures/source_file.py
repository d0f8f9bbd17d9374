"""Questionnaire files before they are parsed: size, kind, hostile XML, JSON that is not what it seems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.errors import FileRefusedError, Place
from survey.file_guard import file_present

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["LARGEST_STRUCTURE", "guard_structure", "listed", "read_json", "read_xml"]

LARGEST_STRUCTURE = 20 * 1024 * 1024
"""Bytes of a questionnaire in JSON, XML or text; real ones stay far below."""
MOST_PARTS = 600_000
"""Brackets, texts, tags or attributes; each takes many times the memory of the bytes that stand for it."""
DEEPEST = 100
"""XML elements inside one another."""


def guard_structure(path: Path, extensions: Sequence[str]) -> bytes:
    """The content of a questionnaire file.

    Raises
    ------
    FileRefusedError
        The file is missing, a folder, empty, too large, or its name ends otherwise than expected.
    """
    place = Place(file=path.name)
    size = file_present(path)
    if path.suffix.lower() not in extensions:
        expected = ", ".join(extensions)
        raise FileRefusedError.of("survey.structure_extension", place, found=path.suffix or "–", expected=expected)
    if size > LARGEST_STRUCTURE:
        raise FileRefusedError.of(
            "survey.structure_too_large", place, found=f"{size / 1e6:.0f}", limit=f"{LARGEST_STRUCTURE / 1e6:.0f}"
        )
    return path.read_bytes()


def read_json(path: Path, extensions: Sequence[str]) -> Any:
    """Content of a JSON file; NaN and infinities are refused, as JSON has none.

    Raises
    ------
    FileRefusedError
        The file cannot be opened safely or is not JSON.
    """

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    content = guard_structure(path, extensions)
    _check_parts(path, content, b"{", b"[", b'"')
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except json.JSONDecodeError as fault:
        place = Place(file=path.name, line=fault.lineno)
        raise FileRefusedError.of("survey.structure_not_json", place, reason=fault.msg) from None
    except RecursionError:
        raise FileRefusedError.of("survey.structure_too_deep", Place(file=path.name)) from None
    except ValueError as fault:  # not UTF-8, NaN, or a number of thousands of digits
        raise FileRefusedError.of("survey.structure_not_json", Place(file=path.name), reason=str(fault)[:80]) from None


def listed(value: object) -> list[Any]:
    """The entries of a JSON list, or the values of an object that stands for one; empty for anything else."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_xml(path: Path, extensions: Sequence[str]) -> Element:
    """Root of an XML file; document types, entities and references to other files are refused.

    Raises
    ------
    FileRefusedError
        The file cannot be opened safely or is not XML.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    content = guard_structure(path, extensions)
    _check_parts(path, content, b"<", b"=")
    place = Place(file=path.name)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise FileRefusedError.of("survey.structure_doctype", place) from None
    except ParseError as fault:
        place = Place(file=path.name, line=fault.position[0])
        raise FileRefusedError.of("survey.structure_not_xml", place, reason=str(fault)) from None
    except (ValueError, LookupError) as fault:  # an encoding the parser does not know
        raise FileRefusedError.of("survey.structure_not_xml", place, reason=str(fault)) from None
    level, depth = [root], 0
    while level := [child for element in level for child in element]:
        depth += 1
        if depth > DEEPEST:
            raise FileRefusedError.of("survey.structure_too_deep", place)
    return root


def _check_parts(path: Path, content: bytes, *marks: bytes) -> None:
    for mark in marks:
        found = content.count(mark)
        limit = MOST_PARTS * 4 if mark == b'"' else MOST_PARTS  # a text has two of them
        if found > limit:
            raise FileRefusedError.of(
                "survey.structure_too_many_parts", Place(file=path.name), found=found, mark=mark.decode(), limit=limit
            )
