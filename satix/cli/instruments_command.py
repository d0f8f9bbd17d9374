"""``satix instruments``: what is on the shelf, and what an instrument asks."""

from __future__ import annotations

import click

from satix.cli.commands import Command, Group
from satix.cli.language import message_language, say
from satix.cli.options import command_help, language_option

__all__ = ["build"]


def build() -> click.Command:
    """The command group; without a subcommand it lists."""
    group = Group(
        "instruments",
        callback=list_all,
        invoke_without_command=True,
        params=[language_option()],
        help=command_help("instruments"),
        short_help=say("short_instruments"),
    )
    group.add_command(
        Command(
            "show",
            callback=show,
            params=[click.Argument(["instrument"]), language_option()],
            help=command_help("instruments_show"),
            short_help=say("short_instruments_show"),
        )
    )
    return group


@click.pass_context
def list_all(context: click.Context, lang: str | None) -> None:
    """One line per instrument."""
    del lang
    if context.invoked_subcommand is not None:
        return
    from instruments.catalog import list_instruments

    language = message_language()
    for entry in list_instruments():
        click.echo(f"{entry.instrument:<20} {entry.version:<8} {entry.title.in_language(language)}")
    click.echo()
    click.echo(say("instruments_hint"))


def show(instrument: str, lang: str | None) -> None:
    """The indicator tree and the questions of one instrument."""
    del lang
    from instruments.catalog import load_instrument

    language = message_language()
    shown = load_instrument(instrument)
    click.echo(f"{shown.title.in_language(language)}  ({shown.instrument} {shown.version})")
    click.echo(shown.purpose.in_language(language))
    click.echo()
    shares, depth = shown.index.sibling_weights(), shown.index.levels()
    for node in shown.index.walk():
        name = "  " * depth[node.code] + node.label.in_language(language)
        click.echo(f"{name}  [{node.code}]  {shares[node.code]:.0%}")
    for section in shown.sections:
        click.echo()
        click.echo(section.title.in_language(language))
        for question in section.questions:
            about = question.facet or question.role
            click.echo(f"  {question.code:<12} {question.text.in_language(language)}  ({about})")
