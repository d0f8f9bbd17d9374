"""``satix new``: a study folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command, WrongUseError
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "new",
        callback=new,
        params=[
            click.Argument(["folder"], type=STUDY),
            click.Option(["--instrument"], default=None, help=say("option_instrument")),
            click.Option(["--from", "export"], type=STUDY, default=None, help=say("option_from")),
            click.Option(["--platform"], default=None, help=say("option_platform")),
            click.Option(["--codebook"], type=STUDY, default=None, help=say("option_codebook")),
            click.Option(["--wave"], default="wave1", show_default=True, help=say("option_first_wave")),
            language_option(),
        ],
        help=command_help("new"),
        short_help=say("short_new"),
    )


def new(
    folder: Path,
    instrument: str | None,
    export: Path | None,
    platform: str | None,
    codebook: Path | None,
    wave: str,
    lang: str | None,
) -> None:
    """Create the folder with a commented study file; an existing study is never overwritten."""
    del lang
    from satix.mapping_remarks import privacy_remarks
    from satix.new_study import create_study, study_from_export
    from satix.pasted import pasted

    if (instrument is None) == (export is None):
        raise WrongUseError(say("new_needs_one"), click.get_current_context(silent=True))
    if instrument is not None:
        study = create_study(folder, instrument=instrument, wave=wave)
        click.echo(say("new_done", folder=str(folder), study=pasted(str(study))))
    elif export is not None:
        study, draft = study_from_export(folder, export, platform=platform, codebook=codebook, wave=wave)
        for remark in draft.remarks:
            click.echo(remark.message(message_language()))
        for line in privacy_remarks(draft.mapping, draft.table, message_language()):
            click.echo(line)
        click.echo(say("new_from_done", questions=len(draft.questions), folder=str(folder), study=pasted(str(study))))
