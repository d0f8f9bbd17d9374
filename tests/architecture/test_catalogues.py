"""Messages: the same in both languages, every one defined that is used, and every one used that is defined."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest
import yaml

from tests.architecture.source_tree import LAYERS, ROOT, modules, strings_of

CODE = re.compile(rf"({'|'.join(LAYERS)})\.([a-z][a-z0-9_]*)")
HOME = {"say": "satix", "messages_in": "satix", "phrase": "reports", "sentence": "reports", "sentences": "reports"}
"""Functions that take the name of a wording, and the package in whose catalogue it stands."""

SYMBOLS = re.compile(r"\{[^}]*\}|\b(?:NPS|Holm|alpha|α|n|p|d_z)\b|[\W\d]")
"""Fields, signs, numbers and the symbols of statistics, which are the same in every language."""

TERMS_IN_ENGLISH = re.compile(r"“[^”]*”|序号|总分|按\w\w|\d+秒")
"""What stands on a Chinese platform's own screen is quoted as it is."""


@cache
def _catalogue(package: str, language: str) -> dict[str, str]:
    text = (ROOT / package / "messages" / f"{language}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text) or {}


def _fields(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("package", LAYERS)
def test_both_languages_say_the_same_things(package: str) -> None:
    """Equal keys in equal order, equal fields."""
    english, chinese = _catalogue(package, "en"), _catalogue(package, "zh")
    assert list(english) == list(chinese)
    assert {key: _fields(text) for key, text in english.items()} == {
        key: _fields(text) for key, text in chinese.items()
    }


@pytest.mark.parametrize("package", LAYERS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_message_stands_twice_and_none_is_empty(package: str, language: str) -> None:
    """YAML would silently keep the last of two."""
    text = (ROOT / package / "messages" / f"{language}.yaml").read_text(encoding="utf-8")
    keys = [line.split(":")[0] for line in text.splitlines() if re.match(r"[a-z]\w*:", line)]
    assert sorted(keys) == sorted(_catalogue(package, language))
    assert [key for key, wording in _catalogue(package, language).items() if not str(wording).strip()] == []


@pytest.mark.parametrize("package", LAYERS)
def test_each_language_is_written_in_its_own_script(package: str) -> None:
    """Chinese wordings hold Chinese and full-width punctuation; English ones hold no Chinese of their own."""
    han = re.compile(r"[\u4e00-\u9fff]")
    untranslated = [
        key
        for key, wording in _catalogue(package, "zh").items()
        if not han.search(wording) and SYMBOLS.sub("", wording) and not key.startswith("example_")
    ]
    assert untranslated == []
    foreign = [k for k, text in _catalogue(package, "en").items() if han.search(TERMS_IN_ENGLISH.sub("", text))]
    assert foreign == []


@pytest.mark.parametrize("package", LAYERS)
def test_chinese_sentences_use_chinese_punctuation(package: str) -> None:
    """No half-width comma or full stop between Chinese characters."""
    slip = re.compile(r"[\u4e00-\u9fff][,;:!?](?=\s*[\u4e00-\u9fff])|[\u4e00-\u9fff]\.(?:\s|$)")
    assert {key: text for key, text in _catalogue(package, "zh").items() if slip.search(_prose(text))} == {}


def _prose(text: str) -> str:
    """A wording without what is quoted from a file or from code."""
    return re.sub(r"“键: 值”|\w+=\([^)]*\)|`[^`]*`", "", text)


def _codes_in_code() -> Iterator[tuple[str, str, str]]:
    """Package, name and place of every message code written in the code."""
    names = set(modules()) | {f"{layer}.importers" for layer in LAYERS} | {"satix.examples", "satix.importers"}
    for path, tree in modules().values():
        for text, line in strings_of(tree):
            match = CODE.fullmatch(text)
            if match and text not in names:
                yield match[1], match[2], f"{path}:{line}"
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[1] if called == "messages_in" and len(node.args) > 1 else node.args[0]
            if called in HOME and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield HOME[called], first.value, f"{path}:{node.lineno}"


def test_every_code_in_the_code_has_its_wording() -> None:
    """Otherwise the message about a user's fault would be a fault of ours."""
    absent = [
        f"{place}: {package}.{name}"
        for package, name, place in _codes_in_code()
        if name not in _catalogue(package, "en") and not name.endswith("_")
    ]
    assert absent == []


@cache
def _put_together() -> set[re.Pattern[str]]:
    """Patterns of names made at run time: ``f"verdict_{code}"``, ``"step_" + step``."""
    patterns = set()
    for _, tree in modules().values():
        for node in ast.walk(tree):
            parts: list[ast.expr] = []
            if isinstance(node, ast.JoinedStr):
                parts = node.values
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                parts = [node.left, node.right]
            fixed = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            name_like = fixed and all(re.fullmatch(r"[a-z0-9_.]+", text) for text in fixed)
            if name_like and len(fixed) < len(parts) and len("".join(fixed)) > 3 and "_" in "".join(fixed):
                texts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in parts]
                patterns.add(re.compile("".join(texts)))
    return patterns


@pytest.mark.parametrize("package", LAYERS)
def test_every_wording_is_used(package: str) -> None:
    """By its name somewhere in the code or in a page template, or by a name the code puts together."""
    texts = {text for _, tree in modules().values() for text, _ in strings_of(tree)}
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "reports").rglob("*.html"))
    texts |= set(re.findall(r"[\"'](\w+)[\"']", pages)) | set(re.findall(r"words?\.(\w+)", pages))
    patterns = _put_together()
    unused = [
        name
        for name in _catalogue(package, "en")
        if not {name, f"{package}.{name}"} & texts
        and not any(pattern.fullmatch(called) for pattern in patterns for called in (name, f"{package}.{name}"))
    ]
    assert unused == []


