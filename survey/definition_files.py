"""Definitions in YAML: read with line numbers, validate once, write back unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from survey.errors import Place, Problem, SatixError
from survey.texts import Definition

__all__ = ["definition_problems", "dump_definition", "read_definition", "read_yaml"]

MOST_CHARACTERS = 5_000_000
"""Longest definition that is read."""
MOST_ENTRIES = 500_000
"""Most entries a definition may come to once its aliases are followed."""

DEEPEST = 100
"""Entries inside one another; the parser, which is written in C, ends the process where there are tens of thousands."""
_BRACKET = re.compile(r"[\[\]{}]")
_DEEP_BLOCK = re.compile(r"\n {100}|(?:[-?] +){50}")

Model = TypeVar("Model", bound=Definition)
Path_ = tuple[str | int, ...]

WORDED_KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"int_parsing", "int_type", "int_from_float"}), "value_not_whole"),
    (frozenset({"float_parsing", "float_type", "finite_number"}), "value_not_number"),
    (frozenset({"bool_parsing", "bool_type"}), "value_not_truth"),
    (frozenset({"string_type"}), "value_not_text"),
    (frozenset({"string_pattern_mismatch", "string_too_long", "string_too_short"}), "value_not_code"),
    (frozenset({"greater_than", "greater_than_equal"}), "value_too_small"),
    (frozenset({"less_than", "less_than_equal"}), "value_too_large"),
    (frozenset({"too_short"}), "list_too_short"),
    (frozenset({"tuple_type", "list_type"}), "value_not_list"),
    (frozenset({"model_type", "dict_type", "model_attributes_type"}), "value_not_mapping"),
)
"""Kinds of fault pydantic tells apart, and our wording for each."""

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # the C loader where PyYAML has one
    """Safe YAML in which only true/false are truth values and nothing turns into a date.

    Under YAML 1.1 an answer option ``no`` or ``on`` would become a boolean and a wave ``2024-01`` a
    number or date; here both stay what was written.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.split(":")[-1] not in {"bool", "timestamp", "int"}]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


