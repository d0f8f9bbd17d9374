"""The files a study's channels name: data, mappings, orders, frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from survey.channels.mapping import ChannelMapping, read_channel_mapping
from survey.errors import Place, Problem, SatixError
from survey.study import Study

__all__ = ["channel_files", "channel_inputs"]

Lines = Mapping[tuple[str | int, ...], int]


def channel_files(study: Study) -> Iterator[tuple[str, int]]:
    """Every data file the channels read, once each, with the place of the channel that names it first."""
    seen: set[str] = set()
    for position, source in enumerate(study.channels):
        frame = source.frame.file if source.frame is not None else None
        orders = source.orders.file if source.orders is not None else None
        for name in (source.file, orders, frame):
            if name is not None and name not in seen:
                seen.add(name)
                yield name, position


def channel_inputs(
    study: Study, folder: Path, file: str, lines: Lines
) -> tuple[dict[str, ChannelMapping], list[Problem]]:
    """The mappings of all channels by name, and everything amiss with the files they name."""
    problems: list[Problem] = []
    for name, position in channel_files(study):
        place = Place(file=file, line=lines.get(("channels", position)))
        if not (folder / name).is_file():
            problems.append(Problem(code="satix.source_missing", place=place, fields={"file": name}))
        elif not (folder / name).resolve().is_relative_to(folder.resolve()):
            problems.append(Problem(code="survey.path_leaves_folder", place=place, fields={"path": name}))
    mappings: dict[str, ChannelMapping] = {}
    for position, source in enumerate(study.channels):
        place = Place(file=file, line=lines.get(("channels", position)))
        named: list[tuple[str, str]] = [(source.mapping, source.channel)]
        if source.orders is not None:
            named.append((source.orders.mapping, "orders"))
        if source.frame is not None and source.frame.mapping is not None:
            named.append((source.frame.mapping, "callback"))
        for name, wanted in named:
            if not (folder / name).resolve().is_relative_to(folder.resolve()):
                problems.append(Problem(code="survey.path_leaves_folder", place=place, fields={"path": name}))
                continue
            try:
                if name not in mappings:
                    mappings[name] = read_channel_mapping(folder / name)
            except SatixError as error:
                problems.extend(error.problems)
                continue
            if mappings[name].channel != wanted:
                fields = {"mapping": name, "found": mappings[name].channel, "expected": wanted}
                problems.append(Problem(code="satix.channel_mapping_other", place=place, fields=fields))
    return mappings, problems
