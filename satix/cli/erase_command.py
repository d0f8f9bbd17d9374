"""``satix erase``: take a person out of a study."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import command_help, language_option, study_argument

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "erase",
        callback=erase,
        params=[
            study_argument(),
            click.Option(["--respondent"], required=True, help=say("option_respondent")),
            click.Option(["--dry-run"], is_flag=True, help=say("option_dry_run")),
            click.Option(["--yes"], is_flag=True, help=say("option_yes")),
            language_option(),
        ],
        help=command_help("erase"),
        short_help=say("short_erase"),
    )


def erase(study: Path, respondent: str, dry_run: bool, yes: bool, lang: str | None) -> None:
    """Find a person, ask, enter the erasure and write the results anew."""
    del lang
    from satix.cli.progress import progress_bar
    from satix.erasure import carry_out, done_lines, found_lines, plan_erasure
    from satix.project import load_study

    if respondent == "-":
        respondent = sys.stdin.readline()
        yes = yes or dry_run
        if not yes:
            raise click.UsageError(say("erase_stdin_needs_yes"), click.get_current_context())
    language = message_language()
    planned = plan_erasure(load_study(study), respondent, make_key=not dry_run)
    for line in found_lines(planned, language):
        click.echo(line)
    if dry_run:
        click.echo(say("erase_dry_run"))
        return
    if not yes and not click.confirm(say("erase_confirm"), default=False):
        click.echo(say("erase_left_alone"))
        raise click.exceptions.Exit(1)
    with progress_bar() as progress:
        files = carry_out(planned, progress=progress)
    for line in done_lines(planned, files, language):
        click.echo(line)
