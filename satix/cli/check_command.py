"""``satix check``: a study and all it names, with every problem at once."""

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
        "check",
        callback=check,
        params=[
            study_argument(),
            click.Option(["--flags"], type=STUDY, default=None, metavar="FILE", help=say("option_flags")),
            language_option(),
        ],
        help=command_help("check"),
        short_help=say("short_check"),
    )


def check(study: Path, flags: Path | None, lang: str | None) -> None:
    """Read definitions and data without evaluating; exit code 1 when something is at fault.

    With ``--flags`` every response is screened, and its flags and measures are written to a table.
    """
    del lang  # read before the command runs, see satix.cli.language
    from satix.pipeline import check_study

    findings = check_study(study, flags=flags)
    for finding in findings:
        click.echo(finding.message(message_language()), err=finding.severity == "error")
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)
    click.echo(say("check_passed", study=study.name, notes=len(findings)))
    if flags is not None:
        click.echo(say("flags_written", file=str(flags)))
