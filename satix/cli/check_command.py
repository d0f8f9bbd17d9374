"""``satix check``: a study and all it names, with every problem at once."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import command_help, language_option, study_argument

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "check",
        callback=check,
        params=[study_argument(), language_option()],
        help=command_help("check"),
        short_help=say("short_check"),
    )


def check(study: Path, lang: str | None) -> None:
    """Read definitions and data without evaluating; exit code 1 when something is at fault."""
    del lang  # read before the command runs, see satix.cli.language
    from satix.pipeline import check_study

    findings = check_study(study)
    for finding in findings:
        click.echo(finding.message(message_language()), err=finding.severity == "error")
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)
    click.echo(say("check_passed", study=study.name, notes=len(findings)))
