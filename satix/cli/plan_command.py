"""``satix plan``: sizes, costs and power before a study is fielded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from satix.cli.commands import Command
from satix.cli.language import message_language, say
from satix.cli.options import STUDY, command_help, language_option

if TYPE_CHECKING:
    from analysis.planning.plan_record import PlanRecord

__all__ = ["build"]


def build() -> click.Command:
    """The command."""
    return Command(
        "plan",
        callback=plan,
        params=[
            click.Argument(["plan_file"], type=STUDY, required=False, metavar="[PLAN]"),
            click.Option(["--template"], type=STUDY, default=None, help=say("option_plan_template")),
            click.Option(["--share"], type=float, default=None, help=say("option_plan_share")),
            click.Option(["--sd"], type=float, default=None, help=say("option_plan_sd")),
            click.Option(["--margin"], type=float, default=None, help=say("option_plan_margin")),
            click.Option(["--population"], type=int, default=None, help=say("option_plan_population")),
            click.Option(["--design-effect"], type=float, default=None, help=say("option_plan_design_effect")),
            click.Option(["--response-rate"], type=float, default=None, help=say("option_plan_response_rate")),
            click.Option(["--confidence"], type=float, default=None, help=say("option_plan_confidence")),
            click.Option(["--output"], type=STUDY, default=None, help=say("option_plan_output")),
            language_option(),
        ],
        help=command_help("plan"),
        short_help=say("short_plan"),
    )


def plan(
    plan_file: Path | None,
    template: Path | None,
    share: float | None,
    sd: float | None,
    margin: float | None,
    output: Path | None,
    lang: str | None,
    **further: float | None,
) -> None:
    """Work out a plan file and write its reports, or print one sample size."""
    if template is not None:
        _write_template(template)
        return
    quick = (share, sd, margin, *further.values())
    if plan_file is None:
        if margin is None or (share is None) == (sd is None) or output is not None:
            raise click.ClickException(say("plan_file_or_figures"))
        _print_size(share, sd, margin, further)
        return
    if any(value is not None for value in quick):
        raise click.ClickException(say("plan_file_or_figures"))
    from satix.cli.progress import progress_bar
    from satix.planning import plan_to_folder

    chosen = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
    with progress_bar() as progress:
        written = plan_to_folder(
            plan_file,
            output=output,
            languages=None if lang is None else chosen[lang],  # type: ignore[arg-type]
            progress=progress,
        )
    for line in _summary(written.record):
        click.echo(line)
    click.echo()
    for file in written.files:
        click.echo(f"  {file}")


def _write_template(target: Path) -> None:
    from importlib import resources

    from survey.errors import Place, StudyError

    if target.exists():
        raise StudyError.of("satix.template_is_there", Place(file=target.name))
    target.write_bytes((resources.files("satix") / "plan_template.yaml").read_bytes())
    click.echo(say("plan_template_written", file=str(target)))


def _print_size(share: float | None, sd: float | None, margin: float, further: dict[str, float | None]) -> None:
    from analysis.planning.sample_size import sample_size_for_mean, sample_size_for_share

    confidence = further["confidence"]
    function = sample_size_for_share if sd is None else sample_size_for_mean
    found = function(
        (share if sd is None else sd) or 0.0,
        margin,
        confidence=0.95 if confidence is None else confidence,
        population=further["population"],
        design_effect=1.0 if further["design_effect"] is None else further["design_effect"],
        response_rate=further["response_rate"],
    )
    click.echo(say("plan_respondents", respondents=f"{found.respondents:,}"))
    if found.response_rate is not None:
        click.echo(say("plan_invitations", invitations=f"{found.invitations:,}"))
    click.echo(say("plan_exact", exact=f"{found.exact:,.2f}", unlimited=f"{found.unlimited:,.2f}"))
    if found.more_than_population and found.population is not None:
        click.echo(say("plan_beyond_population", population=f"{found.population:,.0f}"))


def _summary(record: PlanRecord) -> list[str]:
    language = message_language()
    lines = [
        say(
            "plan_size_line",
            label=size.label[language],
            respondents=f"{size.respondents:,}",
            invitations=f"{size.invitations:,}",
        )
        for size in record.sizes
    ]
    if record.waves is not None and record.waves.rows[0].design == "independent":
        estimate = f"{record.waves.rows[0].estimate:.2f}"
        lines.append(say("plan_waves_line", n=f"{record.waves.n_1:,}", estimate=estimate))
        needed = record.waves.rows[0].n_for_target
        if needed is not None and record.waves.target_change is not None:
            lines.append(say("plan_target_line", change=f"{record.waves.target_change:g}", n=f"{needed:,}"))
    if record.channels is not None and record.channels.rows[0].cost is not None and record.channels.rows[0].feasible:
        first = record.channels.rows[0]
        cost = f"{first.cost:,.0f} {record.channels.currency[language]}".strip()
        lines.append(say("plan_cheapest_line", label=first.label[language], cost=cost))
    if record.simulation is not None:
        simulated = record.simulation
        root = simulated.indices[0].indicator
        lines += [
            say(
                "plan_simulation_line",
                label=simulated.labels[root][language],
                respondents=f"{row.respondents:,}",
                margin="–" if row.margin is None else f"{row.margin:.2f}",
            )
            for row in simulated.indices
            if row.indicator == root and row.items_per_factor is None
        ]
    return lines