def read_yaml(path: Path, *, error: type[SatixError] = SatixError) -> tuple[Any, dict[Path_, int]]:
    """Content of a YAML file, and the line (from 1) on which each key or entry stands.

    Raises
    ------
    SatixError
        (of class ``error``) The file is missing, is not UTF-8, is not YAML, or holds a key twice.
    """
    if not path.is_file():
        raise error.of("survey.file_missing", Place(file=path.name))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise error.of("survey.yaml_not_utf8", Place(file=path.name)) from None
    if len(text) > MOST_CHARACTERS:
        raise error.of("survey.yaml_too_large", Place(file=path.name), limit=MOST_CHARACTERS // 1_000_000)
    loader = None
    try:
        _refuse_depth(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        _refuse_growth(node, path.name, error)
        lines: dict[Path_, int] = {}
        doubled: list[Problem] = []
        _note_lines(node, (), lines, doubled, path.name)
        if doubled:
            raise error(doubled)
        return (None if node is None else loader.construct_document(node)), lines
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else None
        raise error.of("survey.yaml_syntax", Place(file=path.name, line=line), reason=fault.problem or "") from None
    except (yaml.YAMLError, ValueError) as fault:
        reason = str(fault).splitlines()[0][:120]
        raise error.of("survey.yaml_syntax", Place(file=path.name), reason=reason) from None
    except RecursionError:
        raise error.of("survey.yaml_too_deep", Place(file=path.name)) from None
    finally:
        if loader is not None:
            loader.dispose()


def _refuse_depth(text: str) -> None:
    """Raise RecursionError where entries are nested too deep; the text is parsed only where it looks like that."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    if deepest <= DEEPEST and _DEEP_BLOCK.search(text) is None:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise RecursionError


def _refuse_growth(node: yaml.Node | None, file: str, error: type[SatixError]) -> None:
    """Refuse aliases that refer to themselves or let a small file grow without bound once they are followed."""
    sizes: dict[int, int] = {}

    def size(current: yaml.Node, above: frozenset[int]) -> int:
        mark = id(current)
        if mark in above:
            raise error.of("survey.yaml_alias", Place(file=file, line=current.start_mark.line + 1))
        if mark not in sizes:
            inside: list[yaml.Node] = []
            if isinstance(current, yaml.MappingNode):
                inside = [part for pair in current.value for part in pair]
            elif isinstance(current, yaml.SequenceNode):
                inside = list(current.value)
            sizes[mark] = 1 + sum(size(part, above | {mark}) for part in inside)
        if sizes[mark] > MOST_ENTRIES:
            raise error.of("survey.yaml_alias", Place(file=file, line=current.start_mark.line + 1))
        return sizes[mark]

    if node is not None:
        size(node, frozenset())


def _note_lines(
    node: yaml.Node | None, path: Path_, lines: dict[Path_, int], doubled: list[Problem], file: str
) -> None:
    if node is None:
        return
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in seen:
                doubled.append(
                    Problem(code="survey.key_twice", place=Place(file=file, line=line), fields={"key": name})
                )
            seen.add(name)
            lines[(*path, name)] = line
            _note_lines(value, (*path, name), lines, doubled, file)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines[(*path, position)] = value.start_mark.line + 1
            _note_lines(value, (*path, position), lines, doubled, file)


def read_definition(path: Path, model: type[Model], *, error: type[SatixError] = SatixError) -> Model:
    """Read and validate a definition; every fault is reported at once, each with its line."""
    content, lines = read_yaml(path, error=error)
    if not isinstance(content, Mapping):
        raise error.of("survey.yaml_not_a_mapping", Place(file=path.name))
    _refuse_newer(content, model, path, error)
    try:
        return model.model_validate(content)
    except ValidationError as invalid:
        raise error(definition_problems(invalid, path.name, lines, model)) from None


def definition_problems(
    invalid: ValidationError, file: str, lines: Mapping[Path_, int], model: type[Definition]
) -> list[Problem]:
    """What the schema refused, in words a researcher can act on.

    ``lines`` gives the line of each key or entry by its path; the nearest known path above a fault is its place.
    """
    return [_problem(fault, file, lines, model) for fault in _own_faults(invalid)]


def _own_faults(invalid: ValidationError) -> list[ErrorDetails]:
    """Faults without those that only follow from others: a list is not too short because an entry is at fault."""
    faults = invalid.errors()
    places = [fault["loc"] for fault in faults]
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(place[: len(fault["loc"])] == fault["loc"] and place != fault["loc"] for place in places)
    ]


def _refuse_newer(content: Mapping[str, Any], model: type[Model], path: Path, error: type[SatixError]) -> None:
    field = model.model_fields.get("schema_")
    if field is None or "schema" not in content:
        return
    kind, _, newest = str(field.default).rpartition("/")
    name, _, version = str(content["schema"]).rpartition("/")
    if name != kind or not version.isdigit() or int(version) > int(newest):
        raise error.of(
            "survey.schema_unknown", Place(file=path.name), found=str(content["schema"]), expected=field.default
        )


def _problem(fault: ErrorDetails, file: str, lines: Mapping[Path_, int], model: type[Definition]) -> Problem:
    location = tuple(str(part) if not isinstance(part, int) else part for part in fault["loc"])
    while location and location not in lines:
        # pydantic names union branches and model classes in a location; the file does not know them
        shorter = [location[:i] + location[i + 1 :] for i in range(len(location) - 1, -1, -1)]
        location = next((path for path in shorter if path in lines), location[:-1])
    place = Place(file=file, line=lines.get(location, lines.get(())), path=_dotted(location) or None)
    kind, context = fault["type"], dict(fault.get("ctx", {}))
    if kind.startswith("survey."):
        return Problem(code=kind, place=place, fields=context)
    key = str(fault["loc"][-1]) if fault["loc"] else ""
    if kind == "missing":
        return Problem(code="survey.key_absent", place=place, fields={"key": key})
    if kind == "extra_forbidden":
        return Problem(code="survey.key_unknown", place=place, fields={"key": key, "known": _known_keys(fault, model)})
    if kind in {"literal_error", "enum"}:
        return Problem(
            code="survey.value_not_allowed",
            place=place,
            fields={"found": str(fault["input"])[:60], "expected": str(context.get("expected", ""))},
        )
    name = next((name for kinds, name in WORDED_KINDS if kind in kinds), "value_of_wrong_kind")
    limit = next((context[key] for key in ("ge", "gt", "le", "lt", "min_length", "max_length") if key in context), "")
    fields = {"found": str(fault["input"])[:60], "limit": limit}
    return Problem(code=f"survey.{name}", place=place, fields=fields)


def _known_keys(fault: ErrorDetails, model: type[Definition]) -> str:
    """Keys accepted where an unknown one was found, found by walking the model along the location."""
    current: Any = model
    for part in fault["loc"][:-1]:
        if isinstance(part, int) or not (isinstance(current, type) and issubclass(current, Definition)):
            continue
        for name, field in current.model_fields.items():
            if part in {name, field.alias}:
                current = _model_inside(field.annotation) or current
    if not (isinstance(current, type) and issubclass(current, Definition)):
        return ""
    return ", ".join(field.alias or name for name, field in current.model_fields.items())


def _model_inside(annotation: Any) -> type[Definition] | None:
    if isinstance(annotation, type) and issubclass(annotation, Definition):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_inside(argument)
        if found is not None:
            return found
    return None


def _dotted(location: Path_) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def dump_definition(definition: Definition) -> str:
    """A definition as YAML that reads back to an equal object; defaults are left out."""
    content = _plain(definition.model_dump(by_alias=True, exclude_defaults=True))
    fields = type(definition).model_fields
    if "schema_" in fields:
        content = {"schema": fields["schema_"].default, **content}
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    return text


def _plain(value: Any) -> Any:
    """Tuples as lists; keys stay what they are (JSON would turn the code 6 into the text "6")."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple | list) else value
