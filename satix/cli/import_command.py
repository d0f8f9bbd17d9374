"""``satix import``: what a file is, how it would be read, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option

__all__ = ["build"]

CHANNELS = (
    "order_review",
    "ticket",
    "chat",
    "callback",
    "social_post",
    "mystery_visit",
    "interview",
    "kpi",
    "aggregate",
    "orders",
)


def build() -> click.Command:
    """The command."""
    return Command(
        "import",
        callback=import_file,
        params=[
            click.Argument(["source"], metavar="FILE"),
            click.Option(["--platform"], default=None, help=say("option_platform")),
            click.Option(["--sheet"], default=None, help=say("option_sheet")),
            click.Option(["--query"], default=None, help=say("option_query")),
            click.Option(["--channel"], type=click.Choice(CHANNELS), default=None, help=say("option_channel")),
            click.Option(["--codebook"], type=STUDY, default=None, help=say("option_codebook")),
            click.Option(["--draft"], type=STUDY, default=None, help=say("option_draft")),
            click.Option(["--instrument"], default=None, help=say("option_instrument")),
            click.Option(["--save-mapping"], type=STUDY, default=None, help=say("option_save_mapping")),
            click.Option(["--mapping"], type=STUDY, default=None, help=say("option_mapping")),
            click.Option(["--wave"], default=None, help=say("option_import_wave")),
            click.Option(["--to"], type=STUDY, default=None, help=say("option_to")),
            click.Option(["--replace"], is_flag=True, help=say("option_replace_file")),
            language_option(),
        ],
        help=command_help("import"),
        short_help=say("short_import"),
    )


def import_file(source: str, lang: str | None, **asked: Any) -> None:
    """Detect, read and report; drafts, mappings and long tables are written where a file is named for them."""
    del lang
    from satix.export_drafts import ImportRequest
    from satix.importing import describe_import

    paths = {name: Path(asked[name]) for name in ("codebook", "draft", "mapping", "save_mapping", "to") if asked[name]}
    for line in describe_import(ImportRequest(**{**asked, **paths}, source=source), language=message_language()):
        click.echo(line)
