"""``satix new``: a study folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import say
from satix.cli.options import STUDY, command_help, language_option

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "new",
        callback=new,
        params=[
            click.Argument(["folder"], type=STUDY),
            click.Option(["--instrument"], required=True, help=say("option_instrument")),
            click.Option(["--wave"], default="wave1", show_default=True, help=say("option_first_wave")),
            language_option(),
        ],
        help=command_help("new"),
        short_help=say("short_new"),
    )


def new(folder: Path, instrument: str, wave: str, lang: str | None) -> None:
    """Create the folder with a commented study file; an existing study is never overwritten."""
    del lang
    from satix.new_study import create_study

    study = create_study(folder, instrument=instrument, wave=wave)
    click.echo(say("new_done", folder=str(folder), study=str(study)))
