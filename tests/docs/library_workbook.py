"""The workbook of the researcher's guide, filled in as the page says, slips included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

ABOUT: Mapping[str, tuple[str, str]] = {
    "title": ("市图书馆读者满意度", "Visitor satisfaction with the town library"),
    "purpose": ("读者对最近一次到馆的评价", "Visitors rate their latest visit"),
    "licence": ("本馆自用", "For use by the library"),
}
INDICATORS = [
    ("visit", None, "总体指数", "Index", None),
    ("space", "visit", "馆舍环境", "Premises", 0.3),
    ("collection", "visit", "馆藏", "Collection", 0.5),
    ("staff", "visit", "馆员服务", "Staff", 0.3),
    ("clean", "space", "整洁", "Cleanliness", None),
    ("quiet", "space", "安静", "Quiet", None),
    ("seats", "space", "座位", "Seats", None),
    ("range", "collection", "图书品种", "Range of books", None),
    ("find", "collection", "查找便利", "Ease of finding", None),
    ("loan", "collection", "借阅手续", "Borrowing", None),
    ("polite", "staff", "礼貌", "Courtesy", None),
    ("competent", "staff", "解答能力", "Competence", None),
    ("prompt", "staff", "响应及时", "Promptness", None),
]
RATINGS = [
    ("clean", "馆内环境的整洁程度", "The cleanliness of the library"),
    ("quiet", "阅览区的安静程度", "How quiet the reading area was"),
    ("seats", "找到座位的难易程度", "How easy it was to find a seat"),
    ("books", "图书的种类", "The range of books"),
    ("find", "查找所需图书的便利程度", "How easy it was to find the book you wanted"),
    ("loan", "借书手续的便利程度", "How easy it was to borrow a book"),
    ("polite", "馆员的礼貌和专业程度", "The courtesy and competence of the staff"),
    ("competent", "馆员解答问题的能力", "How well the staff answered your questions"),
    ("prompt", "馆员响应的及时程度", "How promptly the staff helped you"),
]


def fill_in(template: Path, file: Path) -> None:
    """The template with the questionnaire of the library in it, as first typed."""
    book = load_workbook(template)
    about = book["about"]
    about["B2"] = "town_library"
    for row in about.iter_rows(min_row=2):
        if row[0].value in ABOUT:
            row[2].value, row[3].value = ABOUT[str(row[0].value)]
    columns = ("code", "parent", "label_zh", "label_en", "weight")
    _write(book["indicators"], [dict(zip(columns, row, strict=True)) for row in INDICATORS])
    _write(book["sections"], _sections())
    _write(book["questions"], _questions())
    _write(book["scales"], [{"code": "card", "ordered": "no"}], after=2)
    cards = [("yes", "有", "Yes"), ("no", "没有", "No")]
    options = [{"scale": "card", "code": code, "label_zh": zh, "label_en": en} for code, zh, en in cards]
    _write(book["options"], options, after=7)
    _write(book["sources"], [])
    book.save(file)


def mend_codes(file: Path) -> None:
    """The weights sum to 1, and Q4 measures an indicator that exists."""
    book = load_workbook(file)
    book["indicators"]["E4"] = 0.4
    book["questions"]["K5"] = "range"
    book.save(file)


def mend_wording(file: Path) -> None:
    """Q7 asks about the courtesy alone."""
    book = load_workbook(file)
    book["questions"]["C8"], book["questions"]["D8"] = "馆员的礼貌程度", "The courtesy of the staff"
    book.save(file)


def _sections() -> list[dict[str, object]]:
    visit = {"code": "visit_part", "title_zh": "本次到馆", "title_en": "Your visit", "grid": "yes"}
    stem = {"stem_zh": "请就最近一次到馆评价：", "stem_en": "Thinking of your latest visit:"}
    return [{**visit, **stem}, {"code": "about_you", "title_zh": "关于您", "title_en": "About you"}]


def _questions() -> list[dict[str, object]]:
    shared = {"section": "visit_part", "type": "scale", "scale": "satisfaction"}
    rows: list[dict[str, object]] = [
        {"code": f"Q{number}", "text_zh": zh, "text_en": en, "facet": "performance", "measures": leaf, **shared}
        for number, (leaf, zh, en) in enumerate(RATINGS, start=1)
    ]
    others = [
        ("总体而言，您对本次到馆有多满意？", "Overall, how satisfied were you with your visit?"),
        ("您持有本馆读者证吗？", "Do you hold a reader card of this library?"),
        ("您希望我们改进什么？", "What should we improve?"),
    ]
    uses: list[dict[str, object]] = [
        {**shared, "facet": "outcome"},
        {"section": "about_you", "type": "single", "scale": "card", "role": "segment"},
        {"section": "about_you", "type": "text", "role": "open"},
    ]
    for number, ((zh, en), use) in enumerate(zip(others, uses, strict=True), start=10):
        rows.append({"code": f"Q{number}", "text_zh": zh, "text_en": en, **use})
    return rows


def _write(sheet: Any, rows: Sequence[Mapping[str, object]], *, after: int = 1) -> None:
    """Put rows below row ``after``, by heading; what stood there goes."""
    headings = [cell.value for cell in sheet[1]]
    sheet.delete_rows(after + 1, sheet.max_row)
    for number, row in enumerate(rows, start=after + 1):
        for key, value in row.items():
            sheet.cell(number, headings.index(key) + 1, value)
