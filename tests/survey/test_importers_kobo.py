"""KoboToolbox and ODK exports: real files with both styles of repeats, form packs in five versions, small variants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.errors import MappingError, ResponseImportError
from survey.importers.detect import detect_table, importer_of
from survey.importers.kobo_headings import kobo_headings, separator_of
from survey.importers.kobo_json import read_submissions
from survey.importers.kobo_repeats import join_parent, unfold_repeat
from survey.importers.propose import propose_mapping
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import Table, read_table
from survey.scales import MISSING_CODES
from survey.structures import draft_instrument, read_structure
from tests.survey.read_back import ranked, read_back, table_of

REAL = {
    "children.csv": (3, 18, "linked"),
    "children_cartoons.csv": (4, 10, "linked"),
    "children_cartoons_characters.csv": (2, 10, "linked"),
    "childrens_survey.csv": (2, 18, "linked"),
    "tutorial.csv": (1, 14, "kobo"),
    "tutorial_w_repeats.csv": (1, 21, "spread"),
    "tutorial_w_repeats_flattened.csv": (2, 16, "kobo"),
}
"""Records, columns, layout."""
PACKS = ("customer_satisfaction", "grouped_translated", "literacy_test", "or_other")


@pytest.fixture
def folder(shared: Path) -> Path:
    """The folder of KoboToolbox and ODK files."""
    return shared / "reference" / "formats" / "kobo_odk"


@pytest.mark.parametrize(("name", "expected"), REAL.items())
def test_a_real_file_comes_first_and_every_record_is_kept(
    name: str, expected: tuple[int, int, str], folder: Path
) -> None:
    """Recognised before none, no other platform near; as many records read as the file has."""
    table = read_table(folder / name)
    first = detect_table(table)[0]
    assert (first.platform, first.variant) == ("kobo", expected[2])
    assert all(confidence < 0.5 for platform, confidence in ranked(table).items() if platform != "kobo")
    assert (table.n, len(table.headings)) == expected[:2]
    report = read_back(table, "kobo").report
    assert (report.rows_kept, len(report.columns)) == expected[:2]


@pytest.mark.parametrize(
    ("data", "form", "unplaced"),
    [
        ("tutorial.csv", "tutorial.xls", ("C: picture",)),
        (
            "tutorial_w_repeats.csv",
            "tutorial_w_repeats.xls",
            ("C: picture", "G: children[2]/childs_name", "H: children[2]/childs_age"),
        ),
        ("tutorial_w_repeats_flattened.csv", "tutorial_w_repeats.xls", ("C: picture",)),
        ("children.csv", "childrens_survey.xls", ()),
        ("children_cartoons.csv", "childrens_survey.xls", ()),
        ("childrens_survey.csv", "childrens_survey.xls", ()),
    ],
)
def test_the_form_is_the_codebook(data: str, form: str, unplaced: tuple[str, ...], folder: Path) -> None:
    """Groups before names, names that repeat inside a repeat; only pictures and further repeats find no question."""
    table = read_table(folder / data)
    instrument = draft_instrument(read_structure(folder / form), instrument_id="form").instrument
    proposal = propose_mapping(table, instrument, "kobo")
    assert proposal.unplaced_columns == unplaced
    assert proposal.uncertain == ()
    assert read_responses(table, instrument, proposal.mapping).report.rows_kept == table.n


def test_a_select_multiple_is_one_question_whether_joined_or_split(folder: Path) -> None:
    """The joined column answers, its splits are ignored; without the joined column the splits are the options."""
    joined = importer_of("kobo").arrange(read_table(folder / "children.csv"))
    multiple = [q for q in questions_in(joined, platform="kobo") if q.kind == "multiple"]
    assert [[joined.headings[place].text for place in q.columns] for q in multiple] == [
        ["children/fav_colors"],
        ["children/ice.creams"],
    ]
    assert {h.role for h in joined.headings if "/fav_colors/" in h.text} == {"ignore"}
    split = importer_of("kobo").arrange(read_table(folder / "tutorial.csv"))
    (browsers,) = [q for q in questions_in(split, platform="kobo") if q.kind == "multiple"]
    assert (browsers.name, browsers.option_codes) == ("web_browsers", ("firefox", "chrome", "ie", "safari"))


def test_joined_choices_are_read_option_by_option(folder: Path) -> None:
    """``red blue`` is red and blue and not pink, as the splits True, True, False say."""
    table = read_table(folder / "children.csv")
    instrument = draft_instrument(read_structure(folder / "childrens_survey.xls"), instrument_id="form").instrument
    responses = read_responses(table, instrument, propose_mapping(table, instrument, "kobo").mapping).responses
    first = {c.option: row[0] for c, row in zip(responses.columns, responses.codes, strict=True) if c.option}
    assert (first["red"], first["blue"], first["pink"]) == (2, 2, 1)
    assert (first["vanilla"], first["strawberry"], first["chocolate"]) == (2, 1, 2)


def test_not_asked_and_blank_stay_apart(tmp_path: Path) -> None:
    """``n/a`` was not shown."""
    table = table_of(
        tmp_path,
        "rate,_id,_uuid,_submission_time,_index\n1,1,a,2026-01-01T10:00:00,1\nn/a,2,b,2026-01-01T10:00:00,2\n"
        ",3,c,2026-01-01T10:00:00,3\n5,4,d,2026-01-01T10:00:00,4\n3,5,e,2026-01-01T10:00:00,5\n",
    )
    result = read_back(table, "kobo")
    assert list(result.responses.codes[0]) == [1, MISSING_CODES["not_shown"], MISSING_CODES["blank"], 5, 3]
    assert list(result.responses.respondents.index) == ["a", "b", "c", "d", "e"]


def test_places_are_dropped(folder: Path) -> None:
    """A geopoint and its four columns identify where a person was."""
    arranged = importer_of("kobo").arrange(read_table(folder / "tutorial.csv"))
    places = [heading.text for heading in arranged.headings if heading.role == "identifier"]
    assert places == ["gps", "_gps_latitude", "_gps_longitude", "_gps_altitude", "_gps_precision"]


def test_repeats_know_their_parent(folder: Path) -> None:
    """The parent record is the cluster of its repeats; columns of the parent are brought over by its index."""
    children, parents = read_table(folder / "children.csv"), read_table(folder / "childrens_survey.csv")
    arranged = importer_of("kobo").arrange(children)
    assert {h.text: h.role for h in arranged.headings if h.role == "cluster"} == {"_parent_index": "cluster"}
    assert [remark.code for remark in arranged.remarks] == ["survey.kobo_repeat_table"]
    result = read_back(children, "kobo")
    assert list(result.responses.respondents["cluster"]) == ["1", "1", "1"]
    joined = join_parent(children, parents, columns=["age"])
    assert (joined.n, joined.headings[-1], list(joined.columns[-1])) == (3, "age", ["35", "35", "35"])
    deeper = join_parent(read_table(folder / "children_cartoons.csv"), children, columns=["children/age"])
    assert list(deeper.columns[-1]) == ["5", "5", "3", "3"]
    everything = join_parent(children, parents)
    assert len(everything.headings) == len(set(everything.headings))


def test_a_parent_that_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    """No link, an index that occurs twice, a column that is not there."""
    children = read_table(folder / "children.csv")
    with pytest.raises(MappingError, match="_parent_index → _index"):
        join_parent(children, table_of(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(MappingError, match="row 3"):
        join_parent(children, table_of(tmp_path, "a,_index\n1,1\n2,1\n"))
    with pytest.raises(MappingError, match="height"):
        join_parent(children, read_table(folder / "childrens_survey.csv"), columns=["height"])


def test_repeats_spread_over_columns_become_records(folder: Path) -> None:
    """``children[1]/…`` and ``children[2]/…`` are two records with the parent's answers; empty ones are none."""
    table = read_table(folder / "tutorial_w_repeats.csv")
    unfolded = unfold_repeat(table, "children")
    ages, parents = unfolded.position_of("children/childs_age"), unfolded.position_of("_parent_index")
    assert ages is not None
    assert parents is not None
    assert list(unfolded.columns[ages]) == ["12", "5"]
    assert list(unfolded.columns[parents]) == ["1", "1"]
    assert "age" in unfolded.headings
    assert unfolded.rows == (2, 2)
    assert next(iter(ranked(unfolded))) == "kobo"
    assert [r.code for r in importer_of("kobo").arrange(table).remarks] == ["survey.kobo_repeat_spread"]
    with pytest.raises(MappingError, match=r"pets\[1\]"):
        unfold_repeat(table, "pets")


