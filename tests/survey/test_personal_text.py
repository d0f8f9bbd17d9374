"""Masking of open answers, measured on a labelled list in Chinese, English and a little more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.personal_text import MASK, find_personal, mask_personal

LIST = Path(__file__).parent / "personal_texts.txt"
MARKED = re.compile("⟦(.*?)⟧")


def labelled() -> list[tuple[str, list[tuple[int, int]]]]:
    """Texts without their marks, and where the marked parts stand."""
    entries = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("# "):
            continue
        places, removed = [], 0
        for match in MARKED.finditer(line):
            places.append((match.start() - removed, match.end() - 2 - removed))
            removed += 2
        entries.append((MARKED.sub(r"\1", line), places))
    return entries


def _misses_and_false_finds() -> tuple[list[str], list[str], int, int]:
    missed, wrong = [], []
    n_marked = n_found = 0
    for text, places in labelled():
        found = [(span.start, span.end) for span in find_personal(text)]
        n_marked += len(places)
        n_found += len(found)
        missed += [text for start, end in places if not any(a <= start and end <= b for a, b in found)]
        wrong += [text for a, b in found if not any(a < end and start < b for start, end in places)]
    return missed, wrong, n_marked, n_found


def test_recall_and_precision_on_the_labelled_list() -> None:
    """Share of the marked parts that are masked whole, and share of the finds that are marked: both at least 0.97."""
    missed, wrong, n_marked, n_found = _misses_and_false_finds()
    assert n_marked > 75
    assert 1 - len(missed) / n_marked >= 0.97, missed
    assert 1 - len(wrong) / n_found >= 0.97, wrong


def test_the_list_holds_as_much_that_is_not_personal() -> None:
    """Precision means nothing on a list of positives."""
    plain = [text for text, places in labelled() if not places]
    assert len(plain) > 60


@pytest.mark.parametrize(
    ("number", "valid"),
    [("11010519491231002X", True), ("110105194912310021", True), ("110105194913310022", False)],
)
def test_identity_numbers_with_a_day_or_a_check_digit(number: str, valid: bool) -> None:
    """11010519491231002X is the example of GB 11643-1999; a mistyped check digit is masked, an impossible day not."""
    assert (mask_personal(f"证{number}。") == f"证{MASK}。") == valid


def test_a_card_needs_its_check_digit() -> None:
    """4111111111111111 is the usual test number: 8+1+2+1+2+1+2+1+2+1+2+1+2+1+2+1 = 30, divisible by 10."""
    assert mask_personal("4111111111111111") == MASK
    assert mask_personal("4111111111111112") == "4111111111111112"


def test_order_numbers_only_on_request() -> None:
    """They lead to a person only for who has the shop's records."""
    text = "订单号：JD123456789012没到，order no. 20231109-7781 too"
    assert mask_personal(text) == text
    assert mask_personal(text, also=("order_number",)) == f"订单号：{MASK}没到，order no. {MASK} too"


def test_kinds_and_places() -> None:
    """Spans are in reading order; the text between them is untouched."""
    text = "张先生，电话13812345678，a@example.org"
    spans = find_personal(text)
    assert [(span.kind, text[span.start : span.end]) for span in spans] == [
        ("name", "张"), ("telephone", "13812345678"), ("mail", "a@example.org"),
    ]  # fmt: skip
    assert mask_personal(text) == f"{MASK}先生，电话{MASK}，{MASK}"


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """What is left holds nothing of the kinds any more."""
    once = mask_personal(text)
    assert mask_personal(once) == once


@given(st.text(alphabet="我他的很好满意服务，。 ", max_size=20), st.text(alphabet="，。 好快", max_size=20))
def test_a_mobile_number_is_found_in_any_company(before: str, after: str) -> None:
    """Whatever Chinese text stands around it."""
    assert "13812345678" not in mask_personal(f"{before}13812345678{after}")
