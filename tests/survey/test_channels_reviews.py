"""Order reviews: stars, sub-ratings, automatic five stars, follow-ups, orders, faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from survey.channels.mapping import ChannelMapping, read_channel_mapping
from survey.channels.read import holds_ids, read_channel, read_order_table
from survey.errors import MappingError, ResponseImportError
from survey.privacy import pseudonym
from tests.survey.channel_tables import KEY, accounted, changed, proposed, read, write_csv

HEADINGS = [
    "订单编号",
    "买家昵称",
    "评分",
    "宝贝与描述相符",
    "卖家的服务态度",
    "物流服务的质量",
    "评价内容",
    "追评内容",
    "评价时间",
    "追评时间",
    "是否默认好评",
    "商品名称",
]
ROWS = [
    ["1001", "小明", "5", "5", "4", "5", "很好用", "", "2024-03-01 10:00", "", "否", "水壶"],
    ["1002", "小红", "5", "5", "5", "5", "", "", "2024-03-02 10:00", "", "是", "水壶"],
    [
        "1003",
        "小红",
        "2",
        "1",
        "3",
        "4",
        "漏水，电话13812345678",
        "换了一个，还行",
        "2024-03-03",
        "2024-03-10",
        "否",
        "茶杯",
    ],
    ["1004", "小刚", "5", "5", "5", "5", "此用户没有填写评价。", "", "2024-03-04 10:00", "", "否", "茶杯"],
]


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "reviews.csv", [HEADINGS, *ROWS])


def test_every_row_becomes_a_record(reviews: Path) -> None:
    """Stars, three sub-ratings, comment, follow-up and its delay (3 to 10 March: 7 days)."""
    result = read(reviews, "order_review")
    touchpoints = result.touchpoints
    assert accounted(result)
    assert touchpoints.n_records == 4
    assert {m for m in touchpoints.metrics if m.startswith("sub_rating.")} == {
        "sub_rating.宝贝与描述相符",
        "sub_rating.卖家的服务态度",
        "sub_rating.物流服务的质量",
    }
    assert touchpoints.values("rating").tolist() == [5.0, 5.0, 2.0, 5.0]
    assert touchpoints.scale_of("rating") == (1.0, 5.0)
    assert touchpoints.values("follow_up_days")[2] == 7.0
    assert touchpoints.n_persons == 3


def test_automatic_five_stars_are_marked_by_flag_and_by_text(reviews: Path) -> None:
    """Row 2 is flagged, row 4 carries the platform's own text, which is no comment."""
    result = read(reviews, "order_review")
    touchpoints = result.touchpoints
    assert touchpoints.defaults("rating").tolist() == [False, True, False, True]
    assert touchpoints.defaults("sub_rating.宝贝与描述相符").tolist() == [False, True, False, True]
    assert touchpoints.texts("comment")[3] is None
    assert result.report.n_default == 2


def test_texts_a_study_declares_count_as_automatic_too(tmp_path: Path) -> None:
    """``default_texts`` of the mapping add to the list that is shipped."""
    path = write_csv(tmp_path / "r.csv", [["评分", "评价内容"], ["5", "系统代评"], ["4", "不错"]])
    mapping = proposed(path, "order_review").model_copy(update={"default_texts": ("系统代评",)})
    assert read_channel(path, mapping).touchpoints.defaults("rating").tolist() == [True, False]


def test_nothing_personal_is_kept(reviews: Path) -> None:
    """Nicknames and order numbers are digests, the telephone number inside a comment is masked."""
    frame = read(reviews, "order_review").touchpoints.to_frame()
    everything = frame.to_csv()
    for raw in ("小明", "小红", "1001", "1003", "13812345678"):
        assert raw not in everything
    assert frame["respondent_key"][0] == pseudonym("小明", KEY)


def test_one_key_links_files_and_another_does_not(reviews: Path) -> None:
    """Equal keys give equal digests; without a key they are made from the file alone."""
    first, again = (read(reviews, "order_review").touchpoints.records["respondent_key"] for _ in range(2))
    other = read_channel(reviews, proposed(reviews, "order_review"), key=b"x" * 32).touchpoints
    assert first.tolist() == again.tolist()
    assert not set(first) & set(other.records["respondent_key"])


