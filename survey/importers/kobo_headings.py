"""Headings of KoboToolbox and ODK exports: paths of groups, repeats, options of a select_multiple, places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.importers.cell_text import fold
from survey.importers.column_words import PlatformField, platform_fields, word_list

__all__ = ["KoboHeading", "kobo_headings", "separator_of"]

_INSTANCE = re.compile(r"(?P<name>.+?)\[(?P<number>[0-9]{1,6})\]")
_META = re.compile(r"meta(?P<separator>[/.:-])instance(?:ID|Name)")


@dataclass(frozen=True, slots=True, kw_only=True)
class KoboHeading:
    """What one heading says.

    ``path`` are the groups before the ``name``; ``instances`` the repeats it stands in, as name and number.
    ``joined`` is the place of the column that holds all chosen options, where this one is a split of it;
    ``spot`` the name of the place (geopoint) it belongs to.
    """

    path: tuple[str, ...] = ()
    name: str = ""
    field: PlatformField | None = None
    instances: tuple[tuple[str, int], ...] = ()
    joined: int | None = None
    spot: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Names the question may have in a form: qualified by its group where that repeats a name, else its own."""
        inner = [part for part in self.path if part]
        qualified = [f"{inner[-1]}_{self.name}"] if inner else []
        return (*qualified, self.name)


def separator_of(headings: Sequence[str]) -> str | None:
    """What stands between groups and names: what ``meta`` is followed by, else a stroke; None without groups."""
    for text in headings:
        if found := _META.fullmatch(text.strip()):
            return found["separator"]
    return "/" if any("/" in text for text in headings) else None


def kobo_headings(texts: Sequence[str]) -> tuple[KoboHeading, ...]:
    """Take headings apart; splits of a select_multiple and the parts of a place know what they belong to."""
    separator = separator_of(texts)
    known = {text.strip(): place for place, text in enumerate(texts) if text.strip()}
    found: list[KoboHeading] = []
    for text in texts:
        bare = text.strip()
        field = _field(bare, separator)
        if field is not None:
            found.append(KoboHeading(name=bare, field=field))
            continue
        path, name = _path(bare, separator)
        before, stroke, _ = bare.rpartition("/")
        joined = known.get(before) if stroke else None
        instances: list[tuple[str, int]] = []
        groups: list[str] = []
        for part in path:
            counted = _INSTANCE.fullmatch(part)
            if counted:
                instances.append((counted["name"], int(counted["number"])))
            before_that = groups[-1] if groups else None
            groups.append(counted["name"] if counted else part)
            if not counted and part == before_that and instances:
                groups.pop()  # JSON repeats the path of the repeat inside each of its records
        found.append(
            KoboHeading(
                path=tuple(groups),
                name=name,
                instances=tuple(instances),
                joined=joined,
                spot=_spot(path, name, separator, known),
            )
        )
    return tuple(found)


def _field(bare: str, separator: str | None) -> PlatformField | None:
    """The platform's own column a heading names, also inside ``meta`` or as a part of it (``_geolocation/0``)."""
    fields = platform_fields("kobo")
    if re.match(r"meta[/.:-]", bare):
        return fields.get(fold(bare)) or fields.get(fold(bare.rsplit(separator or "/", 1)[-1]))
    outer = re.split(r"[/\[]", bare, maxsplit=1)[0]
    field = fields.get(fold(bare)) or (fields.get(fold(outer)) if outer.startswith("_") else None)
    return replace(field, name=bare, typical=False) if field is not None and fold(bare) != fold(outer) else field


def _path(bare: str, separator: str | None) -> tuple[list[str], str]:
    """Groups and name. Option splits are set off by a stroke whatever divides groups."""
    before, stroke, option = bare.rpartition("/")
    if separator is None or separator not in bare:
        return ([before], option) if stroke and before else ([], bare)
    if separator == "/":
        *path, name = bare.split("/")
        return path, name
    stem, slash, option = bare.partition("/")
    *path, name = [part for part in stem.split(separator) if part] or [stem]
    return ([*path, name], option) if slash else (path, name)


def _spot(path: Sequence[str], name: str, separator: str | None, known: dict[str, int]) -> str | None:
    """The geopoint of ``_gps_latitude`` (KoboToolbox) or ``gps-Latitude`` (Central); the geopoint itself, too."""
    joint = separator or "/"
    ends = word_list("kobo", "place")
    prefix = f"{joint.join(path)}{joint}" if path else ""
    for end in ends:
        if name.startswith("_") and fold(name).endswith(f"_{end}"):
            return f"{prefix}{name[1 : -len(end) - 1]}"
    if fold(name) in {*ends, "accuracy"} and path:
        siblings = {fold(text.rsplit(joint, 1)[-1]) for text in known if text.startswith(prefix)}
        if {"latitude", "longitude"} <= siblings:
            return joint.join(path)
    if f"{prefix}_{name}_latitude" in known and f"{prefix}_{name}_longitude" in known:
        return f"{prefix}{name}"
    return None
