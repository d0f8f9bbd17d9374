"""Protecting persons at the border: roles of columns, what is kept of them, and that nothing else is stored."""

from __future__ import annotations

import pytest

from survey.errors import MappingError
from survey.importers.mapping import Column
from survey.importers.propose import propose_mapping
from survey.importers.protection import treatment_of
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.privacy import (
    heading_privacy,
    identifying_kind,
    last_four,
    linking_form,
    pseudonym,
    region_in,
)
from survey.scales import MISSING_CODES

KEY = bytes(range(32))
PHONES = ("13800000001", "13800000002", "13800000003")


def everything_in(read) -> str:
    """Whatever a reader of results, reports, logs or a notebook may get to see of an import."""
    responses, report = read.responses, read.report
    parts = [
        responses.respondents.to_csv(),
        repr(responses),
        repr(responses.texts),
        repr(report),
        str(report.to_dict()),
    ]
    return "\n".join([*parts, *(warning.message(lang) for warning in report.warnings for lang in ("en", "zh"))])


@pytest.mark.parametrize(
    ("heading", "role", "kind"),
    [
        ("3、您的手机号", "identifier", "telephone"),
        ("Adresse IP", "identifier", "network"),
        ("IP-Adresse", "identifier", "network"),
        ("Nom &amp; Post-nom /Firstname and Surname", "identifier", "name"),
        ("姓名/手机号码", "identifier", "name"),
        ("contact/phone", "identifier", "telephone"),
        ("_gps_latitude", "identifier", "address"),
        ("出生日期", "quasi", "birth"),
        ("Zip code", "quasi", "postcode"),
        ("所在单位", "quasi", "employer"),
        ("您的月收入（元）", "sensitive", "finance"),
        ("宗教信仰", "sensitive", "belief"),
    ],
)
def test_what_a_heading_announces(heading, role, kind):
    """Numbers, courtesies, brackets, groups and entities do not hide it."""
    found = heading_privacy(heading)
    assert found is not None
    assert found.role == role
    assert found.kind == kind or heading.startswith("姓名")


@pytest.mark.parametrize(
    "heading", ["fav_colors/red", "手机价格", "单位价格是否合理", "Genre /Gender [Masculin]", "城市满意度"]
)
def test_headings_that_only_mention_a_trait(heading):
    """They are questions."""
    assert heading_privacy(heading) is None


def test_the_region_is_what_the_platform_wrote_beside_the_address():
    """No address is looked up; a cell without an address gives nothing, so a name cannot pass for a region."""
    assert region_in("192.0.2.1(江苏-南京)") == "江苏-南京"
    assert region_in("2001:db8::1（广东-深圳）") == "广东-深圳"
    for cell in ("192.0.2.1(未知)", "192.0.2.1", "张三", "(江苏)", None):
        assert region_in(cell) is None


def test_four_digits_of_a_telephone_number_only():
    """Shorter numbers would be given away by them."""
    assert last_four("138-0000-1234") == "1234"
    assert last_four("12345") is None


