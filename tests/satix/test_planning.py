"""A plan from file to figures, reports and command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.planning.plan_record import dump_plan, read_plan_record
from satix.planning import plan_study, plan_to_folder, write_plan
from survey.errors import SatixError
from survey.plan import Plan

PLAN = """schema: satix.plan/1
plan: p
title: {zh: 明年的研究, en: Next year's study}
note: {zh: 初稿, en: First draft}
instrument: after_sales
sizes:
  - {size: satisfied, label: {zh: 满意率, en: Share satisfied}, share: 0.7, margin: 0.03, population: 20000,
     design_effect: 1.4, response_rate: 0.3}
  - {size: index, sd: 18, margin: 1.5, population: 5000}
  - {size: table, share: 0.5, margin: 0.05, population: 1000, krejcie_morgan: true}
  - {size: few, share: 0.5, margin: 0.05, population: 100, response_rate: 0.2}
allocation:
  size: satisfied
  minimum: 150
  strata:
    - {stratum: new, population: 12000, sd: 22, cost: 20}
    - {stratum: member, label: {zh: 会员, en: Members}, population: 2000, sd: 12, cost: 10}
waves: {n: 500, sd: 18, correlation: 0.6, target_change: 1.5}
channels:
  margin: 3
  sd: 20
  currency: {zh: 元, en: CNY}
  channels:
    - {channel: telephone, response_rate: 0.8, completes: 10000, cost_per_complete: 30, cost_per_contact: 2}
    - {channel: review, response_rate: 0.3, completes: 10000, cost_per_contact: 0.1, frame: 500}
simulation:
  respondents: [60, 120]
  items: [2]
  replicates: 100
  means: {response: 62}
  formative_correlation: 0.5
  correlations: [{between: [response, people], correlation: 0.4}]
  asked: {repair: 0.5}
  changes: [{indicator: after_sales, change: 6}, {indicator: response, change: -8}]
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def record(file):
    return plan_study(file)


def test_the_figures_are_those_of_the_methods(record):
    """Each is worked out by hand in the tests of its method."""
    assert [(size.respondents, size.invitations) for size in record.sizes[:3]] == [(1202, 4007), (499, 499), (278, 278)]
    assert record.sizes[3].more_than_population
    assert [method.method for method in record.allocation.methods] == ["proportional", "neyman", "cost_optimal"]
    assert record.allocation.methods[0].n == [1030, 172]  # 1202 * 12 / 14 = 1030.29
    assert record.allocation.methods[1].n == [1052, 150]  # Neyman: 1202 * 24 / 288 = 100, raised to the minimum
    assert [row.n_for_target for row in record.waves.rows] == [2261, 1583, 905]
    assert [(row.channel, row.contacts, row.feasible) for row in record.channels.rows] == [
        ("telephone", 12500, True),
        ("review", 33334, False),
    ]
    assert record.channels.rows[0].cost == 5558
    assert {row.items_per_factor for row in record.simulation.indices} == {None, 2}


def test_assumptions_are_on_record(record):
    told = {(row.kind, row.code): row.value for row in record.simulation.assumptions}
    assert told["mean", None] == 70
    assert told["mean", "response"] == 62
    assert told["correlation", "response, people"] == 0.4
    assert told["formative_correlation", None] == 0.5
    assert told["asked", "repair"] == 0.5


def test_the_same_plan_gives_the_same_bytes_and_reads_back(record, file, tmp_path):
    text = dump_plan(record)
    assert dump_plan(plan_study(file)) == text
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    assert read_plan_record(tmp_path / "plan.json") == record
    with pytest.raises(SatixError, match="no plan here"):
        read_plan_record(tmp_path / "none.json")
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SatixError, match="not a plan"):
        read_plan_record(tmp_path / "plan.json")


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en")], ids="".join)
def test_reports_say_it_in_the_languages_asked_for(record, tmp_path, languages):
    files = write_plan(record, tmp_path, languages=languages)
    assert [path.name for path in files] == ["plan.json", "plan.xlsx", "plan.html"]
    page = files[2].read_text(encoding="utf-8")
    assert ("样本分配" in page) == ("zh" in languages)
    assert ("Cheapest for the target margin" in page) == ("en" in languages)
    assert "4,007" in page
    sheets = load_workbook(files[1], read_only=True).sheetnames
    assert len(sheets) >= 7
    assert ("模拟" in " ".join(sheets)) == ("zh" in languages)


