"""LimeSurvey results: real files in three layouts, and small ones for what those do not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from instruments.catalog import load_instrument
from instruments.writers.limesurvey import write_limesurvey_lss
from survey.importers.detect import detect_table, importer_of
from survey.importers.propose import propose_mapping
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import Table, read_table
from survey.scales import MISSING_CODES
from survey.structures import draft_instrument, read_structure
from survey.structures.limesurvey_tables import LimeQuestion, read_lime_tables
from tests.survey.read_back import ranked, read_back, table_of

REAL = {
    "results-survey.csv": (45, 38, "two_rows"),
    "results-survey_codes_es_first150.csv": (150, 189, "codes"),
    "results-survey_fr_fulltext.csv": (68, 205, "texts"),
}
"""Records, columns and layout; the first file has 47 lines, two of which are headings."""
META = "id,submitdate,lastpage,startlanguage,seed"


@pytest.fixture
def folder(shared: Path) -> Path:
    """The folder of LimeSurvey files."""
    return shared / "reference" / "formats" / "limesurvey"


@pytest.mark.parametrize(("name", "expected"), REAL.items())
def test_a_real_file_comes_first_and_every_record_is_kept(
    name: str, expected: tuple[int, int, str], folder: Path
) -> None:
    """Recognised before none, other platforms far behind; as many records read as the file has."""
    table = read_table(folder / name)
    first, second = detect_table(table)[:2]
    assert (first.platform, first.variant, second.platform) == ("limesurvey", expected[2], "none")
    assert (table.n, len(table.headings)) == expected[:2]
    report = read_back(table, "limesurvey").report
    assert report.rows_kept == expected[0] == report.rows_in_file - sum(report.rows_skipped.values())
    assert len(report.columns) == expected[1]


def test_the_workbook_of_the_same_survey_reads_alike(folder: Path) -> None:
    """The owners' workbook holds the answers on its second sheet."""
    table = read_table(folder / "results-survey.xlsx", sheet="Data")
    assert next(iter(ranked(table))) == "limesurvey"
    mine = questions_in(importer_of("limesurvey").arrange(table))
    text = questions_in(importer_of("limesurvey").arrange(read_table(folder / "results-survey.csv")))
    assert [(q.kind, len(q.columns)) for q in mine] == [(q.kind, len(q.columns)) for q in text]


def test_questions_of_the_code_export_are_its_codes(folder: Path) -> None:
    """182 answer columns; as many questions as codes, apart from the texts beside an option."""
    arranged = importer_of("limesurvey").arrange(read_table(folder / "results-survey_codes_es_first150.csv"))
    asked = [heading for heading in arranged.headings if heading.role is None]
    assert len(asked) == 182
    codes = {heading.text.split("[")[0] for heading in asked}
    beside = [heading.text for heading in asked if heading.beside]
    assert beside == ["P16[other]", "P21[other]", "P23A1[other]"]
    assert len(questions_in(arranged, platform="limesurvey")) == len(codes) + len(beside)


def test_not_shown_and_not_answered_stay_apart(folder: Path) -> None:
    """P5[O1]: 68 cells N/A (not shown), 48 no, 34 yes; P7S5: 29 blanks."""
    result = read_back(read_table(folder / "results-survey_codes_es_first150.csv"), "limesurvey")
    counts = {column.heading: column for column in result.report.columns}
    assert counts["P5[O1]"].missing == {"not_shown": 68}
    assert counts["P5[O1]"].n_answered == 34 + 48
    assert counts["P7S5"].missing == {"blank": 29}


def test_full_wordings_give_stems_parts_and_roles(folder: Path) -> None:
    """French names of own columns, character references, a subquestion without a name, times at the end."""
    table = read_table(folder / "results-survey_fr_fulltext.csv")
    arranged = importer_of("limesurvey").arrange(table)
    roles = [heading.role for heading in arranged.headings]
    assert roles[:9] == ["respondent", "submitted", *["paradata"] * 3, "started", "paradata", "identifier", "paradata"]
    assert roles[173] == "duration"
    assert set(roles[174:]) == {"paradata"}
    assert len(roles[174:]) == 31
    assert arranged.headings[9].wordings == ("Nom & Post-nom /Firstname and Surname",)
    assert arranged.headings[13].part == "[1]"
    questions = {question.columns[0]: question for question in questions_in(arranged, platform="limesurvey")}
    assert (questions[10].kind, questions[10].parts) == ("multiple", ("Masculin", "Féminin", "Autres"))
    assert (questions[68].grid, len(questions[68].columns)) == (True, 8)
    assert arranged.headings[112].beside
    assert [problem.code for problem in arranged.remarks] == ["survey.limesurvey_unnamed"]


