"""A study folder to start from."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import Place, StudyError
from survey.importers.answer_ladders import in_order
from survey.importers.cell_text import cell_text
from survey.structures.wordings import code_from

if TYPE_CHECKING:
    from survey.importers.draft_export import ExportDraft
    from survey.importers.mapping import Mapping as ColumnMapping
    from survey.importers.table_file import Table
    from survey.instrument import Instrument

__all__ = ["create_study", "study_from_export"]

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

waves:{waves}

# Filled in by `satix map` when an export lies in data/.
# 把导出文件放进 data/ 后运行 `satix map`，会自动登记在这里。
sources:{sources}

# Rules named here take flagged answers out of the estimates; by default none does.
# 写在这里的规则会把被标记的回答排除在估计之外；默认不排除。
# `specification` is the version of the rules: keep it, and later defaults change nothing here.
# specification 是规则的版本：保留它，今后默认值改变也不影响本研究。
screening:
  specification: 2
  exclude: []                 # duplicate, attention, attention_slip, speeder, straight_line, missing_share, ...

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
    _refuse_existing(folder)
    named = instrument
    _make_folders(folder)
    if instrument.endswith((".yaml", ".yml")):
        named = "instrument.yaml"
        content = Path(instrument).read_bytes()
        if (folder / named).exists() and (folder / named).read_bytes() != content:
            raise StudyError.of("satix.instrument_exists", Place(file=str(folder / named)))
        (folder / named).write_bytes(content)
    return _write_study(folder, chosen, named, waves={_code(wave): wave})


def study_from_export(
    folder: Path, export: Path, *, platform: str | None = None, codebook: Path | None = None, wave: str = "wave1"
) -> tuple[Path, ExportDraft]:
    """Create a study from an export: the file copied to ``data/``, an instrument drafted, a mapping, the study file.

    Returns the study file and the draft with its remarks.

    Raises
    ------
    SatixError
        The export cannot be read or holds no question, or there is a study already.
    """
    from satix.export_drafts import draft_from_export
    from satix.mapping_proposals import mapping_text
    from survey.definition_files import dump_definition
    from survey.importers.detect import importer_of, platform_named, platform_of
    from survey.importers.questionnaire_files import refuse_questionnaire, refuse_questionnaire_file
    from survey.importers.table_file import read_table

    _refuse_existing(folder)
    refuse_questionnaire_file(export)
    table = read_table(export)
    if platform is None:
        refuse_questionnaire(table)
    name = _code(folder.resolve().name)
    platform = platform_named(platform) if platform else platform_of(table)
    draft = draft_from_export(table, platform, instrument_id=code_from(name), codebook=codebook)
    rounds = _rounds(importer_of(platform).arrange(table).table, draft.mapping)
    if rounds:
        draft = draft._replace(mapping=draft.mapping.model_copy(update={"waves": rounds}))
    _make_folders(folder)
    shutil.copyfile(export, folder / "data" / export.name)
    mapping = f"mappings/{export.stem}.yaml"
    (folder / mapping).write_text(mapping_text(draft.mapping), encoding="utf-8", newline="\n")
    (folder / "instrument.yaml").write_text(dump_definition(draft.instrument), encoding="utf-8", newline="\n")
    entry = {"file": f"data/{export.name}", "mapping": mapping} | ({} if rounds else {"wave": _code(wave)})
    waves = {code: value for value, code in rounds.items()} or {_code(wave): wave}
    return _write_study(folder, draft.instrument, "instrument.yaml", waves=waves, sources=[entry]), draft


def _rounds(table: Table, mapping: ColumnMapping) -> dict[str, str]:
    """The values of the wave column with a code each, in natural order; empty where the file has no such column."""
    column = next((column for column in mapping.columns if column.role == "wave"), None)
    place = None if column is None else table.position_of(column.heading, column.occurrence)
    if place is None:
        return {}
    values = {cell_text(cell) for cell in set(table.columns[place])} - {""}
    rounds: dict[str, str] = {}
    for value in in_order(values):
        code, number = _code(value), 1
        while code in rounds.values():
            number += 1
            code = f"{_code(value)}_{number}"
        rounds[value] = code
    return rounds


def _refuse_existing(folder: Path) -> None:
    file = folder / "study.yaml"
    if file.exists():
        raise StudyError.of("satix.study_exists", Place(file=str(file)))


def _make_folders(folder: Path) -> None:
    for part in ("data", "mappings"):
        (folder / part).mkdir(parents=True, exist_ok=True)


def _write_study(
    folder: Path,
    chosen: Instrument,
    named: str,
    *,
    waves: Mapping[str, str],
    sources: Sequence[Mapping[str, str]] = (),
) -> Path:
    import yaml

    segments = [question for question in chosen.questions if question.role == "segment" and question.type == "single"]
    lines = "".join(f"\n  - {{question: {question.code}}}" for question in segments) or " []"

    def line(entry: Mapping[str, object]) -> str:
        written: str = yaml.safe_dump(
            dict(entry), allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6
        )
        return f"\n  - {written.strip()}"

    rounds = [{"wave": code, "label": {"en": value, "zh": value}} for code, value in waves.items()]
    text = TEMPLATE.format(
        title_en=" ".join(chosen.title.in_language("en").split()),
        title_zh=" ".join(chosen.title.in_language("zh").split()),
        study=_code(folder.resolve().name),
        instrument=named,
        waves="".join(map(line, rounds)),
        segments=lines,
        sources="".join(map(line, sources)) or " []",
        root=chosen.index.code,
    )
    file = folder / "study.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _code(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name).strip("._-")
    return kept or "study"
