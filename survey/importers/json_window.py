"""JSON read value by value through a window on the file, so that a long list is never held as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, Self

from survey.errors import Place, ResponseImportError

__all__ = ["JsonWindow"]

LARGEST_VALUE = 4 * 1024 * 1024
"""Characters of one record; thousands of long answers fit into it."""
PIECE = 1 << 18
_BLANKS = re.compile(r"[ \t\n\r]*")


class JsonWindow:
    """A place in a JSON text, and what can be read from there."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.line = 1
        """The line of the next value, from 1; kept by :meth:`peek`."""
        self._text = ""
        self._at = 0
        self._over = False
        self._decoder = json.JSONDecoder(parse_constant=lambda _: None)
        self._stream = path.open(encoding=encoding, newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            end = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches anything
            self.line += self._text.count("\n", self._at, end)
            self._at = end
            if end < len(self._text):
                return self._text[end]
            if not self._more():
                return ""

    def value(self) -> Any:
        """The next value, whole.

        Raises
        ------
        ResponseImportError
            It is no JSON, is nested too deep, or is longer than a record may be.
        """
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as fault:
                if len(self._text) - self._at > LARGEST_VALUE:
                    self._refuse("record_too_long", limit=f"{LARGEST_VALUE / 1e6:.0f}")
                if not self._more():
                    self._broken(fault.msg)
                continue
            except RecursionError:
                self._refuse("json_too_deep")
            except ValueError as fault:  # a number with more digits than Python reads
                self._broken(str(fault))
            if end == len(self._text) and self._more():
                continue  # a number may go on
            if end - self._at > LARGEST_VALUE:
                self._refuse("record_too_long", limit=f"{LARGEST_VALUE / 1e6:.0f}")
            self.line += self._text.count("\n", self._at, end)
            self._at = end
            return value

    def entries(self) -> Iterator[Any]:
        """The entries of a list that begins here, one after the other."""
        self._expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self._either(",", "]") == "]":
                return

    def members(self) -> Iterator[str]:
        """The keys of an object that begins here; the value of each has to be read before the next key."""
        self._expect("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            key = self.value() if self.peek() == '"' else None
            if not isinstance(key, str):
                self._broken("a key in quotation marks is expected")
            self._expect(":")
            yield key
            if self._either(",", "}") == "}":
                return

    def ended(self) -> None:
        """Refuse anything that follows."""
        if self.peek():
            self._broken("the text goes on after its end")

    def _more(self) -> bool:
        """Take in a further piece; what was read is let go."""
        if self._over:
            return False
        try:
            piece = self._stream.read(max(PIECE, len(self._text) - self._at))
        except UnicodeError as fault:
            self._broken(str(fault.__class__.__name__))
        self._over = not piece
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)

    def _expect(self, mark: str) -> None:
        if self.peek() != mark:
            self._broken(f"{mark} is expected")
        self._at += 1

    def _either(self, one: str, other: str) -> str:
        found = self.peek()
        if found not in {one, other}:
            self._broken(f"{one} or {other} is expected")
        self._at += 1
        return found

    def _broken(self, reason: str) -> NoReturn:
        self._refuse("json_broken", reason=reason[:120])

    def _refuse(self, code: str, **fields: object) -> NoReturn:
        raise ResponseImportError.of(f"survey.{code}", Place(file=self.path.name, line=self.line), **fields)
