"""A one-screen summary of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from satix.cli.language import message_language, say

if TYPE_CHECKING:
    from analysis.results import Results

__all__ = ["summary_lines"]


def summary_lines(results: Results) -> list[str]:
    """Index with interval, change since the wave before, and the three weakest indicators."""
    from reports.numbers import format_interval, format_number
    from reports.reading import Reader, verdict_of

    language = message_language()
    reader = Reader(results)
    root = reader.scores()[reader.root.indicator].figure
    title, wave = results.study.title[language], reader.current_wave.label[language]
    current = reader.current_wave
    if root.estimate is None and reader.root.indicator in current.absent_indicators:
        return [say("summary_nothing_rated", title=title, wave=wave, n=current.n_responses)]
    if root.estimate is None:
        return [say("summary_suppressed", title=title, wave=wave, limit=results.study.suppress_below)]

    def number(value: float | None, *, gap: bool = False) -> str:
        return format_number(value, "gap" if gap else "index", (language,))

    lines = [
        say(
            "summary_index",
            title=title,
            wave=wave,
            label=reader.root.label[language],
            estimate=number(root.estimate),
            interval=format_interval(root.lower, root.upper, "index", (language,)),
            n=format_number(root.n, "count", (language,)),
        )
    ]
    row, change = reader.change_rows.get(reader.root.indicator), reader.change
    if row is None or change is None:
        lines.append(say("summary_no_change"))
    else:
        lines.append(
            say(
                "summary_change",
                wave=reader.wave_name(change.before).get(language),
                change=number(row.change.estimate, gap=True),
                interval=format_interval(row.change.lower, row.change.upper, "gap", (language,)),
                verdict=verdict_of(row.verdict).label.get(language),
            )
        )
    weakest = [
        f"{reader.name(score.indicator).get(language)} {number(score.figure.estimate)}"
        for score in reader.leaves_by_score()[:3]
    ]
    if weakest:
        lines.append(say("summary_weakest", indicators="，".join(weakest) if language == "zh" else ", ".join(weakest)))
    return lines
