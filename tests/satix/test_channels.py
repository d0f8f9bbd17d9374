"""Channels of a study: from ``channels:`` to results and report; what is refused; the import command's account."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from satix.channel_import import channel_mapping_text, describe_channel
from satix.pipeline import check_study, evaluate, evaluate_to_folder
from satix.project import load_study
from survey.channels.mapping import read_channel_mapping
from survey.errors import SatixError, StudyError
from survey.privacy import pseudonym
from tests.satix.small_study import SmallStudy
from tests.survey.channel_tables import proposed, write_csv
from tests.survey.test_channels_service import CALLS


@pytest.fixture
def folder(small: SmallStudy) -> Path:
    return small.folder


def add(folder: Path, name: str, rows: list[list[Any]] | Path, channel: str, **more: Any) -> Path:
    """Put a channel's file and its drafted mapping into the study, and name them in ``channels``."""
    target = folder / "data" / name
    if isinstance(rows, Path):
        target.write_bytes(gzip.decompress(rows.read_bytes()))
    else:
        write_csv(target, rows)
    (folder / "mappings").mkdir(exist_ok=True)
    mapping = folder / "mappings" / f"{target.stem}.yaml"
    mapping.write_text(channel_mapping_text(proposed(target, channel)), encoding="utf-8")
    if channel != "orders":
        entry = {"file": f"data/{name}", "channel": channel, "mapping": f"mappings/{mapping.name}", "wave": "w2"}
        edit(folder, lambda study: study.setdefault("channels", []).append(entry | more))
    return target


def edit(folder: Path, change: Any) -> None:
    file = folder / "study.yaml"
    study = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(study)
    file.write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8")


def reviews(n: int, *, default: int = 0) -> list[list[Any]]:
    """``n`` reviews by as many people, ratings 1 to 5 in turn, the last ``default`` of them automatic."""
    head = ["订单编号", "买家昵称", "评分", "评价内容", "是否默认好评", "店铺"]
    rows = [
        [f"o{i}", f"客户{i}", i % 5 + 1, "不错" if i % 2 else "", "否", "甲" if i < n - 3 else "乙"] for i in range(n)
    ]
    return [head, *rows, *[[f"d{i}", f"沉默{i}", 5, "", "是", "甲"] for i in range(default)]]


def test_a_mapping_survives_being_written_and_read(tmp_path: Path) -> None:
    """What is drafted, saved and read again is the same mapping."""
    path = write_csv(tmp_path / "r.csv", reviews(4))
    file = tmp_path / "m.yaml"
    file.write_text(channel_mapping_text(proposed(path, "order_review")), encoding="utf-8")
    assert read_channel_mapping(file) == proposed(path, "order_review")


def test_ratings_reach_results_and_report_in_both_languages(folder: Path) -> None:
    """50 people rate 1 to 5 in turn: mean 3; twenty automatic fives are counted beside it, not in it."""
    add(folder, "reviews.csv", reviews(50, default=20), "order_review", label={"zh": "淘宝评价", "en": "Shop reviews"})
    written = evaluate_to_folder(folder)
    channel = written.results.channels[0]
    rating = channel.ratings[0]
    assert (channel.n_records, channel.n_persons, channel.wave) == (70, 70, "w2")
    assert rating.mean.estimate == 3.0
    assert (rating.mean.n, rating.n_default) == (50, 20)
    assert rating.with_defaults == pytest.approx((50 * 3 + 20 * 5) / 70)
    page = (folder / "output" / "report.html").read_text(encoding="utf-8")
    for wording in ("其他渠道", "Other channels", "淘宝评价", "Among those who wrote", "仅代表发声者", "默认好评"):
        assert wording in page
    everything = (folder / "output" / "results.json").read_text(encoding="utf-8") + page
    assert "客户1" not in everything
    assert all(key not in everything for key in ("respondent_key", "o12"))


def test_the_index_is_not_touched_by_channels(folder: Path) -> None:
    """The blocks of the waves are the same with and without."""
    before = evaluate(folder)
    add(folder, "reviews.csv", reviews(50), "order_review")
    after = evaluate(folder)
    assert after.results == before.results
    assert before.channels == []


def test_evaluating_twice_gives_the_same_bytes(folder: Path) -> None:
    """With the key of the study, which is made once."""
    add(folder, "reviews.csv", reviews(30), "order_review")
    evaluate_to_folder(folder)
    first = (folder / "output" / "results.json").read_bytes()
    evaluate_to_folder(folder)
    assert (folder / "output" / "results.json").read_bytes() == first


def test_small_groups_are_withheld(folder: Path) -> None:
    """Shop 乙 has three reviewers; so that it does not follow from the total, the other shop goes as well."""
    add(folder, "reviews.csv", reviews(50), "order_review", groups=["shop"])
    split = evaluate(folder).channels[0].splits[0]
    assert [row.figure.estimate for row in split.rows] == [None, None]
    assert [row.n_persons for row in split.rows] == [None, None]


