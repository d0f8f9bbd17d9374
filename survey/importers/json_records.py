"""Records in JSON: a list of objects, an object that holds one such list, or an object a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey.errors import Place, Problem, ResponseImportError
from survey.importers.cell_text import fold
from survey.importers.encodings import decode
from survey.importers.json_window import JsonWindow
from survey.importers.table_file import Table
from survey.importers.typed_cells import GrowingColumns, flattened, typed_table

__all__ = ["read_json_records"]

DEEPEST_LIST = 3
"""Objects inside one another in which a list of records is looked for."""
_FORM_KEYS = frozenset(
    {"survey", "choices", "settings", "children", "pages", "elements", "questions", "SurveyElements"}
    | {"$schema", "properties", "definitions"}
)
"""Under these keys a questionnaire keeps its questions, and a schema its definitions."""
_WRAPPINGS = frozenset(
    {"data", "result", "results", "response", "responses", "rows", "records", "items", "list", "entries", "answers"}
    | {"submissions", "content", "payload", "body", "values", "page", "d"}
)
"""Keys under which services send lists; a list deeper inside under other keys belongs to one record."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_json_records(path: Path, *, part: str | None = None, encoding: str | None = None) -> Table:
    """The records of a ``.json`` or ``.jsonl`` file that the guard has passed.

    Objects inside a record become columns ``outer/inner``, lists of scalars one cell (``a┋b``), lists of objects
    ``name[1]/key``. One object without a list of records is one record. The file is read record by record: what is
    held is the table, not the file.

    Parameters
    ----------
    part : the key of the list (``data/rows`` where it lies deeper), where the file holds several.
    encoding : UTF-8 or as the bytes show, where not given.

    Raises
    ------
    ResponseImportError
        The file is no JSON, holds no records, several lists of records, or a questionnaire; a record is too deep,
        too long or too wide.
    """
    spelling, reason = _encoding(path, encoding)
    table = _Records(path, spelling)
    with JsonWindow(path, spelling) as window:
        lines = path.suffix.lower() in {".jsonl", ".ndjson"} or _is_lines(window)
    if lines:
        table.take_lines()
    else:
        table.take_list(part)
    return typed_table(
        table.gathered,
        file=path.name,
        kind="json",
        rows=table.rows,
        part=table.part,
        other_parts=table.others,
        encoding=spelling,
        encoding_reason=reason,
    )


@dataclass(slots=True)
class _Records:
    path: Path
    encoding: str
    part: str | None = None
    others: Sequence[str] = ()
    rows: Sequence[int] = ()
    gathered: GrowingColumns = field(init=False)

    def __post_init__(self) -> None:
        self.gathered = GrowingColumns(place=Place(file=self.path.name))

    def take_lines(self) -> None:
        """Every line an object; a record's row is its line."""
        rows: list[int] = []
        with JsonWindow(self.path, self.encoding) as window:
            while window.peek():
                rows.append(window.line)
                self._take(window.value(), window.line)
        self.rows = rows

    def take_list(self, part: str | None) -> None:
        """The list of records; where there are several, the one asked for or the only one that is least deep."""
        with JsonWindow(self.path, self.encoding) as window:
            if window.peek() == "[":
                for number, record in enumerate(window.entries(), start=1):
                    self._take(record, number)
                window.ended()
                return
        found, keys = self._lists()
        self.part = self._chosen(found, keys, part)
        if self.part is None:
            with JsonWindow(self.path, self.encoding) as window:
                self._take(window.value(), 1)
            return
        self.others = tuple(name for name in found if name != self.part)
        with JsonWindow(self.path, self.encoding) as window:
            records = (entry for name, entry in _walk(window, "") if name == self.part and entry is not None)
            for number, record in enumerate(records, start=1):
                self._take(record, number)

    def _take(self, record: Any, number: int) -> None:
        place = Place(file=self.path.name, row=number)
        if not isinstance(record, dict):
            raise ResponseImportError.of("survey.record_is_no_object", place, found=type(record).__name__)
        self.gathered.take_records([flattened(record, place)])

    def _lists(self) -> tuple[dict[str, int], list[str]]:
        """Lists of objects with their lengths, and the keys of the whole."""
        counts: Counter[str] = Counter()
        keys: list[str] = []
        with JsonWindow(self.path, self.encoding) as window:
            if window.peek() != "{":
                raise ResponseImportError.of("survey.json_no_records", Place(file=self.path.name), keys="–")
            for name, record in _walk(window, "", keys):
                counts[name] += record is not None
            window.ended()
        return {name: count for name, count in counts.items() if count}, keys

    def _chosen(self, found: dict[str, int], keys: Sequence[str], part: str | None) -> str | None:
        """The list to read; None where the whole is one record."""
        place = Place(file=self.path.name)
        if part is not None:
            named = next((name for name in found if fold(name) == fold(part)), None)
            if named is None:
                raise ResponseImportError.of("survey.json_no_such_list", place, wanted=part, known=_listed(found))
            return named
        form = bool(set(keys) & _FORM_KEYS)
        answers = {name: n for name, n in found.items() if not _of_a_form(name) and _sent_as_list(name, within=form)}
        depths = [name.count("/") for name in answers]
        least = [name for name in answers if name.count("/") == min(depths)]
        if len(least) == 1:
            return least[0]
        if least:
            raise ResponseImportError.of(
                "survey.json_several_lists", place, known=_listed({k: found[k] for k in least})
            )
        if form or any(_of_a_form(name) for name in found):
            raise ResponseImportError.of("survey.json_is_a_form", place, keys=", ".join(keys[:8]))
        if not keys or all(key in _WRAPPINGS for key in keys):
            raise ResponseImportError.of("survey.json_no_records", place, keys=", ".join(keys[:8]) or "–")
        return None


def _walk(window: JsonWindow, within: str, keys: list[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Every object of every list of objects, with the path of the list; an empty list gives one None."""
    for key in window.members():
        if keys is not None:
            keys.append(key)
        name = f"{within}/{key}" if within else key
        match window.peek():
            case "{" if name.count("/") + 1 < DEEPEST_LIST:
                yield from _walk(window, name)
            case "[":
                yield name, None
                for entry in window.entries():
                    if isinstance(entry, dict):
                        yield name, entry
            case _:
                window.value()


def _of_a_form(name: str) -> bool:
    parts = name.split("/")
    return parts[0] in _FORM_KEYS or (len(parts) > 1 and parts[-1] in _FORM_KEYS)


def _sent_as_list(name: str, *, within: bool) -> bool:
    """Whether a list is what a service sends, not part of one record or (``within``) of a questionnaire."""
    parts = name.split("/")
    return (len(parts) == 1 and not within) or all(part in _WRAPPINGS for part in parts)


def _listed(found: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in list(found.items())[:10]) or "–"


def _is_lines(window: JsonWindow) -> bool:
    """Whether a second object follows the first; a first one too long for a record is none."""
    if window.peek() != "{":
        return False
    try:
        window.value()
        return window.peek() == "{"
    except ResponseImportError:
        return False


def _encoding(path: Path, declared: str | None) -> tuple[str, Problem]:
    """UTF-8 where the bytes are UTF-8 throughout; else what the usual trials find."""
    if declared is None:
        with path.open("rb") as stream:
            head = stream.read(4)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return encoding, Problem(code="survey.encoding_by_byte_order_mark", severity="note")
        try:
            with path.open(encoding="utf-8", newline="") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8", Problem(code="survey.encoding_by_strict_utf8", severity="note")
    decoded = decode(path.read_bytes(), file=path.name, declared=declared)
    return decoded.encoding, decoded.reason