@pytest.mark.parametrize(
    "headings",
    [
        "Response ID,Date submitted,Last page,Start language,Seed",
        "Antwort ID;Datum Abgeschickt;Letzte Seite;Start-Sprache;Zufallsstartwert",
        "ID de respuesta,Fecha de envío,Última página,Lenguaje inicial,Semilla",
        "ID da resposta,Data de envio,Última página,Idioma inicial,Semente",
        "ID risposta,Data invio,Ultima pagina,Lingua iniziale,Seme",
        "Antwoord ID,Datum ingestuurd,Laatste pagina,Begintaal,Startwaarde",
        "答复 ID,提交日期,最后一页,起始语言,种子",
        "id. Response ID,submitdate. Date submitted,lastpage. Last page,startlanguage. Start language,seed. Seed",
        "Response_ID,Date_submitted,Last_page,Start_language,Seed",
    ],
)
def test_own_columns_are_known_in_every_language(headings: str, tmp_path: Path) -> None:
    """Names of the columns LimeSurvey adds, translated, with codes before them, or with underscores for blanks."""
    mark = ";" if ";" in headings else ","
    row = mark.join(["7", "2026-01-02 10:00:00", "3", "de", "11", "4", "2"])
    table = table_of(tmp_path, f"{headings}{mark}Speed{mark}Price\n{row}\n{row}\n")
    assert next(iter(ranked(table))) == "limesurvey"
    roles = [heading.role for heading in importer_of("limesurvey").arrange(table).headings]
    assert roles == ["respondent", "submitted", "paradata", "paradata", "paradata", None, None]


def test_partial_responses_are_counted(tmp_path: Path) -> None:
    """An empty date of submission."""
    table = table_of(tmp_path, f"{META},Q1\n1,2026-01-02,3,en,5,4\n2,,1,en,6,\n3,,1,en,7,2\n")
    (remark,) = importer_of("limesurvey").arrange(table).remarks
    assert (remark.code, remark.fields["count"], remark.fields["total"]) == ("survey.limesurvey_partial", 2, 3)
    assert all("2" in remark.message(language) for language in ("en", "zh"))


def test_ticks_are_read_as_letters_words_or_what_was_written(tmp_path: Path) -> None:
    """``Y`` and blank for a multiple choice; a matrix of yes and no with blanks is no multiple choice."""
    table = table_of(
        tmp_path,
        f"{META},A[X],A[Y],A[other],B[1a],B[1b]\n"
        "1,2026-01-02,3,en,5,Y,,,Yes,No\n2,2026-01-02,3,en,6,,Y,by hand,No,\n3,2026-01-02,3,en,6,,,,Yes,Yes\n",
    )
    ticked, written, matrix = questions_in(importer_of("limesurvey").arrange(table))
    assert (ticked.name, ticked.kind, ticked.option_codes) == ("A", "multiple", ("X", "Y"))
    assert (written.columns, written.kind) == ((7,), "text")
    assert matrix.grid
    codes = read_back(table, "limesurvey").responses
    ticks = {(c.question, c.option): list(row) for c, row in zip(codes.columns, codes.codes, strict=True)}
    blank = MISSING_CODES["blank"]
    assert ticks["A", "X"] == [2, 1, blank]
    assert ticks["A", "Y"] == [1, 2, blank]


def test_a_ranking_with_a_column_per_place_becomes_one_answer(tmp_path: Path) -> None:
    """``Order [Rank 1]`` holds the option that came first."""
    table = table_of(
        tmp_path,
        "Response ID,Date submitted,Last page,Start language,Order [Rank 1],Order [Rank 2]\n"
        "1,2026-01-02,3,en,Price,Speed\n2,2026-01-02,3,en,Speed,Price\n3,2026-01-02,3,en,Speed,\n",
    )
    (question,) = questions_in(importer_of("limesurvey").arrange(table))
    assert (question.kind, {option.label for option in question.options}) == ("ranking", {"Price", "Speed"})
    codes = read_back(table, "limesurvey").responses.codes
    assert sorted(tuple(int(code) for code in row) for row in codes[:2]) == [
        (1, 2, MISSING_CODES["not_ranked"]),
        (2, 1, 1),
    ]


