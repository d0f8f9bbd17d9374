"""``satix import``: what a file is, how it would be read, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "import",
        callback=import_file,
        params=[
            click.Argument(["file"], type=STUDY),
            click.Option(["--instrument"], default=None, help=say("option_instrument")),
            click.Option(["--mapping"], type=STUDY, default=None, help=say("option_mapping")),
            click.Option(["--wave"], default=None, help=say("option_import_wave")),
            click.Option(["--to"], type=STUDY, default=None, help=say("option_to")),
            language_option(),
        ],
        help=command_help("import"),
        short_help=say("short_import"),
    )


def import_file(
    file: Path, instrument: str | None, mapping: Path | None, wave: str | None, to: Path | None, lang: str | None
) -> None:
    """Detect, read and report; with ``--to`` write the answers as a long table."""
    del lang
    from satix.importing import describe_import

    for line in describe_import(
        file, instrument=instrument, mapping=mapping, wave=wave, to=to, language=message_language()
    ):
        click.echo(line)