def test_records_of_erased_persons_are_left_out(reviews: Path) -> None:
    """小红 wrote two of four; both rows are counted as erased."""
    result = read(reviews, "order_review", erased={pseudonym("小红", KEY)})
    assert result.touchpoints.n_records == 2
    assert result.report.rows_skipped["erased"] == 2
    assert accounted(result)


def test_repeated_ids_are_kept_and_reported_unless_the_study_says_first(tmp_path: Path) -> None:
    """Three rows, one id twice."""
    path = write_csv(tmp_path / "r.csv", [["review_id", "rating"], ["a", "5"], ["b", "3"], ["a", "1"]])
    kept = read(path, "order_review")
    assert (kept.touchpoints.n_records, kept.report.n_ids_twice) == (3, 1)
    assert "survey.channel_ids_twice" in [warning.code for warning in kept.report.warnings]
    first = read(path, "order_review", repeated_ids="first")
    assert first.touchpoints.values("rating").tolist() == [5.0, 3.0]
    assert first.report.rows_skipped["repeated_id"] == 1
    assert accounted(first)


def test_orders_tell_late_from_not_late(tmp_path: Path) -> None:
    """Late is a day after the promised one; an undelivered order is neither; an undated delivery is not late."""
    orders = write_csv(
        tmp_path / "orders.csv",
        [
            ["order_id", "customer_id", "order_status", "ordered at", "delivered at", "promised at"],
            ["o1", "c1", "delivered", "2024-01-01", "2024-01-05 09:00", "2024-01-04"],
            ["o2", "c2", "delivered", "2024-01-01", "2024-01-04 23:00", "2024-01-04"],
            ["o3", "c2", "shipped", "2024-01-01", "", "2024-01-04"],
            ["o4", "c3", "delivered", "2024-01-01", "", "2024-01-04"],
        ],
    )
    path = write_csv(
        tmp_path / "r.csv", [["order_id", "rating"], ["o1", "1"], ["o2", "5"], ["o3", "2"], ["o4", "5"], ["o9", "4"]]
    )
    table, warnings = read_order_table(orders, proposed(orders, "orders"), key=KEY)
    result = read(path, "order_review", orders=table)
    touchpoints = result.touchpoints
    assert touchpoints.attributes["delivery"].tolist() == ["late", "not_late", None, "not_late", None]
    assert touchpoints.attributes["order_status"].tolist() == ["delivered", "delivered", "shipped", "delivered", None]
    assert touchpoints.values("delivery_days")[0] == pytest.approx(4.375)
    assert touchpoints.records["respondent_key"][1] == touchpoints.records["respondent_key"][2]
    assert [w.code for w in warnings] == ["survey.channel_delivered_undated"]
    assert {w.code: w.fields["count"] for w in result.report.warnings}["survey.channel_orders_unmatched"] == 1


def test_every_faulty_cell_is_named_with_row_and_column(tmp_path: Path) -> None:
    """Two stars off the scale and a time that is none: three problems, Excel's rows and letters."""
    path = write_csv(
        tmp_path / "r.csv",
        [["评分", "评价时间"], ["5", "2024-01-01"], ["6", "2024-01-02"], ["很赞", "昨天"], ["1", "2024-01-03"]],
    )
    mapping = changed(proposed(path, "order_review"), "评分", lowest=1, highest=5)
    with pytest.raises(ResponseImportError) as fault:
        read_channel(path, mapping)
    found = [(p.code, p.place.row, p.place.column) for p in fault.value.problems]
    assert found == [
        ("survey.channel_rating_outside", 3, "A"),
        ("survey.channel_rating_outside", 4, "A"),
        ("survey.channel_time_unreadable", 4, "B"),
    ]


def test_a_mapping_settles_what_cells_mean(tmp_path: Path) -> None:
    """``values`` translate, ``absent`` and ``invalid`` are missing."""
    path = write_csv(tmp_path / "r.csv", [["评分"], ["5"], ["神评"], ["没打分"], ["乱码"]])
    mapping = changed(
        proposed(path, "order_review"),
        "评分",
        lowest=1,
        highest=5,
        values={"神评": 4},
        absent=("没打分",),
        invalid=("乱码",),
    )
    values = read_channel(path, mapping).touchpoints.values("rating")
    assert values[:2].tolist() == [5.0, 4.0]
    assert np.isnan(values[2:]).all()


