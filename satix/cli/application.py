"""The commands, put together."""

from __future__ import annotations

import click

from satix import __version__
from satix.cli import (
    check_command,
    demo_command,
    erase_command,
    evaluate_command,
    import_command,
    instruments_command,
    map_command,
    new_command,
    plan_command,
    report_command,
)
from satix.cli.commands import Group
from satix.cli.language import say
from satix.cli.options import language_option

__all__ = ["application"]


def application() -> click.Command:
    """The command line; building it imports nothing heavy."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    group = Group(name="satix", help=say("help_satix"), params=[language_option(kept=False)], context_settings=settings)
    click.version_option(__version__, prog_name="satix", message="%(prog)s %(version)s", help=say("help_version"))(
        group
    )
    for module in (
        demo_command,
        new_command,
        plan_command,
        instruments_command,
        map_command,
        check_command,
        import_command,
        evaluate_command,
        report_command,
        erase_command,
    ):
        group.add_command(module.build())
    return group