def test_too_few_people_withhold_the_whole_rating(folder: Path) -> None:
    """Nine reviewers, however many the reviews."""
    rows = reviews(9)
    add(folder, "reviews.csv", [rows[0], *(rows[1:] * 5)], "order_review")
    channel = evaluate(folder).channels[0]
    assert channel.n_persons == 9
    assert channel.ratings[0].mean.estimate is None
    assert channel.ratings[0].values == []


def test_weights_bring_reviews_to_the_population(folder: Path) -> None:
    """Late orders rate 1, the others 5; 20 of 40 reviews are late, but one order in ten is: 1·.1 + 5·.9 = 4.6."""
    orders = [["order_id", "order_status", "delivered at", "promised at"]]
    rated = [["order_id", "rating"]]
    for i in range(40):
        late = i < 20
        orders.append([f"o{i}", "delivered" if late else "shipped", "2024-01-05", "2024-01-09"])
        rated.append([f"o{i}", 1 if late else 5])
    add(folder, "orders.csv", orders, "orders")
    weights = {"by": "order_status", "population": {"delivered": 100, "shipped": 900}}
    joined = {"file": "data/orders.csv", "mapping": "mappings/orders.yaml"}
    add(folder, "reviews.csv", rated, "order_review", orders=joined, weights=weights)
    channel = evaluate(folder).channels[0]
    assert channel.ratings[0].mean.estimate == 3.0
    assert channel.ratings[0].weighted is not None
    assert channel.ratings[0].weighted.estimate == pytest.approx(4.6)
    assert (channel.n_frame, channel.coverage, channel.persons_are) == (40, 1.0, "orders")


def test_the_public_sample_through_a_study(folder: Path, shared: Path) -> None:
    """From study.yaml to results.json: the figures of facts.json."""
    facts = json.loads((shared / "data/olist_sample/facts.json").read_text(encoding="utf-8"))
    packed = shared / "data" / "olist_sample"
    add(folder, "orders.csv", packed / "olist_orders_dataset.csv.gz", "orders")
    population = {s: round(w * facts["status_counts"][s]) for s, w in facts["design_weights"].items()}
    add(
        folder,
        "reviews.csv",
        packed / "olist_order_reviews_dataset.csv.gz",
        "order_review",
        orders={"file": "data/orders.csv", "mapping": "mappings/orders.yaml"},
        weights={"by": "order_status", "population": population},
    )
    channel = evaluate(folder).channels[0]
    rating = channel.ratings[0]
    assert rating.mean.estimate == pytest.approx(facts["mean_score_unweighted"], abs=5e-5)
    assert rating.weighted is not None
    assert rating.weighted.estimate == pytest.approx(facts["mean_score_weighted"], abs=5e-5)
    delivery = {row.group: row.figure.estimate for row in channel.splits[0].rows}
    assert delivery["late"] == pytest.approx(facts["delivered"]["mean_late"], abs=5e-5)
    assert delivery["not_late"] == pytest.approx(facts["delivered"]["mean_on_time"], abs=5e-5)
    assert channel.comments is not None
    for row in channel.comments.rows:
        assert row.figure.estimate == pytest.approx(facts["comment_rate_by_score"][row.group], abs=5e-5)


def test_calls_without_a_frame_have_no_response_rate(folder: Path) -> None:
    """Completion instead: of two interviews begun one was finished, too few to be shown."""
    add(folder, "calls.csv", CALLS, "callback")
    written = evaluate_to_folder(folder)
    rates = written.results.channels[0].rates
    assert rates is not None
    assert (rates.reason, rates.rates) == ("no_frame", {})
    page = (folder / "output" / "report.html").read_text(encoding="utf-8")
    assert "No response rate" in page
    assert "不报回收率" in page


def test_a_list_of_all_cases_is_a_frame(folder: Path) -> None:
    """1 complete, 1 partial, 1 refusal, 1 non-contact, 1 not eligible, and 6 never tried: RR1 = 1/10, e = 4/5."""
    add(folder, "calls.csv", CALLS, "callback", frame={"listed": True, "counts": {"unknown_household": 6}})
    rates = evaluate(folder).channels[0].rates
    assert rates is not None
    assert rates.rates["RR1"] == pytest.approx(1 / 10)
    assert rates.eligible_share == pytest.approx(4 / 5)
    assert rates.rates["RR3"] == pytest.approx(1 / (4 + 0.8 * 6))
    assert rates.rates["RR5"] is None


