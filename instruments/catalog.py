"""The shipped instruments: list them, find one by id and version, check that its languages are complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel

from survey.definition_files import read_yaml
from survey.errors import InstrumentError, Place
from survey.instrument import Instrument, read_instrument
from survey.texts import Text

__all__ = ["CatalogEntry", "MissingWording", "list_instruments", "load_instrument", "missing_languages"]

DEFINITION_SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """A shipped instrument: what it is called and where its definition lies."""

    instrument: str
    version: str
    title: Text
    languages: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingWording:
    """A wording without all languages of its instrument: where it stands and what it lacks."""

    place: str
    languages: tuple[str, ...]


def list_instruments() -> tuple[CatalogEntry, ...]:
    """The shipped instruments, by id and then by version, oldest first."""
    return _entries(Path(str(resources.files("instruments") / "library")))


@cache
def _entries(folder: Path) -> tuple[CatalogEntry, ...]:
    entries = []
    for path in sorted(folder.glob("*.yaml")):
        content, _ = read_yaml(path, error=InstrumentError)
        entries.append(
            CatalogEntry(
                instrument=str(content["instrument"]),
                version=str(content["version"]),
                title=Text.model_validate(content["title"]),
                languages=tuple(content["languages"]),
                path=path,
            )
        )
    return tuple(sorted(entries, key=lambda entry: (entry.instrument, _version_order(entry.version))))


def _version_order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def load_instrument(id_or_path: str | Path, version: str | None = None) -> Instrument:
    """Read an instrument by the id of a shipped one or by the path of a definition.

    A :class:`~pathlib.Path`, or a text ending in ``.yaml`` or ``.yml``, is a path; any other text is
    an id. Without ``version`` the newest shipped version is read; a definition read by path must
    have that version when one is named.

    Raises
    ------
    InstrumentError
        The id or version is unknown (the message lists those that are known and the nearest ids),
        or the definition is at fault.
    """
    if isinstance(id_or_path, Path) or Path(id_or_path).suffix.lower() in DEFINITION_SUFFIXES:
        path = Path(id_or_path)
        instrument = read_instrument(path)
        if version is not None and instrument.version != version:
            raise InstrumentError.of(
                "instruments.version_differs",
                Place(file=path.name),
                instrument=instrument.instrument,
                found=instrument.version,
                expected=version,
            )
        return instrument
    entries = list_instruments()
    same_id = [entry for entry in entries if entry.instrument == id_or_path]
    if not same_id:
        known = sorted({entry.instrument for entry in entries})
        near = get_close_matches(id_or_path.replace("-", "_").lower(), known, n=3, cutoff=0.75)
        raise InstrumentError.of(
            "instruments.unknown_id_near" if near else "instruments.unknown_id",
            found=id_or_path,
            known=", ".join(known),
            near=", ".join(near),
        )
    matching = [entry for entry in same_id if version is None or entry.version == version]
    if not matching:
        raise InstrumentError.of(
            "instruments.unknown_version",
            instrument=id_or_path,
            found=version,
            known=", ".join(entry.version for entry in same_id),
        )
    return read_instrument(matching[-1].path)


def missing_languages(instrument: Instrument) -> tuple[MissingWording, ...]:
    """Every wording that lacks one of the instrument's languages; empty when it is complete.

    A wording that serves every language (a plain string) lacks none. Only declared wordings count:
    a scale point without a label of its own shows its number.
    """
    wanted = instrument.languages
    found = []
    for place, text in _texts(instrument, ""):
        given = text.languages()
        lacking = () if given is None else tuple(language for language in wanted if language not in given)
        if lacking:
            found.append(MissingWording(place=place, languages=lacking))
    return tuple(found)


def _texts(value: object, place: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _texts(entry, f"{place}.{key}")
    elif isinstance(value, tuple):
        for entry in value:
            yield from _texts(entry, f"{place}[{getattr(entry, 'code', None) or value.index(entry) + 1}]")
