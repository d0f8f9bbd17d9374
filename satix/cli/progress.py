"""Progress on the terminal; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from satix.cli.language import say
from satix.progress import Progress

__all__ = ["progress_bar"]


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A line that names the current step; on a pipe or in a log, one plain line per step."""
    if not sys.stderr.isatty():

        def plain(step: str, done: int, total: int) -> None:
            if done == 0:
                click.echo(f"  {say('step_' + step)}", err=True)
            del total

        yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(step: str, done: int, total: int) -> None:
            bar.update(task, description=say("step_" + step), completed=done, total=total)

        yield advance
