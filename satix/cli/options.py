"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from satix.cli.language import say

__all__ = ["STUDY", "command_help", "language_option", "study_argument"]

STUDY = click.Path(path_type=Path)


def command_help(name: str) -> str:
    """The help text of a command: what it does, then an example kept line by line."""
    return f"{say(f'help_{name}')}\n\n\b\n{say('example')}\n{say(f'example_{name}').rstrip()}"


def study_argument() -> Any:
    """The study file or folder."""
    return click.Argument(["study"], type=STUDY, default=Path("study.yaml"), required=False)


def language_option(*, kept: bool = True) -> Any:
    """``--lang zh|en|both``: the language of messages, and of what the command writes.

    ``kept`` hands the value to the command; the language of messages is read before commands run.
    """
    choices = click.Choice(["zh", "en", "both"])
    return click.Option(["--lang"], type=choices, default=None, expose_value=kept, help=say("option_lang"))
