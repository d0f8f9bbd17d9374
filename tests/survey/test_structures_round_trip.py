"""A real form read, made an instrument, written as an XLSForm and read again is the form it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from instruments.catalog import list_instruments, load_instrument
from instruments.writers.xlsform import write_xlsform
from survey.structures import draft_instrument, read_structure, read_xlsform
from survey.structures.draft import DraftQuestion, StructureDraft
from tests.survey.every_answer import same_routing

FORMS = (
    "kobo_odk/childrens_survey.xls",
    "kobo_odk/formpack_customer_satisfaction.json",
    "kobo_odk/formpack_grouped_translated.json",
    "kobo_odk/formpack_literacy_test.json",
    "kobo_odk/formpack_or_other.json",
    *(f"kobo_odk/formpack_site_inspection_v{version}.json" for version in range(1, 6)),
    "kobo_odk/pyxform_blank_second_row.xls",
    "kobo_odk/pyxform_choice_filter_test.xlsx",
    "kobo_odk/pyxform_duplicate_columns.xlsx",
    "kobo_odk/pyxform_extra_columns.xls",
    "kobo_odk/pyxform_group.xlsx",
    "kobo_odk/pyxform_include.xlsx",
    "kobo_odk/pyxform_loop.xlsx",
    "kobo_odk/pyxform_or_other.xlsx",
    "kobo_odk/pyxform_spaces_in_choices_header.xls",
    "kobo_odk/pyxform_specify_other.xlsx",
    "kobo_odk/pyxform_xl_date_ambiguous.xlsx",
    "kobo_odk/tutorial.xls",
    "kobo_odk/tutorial_w_repeats.xls",
    "formr/all_widgets.xlsx",
    "formr/random_order_with_blocks.xlsx",
)

XLSFORM_KIND = {"scale": "single"}
"""A rating is written as select_one, the only type XLSForm has for it everywhere."""


def _form(question: DraftQuestion) -> tuple[object, ...]:
    """Name, type, wordings, choices and bounds, as a form holds them; ``${`` is written apart on purpose."""

    def words(wordings: object) -> dict[str, str]:
        return {key: text.replace("$ {", "${") for key, text in dict(wordings).items()}  # type: ignore[call-overload]

    return (
        question.code,
        XLSFORM_KIND.get(question.kind, question.kind),
        words(question.text) or question.code,
        words(question.hint),
        words(question.purpose),
        tuple((str(o.code), tuple(sorted(words(o.label).items())), o.specify) for o in question.options),
        question.required,
        question.lowest,
        question.highest,
    )


def _completed(draft: StructureDraft, again: StructureDraft) -> list[tuple[tuple[object, ...], tuple[object, ...]]]:
    """Pairs of a question and what came back; wordings the source lacks are filled by the writer, and listed by it."""
    returned = {question.code: question for question in again.questions}
    pairs = []
    for question in draft.questions:
        one, other = list(_form(question)), list(_form(returned[question.code]))
        if not question.text or set(question.text) != set(draft.languages):
            one[2] = other[2] = ""
        if set(question.hint) != set(draft.languages):
            one[3] = other[3] = ""
        if any(set(option.label) != set(draft.languages) for option in question.options):
            one[5], other[5] = ([code for code, *_ in form[5]] for form in (one, other))  # type: ignore[attr-defined]
        pairs.append((tuple(one), tuple(other)))
    return pairs


@pytest.mark.parametrize("name", FORMS)
def test_a_real_form_comes_back(name: str, shared: Path, tmp_path: Path) -> None:
    """Names, types, labels per language, choices, bounds and routing; what is added is the placeholder, and said."""
    draft = read_structure(shared / "reference" / "formats" / name)
    instrument, remarks = draft_instrument(draft, instrument_id="form")
    written = tmp_path / "form.xlsx"
    report = write_xlsform(instrument, written, languages=draft.languages)
    again = read_xlsform(written)
    assert not report.names
    assert again.languages == draft.languages
    added = [question.code for question in again.questions][len(draft.questions) :]
    placeholder = [p.fields["subjects"] for p in remarks if p.code == "survey.structure_placeholder"]
    assert added == placeholder
    assert [q.code for q in again.questions][: len(draft.questions)] == [q.code for q in draft.questions]
    for one, other in _completed(draft, again):
        assert one == other
    returned = {question.code: question for question in again.questions}
    for question in draft.questions:
        assert same_routing(question.show_if, returned[question.code].show_if, draft.questions), question.code
    assert [q.code for q in draft.questions if q.show_if is not None] == [
        q.code for q in again.questions if q.show_if is not None
    ]


@pytest.mark.parametrize("name", FORMS)
def test_everything_in_a_real_form_is_accounted_for(name: str, shared: Path) -> None:
    """Carried, merged, or named in a remark."""
    draft = read_structure(shared / "reference" / "formats" / name)
    remarks = [problem.message(language) for problem in draft.remarks for language in ("en", "zh")]
    codes = {question.code for question in draft.questions} | {section.code for section in draft.sections}
    for item in draft.items:
        if item.fate == "left_out":
            assert any(item.name in remark for remark in remarks), item
        elif item.fate == "carried":
            assert set(item.into) <= codes, item
    carried = {code for item in draft.items if item.fate == "carried" for code in item.into}
    assert carried == {question.code for question in draft.questions}


@pytest.mark.parametrize("name", [name for name in FORMS if name.endswith((".xls", ".xlsx")) and "formr" not in name])
def test_pyxform_reads_what_was_written(name: str, shared: Path, tmp_path: Path) -> None:
    """The reference implementation finds the same questions, labels and choices in the written form."""
    xls2xform = pytest.importorskip("pyxform.xls2xform", reason="pyxform is the witness")
    draft = read_structure(shared / "reference" / "formats" / name)
    instrument, _ = draft_instrument(draft, instrument_id="form")
    written = tmp_path / "form.xlsx"
    write_xlsform(instrument, written, languages=draft.languages)
    tree = xls2xform.convert(written, warnings=[])._pyxform
    found: dict[str, dict[str, object]] = {}

    def walk(children: list[dict[str, object]]) -> None:
        for child in children:
            found[str(child.get("name"))] = child
            if child.get("type") in {"group", "repeat"}:
                walk(child["children"])  # type: ignore[arg-type]

    walk(tree["children"])
    for question in draft.questions:
        assert question.code in found
        label = found[question.code]["label"]
        wordings = set(label.values()) if isinstance(label, dict) else {label}
        assert {text.replace("${", "$ {") for text in question.text.values()} <= wordings


@pytest.mark.parametrize("identifier", sorted({entry.instrument for entry in list_instruments()}))
def test_a_shipped_instrument_comes_back(identifier: str, tmp_path: Path) -> None:
    """Sections, grids, stems, hints, bounds and routing of our own instruments survive the platform."""
    instrument = load_instrument(identifier)
    path = tmp_path / "form.xlsx"
    write_xlsform(instrument, path)
    draft = read_xlsform(path)
    assert [question.code for question in draft.questions] == [question.code for question in instrument.questions]
    assert [section.code for section in draft.sections] == [section.code for section in instrument.sections]
    assert draft.languages == instrument.languages
    for asked, read in zip(instrument.questions, draft.questions, strict=True):
        assert dict(read.text) == {language: asked.text.in_language(language) for language in instrument.languages}
        assert same_routing(asked.show_if, read.show_if, draft.questions), asked.code
        if asked.scale is not None:
            codes = [str(option.code).replace(" ", "_") for option in instrument.scales[asked.scale].all_options]
            assert [str(option.code) for option in read.options] == codes
    again, _ = draft_instrument(draft, instrument_id=identifier)
    recommended = {question.code for question in instrument.questions if question.recommend}
    assert recommended <= {question.code for question in again.questions if question.recommend}
