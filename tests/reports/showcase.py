"""A report with every kind of block, chart, column and tone, for the renderers' tests. All its figures are invented."""

# ruff: noqa: E501 - whole sentences of a report read better on one line

from __future__ import annotations

from datetime import date

from reports.document import (
    Bullets,
    ChangeData,
    ChangePoint,
    Chart,
    Column,
    DistributionData,
    DistributionItem,
    Fact,
    GapData,
    GapPoint,
    Heading,
    IndexIntervalsData,
    IndexPoint,
    Interval,
    IpaData,
    IpaPoint,
    KeyFigure,
    KeyFigures,
    Label,
    Languages,
    PageBreak,
    Paragraph,
    Report,
    Row,
    Section,
    Table,
    TreeData,
    TreeNode,
    TrendData,
    TrendPoint,
    TrendSeries,
    Verdict,
)


def both(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


NAMES = [
    both("商品信息准确完整", "Accurate and complete product information"),
    both("搜索与推荐", "Search and recommendation"),
    both("下单与支付便捷", "Ease of ordering and payment"),
    both("配送时效", "Delivery timeliness"),
    both("包装完好", "Packaging integrity"),
    both("快递员服务态度", "Courier attitude"),
    both("售后响应速度", "After-sales response time"),
    both(
        "退换货处理（含运费承担与退款到账）",
        "Returns and exchanges, including who pays postage and how soon refunds arrive",
    ),
    both("个人信息安全", "Privacy"),
]
ESTIMATES = [78.42, 71.9, 84.61, 69.24, 80.05, 81.2, 64.37, 61.84, 75.5]
HALF = [1.9, 2.4, 1.6, 2.2, 1.8, 1.7, 2.9, 3.4, 2.1]
TONES = ["good", "neutral", "good", "bad", "good", "good", "bad", "bad", "uncertain"]
IMPORTANCE = [0.118, 0.081, 0.094, 0.162, 0.071, 0.058, 0.149, 0.155, 0.112]
AXIS = both("指数（0–100）", "Index (0–100)")


def index_chart() -> Chart:
    points = tuple(
        IndexPoint(label=n, estimate=e, lower=e - h, upper=e + h, target=75.0 if i % 2 else 70.0, tone=t)
        for i, (n, e, h, t) in enumerate(zip(NAMES, ESTIMATES, HALF, TONES, strict=True))
    )
    return Chart(
        data=IndexIntervalsData(
            points=points, axis=AXIS, reference=73.81, reference_label=both("总体指数", "Overall index")
        ),
        title=both("各指标指数与 95% 置信区间", "Index by indicator with 95% confidence intervals"),
        alt=both("下单与支付得分最高，退换货处理得分最低。", "Ordering scores highest, returns and exchanges lowest."),
        note=both("误差线为 95% 置信区间。", "Lines are 95% confidence intervals."),
    )


def trend_chart(n_series: int = 1) -> Chart:
    waves = ["2024 Q3", "2024 Q4", "2025 Q1", "2025 Q2", "2025 Q3"]
    base = [[69.8, 70.4, 71.4, 72.9, 73.81], [75.1, 75.0, 76.2, 76.1, 77.3], [74.2, 75.4, 75.9, 76.8, 76.9]]
    names = [
        both("总体满意度", "Overall satisfaction"),
        both("电商自营", "Own store"),
        both("第三方平台", "Marketplaces"),
    ]
    series = tuple(
        TrendSeries(
            label=names[s],
            points=tuple(
                TrendPoint(wave=Label.same(w), estimate=v, lower=v - 1.3, upper=v + 1.3, break_before=i == 2)
                for i, (w, v) in enumerate(zip(waves, base[s], strict=True))
            ),
        )
        for s in range(n_series)
    )
    return Chart(
        data=TrendData(series=series, axis=AXIS, target=75.0, target_label=both("年度目标", "Annual target")),
        title=both("总体指数走势", "Overall index over time"),
        alt=both("指数由 69.8 升至 73.8。", "The index rises from 69.8 to 73.8."),
    )


def distribution_chart() -> Chart:
    shares = [(0.03, 0.07, 0.2, 0.44, 0.26), (0.09, 0.16, 0.31, 0.29, 0.15), (0.14, 0.21, 0.25, 0.26, 0.14)]
    return Chart(
        data=DistributionData(
            items=tuple(
                DistributionItem(label=NAMES[i], shares=s, n=n)
                for i, s, n in zip((2, 3, 7), shares, (1204, 1187, 412), strict=True)
            ),
            categories=(
                both("非常不满意", "Very dissatisfied"),
                both("不满意", "Dissatisfied"),
                both("一般", "Neither"),
                both("满意", "Satisfied"),
                both("非常满意", "Very satisfied"),
            ),
            axis=both("答案占比", "Share of answers"),
            neutral=2,
        ),
        title=both("答案分布", "Distribution of answers"),
        alt=both("配送时效的不满意占比为 25%。", "A quarter are dissatisfied with delivery."),
    )


def ipa_chart() -> Chart:
    quadrants = [
        "keep_up",
        "low_priority",
        "overkill",
        "concentrate",
        "overkill",
        "overkill",
        "concentrate",
        "concentrate",
        "keep_up",
    ]
    return Chart(
        data=IpaData(
            points=tuple(
                IpaPoint(
                    code=f"A{i + 1}",
                    label=n,
                    importance=x,
                    performance=y,
                    quadrant=q,
                    uncertain=i in (0, 8),
                    importance_lower=x - 0.014,
                    importance_upper=x + 0.014,
                    performance_lower=y - h,
                    performance_upper=y + h,
                )
                for i, (n, x, y, q, h) in enumerate(zip(NAMES, IMPORTANCE, ESTIMATES, quadrants, HALF, strict=True))
            ),
            centre_importance=sum(IMPORTANCE) / 9,
            centre_performance=sum(ESTIMATES) / 9,
            importance_axis=both("推导重要性（占解释方差的份额）", "Derived importance (share of R²)"),
            performance_axis=both("绩效指数（0–100）", "Performance index (0–100)"),
            importance_of="share",
        ),
        title=both("重要性—绩效矩阵", "Importance–performance grid"),
        alt=both(
            "配送时效、售后响应与退换货落在重点改进区。", "Delivery, after-sales and returns need attention first."
        ),
    )


def gap_chart() -> Chart:
    return Chart(
        data=GapData(
            points=tuple(
                GapPoint(label=n, expectation=86 - i, perception=e, tone="bad" if e < 86 - i else "good")
                for i, (n, e) in enumerate(zip(NAMES[:5], ESTIMATES, strict=False))
            ),
            axis=AXIS,
        ),
        title=both("期望与感知", "Expectation and perception"),
        alt=both("多数维度感知低于期望。", "Perception mostly falls short of expectation."),
    )


def change_chart() -> Chart:
    changes = [(1.6, -0.11, 3.31), (4.2, 2.1, 6.3), (-0.4, -2.2, 1.4), (-3.9, -6.0, -1.8)]
    tones = ["uncertain", "good", "uncertain", "bad"]
    return Chart(
        data=ChangeData(
            points=tuple(
                ChangePoint(label=n, estimate=e, lower=lo, upper=up, detectable=2.6, tone=t)
                for n, (e, lo, up), t in zip(NAMES, changes, tones, strict=False)
            ),
            axis=both("较上期变化（指数点）", "Change since last wave (index points)"),
        ),
        title=both("较上期变化", "Change since last wave"),
        alt=both("搜索与推荐的提升得到证实。", "Search and recommendation is proven to have improved."),
    )


def tree_chart() -> Chart:
    rows = [
        (both("总体满意度指数", "Overall satisfaction index"), 0, 73.81, None, 73.81),
        (both("购买体验", "Buying"), 1, 78.3, 0.4, 31.32),
        (NAMES[0], 2, 78.42, 0.5, 15.68),
        (NAMES[1], 2, 71.9, 0.5, 14.38),
        (both("履约与售后", "Fulfilment and after-sales"), 1, 70.8, 0.6, 42.49),
        (NAMES[3], 2, 69.24, 0.55, 22.85),
        (NAMES[7], 2, 61.84, 0.45, 16.7),
    ]
    return Chart(
        data=TreeData(
            nodes=tuple(TreeNode(label=n, level=v, estimate=e, weight=w, contribution=c) for n, v, e, w, c in rows),
            axis=both("对总体指数的贡献（指数点）", "Contribution to the overall index (points)"),
        ),
        title=both("指标体系与贡献", "Indicator tree and contributions"),
        alt=both("履约与售后贡献 42.5 点。", "Fulfilment contributes 42.5 points."),
    )


CHARTS = {
    "index_intervals": index_chart,
    "trend": trend_chart,
    "trend3": lambda: trend_chart(3),
    "distribution": distribution_chart,
    "ipa": ipa_chart,
    "gap": gap_chart,
    "change": change_chart,
    "tree": tree_chart,
}


def indicator_table() -> Table:
    columns = (
        Column(key="name", label=both("指标", "Indicator")),
        Column(key="code", label=both("代码", "Code"), kind="code"),
        Column(key="index", label=both("指数", "Index"), kind="bar"),
        Column(key="interval", label=both("95% 置信区间", "95% CI"), kind="interval"),
        Column(key="change", label=both("较上期", "Change"), kind="gap", diverging=True),
        Column(key="p", label=Label.same("p"), kind="p_value"),
        Column(key="top", label=both("满意率", "Top-2 box"), kind="share"),
        Column(key="n", label=both("样本量", "n"), kind="count"),
        Column(key="verdict", label=both("结论", "Verdict"), kind="verdict"),
    )
    verdicts = {
        "good": both("达标，已证实", "Reached, proven"),
        "neutral": both("达标，目标在区间内", "Reached, target inside the interval"),
        "bad": both("未达标", "Not reached"),
        "uncertain": both("无证据", "No evidence"),
    }
    rows = [
        Row(
            values={
                "name": both("总体满意度指数", "Overall satisfaction index"),
                "code": "CSI",
                "index": 73.8123,
                "interval": Interval(lower=72.4, upper=75.2),
                "change": 1.6,
                "p": 0.067,
                "top": 0.6874,
                "n": 1204,
                "verdict": Verdict(label=verdicts["uncertain"], tone="uncertain"),
            },
            tone="total",
        ),
    ]
    changes = [1.6, 4.2, -0.4, -3.9, 0.02, 2.2, -1.1, None, 0.7]
    for i, (name, estimate, half, tone, change) in enumerate(zip(NAMES, ESTIMATES, HALF, TONES, changes, strict=True)):
        rows.append(
            Row(
                values={
                    "name": name,
                    "code": f"A{i + 1}",
                    "index": estimate,
                    "interval": Interval(lower=estimate - half, upper=estimate + half),
                    "change": change,
                    "p": [0.0004, 0.012, 0.61, 0.0, 0.98, 0.04, 0.3, None, 0.5][i],
                    "top": estimate / 110,
                    "n": 1204 - 37 * i,
                    "verdict": Verdict(label=verdicts[tone], tone=tone),  # type: ignore[arg-type]
                },
                level=1 if i < 5 else 2,
            )
        )
    rows.append(
        Row(
            values={"name": both("海外直邮", "Shipped from abroad"), "code": "A10", "n": None},
            level=1,
            tone="suppressed",
        )
    )
    rows.append(
        Row(
            values={"name": both("门店自提", "Collected in store"), "code": "A11", "index": 71.0, "n": 22},
            level=1,
            tone="muted",
        )
    )
    return Table(
        columns=columns,
        rows=tuple(rows),
        caption=both("表 1　指标体系得分", "Table 1. Scores of the indicator system"),
        notes=(
            both("* 样本量小于 10，不予显示。", "* Fewer than 10 respondents: withheld."),
            both(
                "灰色行样本量小于 30，仅供参考。",
                "Grey rows rest on fewer than 30 respondents and are indicative only.",
            ),
        ),
    )


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=2",
    "<script>alert(1)</script>",
    "http://example.org/x",
    "{=1}",
]