def test_another_list_may_be_the_frame(folder: Path) -> None:
    """A list with outcomes beside a file of ratings."""
    add(folder, "list.csv", CALLS, "callback")
    edit(folder, lambda study: study["channels"].clear())
    frame = {"file": "data/list.csv", "mapping": "mappings/list.yaml"}
    add(folder, "keys.csv", [["样本编号", "满意度"], ["1", "3"], ["5", "2"]], "callback", frame=frame)
    rates = evaluate(folder).channels[0].rates
    assert rates is not None
    assert rates.rates["COOP1"] == pytest.approx(1 / 3)


def test_visits_are_scored_with_their_critical_items(folder: Path) -> None:
    """12 visits: half fail the critical item and are capped at 60, the others earn 100: mean 80."""
    head = ["visit id", "store", "shopper", "item", "result", "points possible", "critical"]
    rows = [
        [
            f"v{i}",
            "North",
            coder,
            item,
            "no" if item == "id" and i % 2 and coder == "a1" else "yes",
            worth,
            item == "id",
        ]
        for i in range(12)
        for coder in (("a1", "a2") if i < 4 else ("a1",))
        for item, worth in (("greeting", 80), ("id", 20))
    ]
    add(folder, "visits.csv", [head, *rows], "mystery_visit")
    channel = evaluate(folder).channels[0]
    visits = channel.visits
    assert visits is not None
    assert (visits.n_visits, visits.n_coded_twice, visits.n_critical_failed) == (12, 4, 6)
    assert visits.score.estimate == 80.0
    assert visits.raw == pytest.approx((6 * 80 + 6 * 100) / 12)
    assert {item.item: item.share.estimate for item in visits.items} == {"greeting": 1.0, "id": 0.5}
    assert channel.agreement[0].n_objects == 8
    assert channel.agreement[0].agreement == pytest.approx(6 / 8)


def test_persons_in_two_channels_are_found(folder: Path) -> None:
    """Twenty of the reviewers also raised a ticket."""
    add(folder, "reviews.csv", reviews(30), "order_review")
    tickets = [["工单号", "客户", "满意度"], *[[f"t{i}", f"客户{i}", 4] for i in range(10, 40)]]
    add(folder, "tickets.csv", tickets, "ticket")
    pairs = evaluate(folder).channel_overlaps
    assert [(p.n_first, p.n_second, p.n_both) for p in pairs] == [(30, 30, 20)]


def test_orders_the_file_does_not_hold_do_not_count_as_covered(folder: Path) -> None:
    """Reviews of o0-o29, orders o20-o69: 10 of 50 orders have a review, 10 / 50 = 0.2."""
    orders = [["订单编号", "订单状态"], *[[f"o{i}", "已签收"] for i in range(20, 70)]]
    add(folder, "orders.csv", orders, "orders")
    joined = {"file": "data/orders.csv", "mapping": "mappings/orders.yaml"}
    add(folder, "reviews.csv", reviews(30), "order_review", orders=joined)
    channel = evaluate(folder).channels[0]
    assert (channel.n_frame, channel.coverage) == (50, 0.2)


def test_erased_persons_leave_the_channels_too(folder: Path) -> None:
    """A tombstone with the digest of a customer's id takes their records out."""
    from satix.identity_key import identity_key
    from survey.erasures import ErasedRespondent, Erasures, key_fingerprint, write_erasures

    add(folder, "reviews.csv", reviews(30), "order_review")
    key = identity_key(load_study(folder))
    gone = ErasedRespondent(respondent=pseudonym("客户7", key), entered="2024-01-01")
    write_erasures(folder, Erasures(key=key_fingerprint(key), respondents=(gone,)))
    channel = evaluate(folder).channels[0]
    assert channel.n_records == 29
    assert channel.report["rows_skipped"]["erased"] == 1


def test_every_kind_of_channel_finds_its_way_into_the_report(folder: Path) -> None:
    """Chats, posts, interviews, key figures and aggregated shares, each with its own table."""
    chats = [["会话编号", "排队时长", "满意度"], *[[f"s{i}", 20 + i, i % 5 + 1] for i in range(40)]]
    posts = [["微博ID", "正文", "情感", "品牌"], *[[i, "文", "正面" if i % 3 else "负面", "甲"] for i in range(40)]]
    talks = [["访谈编号", "原话", "编码"], *[[i, "话", "速度" if i % 2 else "态度"] for i in range(40)]]
    kpis = [
        ["月份", "指标", "实际值", "目标值"],
        ["2024-01", "首解率", "80%", "85%"],
        ["2024-02", "首解率", "82%", "85%"],
    ]
    shares = [
        ["Release Period", "Measure ID", "Bottom-box Percentage", "Middle-box Percentage", "Top-box Percentage"],
        ["2023", "CLEAN", 8, 18, 74],
    ]
    for name, rows, kind in (
        ("chats.csv", chats, "chat"),
        ("posts.csv", posts, "social_post"),
        ("talks.csv", talks, "interview"),
        ("kpis.csv", kpis, "kpi"),
        ("shares.csv", shares, "aggregate"),
    ):
        add(folder, name, rows, kind)
    results = evaluate_to_folder(folder).results
    by_name = {channel.name: channel for channel in results.channels}
    assert by_name["chat"].times[0].metric == "queue_seconds"
    assert [(row.kpi, row.value, row.previous) for row in by_name["kpi"].kpis] == [("首解率", 0.82, 0.8)]
    assert by_name["aggregate"].aggregates[0].top == pytest.approx(0.74)
    assert {row.group for row in by_name["interview"].categories[0].rows} == {"速度", "态度"}
    page = (folder / "output" / "report.html").read_text(encoding="utf-8")
    for wording in ("排队（秒）", "首解率", "Aggregated results as published", "情感倾向占比", "负面"):
        assert wording in page


