"""What platforms call the columns they add themselves: word lists kept as data, one file per platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from survey.importers.cell_text import fold
from survey.importers.mapping import ColumnRole

__all__ = ["PlatformField", "platform_fields", "word_list"]


@dataclass(frozen=True, slots=True)
class PlatformField:
    """One column a platform adds: its name in our lists, the role it has, whether it is typical of the platform."""

    name: str
    role: ColumnRole
    typical: bool = False


@cache
def _file(platform: str) -> Mapping[str, object]:
    import yaml

    text = (resources.files("survey.importers") / f"{platform}_columns.yaml").read_text(encoding="utf-8")
    content: dict[str, object] = yaml.safe_load(text)
    return content


@cache
def platform_fields(platform: str) -> Mapping[str, PlatformField]:
    """Folded heading to field, from the ``fields`` of ``<platform>_columns.yaml``; underscores count as blanks too."""
    fields = _file(platform)["fields"]
    found: dict[str, PlatformField] = {}
    for name, entry in fields.items():  # type: ignore[attr-defined]  # a mapping by the format of the file
        field = PlatformField(name, entry["role"], bool(entry.get("typical", False)))
        for word in (name, *entry.get("words", ())):
            found.setdefault(fold(str(word)), field)
    return found


@cache
def word_list(platform: str, name: str) -> Sequence[str]:
    """The folded words of another list of the same file."""
    words = _file(platform)[name]
    return tuple(fold(str(word)) for word in words)  # type: ignore[attr-defined]
