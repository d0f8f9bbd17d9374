"""SurveyJS: survey-core loads every export, finds every question and shows the same ones as our routing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from instruments.writers import write_surveyjs
from tests.instruments.exported import IDS, instrument_of
from tests.instruments.random_answers import random_answers, shown

CHECK = Path(__file__).with_name("surveyjs_check.mjs")
PACKAGE = "survey-core@2"


@pytest.fixture(scope="module")
def survey_core(request, tmp_path_factory) -> Path:
    """A folder with survey-core, fetched by npm once and kept in the cache of pytest."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js and npm run SurveyJS's own code; neither is needed to use the package")
    kept = Path(request.config.cache.mkdir("survey-core"))
    folder = kept / "installed"
    if not (folder / "node_modules" / "survey-core").is_dir():
        fresh = tmp_path_factory.mktemp("survey-core")
        (fresh / "package.json").write_text("{}", encoding="utf-8")
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
        try:
            subprocess.run(command, cwd=fresh, check=True, capture_output=True, timeout=120)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip(f"npm could not fetch {PACKAGE}")
        try:
            shutil.copytree(fresh, kept / f"copy-{os.getpid()}")
            (kept / f"copy-{os.getpid()}").rename(folder)
        except OSError:
            return fresh
    return folder


def _run(folder: Path, jobs: list[dict]) -> list[dict]:
    done = subprocess.run(
        ["node", str(CHECK), str(folder)],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


def _data(person: dict, references: dict[str, str]) -> dict:
    """Answers as SurveyJS holds them: those to rows of a matrix one level down."""
    data: dict = {}
    for code, answer in person.items():
        if answer is None:
            continue
        matrix, dot, row = references.get(code, code).partition(".")
        if dot:
            data.setdefault(matrix, {})[row] = answer
        else:
            data[matrix] = answer
    return data


def test_survey_core_finds_every_question_and_judges_every_condition_alike(survey_core, tmp_path):
    """All instruments in one process of Node; 60 random respondents each."""
    jobs, expectations = [], []
    for name in IDS:
        instrument = instrument_of(name)
        report = write_surveyjs(instrument, tmp_path / f"{name}.json")
        responses, people = random_answers(instrument, 60, seed=11)
        form = json.loads(report.file.read_text(encoding="utf-8"))
        jobs.append({"form": form, "answers": [_data(person, dict(report.names)) for person in people]})
        names = [report.names.get(question.code, question.code) for question in instrument.questions]
        routed = {report.names.get(code, code): holds for code, holds in shown(instrument, responses).items()}
        expectations.append((name, names, routed))
    for found, (name, names, routed) in zip(_run(survey_core, jobs), expectations, strict=True):
        assert found["errors"] == [], name
        assert found["faults"] == [], name
        assert set(names) <= set(found["names"]), name
        for place, visible in enumerate(found["visible"]):
            for question in names:
                assert (question in visible) == routed.get(question, [True] * 60)[place], (name, question, place)


def _elements(form):
    return {element["name"]: element for page in form["pages"] for element in page["elements"]}


def test_elements_say_what_the_instrument_says(tmp_path):
    report = write_surveyjs(instrument_of("every_feature"), tmp_path / "form.json")
    form = json.loads(report.file.read_text(encoding="utf-8"))
    elements = _elements(form)
    assert form["title"] == {"default": "Rating the clinic", "zh-cn": "门诊服务评价"}
    assert form["locale"] == "zh-cn"
    assert form["pages"][1]["description"] == {"default": "Please rate the following.", "zh-cn": "请评价以下各项。"}
    visit = elements["visit_kind"]
    assert visit["type"] == "radiogroup"
    assert visit["isRequired"] is True
    assert visit["description"]["zh-cn"] == "单选"
    assert [choice["value"] for choice in visit["choices"]] == ["first", "follow up", "it's other", 99]
    assert elements["visit_kind_it_s_other_text"]["visibleIf"] == "{visit_kind} = 'it\\'s other'"
    matrix = elements["ratings_grid1"]
    assert [row["value"] for row in matrix["rows"]] == ["waiting_1", "care_1", "comfort_1", "check"]
    assert matrix["rows"][2]["visibleIf"] == "({minutes} notempty and {minutes} > 5)"
    assert [column["value"] for column in matrix["columns"]] == [1, 2, 3, 4, 5, 9]
    assert matrix["validators"][0]["expression"] == "{ratings_grid1.waiting_1} notempty"
    assert elements["minutes"]["min"] == 0
    assert elements["minutes"]["max"] == 600
    assert elements["children"]["max"] == 12.5
    assert elements["ranked"]["type"] == "ranking"
    assert elements["recommend"]["type"] == "rating"
    assert report.names["care_1"] == "ratings_grid1.care_1"


def test_a_form_in_one_language_holds_plain_texts(tmp_path):
    report = write_surveyjs(instrument_of("every_feature"), tmp_path / "form.json", languages=["zh"])
    form = json.loads(report.file.read_text(encoding="utf-8"))
    assert form["title"] == "门诊服务评价"
    assert _elements(form)["minutes"]["maxErrorText"] == "请填写不大于 600 的数。"


def test_purposes_are_named_as_lost(tmp_path):
    report = write_surveyjs(instrument_of("every_feature"), tmp_path / "form.json")
    (lost,) = (problem for problem in report.losses if problem.code == "instruments.export_purpose_not_carried")
    assert lost.fields["subjects"] == "visit_kind, age"