def test_a_study_of_channels_alone_says_what_is_missing(folder: Path) -> None:
    """There is no index without a questionnaire."""
    add(folder, "reviews.csv", reviews(30), "order_review")
    edit(folder, lambda study: study.pop("sources"))
    with pytest.raises(SatixError, match="index comes from questionnaires"):
        evaluate(folder)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file": "data/absent.csv"}, "satix.source_missing"),
        ({"channel": "ticket"}, "satix.channel_mapping_other"),
        ({"wave": "w9"}, "survey.unknown_wave"),
        ({"groups": ["colour"]}, "satix.channel_attribute_unknown"),
        ({"weights": {"by": "shop", "population": {"甲": 10}}}, "survey.channel_weight_group_absent"),
        ({"weights": {"by": "shop", "population": {"甲": 0}}}, "survey.channel_weight_total"),
        ({"frame": {"eligible_share": 0.5}}, "survey.channel_frame_empty"),
        ({"frame": {"listed": True}}, "satix.channel_frame_without_outcomes"),
        ({"file": "../reviews.csv"}, "survey.path_leaves_folder"),
    ],
)
def test_what_is_wrong_with_a_channel_is_said(folder: Path, change: dict[str, Any], code: str) -> None:
    """Each with its own message, found by ``check`` as well."""
    add(folder, "reviews.csv", reviews(30), "order_review")
    edit(folder, lambda study: study["channels"][0].update(change))
    assert code in [problem.code for problem in check_study(folder)]


def test_two_channels_of_one_name_are_refused(folder: Path) -> None:
    """They are told apart by ``name``."""
    add(folder, "a.csv", reviews(30), "order_review")
    add(folder, "b.csv", reviews(30), "order_review")
    assert "survey.channel_source_twice" in [problem.code for problem in check_study(folder)]
    edit(folder, lambda study: study["channels"][1].update({"name": "second_shop"}))
    assert [channel.name for channel in evaluate(folder).channels] == ["order_review", "second_shop"]


def test_remarks_on_channel_files_are_findings(folder: Path) -> None:
    """An id that occurs again is said in the results and by ``check``."""
    rows = [["review_id", "rating"], *[[i % 20, 4] for i in range(30)]]
    add(folder, "reviews.csv", rows, "order_review")
    assert "survey.channel_ids_twice" in [problem.code for problem in check_study(folder)]
    assert "survey.channel_ids_twice" in [finding.code for finding in evaluate(folder).findings]


def test_the_manifest_names_the_channel_files(folder: Path) -> None:
    """File and mapping are inputs, by hash."""
    add(folder, "reviews.csv", reviews(30), "order_review")
    names = [name for name, _ in load_study(folder).inputs()]
    assert {"data/reviews.csv", "mappings/reviews.yaml"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_account_of_a_channel_file(tmp_path: Path, language: Any) -> None:
    """Rows, records, what each column is taken for, the scale to confirm; nobody's name."""
    path = write_csv(tmp_path / "reviews.csv", reviews(12, default=3))
    lines = list(describe_channel(path, "order_review", language=language))
    text = "\n".join(lines)
    assert "15" in text
    assert "1–5" in text or "1 to 5" in text
    assert "rating" in text
    assert "客户1" not in text


def test_the_draft_can_be_kept_and_used_again(tmp_path: Path) -> None:
    """It is written once, never over a file that is there."""
    path = write_csv(tmp_path / "reviews.csv", reviews(12))
    kept = tmp_path / "kept.yaml"
    list(describe_channel(path, "order_review", save_mapping=kept))
    assert any("12" in line for line in describe_channel(path, "order_review", mapping=kept))
    with pytest.raises(StudyError):
        list(describe_channel(path, "order_review", save_mapping=kept))
    with pytest.raises(StudyError, match="social_post"):
        list(describe_channel(path, "gossip"))
    with pytest.raises(StudyError):
        list(describe_channel(path, "ticket", mapping=kept))