def test_a_submission_in_several_rows_is_a_cluster(folder: Path) -> None:
    """The flattened file repeats the submission once per child: one person, two rows."""
    arranged = importer_of("kobo").arrange(read_table(folder / "tutorial_w_repeats_flattened.csv"))
    assert [heading.text for heading in arranged.headings if heading.role == "cluster"] == ["meta/instanceID"]
    assert [remark.code for remark in arranged.remarks] == ["survey.kobo_repeat_rows"]


CENTRAL = (
    "SubmissionDate,meta-instanceID,q1,q1/a,q1/b,g1-q2,place-Latitude,place-Longitude,place-Altitude,place-Accuracy,"
    "KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion"
)


def test_odk_central(tmp_path: Path) -> None:
    """Groups set off by a hyphen, splits by a stroke, places by the names of their parts."""
    row = ",uuid:{0},a b,1,1,4,1.5,2.5,0,4,uuid:{0},5,,0,0,,,,0,v1"
    text = f"{CENTRAL}\n" + "\n".join(f"2026-01-0{n}T10:00:00Z{row.format(n)}" for n in (1, 2, 3)) + "\n"
    table = table_of(tmp_path, text)
    first = detect_table(table)[0]
    assert (first.platform, first.variant) == ("kobo", "central")
    arranged = importer_of("kobo").arrange(table)
    kept = [(heading.text, heading.kind, heading.codes) for heading in arranged.headings if heading.role is None]
    assert kept == [("q1", "multiple", ("q1",)), ("g1-q2", None, ("g1_q2", "q2"))]
    assert [h.text for h in arranged.headings if h.role == "respondent"] == ["meta-instanceID"]


