"""Entries added to the text of a study file, so that its comments and layout stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from survey.errors import Place, StudyError

__all__ = ["Entry", "appended", "not_extended"]

Entry = Mapping[str, object]
"""An item of a list of the study file."""


def not_extended(key: str, entry: Entry, file: str) -> StudyError:
    """The error of a study file whose text does not lend itself to an entry; it says what to enter by hand."""
    return StudyError.of("satix.study_not_extended", Place(file=file), key=key, entry=_flow(entry))


def _flow(entry: Entry) -> str:
    import yaml

    dumped: str = yaml.safe_dump(dict(entry), allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6)
    return f"- {dumped.strip()}"


def appended(text: str, key: str, entry: Entry, file: str) -> str:
    """The text with ``entry`` as last item of the top-level list ``key``, which is written one entry a line."""
    line = f"  {_flow(entry)}"
    lines = text.split("\n")
    starts = [n for n, row in enumerate(lines) if row.split(":")[0].strip("'\" ") == key and not row.startswith(" ")]
    if not starts:
        return text.rstrip("\n") + f"\n{key}:\n{line}\n"
    start = starts[0]
    inline = lines[start].partition(":")[2].split("#")[0].strip()
    if inline.replace(" ", "") == "[]":
        lines[start] = f"{key}:"
        return "\n".join([*lines[: start + 1], line, *lines[start + 1 :]])
    if inline:
        raise not_extended(key, entry, file)
    last = end = start
    while end + 1 < len(lines) and (not lines[end + 1].strip() or lines[end + 1][:1] in {" ", "-", "#"}):
        end += 1
        if lines[end][:1] in {" ", "-"} and lines[end].strip() and not lines[end].lstrip().startswith("#"):
            last = end
    first = lines[start + 1] if last > start else line
    indent = next((row for row in lines[start + 1 : last + 1] if row.lstrip().startswith("-")), first)
    depth = len(indent) - len(indent.lstrip())
    return "\n".join([*lines[: last + 1], " " * depth + line.strip(), *lines[last + 1 :]])