def test_one_person_in_several_spellings():
    """Country code, hyphens, width and case do not make another person; another digit does."""
    spellings = ["13812345678", "+86 138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "0086-13812345678"]
    assert len({pseudonym(text, KEY) for text in spellings}) == 1
    assert linking_form("A.B@Example.org") == linking_form("a.b@example.org")
    assert pseudonym("13812345679", KEY) != pseudonym("13812345678", KEY)


def test_a_digest_is_hmac_sha_256():
    """RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?"; the first 64 bits."""
    assert pseudonym("what do ya want for nothing?", b"Jefe") == "5bdcc146bf60754e"


@pytest.mark.parametrize(
    ("column", "cells", "role", "keep"),
    [
        ({"heading": "来自IP", "role": "identifier"}, ["192.0.2.1(江苏-南京)", "192.0.2.2"], "identifier", "region"),
        ({"heading": "IP", "role": "identifier"}, ["192.0.2.1"], "identifier", "drop"),
        ({"heading": "姓名", "role": "identifier"}, ["张三"], "identifier", "drop"),
        ({"heading": "手机", "role": "identifier", "keep": "last4"}, ["13800000001"], "identifier", "last4"),
        ({"heading": "id", "role": "respondent"}, ["A1", "A2"], "paradata", None),
        ({"heading": "id", "role": "respondent"}, PHONES, "identifier", "digest"),
        ({"heading": "w", "question": "WHY"}, ["good", "bad"], "free_text", "masked"),
        ({"heading": "w", "question": "WHY"}, PHONES, "identifier", "drop"),
        ({"heading": "姓名", "question": "WHY"}, ["张三"], "identifier", "drop"),
        ({"heading": "姓名", "question": "WHY", "privacy": "answer"}, ["张三"], "answer", "masked"),
        ({"heading": "出生日期", "question": "WHY"}, ["1990-03-07"], "quasi", "masked"),
        ({"heading": "年龄", "question": "AGE"}, ["33"], "quasi", None),
        ({"heading": "phone", "question": "AGE"}, ["13800000001"], "identifier", "drop"),
        ({"heading": "收入", "question": "Q1"}, ["5"], "sensitive", None),
        ({"heading": "姓名", "question": "Q1"}, ["5"], "answer", None),
        ({"heading": "城市", "role": "paradata"}, ["南京"], "quasi", None),
        ({"heading": "psu", "role": "cluster"}, PHONES, "identifier", "digest"),
    ],
)  # fmt: skip
def test_the_role_decides_what_is_kept(instrument, column, cells, role, keep):
    """Use, heading and cells give the role; the mapping has the last word."""
    made = Column.model_validate(column)
    question = None if made.question is None else instrument.question(made.question)
    treated = treatment_of(made, cells, question)
    assert (treated.role, treated.keep) == (role, keep)


def test_nothing_that_identifies_is_stored(instrument, mapping_of, write_csv):
    """Identifiers are gone before anything is read; regions, digests and digits stay where the mapping keeps them."""
    path = write_csv(
        [
            ["手机号", "来自IP", "姓名", "邮箱", "q", "w", "age"],
            [PHONES[0], "192.0.2.1(江苏-南京)", "张三丰", "z@example.org", "5", "我叫张三丰，电话13912345678", "30"],
            [PHONES[1], "192.0.2.2(广东-深圳)", "李四光", "l@example.org", "4", "还行", "40"],
        ]
    )
    mapping = mapping_of(
        {
            "手机号": {"role": "identifier", "keep": "last4"},
            "来自IP": {"role": "identifier"},
            "姓名": {"role": "identifier"},
            "邮箱": {"role": "identifier", "keep": "digest"},
            "q": "Q1",
            "w": "WHY",
            "age": "AGE",
        }
    )
    read = read_responses(path, instrument, mapping, study_key=lambda: KEY)
    said = everything_in(read)
    for secret in (*PHONES[:2], "192.0.2", "张三丰", "李四光", "example.org", "13912345678"):
        assert secret not in said
    table = read.responses.respondents
    assert table["last_four"].tolist() == ["0001", "0002"]
    assert table["region"].tolist() == ["江苏-南京", "广东-深圳"]
    assert table["person"].tolist() == [pseudonym("z@example.org", KEY), pseudonym("l@example.org", KEY)]
    assert read.responses.texts["WHY"] == ["我叫●●●，电话●●●", "还行"]
    done = {action.column: (action.role, action.action, action.count) for action in read.report.privacy}
    assert done == {
        "A": ("identifier", "last4", 2),
        "B": ("identifier", "region", 2),
        "C": ("identifier", "drop", 2),
        "D": ("identifier", "digest", 2),
        "F": ("free_text", "masked", 1),
    }


def test_a_person_has_one_digest_in_every_file_where_the_mapping_asks_for_it(instrument, mapping_of, write_csv):
    """Without keep: digest the key is the file's, and a remark says so; no report holds the digest of a duplicate."""
    for keep, same, code in ((None, False, "for_file"), ("digest", True, "for_study")):
        ids = []
        for wave, name in (("1", "a.csv"), ("2", "b.csv")):
            path = write_csv([["手机", "q"], [PHONES[0], wave], [PHONES[0], "5"]], name=name)
            column = {"role": "respondent"} | ({"keep": keep} if keep else {})
            read = read_responses(path, instrument, mapping_of({"手机": column, "q": "Q1"}), study_key=lambda: KEY)
            ids.append(read.responses.respondents.index[0])
            assert f"survey.ids_digested_{code}" in [warning.code for warning in read.report.warnings]
            assert ids[-1] not in str(read.report.to_dict())
        assert (ids[0] == ids[1]) == same


def test_a_number_question_that_holds_telephone_numbers_is_redacted(instrument, mapping_of, write_csv):
    """Whatever the mapping calls it; a warning says how to insist."""
    path = write_csv([["x", "y"], [PHONES[0], "a"], [PHONES[1], "b"], ["", "c"]])
    read = read_responses(path, instrument, mapping_of({"x": "AGE"}))
    assert read.responses.numbers["AGE"].missing.tolist() == [
        MISSING_CODES["redacted"], MISSING_CODES["redacted"], MISSING_CODES["blank"],
    ]  # fmt: skip
    assert "survey.column_redacted" in [warning.code for warning in read.report.warnings]
    assert PHONES[0] not in everything_in(read)


def test_an_answer_can_be_kept_from_being_read(instrument, mapping_of, write_csv):
    """keep: drop on a scale question redacts its answers."""
    path = write_csv([["x", "y"], ["5", "a"], ["", "b"]])
    read = read_responses(path, instrument, mapping_of({"x": {"question": "Q1", "keep": "drop"}}))
    assert read.responses.codes_of("Q1").tolist() == [MISSING_CODES["redacted"], MISSING_CODES["blank"]]


def test_order_numbers_are_masked_on_request(instrument, mapping_of, write_csv):
    """mask_also of the mapping."""
    path = write_csv([["w"], ["订单号JD123456789012没到"]])
    plain = mapping_of({"w": "WHY"})
    asked = plain.model_copy(update={"mask_also": ("order_number",)})
    assert read_responses(path, instrument, plain).responses.texts["WHY"] == ["订单号JD123456789012没到"]
    assert read_responses(path, instrument, asked).responses.texts["WHY"] == ["订单号●●●没到"]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"a": {"question": "Q1", "keep": "region"}}, "keep_not_possible"),
        ({"a": {"role": "respondent", "keep": "last4"}}, "keep_not_possible"),
        ({"a": {"role": "paradata", "keep": "masked"}}, "keep_not_possible"),
        ({"a": {"role": "identifier", "keep": "digest"}, "b": {"role": "identifier", "keep": "digest"}}, "keep_twice"),
        ({"a": {"question": "Q1", "invalid": ["13812345678"]}}, "personal_value_in_mapping"),
    ],
)
def test_a_mapping_that_cannot_be_followed(instrument, mapping_of, write_csv, columns, code):
    """Each is said with the column; a value that identifies is not repeated."""
    path = write_csv([["a", "b"], ["5", "x"]])
    with pytest.raises(MappingError) as caught:
        read_responses(path, instrument, mapping_of(columns))
    assert [problem.code for problem in caught.value.problems] == [f"survey.{code}"]
    assert "13812345678" not in caught.value.message("en") + caught.value.message("zh")


def test_a_proposal_says_what_identifies_and_why(instrument, write_csv):
    """Roles, what is kept and what they were seen by; plain answers stay bare."""
    path = write_csv(
        [
            ["手机", "来自IP", "x", "城市", "1、您对响应速度有多满意？"],
            ["13800000001", "192.0.2.1(江苏-南京)", "a@example.org", "南京", "5"],
            ["13800000002", "192.0.2.2(江苏-苏州)", "b@example.org", "苏州", "4"],
        ]
    )
    columns = propose_mapping(read_table(path), instrument).mapping.columns
    assert [(c.privacy, c.keep, c.seen_in) for c in columns] == [
        ("identifier", "drop", "heading"),
        ("identifier", "region", "heading"),
        ("identifier", "drop", "cells"),
        ("quasi", None, "heading"),
        (None, None, None),
    ]


def test_cells_in_messages_and_reprs(write_csv):
    """The repr of a table shows no cell."""
    table = read_table(write_csv([["a", "b"], ["13812345678", "x"]]))
    assert "13812345678" not in repr(table)
    assert identifying_kind(table.columns[0]) == "telephone"
