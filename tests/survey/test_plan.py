"""The plan file: read with lines, inconsistent plans refused in both languages, written back unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.definition_files import dump_definition
from survey.errors import StudyError
from survey.plan import read_plan

HEAD = "schema: satix.plan/1\nplan: p\ntitle: {zh: 计划, en: Plan}\n"
WHOLE = (
    HEAD
    + """instrument: after_sales
sizes:
  - {size: satisfied, share: 0.7, margin: 0.03, population: 20000, response_rate: 0.3}
allocation:
  size: satisfied
  strata:
    - {stratum: new, population: 12000, sd: 22}
waves: {n: 500, sd: 18}
channels:
  margin: 3
  sd: 20
  channels:
    - {channel: mail, response_rate: 0.3}
simulation:
  respondents: [200, 400]
  means: {response: 60}
  correlations: [{between: [response, people], correlation: 0.3}]
"""
)


def read(folder: Path, text: str):
    file = folder / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return read_plan(file)


def test_a_plan_reads_and_writes_back_unchanged(tmp_path):
    plan = read(tmp_path, WHOLE)
    assert plan.simulation is not None
    assert plan.simulation.replicates == 1000
    assert read(tmp_path, dump_definition(plan)) == plan


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "plan_is_empty", 1),
        ("sizes: [{size: a, margin: 3}]\n", "plan_share_or_sd", 4),
        ("sizes: [{size: a, share: 0.5, sd: 20, margin: 3}]\n", "plan_share_or_sd", 4),
        ("sizes: [{size: a, sd: 20, margin: 3, krejcie_morgan: true}]\n", "plan_share_or_sd", 4),
        ("sizes: [{size: a, share: 0.5, margin: 3}]\n", "plan_margin_is_a_share", 4),
        ("sizes:\n  - {size: a, sd: 20, margin: 3}\n  - {size: a, sd: 20, margin: 3}\n", "plan_code_twice", 1),
        ("allocation:\n  strata: [{stratum: a, population: 5}]\n", "plan_n_or_size", 4),
        ("allocation:\n  size: b\n  strata: [{stratum: a, population: 5}]\n", "plan_unknown_size", 1),
        ("channels:\n  channels: [{channel: a, response_rate: 0.3}]\n", "plan_channels_without_target", 4),
        ("channels:\n  margin: 3\n  channels: [{channel: a, response_rate: 0.3}]\n", "plan_share_or_sd", 4),
        (
            "channels:\n  margin: 3\n  share: 0.5\n  channels: [{channel: a, response_rate: 0.3}]\n",
            "plan_margin_is_a_share",
            4,
        ),
        ("simulation: {respondents: [100]}\n", "plan_simulation_needs_instrument", 1),
        ("sizes: [{size: a, sd: 20, margn: 3}]\n", "key_absent", 4),
        ("waves: {n: 1, sd: 20}\n", "value_too_small", 4),
    ],
)
def test_faults_are_told_with_their_line(tmp_path, text, code, line):
    with pytest.raises(StudyError) as error:
        read(tmp_path, HEAD + text)
    problem = error.value.problems[0]
    assert problem.code == f"survey.{code}"
    assert problem.place.line == line or code in {"key_absent"}
    assert problem.message("en")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in problem.message("zh"))
