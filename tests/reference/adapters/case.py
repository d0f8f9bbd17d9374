"""A reference case, its files and its inputs; inputs remember which of them were read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

DESCRIPTIVE = {"note", "notes", "trap", "definitions", "pairwise_convention"}


class SkippedError(Exception):
    """The case cannot be run, for the reason given."""


@dataclass(frozen=True)
class NotACase:
    """A JSON file, or an entry of one, without inputs and expected values."""

    reason: str


@dataclass(frozen=True)
class BrokenFile:
    """A file that is not JSON."""

    reason: str


@dataclass
class Inputs:
    """The inputs of a case. An input nobody read means that the case asks for something the adapter does not know."""

    values: Mapping[str, Any]
    read: set[str] = field(default_factory=set)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __getitem__(self, key: str) -> Any:
        if key not in self.values:
            raise SkippedError(f"input '{key}' is not given")
        self.read.add(key)
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The input, or a default where it is absent."""
        return self[key] if key in self.values else default

    def choice(self, key: str, known: Mapping[str, T], default: str) -> T:
        """What an option stands for; case, spaces and underscores do not matter. Unknown options skip the case."""
        given = str(self.get(key, default))
        by_plain = {plain(name): value for name, value in known.items()}
        if plain(given) not in by_plain:
            raise SkippedError(f"option {key} = '{given}' is not known (known: {', '.join(known)})")
        return by_plain[plain(given)]

    @property
    def unread(self) -> list[str]:
        """Inputs that had no effect, apart from remarks."""
        return sorted(set(self.values) - self.read - DESCRIPTIVE)


@dataclass
class Case:
    """One reference case."""

    name: str
    topic: str
    method: str | None
    inputs: Inputs
    expected: Any
    tolerance: Any
    compare: str
    alternatives: Any
    data: str | None
    folder: Path
    data_folder: Path | None = None

    def frame(self) -> pd.DataFrame:
        """The data of the case; an empty cell is missing."""
        import pandas as pd

        name = self.data if self.data is not None else self.inputs.get("data")
        if not isinstance(name, str):
            raise SkippedError("the case names no data file")
        if "data" in self.inputs:
            self.inputs.read.add("data")
        places = [self.folder / name]
        if self.data_folder is not None:
            places += [self.data_folder / name, self.data_folder / Path(name).name]
        for place in places:
            if place.is_file():
                return pd.read_csv(place)
        found = sorted(self.data_folder.rglob(Path(name).name)) if self.data_folder is not None else []
        if found:
            return pd.read_csv(found[0])
        raise SkippedError(f"data file {name} is neither beside the case nor under --data")

    def columns(self, names: list[str]) -> pd.DataFrame:
        """Some columns of the data."""
        frame = self.frame()
        missing = [name for name in names if name not in frame.columns]
        if missing:
            raise SkippedError(f"the data have no column {', '.join(missing)}")
        return frame[names]


def plain(text: str) -> str:
    """Lower case without spaces, underscores and hyphens between words; minus signs between waves stay readable."""
    return text.lower().replace(" ", "").replace("_", "").replace("-", "")


def read_cases(path: Path) -> Iterator[Case | NotACase | BrokenFile]:
    """The cases of one file: a case, or a list of cases."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        yield BrokenFile(f"cannot be read as JSON: {error}")
        return
    for entry in content if isinstance(content, list) else [content]:
        if not (isinstance(entry, dict) and "expected" in entry and "topic" in entry):
            yield NotACase("not a reference case (no topic and expected values)")
            continue
        inputs = entry.get("inputs")
        yield Case(
            name=str(entry.get("case", path.stem)),
            topic=str(entry["topic"]),
            method=entry.get("method"),
            inputs=Inputs(inputs if isinstance(inputs, dict) else {}),
            expected=entry["expected"],
            tolerance=entry.get("tolerance", 1e-6),
            compare=str(entry.get("compare", "element-wise")),
            alternatives=entry.get("alternatives"),
            data=entry.get("data") if isinstance(entry.get("data"), str) else None,
            folder=path.parent,
        )