def test_both_code_and_wording_in_one_heading(tmp_path: Path) -> None:
    """``Q2[SQ1]. Stem [row]`` gives the code and the wordings."""
    table = table_of(
        tmp_path,
        "id. Response ID,submitdate. Date submitted,lastpage. Last page,"
        "Q1. How old?,Q2[SQ1]. Rate [Speed],Q2[SQ2]. Rate [Price]\n"
        "1,2026-01-02,3,44,4,5\n2,2026-01-02,3,43,2,1\n",
    )
    headings = importer_of("limesurvey").arrange(table).headings
    assert [(h.group, h.part, h.codes) for h in headings[3:]] == [
        ("Q1", None, ("Q1",)),
        ("Q2", "Speed", ("Q2_SQ1",)),
        ("Q2", "Price", ("Q2_SQ2",)),
    ]
    assert headings[4].wordings[0] == "Speed"


@pytest.mark.parametrize(
    "text",
    [
        "Timestamp,How was it? [Speed],How was it? [Price]\n1/2/2026,Good,Bad\n1/3/2026,Good,Good\n",
        "id,start language,score\n1,en,4\n2,de,5\n",
        "ID,Start date,Seed,Notes\n1,2026-01-01,12,a\n2,2026-01-02,13,b\n",
        "x[1],x[2],x[3],y\n1,2,3,4\n4,5,6,7\n",
    ],
)
def test_tables_of_others_are_not_taken_for_limesurvey(text: str, tmp_path: Path) -> None:
    """Grids of Google Forms, words that also stand elsewhere, arrays."""
    assert ranked(table_of(tmp_path, text)).get("limesurvey", 0) < 0.5


def answer_columns(question: LimeQuestion) -> list[str]:
    """Headings of a code export for one question, as LimeSurvey writes them."""
    code, kind = question.code, question.type
    rows = [entry.code for entry in question.subquestions if entry.scale == "0"]
    if kind in {"M", "P"}:
        comments = [f"{code}[{row}comment]" for row in rows] if kind == "P" else []
        return [*(f"{code}[{row}]" for row in rows), *comments, *([f"{code}[other]"] if question.other else [])]
    if kind in {":", ";"}:
        columns = [entry.code for entry in question.subquestions if entry.scale == "1"]
        return [f"{code}[{row}_{column}]" for row in rows for column in columns]
    if kind == "1":
        return [f"{code}[{row}][{half}]" for row in rows for half in (1, 2)]
    if kind in {"A", "B", "C", "E", "F", "H", "K", "Q"}:
        return [f"{code}[{row}]" for row in rows]
    if kind in {"X", "|", "*"}:
        return []
    return [code, *([f"{code}[other]"] if question.other else []), *([f"{code}[comment]"] if kind == "O" else [])]


def placed(path: Path) -> None:
    """Every answer column of a code export finds its question in the structure."""
    asked = [q for group in read_lime_tables(path).groups for q in group.questions if q.type != "R"]
    headings = [*META.split(","), *(column for question in asked for column in answer_columns(question))]
    table = Table(
        file="results.csv",
        kind="csv",
        header_row=1,
        headings=tuple(headings),
        columns=tuple([""] for _ in headings),
        rows=(2,),
    )
    instrument = draft_instrument(read_structure(path), instrument_id="book").instrument
    proposal = propose_mapping(table, instrument, "limesurvey")
    assert proposal.unplaced_columns == ()
    unasked = {q.code for group in read_lime_tables(path).groups for q in group.questions if q.type == "R"}
    unasked |= {column.heading for column in proposal.mapping.columns if column.role == "identifier"}
    assert {code for code in proposal.unplaced_questions if not code.startswith("placeholder")} <= unasked
    assert all(column.similarity in {None, 1.0} for column in proposal.mapping.columns)
    report = read_responses(table, instrument, proposal.mapping).report
    assert report.rows_kept == 1


@pytest.mark.parametrize(
    "name", ["answers.lss", "survey.lss", "limesurvey_survey_432535.lss", "group.lsg", "free_text.lsq"]
)
def test_with_the_structure_every_answer_column_is_placed(name: str, folder: Path) -> None:
    """Real structures, and the headings LimeSurvey gives their answers."""
    placed(folder / name)