def _calls_with_fields() -> Iterator[tuple[str, set[str], str]]:
    """Message code, fields given and place, wherever all fields are written out in the call."""
    for path, tree in modules().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            code: ast.expr | None = node.args[0] if node.args else None
            given: set[str] | None = {str(name) for name in keywords}
            if called == "Problem":
                code = keywords.get("code")
                given = _keys(keywords["fields"]) if "fields" in keywords else set()
            elif called == "PydanticCustomError":
                given = _keys(node.args[2]) if len(node.args) > 2 else set()
            elif called not in {"of", "say"} or None in keywords:
                continue
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and given is not None:
                package = "" if "." in code.value else "satix."
                yield package + code.value, given, f"{path}:{node.lineno}"


def _keys(node: ast.expr) -> set[str] | None:
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return None


def test_every_field_of_a_wording_is_given() -> None:
    """A template with a field the call leaves out would fail in front of the user."""
    lacking = []
    for code, given, place in _calls_with_fields():
        match = CODE.fullmatch(code)
        template = _catalogue(match[1], "en").get(match[2]) if match else None
        if template is not None and not _fields(template) <= given:
            lacking.append(f"{place} {code} lacks {sorted(_fields(template) - given)}")
    assert lacking == []


def test_the_calls_looked_at_are_many() -> None:
    """The walk above sees the errors, not an empty list."""
    assert len(list(_calls_with_fields())) > 100


def test_messages_say_how_to_mend() -> None:
    """A message about a definition or a file of answers is more than a statement: two sentences, or an "expected"."""
    notes = ("detected_by_", "encoding_by_", "import_", "screening_summary", "change_", "effect_")
    told = ("questions_without_column", "time_not_read", "duration_not_read", "empty_rows_left_out")
    remedy = re.compile(r"[.;] \S|expected|must|needs")
    curt = [
        f"{package}.{key}"
        for package in ("survey", "instruments")
        for key, wording in _catalogue(package, "en").items()
        if not key.startswith(notes) and key not in told and not remedy.search(wording)
    ]
    assert curt == []
