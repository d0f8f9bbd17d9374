"""Commands whose help page is worded in the user's language throughout."""

from __future__ import annotations

from typing import Any

import click

from satix.cli.language import say

__all__ = ["Command", "Group", "WrongUseError"]


class WrongUseError(click.UsageError):
    """Options that do not go together; the message is in the user's language already."""


def _write_usage(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    pieces = [say("word_options") if piece == "[OPTIONS]" else piece for piece in command.collect_usage_pieces(context)]
    pieces = [say("word_subcommand") if piece == "COMMAND [ARGS]..." else piece for piece in pieces]
    formatter.write_usage(context.command_path, " ".join(pieces), prefix=say("word_usage") + " ")


def _write_options(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    records = [record for param in command.get_params(context) if (record := param.get_help_record(context))]
    if records:
        with formatter.section(say("word_options_heading")):
            formatter.write_dl(records)


def _help_option(context: click.Context) -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()

    return click.Option(
        context.help_option_names,
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=say("help_help"),
    )


class Command(click.Command):
    """A command with a help page in the user's language."""

    def __init__(self, name: str, **settings: Any) -> None:
        settings.setdefault("context_settings", {}).setdefault("help_option_names", ["-h", "--help"])
        super().__init__(name, **settings)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that says how the command is called."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every option with its help."""
        _write_options(self, ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, worded in the user's language."""
        return _help_option(ctx)


class Group(click.Group):
    """A group of commands with a help page in the user's language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that says how the group is called."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every option and every command with its help."""
        _write_options(self, ctx, formatter)
        rows = [(name, self.commands[name].get_short_help_str(120)) for name in self.commands]
        with formatter.section(say("word_commands_heading")):
            formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, worded in the user's language."""
        return _help_option(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of the work, not of the alphabet."""
        del ctx
        return list(self.commands)
