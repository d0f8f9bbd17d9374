"""``satix evaluate``: from study file to reports."""

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
        "evaluate",
        callback=evaluate,
        params=[
            study_argument(),
            click.Option(["--output"], type=STUDY, default=None, help=say("option_output")),
            language_option(),
        ],
        help=command_help("evaluate"),
        short_help=say("short_evaluate"),
    )


def evaluate(study: Path, output: Path | None, lang: str | None) -> None:
    """Evaluate a study, write its reports and print a one-screen summary."""
    from satix.cli.progress import progress_bar
    from satix.cli.summary import summary_lines
    from satix.pipeline import evaluate_to_folder, report_languages
    from satix.project import load_study

    project = load_study(study)
    with progress_bar() as progress:
        written = evaluate_to_folder(
            project, output=output, languages=report_languages(lang, project.study), progress=progress
        )
    for line in summary_lines(written.results):
        click.echo(line)
    click.echo()
    for file in written.files:
        click.echo(f"  {file}")
