"""The section on measurement quality of the example studies, in both languages and both formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.results import Results
from reports.document import Bullets, Table
from reports.labels import Language
from reports.sections.outline import build_report
from satix.demo import copy_examples
from satix.pipeline import evaluate, write_reports


@pytest.fixture(scope="module", params=["airport", "kiosk"])
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """An example study, evaluated whole."""
    studies = copy_examples(tmp_path_factory.mktemp("examples"))
    return evaluate(next(study for study in studies if study.parent.name == request.param))


def test_the_section_reads_in_both_languages(results: Results) -> None:
    """A light and a reading for every block; no sentence with a hole in it."""
    section = next(part for part in build_report(results, ("zh", "en")).sections if part.id == "measurement")
    first = section.blocks[0]
    assert isinstance(first, Table)
    measurement = results.current.measurement
    assert measurement is not None
    assert len(first.rows) == len(measurement.blocks)
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        words = [row.values["reading"] for row in first.rows]
        words += [item for block in section.blocks if isinstance(block, Bullets) for item in block.items]
        for word in words:
            text = word.get(language)  # type: ignore[union-attr]
            assert text
            assert "{" not in text
            assert "–" not in text, "a figure is missing"


def test_formative_blocks_show_no_alpha(results: Results) -> None:
    """Neither classical nor ordinal."""
    measurement = results.current.measurement
    assert measurement is not None
    formative = [block for block in measurement.blocks if block.measurement == "formative"]
    assert formative
    assert all(block.alpha is None and block.omega is None and block.ordinal_alpha is None for block in formative)
    assert all(block.components for block in formative)


def test_ordinal_figures_stand_beside_the_classical_up_to_five_points(results: Results) -> None:
    """The airport asks on five points, the kiosks on seven."""
    measurement = results.current.measurement
    assert measurement is not None
    for block in measurement.blocks:
        if block.alpha is not None and block.points is not None:
            assert (block.ordinal_alpha is not None) == (block.points <= 5)


def test_the_section_is_in_both_files(results: Results, tmp_path: Path) -> None:
    """A sheet in Excel, a section on the page."""
    from zipfile import ZipFile

    files = {file.name: file for file in write_reports(results, tmp_path)}
    page = files["report.html"].read_text(encoding="utf-8")
    assert '<section id="measurement">' in page
    assert "测量质量" in page
    with ZipFile(files["report.xlsx"]) as book:
        assert "测量质量 Measurement" in book.read("xl/workbook.xml").decode("utf-8")