def test_repeats_of_odk_central_point_by_key(tmp_path: Path) -> None:
    """``PARENT_KEY`` is the cluster, ``KEY`` the record."""
    children = table_of(
        tmp_path, "name_of,age_of,PARENT_KEY,KEY\nx,4,uuid:1,uuid:1/c[1]\ny,6,uuid:1,uuid:1/c[2]\n", "c.csv"
    )
    arranged = importer_of("kobo").arrange(children)
    assert [heading.role for heading in arranged.headings] == [None, None, "cluster", "respondent"]
    parent = table_of(tmp_path, "SubmissionDate,region,KEY\n2026-01-01,north,uuid:1\n", "p.csv")
    joined = join_parent(children, parent, columns=["region"])
    assert list(joined.columns[-1]) == ["north", "north"]


@pytest.mark.parametrize(("separator", "found"), [("/", "/"), (".", "."), ("-", "-"), (":", ":")])
def test_groups_may_be_set_off_by_other_signs(separator: str, found: str) -> None:
    """The sign after ``meta`` tells; names with other signs stay whole."""
    texts = [f"outer{separator}inner{separator}rate", "plain_name", f"meta{separator}instanceID"]
    assert separator_of(texts) == found
    first = kobo_headings(texts)[0]
    assert (first.path, first.name, first.codes) == (("outer", "inner"), "rate", ("inner_rate", "rate"))


def test_labels_instead_of_names(tmp_path: Path) -> None:
    """Headings and options as labels: splits are known by the heading of their joined column before the stroke."""
    table = table_of(
        tmp_path,
        "How was it?,Which did you use?,Which did you use?/Phone,Which did you use?/Web or app,"
        "_id,_uuid,_submission_time\n"
        "Good,Phone,1,0,1,a,2026-01-01\nBad,Phone Web or app,1,1,2,b,2026-01-01\nGood,Web or app,0,1,3,c,2026-01-02\n",
    )
    arranged = importer_of("kobo").arrange(table)
    assert [(h.text, h.kind) for h in arranged.headings if h.role is None] == [
        ("How was it?", None),
        ("Which did you use?", "multiple"),
    ]


def test_text_beside_other_stands_beside(tmp_path: Path) -> None:
    """``fruit_other`` is the text of ``fruit``."""
    table = table_of(
        tmp_path, "fruit,fruit_other,_id,_uuid,_submission_time\napple,,1,a,2026-01-01\nother,kiwi,2,b,2026-01-01\n"
    )
    arranged = importer_of("kobo").arrange(table)
    assert [(h.text, h.beside) for h in arranged.headings[:2]] == [("fruit", False), ("fruit_other", True)]