def hostile_table() -> Table:
    return Table(
        columns=(
            Column(key="text", label=Label.same("=1+1")),
            Column(key="code", label=both("代码", "Code"), kind="code"),
            Column(key="date", label=both("日期", "Date"), kind="date"),
            Column(key="alpha", label=both("信度 α", "Alpha"), kind="coefficient"),
            Column(key="number", label=both("均值", "Mean"), kind="number"),
        ),
        rows=tuple(
            Row(
                values={
                    "text": wording,
                    "code": wording,
                    "date": date(2025, 3, i + 1),
                    "alpha": 0.87 - i / 10,
                    "number": 1234.567 * i,
                }
            )
            for i, wording in enumerate(HOSTILE)
        ),
        caption=both("文字原样显示", "Text is shown as it is"),
    )


def showcase(languages: Languages) -> Report:
    figures = KeyFigures(
        figures=(
            KeyFigure(
                label=both("总体满意度指数", "Overall satisfaction index"),
                value=73.8123,
                lower=72.42,
                upper=75.2,
                change=1.6,
                change_label=both("较 2025 年二季度", "since 2025 Q2"),
                verdict=both("变化无证据", "No evidence of change"),
                tone="uncertain",
                caption=both("n = 1,204；最小可检出变化 2.4 点", "n = 1,204; minimum detectable change 2.4 points"),
            ),
            KeyFigure(
                label=both("满意率", "Top-2 box"),
                value=0.6874,
                kind="share",
                lower=0.66,
                upper=0.714,
                verdict=both("达标，已证实", "Reached, proven"),
                tone="good",
                change=0.042,
                change_kind="share_gap",
                change_label=both("较上期", "since last wave"),
                change_tone="good",
            ),
            KeyFigure(
                label=both("净推荐值", "Net promoter score"),
                value=17.5,
                kind="gap",
                lower=14.09,
                upper=20.81,
                verdict=both("未达目标 25", "Below target of 25"),
                tone="bad",
            ),
            KeyFigure(
                label=both("有效问卷", "Valid responses"),
                value=1204,
                kind="count",
                caption=both("回收 1,388 份，剔除 184 份", "1,388 received, 184 excluded"),
            ),
        )
    )
    return Report(
        title=both("电商购物满意度评价报告", "Online shopping satisfaction: evaluation report"),
        subtitle=both("2025 年第三季度", "Third quarter of 2025"),
        languages=languages,
        facts=(
            Fact(
                label=both("调查对象", "Population"),
                value=both("近三个月下单用户", "Customers who ordered in the last three months"),
            ),
            Fact(
                label=both("调查方式", "Mode"),
                value=both("网络问卷（分层随机抽样）", "Web questionnaire, stratified random sample"),
            ),
            Fact(label=both("有效样本", "Respondents"), value=Label.same("1,204")),
        ),
        footer=both(
            "本报告由 satix 生成；所有数值均保留完整精度，仅在显示时四舍五入。",
            "Made with satix. Figures are kept at full precision and rounded for display only.",
        ),
        sections=(
            Section(
                id="summary",
                title=both("摘要", "Summary"),
                lead=both("一页看懂：结果、变化与下一步。", "One page: where we stand, what changed, what comes next."),
                blocks=(
                    figures,
                    Paragraph(
                        text=both(
                            "售后响应与退换货处理的重要性高而表现低，且两项差距均已得到证实，应优先改进。",
                            "After-sales response and returns matter most and score lowest; both shortfalls are proven. Start there.",
                        ),
                        tone="finding",
                    ),
                    Paragraph(
                        text=both(
                            "总体指数上升 1.6 点，但区间包含零：尚不能说满意度有所提高。本次抽样可检出的最小变化为 2.4 点。",
                            "The overall index is up by 1.6 points, but the interval includes zero: satisfaction cannot yet be said to have risen. The smallest change this sample could detect is 2.4 points.",
                        ),
                        tone="warning",
                    ),
                    Bullets(
                        items=(
                            both("优先缩短售后首次响应时间。", "Shorten the first response in after-sales."),
                            both("明确退换货运费承担规则。", "Settle who pays the postage of returns."),
                        ),
                        numbered=True,
                    ),
                    trend_chart(),
                ),
            ),
            Section(
                id="indicators",
                title=both("指标得分", "Indicator scores"),
                blocks=(
                    Paragraph(
                        text=both(
                            "指数为 0–100 分，按受访者计算后再加权。",
                            "Indices run from 0 to 100 and are computed per respondent before weighting.",
                        )
                    ),
                    indicator_table(),
                    index_chart(),
                    tree_chart(),
                ),
            ),
            Section(
                id="priorities",
                title=both("改进优先级", "Priorities"),
                blocks=(
                    ipa_chart(),
                    PageBreak(),
                    Heading(text=both("差距与变化", "Gaps and changes")),
                    gap_chart(),
                    change_chart(),
                    trend_chart(3),
                    Heading(text=both("答案分布", "Answers"), level=3),
                    distribution_chart(),
                ),
            ),
            Section(
                id="appendix",
                title=both("附录：方法与数据质量[1]/说明", "Appendix: method & data quality [1]/notes"),
                blocks=(
                    Paragraph(
                        text=both(
                            "方差按分层抽样设计线性化估计。", "Variances are linearised under the stratified design."
                        ),
                        tone="note",
                    ),
                    hostile_table(),
                ),
            ),
        ),
    )
