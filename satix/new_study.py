"""A study folder to start from."""

from __future__ import annotations

from pathlib import Path

from survey.errors import Place, StudyError

__all__ = ["create_study"]

TEMPLATE = """\
# {title_en}
# {title_zh}
schema: satix.study/1
study: "{study}"
title: {{en: "{study}", zh: "{study}"}}
instrument: {instrument}
languages: [zh, en]           # zh, en, or both 报告语言

# How the respondents came to be asked: probability, census or convenience.
# 抽样方式：probability（概率抽样）、census（普查）、convenience（非概率样本）
sampling: {{kind: convenience}}

waves:
  - {{wave: "{wave}", label: {{en: "{wave}", zh: "{wave}"}}}}

# Filled in by `satix map` when an export lies in data/.
# 把导出文件放进 data/ 后运行 `satix map`，会自动登记在这里。
sources: []

# Rules named here take flagged answers out of the estimates; by default none does.
# 写在这里的规则会把被标记的回答排除在估计之外；默认不排除。
screening:
  exclude: []                 # duplicate, speeder, straight_line, missing_share, attention

segments:{segments}

# targets:
#   - {{indicator: {root}, level: 80}}
"""


def create_study(folder: Path, *, instrument: str, wave: str = "wave1") -> Path:
    """Create ``folder`` with a commented study file, ``data/`` and ``mappings/``; return the study file.

    Raises
    ------
    SatixError
        The instrument is unknown, or there is a study already.
    """
    from instruments.catalog import load_instrument

    chosen = load_instrument(Path(instrument) if instrument.endswith((".yaml", ".yml")) else instrument)
    file = folder / "study.yaml"
    if file.exists():
        raise StudyError.of("satix.study_exists", Place(file=str(file)))
    named = instrument
    for part in ("data", "mappings"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if instrument.endswith((".yaml", ".yml")):
        named = "instrument.yaml"
        content = Path(instrument).read_bytes()
        if (folder / named).exists() and (folder / named).read_bytes() != content:
            raise StudyError.of("satix.instrument_exists", Place(file=str(folder / named)))
        (folder / named).write_bytes(content)
    segments = [question for question in chosen.questions if question.role == "segment" and question.type == "single"]
    lines = "".join(f"\n  - {{question: {question.code}}}" for question in segments) or " []"
    text = TEMPLATE.format(
        title_en=" ".join(chosen.title.in_language("en").split()),
        title_zh=" ".join(chosen.title.in_language("zh").split()),
        study=_code(folder.resolve().name),
        instrument=named,
        wave=_code(wave),
        segments=lines,
        root=chosen.index.code,
    )
    file.write_text(text, encoding="utf-8")
    return file


def _code(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name).strip("._-")
    return kept or "study"
