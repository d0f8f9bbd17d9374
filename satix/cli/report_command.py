"""``satix report``: reports anew from results.json, without touching an answer."""

from __future__ import annotations

from pathlib import Path

import click

from satix.cli.commands import Command
from satix.cli.language import say
from satix.cli.options import STUDY, command_help, language_option, study_argument

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "report",
        callback=report,
        params=[
            study_argument(),
            click.Option(["--output"], type=STUDY, default=None, help=say("option_report_output")),
            click.Option(
                ["--format", "formats"], type=click.Choice(["xlsx", "html"]), multiple=True, help=say("option_format")
            ),
            language_option(),
        ],
        help=command_help("report"),
        short_help=say("short_report"),
    )


def report(study: Path, output: Path | None, formats: tuple[str, ...], lang: str | None) -> None:
    """Render the reports of the last evaluation again, in other languages or formats."""
    from satix.pipeline import rewrite_reports

    for file in rewrite_reports(study, folder=output, formats=formats or None, language=lang):
        click.echo(f"  {file}")
