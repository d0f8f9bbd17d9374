"""Ways of damaging a file: bytes, words of its format, and entries inside archives whose checksums stay right."""

from __future__ import annotations

import copy
import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

WORDS = (
    b"", b"\0", b"\xff", b"\xff\xfe", b'"', b'""', b"'", b",", b";", b"\n", b"\r", b"\t", b"<", b">", b"&", b"&x;",
    b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"null", b"true", b"NaN", b"1e999", b"-1e999", b"1" * 400, b"-0", b"0x10",
    b"{", b"}", b"[", b"]", b"[]", b"{}", b"[" * 300, b"{" * 300, b"- " * 60, b"&a", b"*a", b"!!python/none ", b"? ",
    b"|", b">-", b"%", b"#", b"\xe3\x80\x96", b"\xe2\x94\x8b", b"\xe2\x86\x92", b"\xef\xbc\x91", b"\xed\xa0\x80",
    b"\xe2\x80\x8b", b"=cmd|' /C calc'!A0", b"(\xe8\xb7\xb3\xe8\xbf\x87)", b"-3", b"-2", b"65536", b"2147483648",
    b"18446744073709551616", b"1900-02-30", b"9999-99-99", b"99:99:99", b"{" + b'"a":' * 50, b"select_multiple ",
    b"${q1}", b"${", b"selected(", b"((((", b"or other", b"{q1} = ", b"not " * 50, b"A1", b"r=\"XFD1048576\"",
)  # fmt: skip
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**30, "", "x", "\u0000", "\ud800", "１", "a" * 5000, [], {}, [[]], [None],
    {"a": None}, {"": ""}, {"en": {"x": []}}, [1, [2, [3]]], "{q1}", "${q1}", "[q1] = ", "QID1", "<b>", "1e999",
)  # fmt: skip


def damaged(content: bytes, file: str, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """One to six kinds of damage, where possible inside what the file packs."""
    inner = chance.random() < 0.75
    if inner and content[:2] == b"PK":
        return _inside_archive(content, chance, others)
    if inner and content[:2] == b"\x1f\x8b":
        return gzip.compress(_bytes(gzip.decompress(content), chance, others), 1, mtime=0)
    if inner and file.endswith((".json", ".jsonl", ".qsf")):
        return _inside_json(content, chance)
    return _bytes(content, chance, others)


def _bytes(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        chance.choice(KINDS)(data, chance, others)
    return bytes(data[:300_000])


def _flip(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _byte(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def _number(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    if len(data) > 8:
        form = chance.choice(("<B", "<H", "<I", "<Q", ">I", ">H"))
        at = chance.randrange(len(data) - 8)
        number = chance.choice(NUMBERS) & ((1 << 8 * struct.calcsize(form)) - 1)
        data[at : at + struct.calcsize(form)] = struct.pack(form, number)


def _word(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at : at + chance.choice((0, 0, 1, 4, 20))] = chance.choice(WORDS)


def _cut(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 4, 40, 400, len(data)))]


def _again(data: bytearray, chance: random.Random, _others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.choice((1, 8, 64, 512))]
    data[at:at] = piece * chance.choice((1, 2, 50))


def _splice(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    other = chance.choice(others)
    start = chance.randrange(len(other) + 1)
    at = chance.randrange(len(data) + 1)
    data[at:at] = other[start : start + chance.choice((4, 64, 512))]


KINDS: tuple[Callable[[bytearray, random.Random, Sequence[bytes]], None], ...] = (
    _flip, _byte, _number, _word, _word, _word, _cut, _again, _splice,
)  # fmt: skip


def _inside_archive(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Damage one entry (most often the sheet or the texts) and write the archive anew."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as written:
        names = archive.namelist()
        likely = [name for name in names if "sheet" in name.lower() or "strings" in name.lower()] or names
        chosen = chance.choice(likely if chance.random() < 0.7 else names)
        for name in names:
            data = archive.read(name)
            written.writestr(zipfile.ZipInfo(name), _bytes(data, chance, others) if name == chosen else data)
    return stream.getvalue()


def _inside_json(content: bytes, chance: random.Random) -> bytes:
    """Replace, remove or repeat values of the parsed content."""
    lines = content.split(b"\n") if content.count(b"\n") > 1 else [content]
    at = chance.randrange(len(lines))
    parsed = json.loads(lines[at])
    for _ in range(chance.choice((1, 1, 2, 5))):
        _change(parsed, chance)
    lines[at] = json.dumps(parsed, ensure_ascii=True).encode()
    return b"\n".join(lines)


def _change(value: Any, chance: random.Random) -> None:
    while isinstance(value, dict | list) and value:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if isinstance(value[key], dict | list) and value[key] and chance.random() < 0.8:
            value = value[key]
            continue
        match chance.randrange(5):
            case 0:
                del value[key]
            case 1 if isinstance(value, dict):
                value[chance.choice(("", "type", "name", "choices", "Payload", "x" * 300))] = copy.deepcopy(value[key])
            case 2 if isinstance(value, list):
                value.extend(copy.deepcopy(value) * chance.choice((1, 20)))
            case 3:
                value[key] = {"a": value[key]} if chance.random() < 0.5 else [value[key]]
            case _:
                value[key] = copy.deepcopy(chance.choice(VALUES))
        return
