"""Files made to hurt, each with what has to come of it: the code of the refusal, or ``read``."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tests.survey.legacy_workbook import compound_file, workbook_stream

READ = "read"
TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = b"http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    b'<?xml version="1.0"?><workbook xmlns="' + MAIN + b'" xmlns:r="' + OFFICE + b'">'
    b'<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
ROOT_LINKS = (
    b'<?xml version="1.0"?><Relationships xmlns="' + PACKAGE + b'"><Relationship Id="rId1" Type="' + OFFICE + b"/"
    b'officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)
QUADRATIC = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"A" * 50_000 + b'">]>'
TABLE = b'<row r="1"><c r="A1" t="inlineStr"><is><t>q</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>'


@dataclass(frozen=True)
class Hostile:
    """How a file is made, under which name, what reads it, and the code it is refused with."""

    name: str
    file: str
    make: Callable[[], bytes]
    outcome: str
    reader: Literal["table", "questionnaire", "definition"] = "table"


def workbook(
    rows: bytes | Iterator[bytes] = TABLE, *, sheet: str = "worksheets/sheet1.xml", target: str = "", **parts: bytes
) -> bytes:
    """A workbook of one sheet; ``rows`` go into its ``sheetData`` as they stand, ``parts`` replace or add entries."""
    stream = io.BytesIO()
    links = (
        b'<?xml version="1.0"?><Relationships xmlns="' + PACKAGE + b'"><Relationship Id="rId1" Type="' + OFFICE + b"/"
        b'worksheet" Target="' + (target or sheet).encode() + b'"/><Relationship Id="rId2" Type="' + OFFICE + b"/"
        b'sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    entries = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT_LINKS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": links,
        **parts,
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        if f"xl/{sheet}" not in entries:
            with archive.open(f"xl/{sheet}", "w") as entry:
                entry.write(b'<?xml version="1.0"?><worksheet xmlns="' + MAIN + b'"><sheetData>')
                for piece in [rows] if isinstance(rows, bytes) else rows:
                    entry.write(piece)
                entry.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def strings(content: bytes, prolog: bytes = b"") -> dict[str, bytes]:
    """The table of shared strings as a part."""
    return {"xl/sharedStrings.xml": prolog + b'<sst xmlns="' + MAIN + b'">' + content + b"</sst>"}


def _text_of(size: int, piece: bytes = b"A" * 1_000_000) -> Iterator[bytes]:
    yield b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    for _ in range(size // len(piece)):
        yield piece
    yield b"</t></is></c></row>"


def _many_rows(n: int, cell: bytes) -> Iterator[bytes]:
    for start in range(1, n + 1, 10_000):
        rows = range(start, min(start + 10_000, n + 1))
        yield b"".join(
            b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%b</t></is></c></row>' % (r, r, cell) for r in rows
        )


def _without_references(rows: int, columns: int) -> Iterator[bytes]:
    """Cells that say nothing of where they are: the reader counts, and the last row says where it begins."""
    yield b'<row r="1">' + b"<c><v>1</v></c>" * columns + b"</row>"
    yield b'<row r="%d">' % rows + b"<c><v>1</v></c>" * columns + b"</row>"


def _zip(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def _lying() -> bytes:
    """A sheet of 60 MB that is said to have ten bytes, in its own header and in the directory."""
    content = workbook(_text_of(60_000_000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return content.replace(struct.pack("<I", real), struct.pack("<I", 10))


def _overlapping() -> bytes:
    """Several directory entries that all point to the one compressed stream."""
    size = 30_000_000
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = squeezed.compress(b" " * size) + squeezed.flush()
    crc = zlib.crc32(b" " * size)
    name = b"xl/worksheets/sheet1.xml"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(data), size, len(name), 0) + name
    content = local + data
    directory = b""
    names = [name, b"xl/workbook.xml", *(b"xl/worksheets/sheet%d.xml" % n for n in range(2, 40))]
    for other in names:
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            33,
            crc,
            len(data),
            size,
            len(other),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        directory += other
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(content), 0)
    return content + directory + end


def _gzip_bomb() -> bytes:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"1,2,3\n" * 100_000
    return b"".join([*(squeezed.compress(piece) for _ in range(1_000)), squeezed.flush()])


def _unused_texts() -> bytes:
    return workbook(**strings(b"".join(b"<si><t>%x</t></si>" % (n * 2654435761 % 2**32) for n in range(600_000))))


FEW = {(0, 0): "q1", (0, 1): "q2", (1, 0): 1.0, (1, 1): 2.0}
FAR = {(0, 0): "q1", (65_535, 255): 1.0}
CSV_HEAD = b"q1,q2\n1,2\n"

HOSTILE: tuple[Hostile, ...] = (
    Hostile(
        "external entity", "a.xlsx", lambda: workbook(**strings(b"<si><t>&a;</t></si>", ENTITY)), "archive_doctype"
    ),
    Hostile(
        "billion laughs", "a.xlsx", lambda: workbook(**strings(b"<si><t>&a9;</t></si>", LAUGHS)), "archive_doctype"
    ),
    Hostile("quadratic blow-up", "a.xlsx", lambda: workbook(**strings(b"&a;" * 50_000, QUADRATIC)), "archive_doctype"),
    Hostile("1 GB string in 1 MB", "a.xlsx", lambda: workbook(_text_of(1_000_000_000)), "archive_inflates"),
    Hostile(
        "two cells far apart",
        "a.xlsx",
        lambda: workbook(
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "sheet_extent",
    ),
    Hostile("million rows of 1 kB", "a.xlsx", lambda: workbook(_many_rows(1_000_000, b"x" * 1000)), "archive_inflates"),
    Hostile("truncated zip", "a.xlsx", lambda: workbook()[:-200], "archive_damaged"),
    Hostile(
        "cells without references", "a.xlsx", lambda: workbook(_without_references(1_000_000, 16_000)), "sheet_extent"
    ),
    Hostile(
        "sheet under another name",
        "a.xlsx",
        lambda: workbook(b'<row r="1"><c r="A1"/></row><row r="9"><c r="XFD1048576"/></row>', sheet="theme/theme1.dat"),
        "sheet_extent",
    ),
    Hostile(
        "reference behind a quotation",
        "a.xlsx",
        lambda: workbook(b'<row r="1"><c r="A1"><v>1</v></c><c s=">" r="XFD1048576"><v>1</v></c></row>'),
        "sheet_extent",
    ),
    Hostile("texts no cell shows", "a.xlsx", _unused_texts, "shared_strings"),
    Hostile("lying header", "a.xlsx", _lying, "archive_inflates"),
    Hostile("overlapping entries", "a.xlsx", _overlapping, "archive_inflates"),
    Hostile("path traversal", "a.xlsx", lambda: workbook(**{"../../etc/passwd": b"x"}), "archive_path"),
    Hostile("path traversal in a zip", "a.zip", lambda: _zip(("../../a.csv", CSV_HEAD)), "packed_not_one_table"),
    Hostile("nested zip", "a.zip", lambda: _zip(("a.csv", _zip(("b.csv", CSV_HEAD)))), "workbook_named_csv"),
    Hostile("zip of zips", "a.zip", lambda: _zip(("a.zip", _zip(("b.csv", CSV_HEAD)))), "packed_not_one_table"),
    Hostile("gzip bomb", "a.csv.gz", _gzip_bomb, "packed_inflates"),
    Hostile("truncated gzip", "a.csv.gz", lambda: gzip.compress(CSV_HEAD * 50)[:-20], "packed_damaged"),
    Hostile("legacy cells far apart", "a.xls", lambda: compound_file(workbook_stream(FAR)), "reader_crashed"),
    Hostile(
        "legacy directory in a circle",
        "a.xls",
        lambda: compound_file(workbook_stream(FEW), fat={1: 1}),
        "reader_crashed",
    ),
    Hostile(
        "legacy small sectors",
        "a.xls",
        lambda: compound_file(workbook_stream(FEW), header={60: 0, 64: 0xFFFFFFFF}),
        "workbook_unreadable",
    ),
    Hostile("NUL bytes", "a.csv", lambda: CSV_HEAD + b"3,\x00\n" + b"4,5\n" * 9, "csv_zero_bytes"),
    Hostile("cell of 90 MB", "a.csv", lambda: b"q1,q2\n1," + b"x" * 90_000_000 + b"\n", "csv_line_too_long"),
    Hostile(
        "quoted cell of 90 MB", "a.csv", lambda: b'q1,q2\n1,"' + b"xxxxxxx\n" * 11_000_000 + b'"\n', "csv_quote_open"
    ),
    Hostile("open quotation mark", "a.csv", lambda: b'q1,q2\n1,"2\n' + b"3,4\n" * 1000, "csv_quote_open"),
    Hostile("line of 50 MB", "a.csv", lambda: b"q1,q2\n" + b"1," * 25_000_000 + b"\n", "csv_line_too_long"),
    Hostile("line of 3 MB", "a.csv", lambda: b"q1,q2\n" + b"1," * 1_500_000 + b"\n", "columns_too_many"),
    Hostile("nothing but commas", "a.csv", lambda: (b"," * 16_000 + b"\n") * 5_000, "cells_too_many"),
    Hostile("nothing but line ends", "a.csv", lambda: b"q1\n" + b"\n" * 90_000_000, "rows_too_many"),
    Hostile("line ends in no encoding", "a.csv", lambda: b"q1\xff\x81\n" + b"\n" * 90_000_000, "encoding_unknown"),
    Hostile("binary", "a.csv", lambda: bytes(range(256)) * 100, "content_is_other"),
    Hostile("deep JSON", "a.json", lambda: b"[" * 5_000_000 + b"]" * 5_000_000, "json_too_deep"),
    Hostile(
        "deep JSON of a questionnaire",
        "a.qsf",
        lambda: b"[" * 500_000 + b"]" * 500_000,
        "structure_too_deep",
        "questionnaire",
    ),
    Hostile(
        "JSON of empty objects",
        "a.qsf",
        lambda: b"[" + b"{}," * 6_000_000 + b"{}]",
        "structure_too_many_parts",
        "questionnaire",
    ),
    Hostile("number of a million digits", "a.json", lambda: b'[{"q":' + b"9" * 1_000_000 + b"}]", "json_broken"),
    Hostile(
        "number of a million digits in a questionnaire",
        "a.qsf",
        lambda: b'{"q":' + b"9" * 1_000_000 + b"}",
        "structure_not_json",
        "questionnaire",
    ),
    Hostile(
        "external entity in XML",
        "a.lss",
        lambda: ENTITY + b"<document>&a;</document>",
        "structure_doctype",
        "questionnaire",
    ),
    Hostile(
        "billion laughs in XML",
        "a.lss",
        lambda: LAUGHS + b"<document>&a9;</document>",
        "structure_doctype",
        "questionnaire",
    ),
    Hostile("deep XML", "a.lss", lambda: b"<a>" * 290_000 + b"</a>" * 290_000, "structure_too_deep", "questionnaire"),
    Hostile(
        "XML of empty elements",
        "a.lss",
        lambda: b"<a>" + b"<b/>" * 5_000_000 + b"</a>",
        "structure_too_many_parts",
        "questionnaire",
    ),
    Hostile(
        "YAML that doubles",
        "a.yaml",
        lambda: b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
        "yaml_alias",
        "definition",
    ),
    Hostile("deep YAML", "a.yaml", lambda: b"[" * 100_000, "yaml_too_deep", "definition"),
    Hostile(
        "formula cells",
        "a.xlsx",
        lambda: workbook(TABLE + b'<row r="3"><c r="A3" t="str"><f>cmd|\'/c calc\'!A1</f><v>=1+1</v></c></row>'),
        READ,
    ),
    Hostile(
        "10 000 columns",
        "a.csv",
        lambda: b",".join(b"q%d" % n for n in range(10_000)) + b"\n" + b"1," * 9_999 + b"1\n",
        READ,
    ),
    Hostile("mixed encodings", "a.csv", lambda: "q1,q2\n很满意,1\n".encode() + "不满意,2\n".encode("gb18030"), READ),
    Hostile("UTF-16 without a mark", "a.csv", lambda: "q1,q2\n1,2\n3,4\n".encode("utf-16-le"), READ),
)
