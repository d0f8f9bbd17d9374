"""How well the design check finds planted faults: ``python -m benchmarks.design_check``.

Reads ``tests/instruments/flawed_questions.yaml`` and prints precision and recall by rule, for the questions the rules
were tuned with and for those held out. A fault counts as found when a finding of its rule is on its question; findings
of any other rule, and any on a sound question, count against precision. ``--misses`` names those of the tuning part.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from instruments.design_check import check_design
from survey.instrument import Instrument

QUESTIONS = Path(__file__).resolve().parents[1] / "tests/instruments/flawed_questions.yaml"
DEFAULT_SCALE = {
    "en": ["Very dissatisfied", "Somewhat dissatisfied", "Neither", "Somewhat satisfied", "Very satisfied"],
    "zh": ["很不满意", "不太满意", "一般", "比较满意", "很满意"],
}
Part = Literal["tuning", "held_out"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question, the rule planted in it ("sound": none), and the rules that were found."""

    language: str
    part: str
    planted: str
    text: str
    found: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Planted faults found, of those planted, and findings that are not of a planted fault."""

    found: int
    planted: int
    wrong: int

    @property
    def recall(self) -> float:
        """Share of planted faults found."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Share of findings that are of a planted fault."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0


def instrument_of(language: str, rule: str, entry: Any) -> Instrument:
    """An instrument around one question."""
    text, labels = (entry["text"], entry["scale"]) if isinstance(entry, dict) else (entry, DEFAULT_SCALE[language])
    questions: list[dict[str, Any]] = [
        {"code": "q", "facet": "performance", "measures": "x", "scale": "s", "text": {language: text}}
    ]
    if rule == "sensitive":
        questions[0]["text"] = {language: DEFAULT_SCALE[language][0]}
        questions.append({"code": "about", "type": "text", "role": "paradata", "text": {language: text}})
    options = [{"code": k, "label": {language: label}, "score": k} for k, label in enumerate(labels)]
    return Instrument.model_validate(
        {
            "instrument": "one",
            "version": "1.0.0",
            "title": "-",
            "purpose": "-",
            "languages": [language],
            "licence": "-",
            "scales": {"s": {"options": options}},
            "index": {
                "code": "index",
                "label": "-",
                "measurement": "formative",
                "indicators": [{"code": "x", "label": "-"}],
            },
            "sections": [{"code": "a", "title": "-", "questions": questions}],
        }
    )


def run() -> list[Case]:
    """Check every question of the set."""
    cases = []
    for language, rules in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")).items():
        for rule, parts in rules.items():
            for part, entries in parts.items():
                for entry in entries:
                    found = {
                        finding.rule
                        for finding in check_design(instrument_of(language, rule, entry))
                        if not (rule == "sensitive" and finding.question == "q")
                    }
                    text = entry["text"] if isinstance(entry, dict) else entry
                    cases.append(
                        Case(language=language, part=part, planted=rule, text=text, found=tuple(sorted(found)))
                    )
    return cases


def score(cases: list[Case]) -> Score:
    """Precision and recall over some cases."""
    return Score(
        found=sum(case.planted in case.found for case in cases),
        planted=sum(case.planted != "sound" for case in cases),
        wrong=sum(len(set(case.found) - {case.planted}) for case in cases),
    )


def main() -> None:
    """Print the table."""
    cases = run()
    print(f"{'part':<9} {'language':<9} {'rule':<18} {'planted':>7} {'found':>6} {'recall':>7} {'wrong':>6}")
    for part in ("tuning", "held_out"):
        for language in ("en", "zh"):
            mine = [case for case in cases if (case.part, case.language) == (part, language)]
            wrong = Counter(rule for case in mine for rule in set(case.found) - {case.planted})
            for rule in dict.fromkeys(case.planted for case in mine):
                of_rule = score([case for case in mine if case.planted == rule])
                if rule != "sound":
                    counts = f"{of_rule.planted:>7} {of_rule.found:>6} {of_rule.recall:>7.2f} {wrong[rule]:>6}"
                    print(f"{part:<9} {language:<9} {rule:<18} {counts}")
            total = score(mine)
            sound = [case for case in mine if case.planted == "sound"]
            print(
                f"{part:<9} {language:<9} {'all':<18} recall {total.recall:.3f}, precision {total.precision:.3f}; "
                f"{sum(bool(case.found) for case in sound)} of {len(sound)} sound questions remarked on"
            )
    if "--misses" in sys.argv:
        for case in cases:
            if case.part == "tuning" and (set(case.found) ^ ({case.planted} - {"sound"})):
                print(f"{case.language} {case.planted}: {case.text} -> {', '.join(case.found) or '-'}")


if __name__ == "__main__":
    main()