def test_words_for_stars_are_understood(tmp_path: Path) -> None:
    """好评/中评/差评 are a scale of three, 五星 and ``4 stars`` of five."""
    three = write_csv(tmp_path / "a.csv", [["评价结果"], ["好评"], ["中评"], ["差评"]])
    five = write_csv(tmp_path / "b.csv", [["星级"], ["五星"], ["4 stars"], ["3"]])
    assert read(three, "order_review").touchpoints.scale_of("rating") == (1.0, 3.0)
    assert read(three, "order_review").touchpoints.values("rating").tolist() == [3.0, 2.0, 1.0]
    assert read(five, "order_review").touchpoints.values("rating").tolist() == [5.0, 4.0, 3.0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("13/02/2024 08:30", "2024-02-13T08:30:00"), ("2/13/2024 8:30", "2024-02-13T08:30:00")],
)
def test_the_order_of_day_and_month_is_taken_from_the_column(tmp_path: Path, written: str, expected: str) -> None:
    """A 13 shows which is the day."""
    path = write_csv(tmp_path / "r.csv", [["rating", "review date"], ["4", written]])
    touchpoints = read(path, "order_review").touchpoints
    assert touchpoints.records["occurred_at"][0] == np.datetime64(expected)


def test_an_open_order_of_day_and_month_is_asked_for(tmp_path: Path) -> None:
    """3/4/2024 may be either; the mapping says which."""
    path = write_csv(tmp_path / "r.csv", [["rating", "review date"], ["4", "3/4/2024"]])
    with pytest.raises(ResponseImportError, match="tells day from month"):
        read(path, "order_review")
    mapping = changed(proposed(path, "order_review"), "review date", date_order="mdy")
    assert read_channel(path, mapping).touchpoints.records["occurred_at"][0] == np.datetime64("2024-03-04T00:00:00")


def test_a_file_of_something_else_is_refused_with_the_words_that_are_known(tmp_path: Path) -> None:
    """The message names headings found and words known."""
    path = write_csv(tmp_path / "r.csv", [["colour", "weight in kg"], ["red", "3"]])
    with pytest.raises(MappingError, match=r"colour.*评分"):
        proposed(path, "order_review")


def test_a_mapping_of_another_file_names_the_columns_it_misses(reviews: Path, tmp_path: Path) -> None:
    """All of them, with the nearest heading."""
    other = write_csv(tmp_path / "other.csv", [["评分数", "内容"], ["5", "好"]])
    with pytest.raises(MappingError) as fault:
        read_channel(other, proposed(reviews, "order_review"))
    assert len(fault.value.problems) > 5


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"heading": "a", "field": "stars"}, "survey.channel_field_unknown"),
        ({"heading": "a", "field": "rating", "lowest": 1}, "survey.channel_scale_ends"),
    ],
)
def test_a_faulty_mapping_is_refused_in_words(tmp_path: Path, entry: dict[str, object], code: str) -> None:
    """Misspelt fields and half a scale."""
    import yaml

    path = tmp_path / "m.yaml"
    path.write_text(
        yaml.safe_dump({"schema": "satix.channel/1", "channel": "order_review", "columns": [entry]}), encoding="utf-8"
    )
    with pytest.raises(MappingError) as fault:
        read_channel_mapping(path)
    assert [problem.code for problem in fault.value.problems] == [code]


def test_two_columns_cannot_hold_one_field() -> None:
    """Unless the field may be held several times, by code."""
    columns = [{"heading": "a", "field": "rating"}, {"heading": "b", "field": "rating"}]
    with pytest.raises(ValueError, match="2 columns"):
        ChannelMapping.model_validate({"channel": "order_review", "columns": columns})
    several = [{"heading": h, "field": "sub_rating", "code": h} for h in ("a", "b")]
    assert not holds_ids(ChannelMapping.model_validate({"channel": "order_review", "columns": several}))
