"""``satix demo``: the example studies, evaluated."""

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
        "demo",
        callback=demo,
        params=[
            click.Argument(["folder"], type=STUDY, default=Path("satix-demo"), required=False),
            language_option(),
        ],
        help=command_help("demo"),
        short_help=say("short_demo"),
    )


def demo(folder: Path, lang: str | None) -> None:
    """Copy the example studies into a folder, evaluate them, and say where the reports are."""
    from satix.cli.progress import progress_bar
    from satix.cli.summary import summary_lines
    from satix.demo import copy_examples
    from satix.pipeline import evaluate_to_folder, report_languages
    from satix.project import load_study

    for study in copy_examples(folder):
        project = load_study(study)
        with progress_bar() as progress:
            written = evaluate_to_folder(project, languages=report_languages(lang, project.study), progress=progress)
        click.echo()
        for line in summary_lines(written.results):
            click.echo(line)
        for file in written.files:
            if file.suffix in {".xlsx", ".html"}:
                click.echo(f"  {file}")
