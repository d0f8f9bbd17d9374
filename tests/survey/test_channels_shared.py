"""Public channel files, read in place: every row accounted for, counts as their sources give them."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from survey.channels.read import read_order_table
from tests.survey.channel_tables import KEY, accounted, proposed, read

FILES: list[tuple[str, str, int, int]] = [
    ("chat", "data/chat_uss/MWOZ.txt.gz", 24108, 1000),
    ("aggregate", "data/hcahps/national_results.csv", 90, 90),
    ("aggregate", "data/hcahps/state_results.csv", 4580, 4580),
    ("aggregate", "data/hcahps/responses.csv.gz", 43219, 43219),
    ("order_review", "data/asap_restaurant/dev_sample.csv", 100, 100),
    ("order_review", "data/asap_restaurant/test_sample.csv", 100, 100),
    ("order_review", "data/asap_restaurant/train_sample.csv", 100, 100),
    ("order_review", "data/zh_reviews/waimai_10k.csv.gz", 11987, 11987),
    ("order_review", "data/review_aspects_200.csv", 200, 200),
    ("order_review", "reference/formats/channel/waimai_10k_sample600.csv", 600, 600),
    ("ticket", "reference/formats/channel/customer_support_tickets_first150.csv", 150, 150),
]


def unpacked(source: Path, folder: Path) -> Path:
    """The file itself, or its content written to a folder where it is packed."""
    if source.suffix == ".gz":
        target = folder / source.stem
        target.write_bytes(gzip.decompress(source.read_bytes()))
        return target
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            return Path(archive.extract(archive.namelist()[0], folder))
    return source


def facts(shared: Path, name: str) -> Any:
    return json.loads((shared / "data" / name / "facts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("channel", "file", "rows", "records"), FILES)
def test_every_row_is_accounted_for(
    shared: Path, tmp_path: Path, channel: str, file: str, rows: int, records: int
) -> None:
    """Rows in the file are rows used and rows skipped; records are as many as the source says."""
    result = read(unpacked(shared / file, tmp_path), channel)
    assert accounted(result)
    assert (result.report.rows_in_file, result.touchpoints.n_records) == (rows, records)


@pytest.mark.slow
def test_the_large_collection_of_reviews(shared: Path, tmp_path: Path) -> None:
    """62,774 reviews of ten kinds of goods, one without text."""
    path = unpacked(shared / "data/zh_reviews/online_shopping_10_cats.zip", tmp_path)
    result = read(path, "order_review")
    assert accounted(result)
    assert result.touchpoints.n_records == 62774
    assert result.report.metrics["comment"] == 62773


def test_tweets_have_the_polarity_of_their_facts(shared: Path, tmp_path: Path) -> None:
    """Counts by polarity, reasons, and ids that occur twice."""
    known = facts(shared, "airline_tweets")
    result = read(unpacked(shared / "data/airline_tweets/Tweets.csv.gz", tmp_path), "social_post")
    assert accounted(result)
    assert result.touchpoints.n_records == known["rows"]
    codes = result.touchpoints.codes("sentiment").tolist()
    assert {code: codes.count(code) for code in known["sentiment"]} == known["sentiment"]
    reasons = result.touchpoints.codes("category").tolist()
    assert {reason: reasons.count(reason) for reason in known["negativereason"]} == known["negativereason"]
    assert result.report.n_ids_twice == known["dup_tweet_id"]


def test_restaurant_reviews_have_the_stars_and_mentions_of_their_facts(shared: Path) -> None:
    """Mean star 4.03 over three files; an aspect is mentioned where it is not -2."""
    known = facts(shared, "asap_restaurant")
    parts = [
        read(shared / f"data/asap_restaurant/{name}_sample.csv", "order_review") for name in ("train", "dev", "test")
    ]
    stars = [star for part in parts for star in part.touchpoints.values("rating")]
    assert sum(stars) / len(stars) == pytest.approx(known["mean_star"], abs=0.005)
    for aspect, rate in known["mention_rate"].items():
        mentioned = sum(part.report.metrics.get(f"aspect.{aspect}", 0) for part in parts)
        assert mentioned / len(stars) == pytest.approx(rate, abs=5e-5), aspect


def test_national_top_boxes_are_those_published(shared: Path) -> None:
    """H_HSP_RATING by release, in shares of one."""
    known = facts(shared, "hcahps")
    touchpoints = read(shared / "data/hcahps/national_results.csv", "aggregate").touchpoints
    top = touchpoints.values("top")
    pairs = zip(touchpoints.attributes["measure"], touchpoints.attributes["period"], top, strict=True)
    found = {period: round(value * 100) for measure, period, value in pairs if measure == "H_HSP_RATING"}
    assert found == known["national_topbox_rating"]


def test_synthetic_tickets_show_what_is_wrong_with_them(shared: Path) -> None:
    """The resolution time is a moment and often before the first reply: reported, not averaged."""
    path = shared / "reference/formats/channel/customer_support_tickets_first150.csv"
    result = read(path, "ticket")
    negative = [w for w in result.report.warnings if w.code == "survey.channel_negative_duration"]
    assert negative[0].fields["count"] == 29
    assert (result.touchpoints.values("handling_minutes") >= 0).sum() == 27
    everything = result.touchpoints.to_frame().to_csv()
    assert "@example" not in everything
    assert "Marisa" not in everything


def test_orders_of_the_sample_are_found_by_every_review(shared: Path, tmp_path: Path) -> None:
    """8,135 orders, each with a review; 8 delivered ones without a date."""
    path = unpacked(shared / "data/olist_sample/olist_orders_dataset.csv.gz", tmp_path)
    orders, warnings = read_order_table(path, proposed(path, "orders"), key=KEY)
    reviews = unpacked(shared / "data/olist_sample/olist_order_reviews_dataset.csv.gz", tmp_path)
    result = read(reviews, "order_review", orders=orders)
    assert accounted(result)
    assert result.touchpoints.n_records == facts(shared, "olist_sample")["reviews"]
    assert orders.n == facts(shared, "olist_sample")["orders"]
    assert "survey.channel_orders_unmatched" not in [w.code for w in result.report.warnings]
    assert [w.fields["count"] for w in warnings] == [8]
