"""``satix instruments``: what is on the shelf, what an instrument asks, and tools to write one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from satix.cli.commands import Command, Group
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option
from satix.instrument_files import EXPORT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

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
    instrument = click.Argument(["instrument"])
    output = click.Option(["--output"], type=STUDY, default=None, help=say("option_instrument_output"))
    replace = click.Option(["--replace"], is_flag=True, help=say("option_overwrite"))
    languages = click.Option(["--languages"], default=None, metavar="zh,en", help=say("option_languages"))
    identifier = click.Option(["--id", "identifier"], default=None, help=say("option_draft_id"))
    formats = click.Choice(list(EXPORT_FORMATS))
    commands: tuple[tuple[str, Callable[..., None], list[Any]], ...] = (
        ("show", show, [instrument]),
        ("check", check, [instrument]),
        ("diff", diff, [click.Argument(["before"]), click.Argument(["after"])]),
        ("to-excel", to_excel, [click.Argument(["instrument"], required=False), output, languages, replace]),
        ("from-excel", from_excel, [click.Argument(["workbook"], type=STUDY), output, replace]),
        (
            "export",
            export,
            [
                instrument,
                click.Option(["--to", "target"], type=formats, required=True, help=say("option_export_to")),
                output,
                languages,
                replace,
            ],
        ),
    )
    commands += (("draft", draft, [click.Argument(["file"], type=STUDY), output, identifier, replace]),)
    for name, callback, params in commands:
        key = f"instruments_{name.replace('-', '_')}"
        group.add_command(
            Command(
                name,
                callback=callback,
                params=[*params, language_option()],
                help=command_help(key),
                short_help=say(f"short_{key}"),
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
        click.echo(f"{entry.instrument:<28} {entry.version:<8} {entry.title.in_language(language)}")
    click.echo()
    click.echo(say("instruments_hint"))


def show(instrument: str, lang: str | None) -> None:
    """The indicator tree and the questions of one instrument."""
    del lang
    from instruments.duration import estimated_minutes
    from satix.instrument_files import open_instrument

    language = message_language()
    shown = open_instrument(instrument)
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
    click.echo()
    minutes = f"{estimated_minutes(shown, language):.0f}"
    click.echo(say("show_minutes", questions=len(shown.questions), minutes=minutes))
    click.echo(say("show_terms", licence=shown.licence.in_language(language)))
    if shown.naming is not None:
        click.echo(say("show_naming", naming=shown.naming.in_language(language)))


def check(instrument: str, lang: str | None) -> None:
    """Findings on the design, errors first; exit code 1 when there is an error."""
    del lang
    from instruments.design_check import check_design
    from satix.instrument_files import open_instrument

    opened = open_instrument(instrument)
    findings = check_design(opened)
    for finding in findings:
        text = f"{say(f'severity_{finding.severity}')}  {finding.message(message_language())}"
        click.echo(text, err=finding.severity == "error")
    counts = {grade: sum(finding.severity == grade for finding in findings) for grade in ("error", "warning", "note")}
    click.echo(say("design_checked", instrument=opened.instrument, version=opened.version, **counts))
    if counts["error"]:
        raise click.exceptions.Exit(1)


def diff(before: str, after: str, lang: str | None) -> None:
    """Differences between two versions, those that break comparability first."""
    del lang
    from instruments.difference import instrument_difference
    from satix.instrument_files import open_instrument
    from survey.errors import render_message

    language = message_language()
    difference = instrument_difference(open_instrument(before), open_instrument(after))
    for effect in ("breaks", "flag", "none"):
        found = [change for change in difference.changes if change.effect == effect]
        if found:
            click.echo(render_message(f"instruments.effect_{effect}", {}, language))
        for change in found:
            click.echo(f"  {change.message(language)}")
    if not difference.changes:
        click.echo(say("diff_none"))


def to_excel(
    instrument: str | None, output: Path | None, languages: str | None, replace: bool, lang: str | None
) -> None:
    """An instrument, or an empty template, as a workbook."""
    del lang
    from satix.instrument_files import excel_file

    file = excel_file(instrument, output, languages=_split(languages), replace=replace)
    click.echo(say("excel_written", file=str(file)))


def from_excel(workbook: Path, output: Path | None, replace: bool, lang: str | None) -> None:
    """A workbook as YAML."""
    del lang
    from satix.instrument_files import yaml_file

    instrument, file = yaml_file(workbook, output, replace=replace)
    click.echo(say("yaml_written", file=str(file), questions=len(instrument.questions)))


def export(
    instrument: str, target: str, output: Path | None, languages: str | None, replace: bool, lang: str | None
) -> None:
    """An instrument for a platform, and what the platform cannot carry."""
    del lang
    from satix.instrument_files import export_file

    report = export_file(instrument, target, output, languages=_split(languages), replace=replace)
    for loss in report.losses:
        click.echo(f"{say(f'severity_{loss.severity}')}  {loss.message(message_language())}")
    click.echo(say("export_written", file=str(report.file), losses=len(report.losses)))


def draft(file: Path, output: Path | None, identifier: str | None, replace: bool, lang: str | None) -> None:
    """A platform's questionnaire as an instrument draft, and what became of every question."""
    del lang
    from satix.instrument_files import draft_file

    drafted, written = draft_file(file, output, identifier=identifier, replace=replace)
    for remark in drafted.remarks:
        click.echo(f"{say(f'severity_{remark.severity}')}  {remark.message(message_language())}")
    click.echo(say("yaml_written", file=str(written), questions=len(drafted.instrument.questions)))


def _split(languages: str | None) -> tuple[str, ...] | None:
    """Languages given as ``zh,en``; None where none are given."""
    if languages is None:
        return None
    return tuple(part.strip() for part in languages.replace("，", ",").split(",") if part.strip()) or None
