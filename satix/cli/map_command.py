"""``satix map``: propose which column answers which question."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option, study_argument

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "map",
        callback=map_sources,
        params=[
            study_argument(),
            click.Argument(["files"], type=STUDY, nargs=-1),
            click.Option(["--database"], default=None, help=say("option_database")),
            click.Option(["--query"], default=None, help=say("option_map_query")),
            click.Option(["--wave"], default=None, help=say("option_wave")),
            click.Option(["--replace"], is_flag=True, help=say("option_replace")),
            language_option(),
        ],
        help=command_help("map"),
        short_help=say("short_map"),
    )


def map_sources(
    study: Path,
    files: tuple[Path, ...],
    database: str | None,
    query: str | None,
    wave: str | None,
    replace: bool,
    lang: str | None,
) -> None:
    """Propose mappings for sources that have none, write them and enter the sources in the study."""
    del lang
    from satix.mapping_proposals import propose_for_study

    for line in propose_for_study(
        study, files, wave=wave, replace=replace, database=database, query=query, language=message_language()
    ):
        click.echo(line)