@pytest.mark.parametrize("instrument", ["after_sales", "servqual", "kiosk_service"])
def test_with_an_exported_instrument_every_answer_column_is_placed(instrument: str, tmp_path: Path) -> None:
    """An instrument exported to LimeSurvey comes home with its codes."""
    path = tmp_path / "survey.lss"
    write_limesurvey_lss(load_instrument(instrument), path)
    placed(path)


def test_every_type_of_question_is_placed(tmp_path: Path) -> None:
    """Dual scales, matrices of numbers, comments and other in one structure."""
    lines = ["class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tvalidation\tmandatory\tother\tdefault"]

    def add(kind: str, scale: str, name: str, text: str, other: str = "") -> None:
        lines.append("\t".join([kind, scale, name, "1", text, "", "en", "", "", other, ""]))

    lines.append("S\t\tlanguage\t\ten\t\t\t\t\t\t")
    add("G", "G0", "Group", "")
    for scale, name, other in (("L", "SINGLE", "Y"), ("O", "COMM", ""), ("M", "MULTI", "Y"), ("P", "MULTIC", "Y")):
        add("Q", scale, name, f"Question {name}", other)
        for number in (1, 2):
            add("SQ" if scale in {"M", "P"} else "A", "0", f"A{number}", f"Option {number}")
    for scale, name in (("1", "DUAL"), ("F", "ARRAY"), (":", "NUMS"), ("K", "MANY")):
        add("Q", scale, name, f"Question {name}")
        for number in (1, 2):
            add("SQ", "0", f"R{number}", f"Row {number}")
        if scale == ":":
            for number in (1, 2):
                add("SQ", "1", f"C{number}", f"Column {number}")
        if scale in {"1", "F"}:
            for half in ("0", "1") if scale == "1" else ("0",):
                for number in (1, 2):
                    add("A", half, f"O{number}", f"Answer {number}")
    path = tmp_path / "structure.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    placed(path)


def test_what_was_written_beside_other_ticks_it(tmp_path: Path) -> None:
    """With the structure, ``MULTI[other]`` is the option; its text counts as a tick."""
    lines = [
        "class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tvalidation\tmandatory\tother\tdefault",
        "S\t\tlanguage\t\ten\t\t\t\t\t\t",
        "G\tG0\tGroup\t1\t\t\ten\t\t\t\t",
        "Q\tM\tMULTI\t1\tWhich?\t\ten\t\t\tY\t",
        "SQ\t0\tA1\t1\tOne\t\ten\t\t\t\t",
    ]
    path = tmp_path / "structure.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    instrument = draft_instrument(read_structure(path), instrument_id="book").instrument
    table = table_of(tmp_path, f"{META},MULTI[A1],MULTI[other]\n1,2026-01-02,3,en,5,Y,\n2,2026-01-02,3,en,6,,a bus\n")
    mapping = propose_mapping(table, instrument, "limesurvey").mapping
    responses = read_responses(table, instrument, mapping).responses
    ticks = {c.option: list(row) for c, row in zip(responses.columns, responses.codes, strict=True) if c.option}
    assert ticks == {"A1": [2, 1], "other": [1, 2]}


def test_other_of_a_single_choice(tmp_path: Path) -> None:
    """``-oth-`` is the option other, in code exports; in text exports its name in the survey's language is."""
    lines = [
        "class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tvalidation\tmandatory\tother\tdefault",
        "S\t\tlanguage\t\tes\t\t\t\t\t\t",
        "G\tG0\tGrupo\t1\t\t\tes\t\t\t\t",
        "Q\tL\tONE\t1\t¿Cuál?\t\tes\t\t\tY\t",
        "A\t0\tA1\t1\tUno\t\tes\t\t\t\t",
        "Q\tY\tTWO\t1\t¿Lo usa?\t\tes\t\t\t\t",
    ]
    path = tmp_path / "structure.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    instrument = draft_instrument(read_structure(path), instrument_id="book").instrument
    for answers in ("A1,,Y\n2,2026-01-02,3,es,6,-oth-,un bus,N", "Uno,,Sí\n2,2026-01-02,3,es,6,Otro,un bus,No"):
        table = table_of(tmp_path, f"{META},ONE,ONE[other],TWO\n1,2026-01-02,3,es,5,{answers}\n")
        mapping = propose_mapping(table, instrument, "limesurvey").mapping
        responses = read_responses(table, instrument, mapping).responses
        rows = {c.question: list(row) for c, row in zip(responses.columns, responses.codes, strict=True)}
        assert (rows["ONE"], rows["TWO"]) == ([1, 2], [1, 2])
