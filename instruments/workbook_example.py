"""The instrument an empty workbook begins with: two indicators, two questions, one scale."""

from __future__ import annotations

from survey.indicators import Indicator
from survey.instrument import Instrument, Source
from survey.questionnaire import Question, Section
from survey.scales import Scale
from survey.texts import Text

__all__ = ["EXAMPLE"]


def _text(zh: str, en: str) -> Text:
    return Text({"zh": zh, "en": en})


EXAMPLE = Instrument(
    instrument="my_instrument",
    version="1.0.0",
    title=_text("（问卷名称）", "(title of the instrument)"),
    purpose=_text("（评价什么、由谁评价）", "(what is rated, and by whom)"),
    languages=("zh", "en"),
    licence=_text("（题目措辞的使用条件）", "(terms under which the wording may be used)"),
    sources=(Source(cite="(author, year, publication)", note=_text("（取用了什么）", "(what was taken from it)")),),
    scales={
        "satisfaction": Scale.model_validate(
            {
                "from": 1,
                "to": 5,
                "labels": {
                    1: {"zh": "很不满意", "en": "Very dissatisfied"},
                    2: {"zh": "不太满意", "en": "Somewhat dissatisfied"},
                    3: {"zh": "一般", "en": "Neither satisfied nor dissatisfied"},
                    4: {"zh": "比较满意", "en": "Somewhat satisfied"},
                    5: {"zh": "很满意", "en": "Very satisfied"},
                    6: {"zh": "不适用", "en": "Not applicable"},
                },
                "missing": {6: "not_applicable"},
            }
        )
    },
    index=Indicator(
        code="index",
        label=_text("总指数", "Index"),
        indicators=(
            Indicator(code="waiting", label=_text("等候时间", "Waiting time")),
            Indicator(code="courtesy", label=_text("礼貌", "Courtesy")),
        ),
    ),
    sections=(
        Section(
            code="main",
            title=_text("本次办理", "Your visit"),
            questions=(
                Question(
                    code="waiting_1",
                    text=_text("您对等候时间有多满意？", "How satisfied are you with the time you waited?"),
                    scale="satisfaction",
                    facet="performance",
                    measures="waiting",
                ),
                Question(
                    code="courtesy_1",
                    text=_text(
                        "您对工作人员的礼貌程度有多满意？", "How satisfied are you with the courtesy of the staff?"
                    ),
                    scale="satisfaction",
                    facet="performance",
                    measures="courtesy",
                ),
            ),
        ),
    ),
)