@pytest.mark.parametrize("name", PACKS)
def test_a_form_pack_is_read_with_its_own_form(name: str, folder: Path) -> None:
    """Form and submissions in one file: every submission kept, every answer placed."""
    path = folder / f"formpack_{name}.json"
    for table in (read_submissions(path), read_table(path)):
        assert next(iter(ranked(table))) == "kobo"
        instrument = draft_instrument(read_structure(path), instrument_id="pack").instrument
        proposal = propose_mapping(table, instrument, "kobo")
        assert proposal.unplaced_columns == ()
        assert read_responses(table, instrument, proposal.mapping).report.rows_kept == 3


def test_five_versions_of_one_form(folder: Path) -> None:
    """Two submissions per version; the union has every question, and the version of each record."""
    paths = [folder / f"formpack_site_inspection_v{number}.json" for number in range(1, 6)]
    table = read_submissions(*paths)
    assert (table.n, len(table.headings)) == (10, 10)
    version = table.position_of("__version__")
    assert version is not None
    assert [str(cell) for cell in table.columns[version]] == [f"siv{n}" for n in range(1, 6) for _ in (1, 2)]
    for path in paths:
        own = read_submissions(path)
        assert next(iter(ranked(own))) == "kobo"
        instrument = draft_instrument(read_structure(path), instrument_id="site").instrument
        proposal = propose_mapping(own, instrument, "kobo")
        assert proposal.unplaced_columns == ()
        assert read_responses(own, instrument, proposal.mapping).report.rows_kept == 2


def test_a_question_that_moved_between_groups_is_one_question(tmp_path: Path) -> None:
    """``a/ping`` in version 1 and ``b/ping`` in version 2; within one version two columns stay two questions."""
    head = "a/ping,b/ping,__version__,_id,_uuid,_submission_time\n"
    rows = "1,,v1,1,x,2026-01-01\n,4,v2,2,y,2026-01-02\n3,,v1,3,z,2026-01-03\n"
    arranged = importer_of("kobo").arrange(table_of(tmp_path, head + rows))
    assert [str(cell) for cell in arranged.table.columns[0]] == ["1", "4", "3"]
    assert [heading.role for heading in arranged.headings[:2]] == [None, "ignore"]
    assert [remark.code for remark in arranged.remarks] == ["survey.kobo_versions"]
    same = importer_of("kobo").arrange(table_of(tmp_path, head + rows.replace("v2", "v1")))
    assert [heading.role for heading in same.headings[:2]] == [None, None]


def test_json_of_the_api(tmp_path: Path) -> None:
    """Repeats inside a submission become numbered columns, lists one cell."""
    path = tmp_path / "data.json"
    record = {
        "_id": 7,
        "_uuid": "a",
        "_submission_time": "2026-01-01T10:00:00",
        "children": [{"children/name": "x"}, {"children/name": "y"}],
        "_tags": [],
    }
    path.write_text(json.dumps({"count": 1, "results": [record]}), encoding="utf-8")
    table = read_submissions(path)
    assert table.headings == ("_id", "_uuid", "_submission_time", "children[1]/name", "children[2]/name", "_tags")
    assert next(iter(ranked(table))) == "kobo"
    path.write_text(json.dumps({"survey": []}), encoding="utf-8")
    with pytest.raises(ResponseImportError, match="submissions"):
        read_submissions(path)
    deep: dict[str, object] = {"x": 1}
    for _ in range(20):
        deep = {"x": deep}
    path.write_text(json.dumps([deep]), encoding="utf-8")
    with pytest.raises(ResponseImportError, match="10"):
        read_submissions(path)


@pytest.mark.parametrize(
    "text",
    [
        "_id,name,score\n1,a,4\n2,b,5\n",
        "key,status,start,end\n1,open,2026,2026\n",
        "site/a,site/b,note\n1,2,x\n3,4,y\n",
    ],
)
def test_tables_of_others_are_not_taken_for_kobo(text: str, tmp_path: Path) -> None:
    """Databases with ``_id``, tickets with a status, strokes in headings."""
    assert ranked(table_of(tmp_path, text)).get("kobo", 0) < 0.5


def test_a_reading_test_keeps_only_its_words(folder: Path) -> None:
    """Ten measures stand before the words that were ticked."""
    table: Table = importer_of("kobo").arrange(read_submissions(folder / "formpack_literacy_test.json")).table
    place = table.position_of("russian_passage_2")
    assert place is not None
    assert table.columns[place][0] == "1 5 14 16 30 32 39"