def test_a_plan_of_one_part_makes_a_short_report(tmp_path):
    plan = Plan.model_validate(
        {"plan": "p", "title": "P", "channels": {"channels": [{"channel": "a", "response_rate": 0.3, "completes": 10}]}}
    )
    found = plan_study(plan)
    assert (found.sizes, found.allocation, found.waves, found.simulation) == ([], None, None, None)
    assert found.channels.rows[0].contacts == 34
    (page,) = [path for path in write_plan(found, tmp_path, formats=["html"]) if path.suffix == ".html"]
    assert "Sample size for" not in page.read_text(encoding="utf-8")


def test_no_channel_reaches_the_margin(tmp_path):
    channel = {"channel": "a", "response_rate": 0.3, "cost_per_contact": 1, "frame": 10}
    plan = Plan.model_validate({"plan": "p", "title": "P", "channels": {"margin": 3, "sd": 20, "channels": [channel]}})
    files = write_plan(plan_study(plan), tmp_path, languages=["en"], formats=["html"])
    assert "No channel can reach the target margin" in files[1].read_text(encoding="utf-8")


def test_an_instrument_file_is_found_beside_the_plan(tmp_path):
    from instruments.catalog import list_instruments

    source = next(entry.path for entry in list_instruments() if entry.instrument == "after_sales")
    (tmp_path / "mine.yaml").write_bytes(source.read_bytes())
    text = PLAN.replace("instrument: after_sales", "instrument: mine.yaml")
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    told = []
    written = plan_to_folder(tmp_path / "plan.yaml", progress=lambda *step: told.append(step))
    assert {path.name for path in written.files} == {"plan.json", "plan.xlsx", "plan.html"}
    assert all(path.is_file() for path in written.files)
    assert told[-1] == ("simulate", 400, 400)


def test_the_command_writes_the_reports_and_says_the_main_figures(run, file, tmp_path):
    done = run("plan", file, "--output", tmp_path / "out", "--lang", "en")
    assert done.code == 0, done.err
    for line in (
        "Share satisfied: 1,202 respondents, 4,007 invitations",
        "Detectable change, independent waves of 500: 3.19 points",
        "Cheapest channel for the margin: telephone (5,558 CNY)",
    ):
        assert line in done.out
    assert json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))["plan"] == "p"
    assert "样本量" not in (tmp_path / "out" / "plan.html").read_text(encoding="utf-8")


def test_one_size_at_once(run):
    """384.15 in 20,000: n0 1067.07 -> 1013.07 -> 1,014; / .3 = 3,380."""
    share = ("--share", 0.5, "--margin", 0.03, "--population", 20000)
    assert "1,014" in run("plan", *share).out
    assert "3,380" in run("plan", *share, "--response-rate", 0.3).out
    assert "342" in run("plan", "--sd", 20, "--margin", 3, "--design-effect", 2).out
    assert "121" in run("plan", "--sd", 20, "--margin", 3, "--confidence", 0.9).out  # (1.6449 * 20 / 3)^2 = 120.2
    assert "样本量" in run("plan", *share, lang="zh").out
    beyond = run("plan", "--share", 0.5, "--margin", 0.05, "--population", 100, "--response-rate", 0.2)
    assert "holds only 100 people" in beyond.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("--margin", 3), ("--share", 0.5, "--sd", 20, "--margin", 3), ("plan.yaml", "--share", 0.5, "--margin", 0.1)],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_incomplete_command_line_ends_with_2(run, arguments, lang):
    done = run("plan", *arguments, lang=lang)
    assert done.code == 2
    assert "--margin" in done.err


def test_figures_that_cannot_be_end_with_1(run, tmp_path: Path):
    assert run("plan", "--share", 1.5, "--margin", 0.03).code == 1
    assert run("plan", tmp_path / "none.yaml").code == 1
